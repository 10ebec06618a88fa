package dashboard_test

import (
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/secret"
	"ringside/web/dashboard"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name + ".golden.html"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestNewNeedsASourceAndAGoodKey(t *testing.T) {
	t.Parallel()
	if _, err := dashboard.New(nil, secret.New(rightKey)); err == nil {
		t.Error("no source is accepted")
	}
	for _, key := range []string{"", "fifteen-letters"} {
		_, err := dashboard.New(&source{}, secret.New(key))
		if err == nil {
			t.Errorf("the key %q is accepted", key)
			continue
		}
		if key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		show dashboard.Overview
	}{{"board", busy()}, {"empty", dashboard.Overview{}}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.source.now = tt.show
			golden(t, tt.name, wantPage(t, d.ask(t, http.MethodGet, "/", nil, d.session(t)), http.StatusOK))
		})
	}
}

func TestFormForTheKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	golden(t, "enter", wantPage(t, d.ask(t, http.MethodGet, "/", nil), http.StatusOK))
	golden(t, "wrong", wantPage(t, d.enter(t, "no"), http.StatusForbidden))
}

func TestWhatComesFromOutsideIsText(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert(1)</script>"'`
	d := newDesk(t)
	d.source.now = dashboard.Overview{
		Battles:    []dashboard.Battle{{ID: evil, Name: evil, Rooms: []dashboard.Room{{Name: evil}}}},
		Operations: []dashboard.Operation{{ID: evil, Who: evil, What: evil, Outcome: evil, Battle: evil}},
	}
	body := wantPage(t, d.ask(t, http.MethodGet, "/", nil, d.session(t)), http.StatusOK, "&lt;script&gt;alert(1)")
	if strings.Contains(body, "<script>") || strings.Contains(body, `"'`) {
		t.Errorf("markup got through:\n%s", body)
	}
}

func TestHeadersOfEveryReply(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.session(t)
	for _, target := range []string{"/", "/dashboard/assets/dashboard.css", "/dashboard/assets/live.mjs", "/dashboard/nothing"} {
		res := d.ask(t, http.MethodGet, target, nil, in)
		policy := res.header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q lacks %s", target, policy, part)
			}
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		} {
			if got := res.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
	}
}

func TestFilesAreServedAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for target, want := range map[string]string{
		"/dashboard/assets/dashboard.css": "text/css; charset=utf-8", "/dashboard/assets/dashboard.mjs": "text/javascript; charset=utf-8",
		"/dashboard/assets/live.mjs": "text/javascript; charset=utf-8", "/dashboard/assets/dashboard.html": "text/plain; charset=utf-8",
	} {
		res := d.ask(t, http.MethodGet, target, nil)
		if got := res.header.Get("Content-Type"); got != want {
			t.Errorf("%s is %q, want %q", target, got, want)
		}
	}
}

func TestASourceThatFails(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.session(t)
	d.source.change(func(s *source) { s.err = errDown })
	body := wantPage(t, d.ask(t, http.MethodGet, "/", nil, in), http.StatusOK, "What runs could not be read.")
	if strings.Contains(body, errDown.Error()) {
		t.Error("the page tells the inner error")
	}
	d.later(time.Second)
	d.source.change(func(s *source) { s.err, s.now = nil, busy() })
	wantPage(t, d.ask(t, http.MethodGet, "/", nil, in), http.StatusOK, "grand-final", "just now")
	d.later(20 * time.Second)
	d.source.change(func(s *source) { s.throw = "a fault" })
	wantPage(t, d.ask(t, http.MethodGet, "/", nil, in), http.StatusOK,
		"grand-final", "What stands here is from 14:03:23 UTC, 20 s ago.", "22 s ago")
}

func TestManyLooksAreOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.session(t)
	for range 10 {
		wantPage(t, d.ask(t, http.MethodGet, "/", nil, in), http.StatusOK)
	}
	if n := d.source.looked(); n != 1 {
		t.Errorf("the source was asked %d times in one moment", n)
	}
}

func TestWhatIsTooMuchIsCounted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.source.now.Battles = make([]dashboard.Battle, 103)
	d.source.now.Operations = make([]dashboard.Operation, 60)
	body := wantPage(t, d.ask(t, http.MethodGet, "/", nil, d.session(t)), http.StatusOK, "3 more run and are not shown.")
	if n := strings.Count(body, `<tr role="row" data-key`); n != 100+50+2 { // two are blank ones
		t.Errorf("%d rows", n)
	}
}
