package dashboard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringside/secret"
	"ringside/web/dashboard"
)

// line is a connection in memory, so that a stream can be read while time stands still.
type line struct {
	mu     sync.Mutex
	header http.Header
	status int
	body   bytes.Buffer
}

func (l *line) Header() http.Header { return l.header }

func (l *line) WriteHeader(status int) { l.status = status }

func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.body.Write(p)
}

func (l *line) FlushError() error                { return nil }
func (l *line) SetReadDeadline(time.Time) error  { return nil }
func (l *line) SetWriteDeadline(time.Time) error { return nil }

// board is what a viewer gets, as far as tests look at it.
type board struct {
	Problem string
	Battles []struct {
		ID, Lead string
		Rooms    []struct{ Name, Score string }
	}
	News []string
}

// viewer is one open stream.
type viewer struct {
	line *line
	quit context.CancelFunc
	over chan struct{}
}

func (d *desk) watch(in func(*http.Request)) *viewer {
	ctx, quit := context.WithCancel(context.Background())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/dashboard/events", nil)
	in(r)
	v := &viewer{line: &line{header: http.Header{}}, quit: quit, over: make(chan struct{})}
	go func() {
		defer close(v.over)
		d.Handler().ServeHTTP(v.line, r)
	}()
	return v
}

// ended waits for the end of the stream.
func (v *viewer) ended(t *testing.T) {
	t.Helper()
	select {
	case <-v.over:
	case <-time.After(time.Minute):
		v.quit()
		<-v.over
		t.Fatal("the stream does not end")
	}
}

// heard returns the events that came, by name, and the boards among them.
func (v *viewer) heard(t *testing.T) (names []string, boards []board) {
	t.Helper()
	v.line.mu.Lock()
	defer v.line.mu.Unlock()
	for event := range strings.SplitSeq(strings.TrimSuffix(v.line.body.String(), "\n\n"), "\n\n") {
		name, data, ok := strings.Cut(strings.TrimPrefix(event, "event: "), "\ndata: ")
		if !ok {
			continue
		}
		names = append(names, name)
		var b board
		if err := json.Unmarshal([]byte(data), &b); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if name == "board" {
			boards = append(boards, b)
		}
	}
	return names, boards
}

// bubble runs a test in which the clock of the bubble is the desk's.
func bubble(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{source: &source{}}
		server, err := dashboard.New(d.source, secret.New(rightKey))
		if err != nil {
			t.Fatal(err)
		}
		d.Server = server
		defer server.Close()
		test(t, d)
	})
}

// pass lets time pass, and everything happen that is due.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func battle(scores ...int64) dashboard.Battle {
	b := dashboard.Battle{ID: "b1", Name: "final", Read: time.Now()}
	for i, score := range scores {
		b.Rooms = append(b.Rooms, dashboard.Room{Name: string(rune('a' + i)), Score: score})
	}
	return b
}

func TestOneLookForAllWhoWatch(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		in := d.session(t)
		d.source.change(func(s *source) { s.now.Battles = []dashboard.Battle{battle(10, 20)} })
		all := []*viewer{d.watch(in), d.watch(in), d.watch(in)}
		pass(10*time.Second + 100*time.Millisecond)
		if n := d.source.looked(); n != 11 {
			t.Errorf("11 moments, %d looks", n)
		}
		for _, v := range all {
			if names, boards := v.heard(t); len(names) != 11 || boards[10].Battles[0].Lead != "b leads by 10" {
				t.Errorf("a viewer heard %v and last %+v", names, boards)
			}
			v.quit()
			v.ended(t)
		}
		pass(2 * time.Second)
		looks := d.source.looked()
		pass(time.Hour)
		if n := d.source.looked(); n != looks {
			t.Errorf("%d looks while nobody watched", n-looks)
		}
	})
}

func TestWhoComesLaterSeesTheBoardAtOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		in := d.session(t)
		first := d.watch(in)
		pass(1500 * time.Millisecond)
		second := d.watch(in)
		synctest.Wait()
		if names, _ := second.heard(t); len(names) != 1 {
			t.Errorf("the second viewer heard %v", names)
		}
		first.quit()
		second.quit()
		pass(2 * time.Second)
		d.source.change(func(s *source) { s.now.Battles = []dashboard.Battle{battle(1, 2)} })
		third := d.watch(in)
		synctest.Wait()
		if _, boards := third.heard(t); len(boards) != 1 || len(boards[0].Battles) != 1 {
			t.Errorf("after a pause a viewer first sees what was long ago: %+v", boards)
		}
		third.quit()
		third.ended(t)
	})
}

func TestStreamsEndWithTheSession(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, d *desk, in func(*http.Request)){
		"signed out": func(t *testing.T, d *desk, in func(*http.Request)) {
			d.ask(t, http.MethodPost, "/dashboard/leave", nil, in)
		},
		"after 12 hours": func(_ *testing.T, _ *desk, _ func(*http.Request)) { time.Sleep(12 * time.Hour) },
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, d *desk) {
				in := d.session(t)
				v := d.watch(in)
				synctest.Wait()
				end(t, d, in)
				pass(2 * time.Second)
				v.ended(t)
				names, _ := v.heard(t)
				if last := names[len(names)-1]; last != "out" {
					t.Errorf("the last event is %q", last)
				}
			})
		})
	}
}

func TestAStreamWithoutASessionSaysSo(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		v := d.watch(func(*http.Request) {})
		v.ended(t)
		if names, _ := v.heard(t); !slices.Equal(names, []string{"out"}) || d.source.looked() > 0 {
			t.Errorf("it heard %v after %d looks", names, d.source.looked())
		}
	})
}

func TestViewersAreBounded(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		in := d.session(t)
		var all []*viewer
		for range 200 {
			all = append(all, d.watch(in))
		}
		synctest.Wait()
		late := d.watch(in)
		late.ended(t)
		if late.line.status != http.StatusServiceUnavailable || late.line.header.Get("Retry-After") == "" {
			t.Errorf("the 201st viewer got %d", late.line.status)
		}
		all[0].quit()
		all[0].ended(t)
		again := d.watch(in)
		synctest.Wait()
		if names, _ := again.heard(t); len(names) == 0 {
			t.Error("no place came free")
		}
		for _, v := range append(all, again) {
			v.quit()
			v.ended(t)
		}
	})
}

func TestCloseEndsTheStreams(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		in := d.session(t)
		v := d.watch(in)
		synctest.Wait()
		d.Close()
		v.ended(t)
		late := d.watch(in)
		late.ended(t)
		if late.line.status != http.StatusServiceUnavailable {
			t.Errorf("after Close a viewer got %d", late.line.status)
		}
	})
}

func TestALookThatFailsEndsNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		v := d.watch(d.session(t))
		d.source.change(func(s *source) { s.now.Battles = []dashboard.Battle{battle(1, 2)} })
		pass(time.Second)
		d.source.change(func(s *source) { s.throw = errDown })
		pass(time.Second)
		d.source.change(func(s *source) { s.throw = nil })
		pass(time.Second)
		_, boards := v.heard(t)
		if len(boards) != 4 || boards[2].Problem == "" || len(boards[2].Battles) != 1 || boards[3].Problem != "" {
			t.Errorf("heard %+v", boards)
		}
		v.quit()
		v.ended(t)
	})
}
