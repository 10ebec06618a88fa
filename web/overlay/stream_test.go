package overlay_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/web/overlay"
)

// event is one server-sent event.
type event struct{ name, id, data string }

// viewer reads a stream.
type viewer struct {
	t      testing.TB
	status int
	header http.Header
	body   io.ReadCloser
	lines  *bufio.Reader
}

// watch opens a stream over the network.
func watch(t *testing.T, client *http.Client, url string) *viewer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	return &viewer{t: t, status: res.StatusCode, header: res.Header, body: res.Body, lines: bufio.NewReader(res.Body)}
}

// next returns the next event, and false at the end of the stream.
func (v *viewer) next() (event, bool) {
	v.t.Helper()
	var e event
	for {
		line, err := v.lines.ReadString('\n')
		if err != nil {
			return event{}, false
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.name != "" {
				return e, true
			}
		}
	}
}

// view returns the next event that is one.
func (v *viewer) view() map[string]any {
	v.t.Helper()
	for {
		e, ok := v.next()
		if !ok {
			v.t.Fatal("the stream ended")
		}
		if e.name != "view" {
			continue
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(e.data), &got); err != nil {
			v.t.Fatal(err)
		}
		return got
	}
}

// first returns the first room's score in the next view.
func (v *viewer) first() int64 {
	v.t.Helper()
	rooms, _ := v.view()["rooms"].([]any)
	room, _ := rooms[0].(map[string]any)
	score, _ := room["score"].(float64)
	return int64(score)
}

func (v *viewer) ended() bool {
	v.t.Helper()
	for {
		if _, ok := v.next(); !ok {
			return true
		}
	}
}

// site serves overlays on a real socket, with limits shorter than a stream lives.
func site(t *testing.T, s *overlay.Server) (*httptest.Server, *http.Client) {
	t.Helper()
	srv := httptest.NewUnstartedServer(s.Handler())
	srv.Config.ReadTimeout = 50 * time.Millisecond
	srv.Config.WriteTimeout = 50 * time.Millisecond
	srv.Start()
	t.Cleanup(func() { s.Close(); srv.Close() })
	return srv, srv.Client()
}

