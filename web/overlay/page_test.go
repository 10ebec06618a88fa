package overlay_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ringside/web/overlay"
)

func TestNewNeedsBoth(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]struct {
		feed overlay.Feed
		gate overlay.Gate
	}{"no feed": {nil, &gate{}}, "no gate": {newFeed(), nil}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := overlay.New(s.feed, s.gate); err == nil {
				t.Error("no error")
			}
		})
	}
}

func ask(t testing.TB, h http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return w
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'"

func TestEveryReplyIsSafe(t *testing.T) {
	t.Parallel()
	h := newServer(t, newFeed(), &gate{}).Handler()
	want := map[string]string{
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      policy,
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	}
	paths := []string{
		pagePath("b"), "/overlay/b?key=wrong", "/overlay/b/events?key=wrong", "/overlay/assets/main.mjs",
		"/overlay/assets/none", "/overlay/",
	}
	for _, path := range paths {
		got := ask(t, h, http.MethodGet, path).Header()
		for name, value := range want {
			if got.Get(name) != value {
				t.Errorf("%s: %s = %q, want %q", path, name, got.Get(name), value)
			}
		}
	}
}

func TestFramingCanBeAllowed(t *testing.T) {
	t.Parallel()
	h := newServer(t, newFeed(), &gate{}, overlay.WithFraming()).Handler()
	got := ask(t, h, http.MethodGet, pagePath("b")).Header()
	if got.Get("X-Frame-Options") != "SAMEORIGIN" ||
		got.Get("Content-Security-Policy") != strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1) {
		t.Errorf("header %v", got)
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	h := newServer(t, newFeed(), &gate{}).Handler()
	long := strings.Repeat("x", 300)
	refused := "This address does not open an overlay. Ask whoever runs Ringside for a new one.\n"
	tests := []struct {
		name, method, path string
		status             int
		kind, body         string // body is what it contains
	}{
		{"the page", "GET", pagePath("b"), 200, "text/html; charset=utf-8", "<!doctype html>"},
		{"the page's head", "HEAD", pagePath("b"), 200, "text/html; charset=utf-8", ""},
		{"an id with all signs", "GET", pagePath("a+b/c=="), 200, "text/html; charset=utf-8", "<!doctype html>"},
		{"no key", "GET", "/overlay/b", 403, "text/plain; charset=utf-8", refused},
		{"a wrong key", "GET", "/overlay/b?key=other", 403, "text/plain; charset=utf-8", refused},
		{"a wrong key for the stream", "GET", "/overlay/b/events?key=other", 403, "text/plain; charset=utf-8", refused},
		{"a key too long", "GET", "/overlay/b?key=" + long, 403, "text/plain; charset=utf-8", refused},
		{"a battle too long", "GET", pagePath(long), 403, "text/plain; charset=utf-8", refused},
		{"the stream's head", "HEAD", streamPath("b"), 200, "text/event-stream; charset=utf-8", ""},
		{"a script", "GET", "/overlay/assets/main.mjs", 200, "text/javascript; charset=utf-8", "import"},
		{"the style", "GET", "/overlay/assets/overlay.css", 200, "text/css; charset=utf-8", ".board"},
		{"the page is no asset", "GET", "/overlay/assets/overlay.html", 404, "text/plain; charset=utf-8", "There is nothing"},
		{"below the stream", "GET", "/overlay/b/events/more", 404, "text/plain; charset=utf-8", "There is nothing"},
		{"a method", "POST", pagePath("b"), 405, "text/plain; charset=utf-8", "This address takes GET, HEAD.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, h, tt.method, tt.path)
			kind, body := got.Header().Get("Content-Type"), got.Body.String()
			if got.Code != tt.status || kind != tt.kind || !strings.Contains(body, tt.body) {
				t.Errorf("%d %s %.200q, want %d %s %q", got.Code, kind, body, tt.status, tt.kind, tt.body)
			}
		})
	}
}

func TestWhatCannotOpenIsNotAsked(t *testing.T) {
	t.Parallel()
	g := &gate{}
	h := newServer(t, newFeed(), g).Handler()
	long := strings.Repeat("x", 257)
	for _, path := range []string{"/overlay/b", "/overlay/b?key=", "/overlay/b?key=" + long, pagePath(long)} {
		ask(t, h, http.MethodGet, path)
	}
	if n := g.count(); n != 0 {
		t.Errorf("the gate was asked %d times", n)
	}
}

func TestTheReferenceIsDecodedOnce(t *testing.T) {
	t.Parallel()
	for name, battle := range map[string]string{
		"all signs of base64": "aB+c/d//e==", "already escaped": "100%25", "a space": "a b", "an asset": "assets",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &gate{}
			h := newServer(t, newFeed(), g).Handler()
			if got := ask(t, h, http.MethodGet, pagePath(battle)); got.Code != http.StatusOK || g.seen[0] != battle {
				t.Errorf("%d, the gate saw %q, want %q", got.Code, g.seen, battle)
			}
		})
	}
}

// TestThePageLoadsOnlyItsOwn reads what the page and its scripts and styles refer to.
func TestThePageLoadsOnlyItsOwn(t *testing.T) {
	t.Parallel()
	h := newServer(t, newFeed(), &gate{}).Handler()
	refers := regexp.MustCompile(`(?:href|src)="([^"]*)"|from '([^']*)'|url\(([^)]*)\)|@import ([^;]*)`)
	inline := regexp.MustCompile(`(?i)<style|\son\w+=|\sstyle=|<script>|javascript:|innerHTML|eval\(|https?://`)
	files, err := fs.Glob(os.DirFS("assets"), "*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d assets, %v", len(files), err)
	}
	for _, name := range files {
		content, err := os.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if found := inline.Find(content); found != nil {
			t.Errorf("%s holds %q, which the policy forbids", name, found)
		}
		for _, m := range refers.FindAllSubmatch(content, -1) {
			target := strings.TrimPrefix(strings.TrimPrefix(string(slices.Concat(m[1:]...)), "assets/"), "./")
			if got := ask(t, h, http.MethodGet, "/overlay/assets/"+target); got.Code != http.StatusOK {
				t.Errorf("%s refers to %q: %d", name, target, got.Code)
			}
		}
	}
}
