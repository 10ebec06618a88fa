package dashboard_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/secret"
	"ringside/web/dashboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const rightKey = "correct-horse-battery"

var errDown = errors.New("the ledger is down")

// moment is when most tests take place.
func moment() time.Time { return time.Date(2026, 11, 23, 14, 3, 22, 0, time.UTC) }

// source tells what a test wants it to.
type source struct {
	mu    sync.Mutex
	now   dashboard.Overview
	err   error
	throw any
	looks int
}

func (s *source) Overview(context.Context) (dashboard.Overview, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks++
	if s.throw != nil {
		panic(s.throw)
	}
	return s.now, s.err
}

func (s *source) change(do func(*source)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s)
}

func (s *source) looked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looks
}

// desk is a dashboard at which time stands still, unless a test moves it on.
type desk struct {
	*dashboard.Server
	source *source

	mu  sync.Mutex
	now time.Time
}

func newDesk(t *testing.T, opts ...dashboard.Option) *desk {
	t.Helper()
	d := &desk{source: &source{}, now: moment()}
	server, err := dashboard.New(d.source, secret.New(rightKey), append([]dashboard.Option{dashboard.WithClock(d.clock)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	d.Server = server
	t.Cleanup(server.Close)
	return d
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// reply is an answer that was read whole.
type reply struct {
	status  int
	header  http.Header
	cookies []*http.Cookie
	body    string
}

// ask sends one request; with changes it before.
func (d *desk) ask(t *testing.T, method, target string, body io.Reader, with ...func(*http.Request)) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, change := range with {
		change(r)
	}
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	res := w.Result()
	defer func() { _ = res.Body.Close() }()
	return reply{status: w.Code, header: w.Header(), cookies: res.Cookies(), body: w.Body.String()}
}

// enter tries a key.
func (d *desk) enter(t *testing.T, key string, with ...func(*http.Request)) reply {
	t.Helper()
	return d.ask(t, http.MethodPost, "/dashboard/enter", strings.NewReader(url.Values{"key": {key}}.Encode()), with...)
}

// session enters the right key and returns what shows it.
func (d *desk) session(t *testing.T) func(*http.Request) {
	t.Helper()
	res := d.enter(t, rightKey)
	if len(res.cookies) != 1 {
		t.Fatalf("the right key got %d and %d cookies", res.status, len(res.cookies))
	}
	cookie := res.cookies[0]
	return func(r *http.Request) { r.AddCookie(cookie) }
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// wantPage fails unless a reply has the status and says all of the words.
func wantPage(t *testing.T, res reply, status int, words ...string) string {
	t.Helper()
	if res.status != status {
		t.Errorf("status %d, want %d", res.status, status)
	}
	for _, word := range words {
		if !strings.Contains(res.body, word) {
			t.Errorf("the page lacks %q:\n%s", word, res.body)
		}
	}
	return res.body
}

// busy is an overview with everything in it, as of moment.
func busy() dashboard.Overview {
	return dashboard.Overview{
		Battles: []dashboard.Battle{
			{
				ID: "AbC+/=1", Name: "grand-final", Read: moment().Add(-time.Second), Ends: moment().Add(161 * time.Second),
				Rooms: []dashboard.Room{{Name: "pk-live1", Score: 1340}, {Name: "pk-live2", Score: 1250}},
			},
			{
				ID: "AbC+/=2", Read: moment().Add(-17 * time.Second), Ends: moment().Add(-time.Second), Unknown: 2,
				Rooms: []dashboard.Room{{Name: "pk-a", Score: 7}, {Name: "pk-b", Score: 7}, {Name: "pk-c"}},
			},
			{ID: "AbC+/=3", Name: "opener", Rooms: []dashboard.Room{{Name: "pk-x"}, {Name: "pk-y"}}},
		},
		Operations: []dashboard.Operation{
			{ID: "k3f9", At: moment().Add(-2 * time.Second), Who: "Ana", What: "add 100 to pk-live1", Outcome: "applied", Battle: "grand-final"},
			{ID: "k3f8", At: moment().Add(-3 * time.Minute), Who: "slack:T1/user/UBEN", What: "set pk-a to 7", Outcome: "unknown", Battle: "AbC+/=2"},
			{ID: "k3f7", At: moment().Add(-5 * time.Hour), Who: "Cam", What: "add 5 to pk-b", Outcome: "not applied"},
			{ID: "k3f6", At: moment().Add(-72 * time.Hour), Who: "Cam", What: "add 5 to pk-b", Outcome: "cancelled"},
		},
	}
}