func TestTheCurrentViewComesAtOnce(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.battle("b/1").show(scores(1340, 1280))
	srv, client := site(t, newServer(t, f, &gate{}, overlay.WithClock(func() time.Time { return time.UnixMilli(9_000) })))
	v := watch(t, client, srv.URL+streamPath("b/1"))
	if v.status != http.StatusOK || v.header.Get("Content-Type") != "text/event-stream; charset=utf-8" ||
		v.header.Get("X-Accel-Buffering") != "no" || v.header.Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, header %v", v.status, v.header)
	}
	if e, _ := v.next(); e != (event{name: "clock", data: "9000"}) {
		t.Errorf("the first event is %+v, want the time", e)
	}
	want := map[string]any{
		"now": 9000.0, "name": "final", "started": 1000.0, "ends": 301000.0, "read": 2500.0,
		"rooms": []any{
			map[string]any{"name": "pk-live1", "score": 1340.0}, map[string]any{"name": "pk-live2", "score": 1280.0},
		},
	}
	if diff := cmp.Diff(want, v.view()); diff != "" {
		t.Errorf("the view (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.battle("b").show(overlay.View{Name: "a\nb\u2028\xff", Over: true})
	srv, client := site(t, newServer(t, f, &gate{}, overlay.WithClock(func() time.Time { return time.UnixMilli(9_000) })))
	want := map[string]any{"now": 9000.0, "name": "a\nb\u2028\ufffd", "rooms": []any{}, "over": true}
	if diff := cmp.Diff(want, watch(t, client, srv.URL+streamPath("b")).view()); diff != "" {
		t.Errorf("the view (-want +got):\n%s", diff)
	}
}

// TestStreamsOutliveTheServersLimits lets more time pass than the server gives a request, by its own clock: each
// refused request takes as long as the limit.
func TestStreamsOutliveTheServersLimits(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.battle("b").show(scores(1, 0))
	srv, client := site(t, newServer(t, f, &gate{}))
	v := watch(t, client, srv.URL+streamPath("b"))
	if got := v.first(); got != 1 {
		t.Fatalf("score %d", got)
	}
	outliveReadTimeout(t, srv.Listener.Addr().String())
	outliveReadTimeout(t, srv.Listener.Addr().String())
	f.battle("b").show(scores(2, 0))
	if got := v.first(); got != 2 {
		t.Errorf("score %d, want 2", got)
	}
}

// outliveReadTimeout returns when the server has given up a request that never comes.
func outliveReadTimeout(t *testing.T, address string) {
	t.Helper()
	conn, err := dialer().DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.ReadAll(conn)
}

func TestABattleIsFollowedOnce(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.battle("b").show(scores(1, 0))
	g := &gate{}
	g.name("final", "b")
	srv, client := site(t, newServer(t, f, g))
	var all []*viewer
	for i := range 20 {
		path := streamPath("b")
		if i%2 == 1 {
			path = streamPath("final")
		}
		all = append(all, watch(t, client, srv.URL+path))
	}
	for round := range int64(3) {
		for i, v := range all {
			if got := v.first(); got != round+1 {
				t.Fatalf("viewer %d got %d in round %d", i, got, round)
			}
		}
		f.battle("b").show(scores(round+2, 0))
	}
	if times, _ := f.followed("b"); times != 1 {
		t.Errorf("followed %d times", times)
	}
}

func TestViewersAreBounded(t *testing.T) {
	t.Parallel()
	f := newFeed()
	srv, client := site(t, newServer(t, f, &gate{}, overlay.WithMaxViewers(2)))
	first := watch(t, client, srv.URL+streamPath("a"))
	watch(t, client, srv.URL+streamPath("b"))
	third := watch(t, client, srv.URL+streamPath("a"))
	if third.status != http.StatusServiceUnavailable || third.header.Get("Retry-After") != "10" {
		t.Errorf("status %d, Retry-After %q", third.status, third.header.Get("Retry-After"))
	}
	_ = first.body.Close()
	for watch(t, client, srv.URL+streamPath("a")).status != http.StatusOK {
		continue // until the server has noticed that the first has left
	}
}

func TestAFeedThatRefuses(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.refuse(errGone)
	srv, client := site(t, newServer(t, f, &gate{}))
	v := watch(t, client, srv.URL+streamPath("b"))
	body, _ := io.ReadAll(v.body)
	again := v.header.Get("Retry-After")
	if v.status != http.StatusServiceUnavailable || again != "5" || strings.Contains(string(body), "gone") {
		t.Errorf("status %d, Retry-After %q, %q", v.status, again, body)
	}
	f.refuse(nil)
	f.battle("b").show(scores(4, 0))
	for {
		if again := watch(t, client, srv.URL+streamPath("b")); again.status == http.StatusOK {
			if got := again.first(); got != 4 {
				t.Errorf("score %d", got)
			}
			return
		}
	}
}

func TestAFollowerThatFailsEndsTheStreams(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.battle("b").show(scores(1, 0))
	srv, client := site(t, newServer(t, f, &gate{}))
	v := watch(t, client, srv.URL+streamPath("b"))
	v.first()
	f.battle("b").fail(errGone)
	if !v.ended() {
		t.Error("the stream goes on")
	}
}

func TestCloseEndsAllStreams(t *testing.T) {
	t.Parallel()
	f := newFeed()
	s := newServer(t, f, &gate{})
	srv, client := site(t, s)
	var all []*viewer
	for _, battle := range []string{"a", "a", "b", "c"} {
		f.battle(battle).show(scores(1, 0))
		v := watch(t, client, srv.URL+streamPath(battle))
		v.first()
		all = append(all, v)
	}
	s.Close()
	for _, v := range all {
		if !v.ended() {
			t.Error("a stream goes on")
		}
	}
	if _, open := f.followed("a"); open != 0 {
		t.Errorf("%d followers are open", open)
	}
	if v := watch(t, client, srv.URL+streamPath("a")); v.status != http.StatusServiceUnavailable {
		t.Errorf("a closed Server answers %d", v.status)
	}
	if times, _ := f.followed("a"); times != 1 {
		t.Error("a closed Server follows a battle")
	}
	s.Close() // again
}

func TestAServerThatCannotBoundAWriteDoesNotStream(t *testing.T) {
	t.Parallel()
	f := newFeed()
	f.battle("b").show(scores(1, 0))
	got := ask(t, newServer(t, f, &gate{}).Handler(), http.MethodGet, streamPath("b"))
	if strings.Contains(got.Body.String(), "event:") {
		t.Errorf("it wrote %q", got.Body)
	}
}
