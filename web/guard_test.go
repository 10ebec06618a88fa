package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/web"
)

func handler(f func(w http.ResponseWriter, r *http.Request)) http.Handler { return http.HandlerFunc(f) }

func TestRoutesAreMounted(t *testing.T) {
	t.Parallel()
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"POST /slack/commands": handler(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %v", body, err)
		}),
		"GET /overlay/{battle}": handler(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.PathValue("battle"))
		}),
	})
	if got := s.do(t, http.MethodPost, s.Addr()+"/slack/commands", "text=help"); got.body != "text=help <nil>" {
		t.Errorf("POST /slack/commands = %d %q", got.status, got.body)
	}
	if got := s.get(t, s.Addr()+"/overlay/demo"); got.body != "demo" {
		t.Errorf("GET /overlay/demo = %d %q", got.status, got.body)
	}
	if got := s.get(t, s.AdminAddr()+"/overlay/demo"); got.status != http.StatusNotFound {
		t.Errorf("the admin listener serves a platform's route: %d", got.status)
	}
}

func TestPlainWords(t *testing.T) {
	t.Parallel()
	routes := map[string]http.Handler{
		"POST /slack/commands": handler(func(http.ResponseWriter, *http.Request) {}),
		"GET /own404":          handler(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such battle", 404) }),
	}
	s := start(t, anywhere(), nil, routes)
	tests := []struct {
		name, method, path, want string
		status                   int
	}{
		{"nothing there", "GET", "/", "There is nothing here.\n", 404},
		{"nothing there to post to", "POST", "/slack/other", "There is nothing here.\n", 404},
		{"metrics are not public", "GET", "/metrics", "There is nothing here.\n", 404},
		{"profiles are not public", "GET", "/debug/pprof/", "There is nothing here.\n", 404},
		{"the wrong method", "GET", "/slack/commands", "This address takes POST.\n", 405},
		{"the wrong method for health", "POST", "/healthz", "This address takes GET, HEAD.\n", 405},
		{"no words for HEAD", "HEAD", "/nothing", "", 404},
		{"a handler's own words stay", "GET", "/own404", "no such battle\n", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := s.do(t, tt.method, s.Addr()+tt.path, "")
			if got.status != tt.status || got.body != tt.want {
				t.Errorf("%s %s = %d %q, want %d %q", tt.method, tt.path, got.status, got.body, tt.status, tt.want)
			}
			if tt.status == http.StatusMethodNotAllowed && got.header.Get("Allow") == "" {
				t.Error("no Allow header")
			}
		})
	}
}

func TestRedirectsOfTheMuxStay(t *testing.T) {
	t.Parallel()
	s := start(t, anywhere(), nil, nil)
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got := s.get(t, s.Addr()+"//healthz")
	if got.status != http.StatusTemporaryRedirect && got.status != http.StatusMovedPermanently {
		t.Fatalf("GET //healthz = %d %q", got.status, got.body)
	}
	if got.header.Get("Location") != "/healthz" {
		t.Errorf("Location = %q", got.header.Get("Location"))
	}
}

func TestSafeHeaders(t *testing.T) {
	t.Parallel()
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"GET /page": handler(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'")
		}),
	})
	want := map[string]string{
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	}
	for _, path := range []string{"/healthz", "/readyz", "/nothing"} {
		got := s.get(t, s.Addr()+path)
		for name, value := range want {
			if got.header.Get(name) != value {
				t.Errorf("%s: %s = %q, want %q", path, name, got.header.Get(name), value)
			}
		}
	}
	if got := s.get(t, s.Addr()+"/page").header.Get("Content-Security-Policy"); got != "default-src 'self'" {
		t.Errorf("a page's own policy became %q", got)
	}
}

func TestPanicsAreAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	const secret = "xoxb-very-secret"
	counts := map[bool]map[string]int{} // holds no map to write to
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"GET /value": handler(func(http.ResponseWriter, *http.Request) { panic(secret) }),
		"GET /error": handler(func(http.ResponseWriter, *http.Request) { panic(errors.New(secret)) }),
		"GET /nil":   handler(func(_ http.ResponseWriter, r *http.Request) { counts[true][r.Method]++ }),
	})
	tests := []struct{ name, path, kind string }{
		{"a value", "/value", "a value of type string"},
		{"an error", "/error", "a value of type *errors.errorString"},
		{"the runtime's own", "/nil", "assignment to entry in nil map"},
	}
	for _, tt := range tests {
		got := s.get(t, s.Addr()+tt.path)
		if got.status != http.StatusInternalServerError || got.body != "Something went wrong inside Ringside.\n" {
			t.Errorf("%s: %d %q", tt.name, got.status, got.body)
		}
		logged := fmt.Sprint(s.logs.FilterMessage("request panicked").TakeAll())
		s.logs.TakeAll()
		if !strings.Contains(logged, tt.kind) || !strings.Contains(logged, "guard_test.go") || strings.Contains(logged, secret) {
			t.Errorf("%s: want %q, the stack, and not the value: %s", tt.name, tt.kind, logged)
		}
	}
	if got := s.get(t, s.Addr()+"/healthz"); got.body != "ok" {
		t.Errorf("the server did not survive: %d %q", got.status, got.body)
	}
}

func TestAReplyCutOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	begin := func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
	}
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"GET /panic": handler(func(w http.ResponseWriter, _ *http.Request) { begin(w); panic("x") }),
		"GET /abort": handler(func(w http.ResponseWriter, _ *http.Request) { begin(w); panic(http.ErrAbortHandler) }),
	})
	for path, logged := range map[string]int{"/panic": 1, "/abort": 0} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err == nil {
			t.Errorf("%s: the reply looks whole", path)
		}
		if n := s.logs.FilterMessage("request panicked").FilterField(zap.String("path", path)).Len(); n != logged {
			t.Errorf("%s: %d panics logged, want %d", path, n, logged)
		}
	}
}

func TestAccessLogKeepsQueriesAndBodiesOut(t *testing.T) {
	t.Parallel()
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"POST /callback": handler(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, "body-secret")
		}),
	})
	s.do(t, http.MethodPost, s.Addr()+"/callback?Sign=query-secret", "text=body-secret")
	s.get(t, s.Addr()+"/"+strings.Repeat("x", 1000))
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	lines := s.logs.FilterMessage("request").All()
	if len(lines) != 2 || lines[0].Level != zap.DebugLevel {
		t.Fatalf("logged %v", lines)
	}
	got := lines[0].ContextMap()
	if got["method"] != "POST" || got["path"] != "/callback" || got["status"] != int64(202) || got["bytes"] != int64(11) {
		t.Errorf("logged %v", got)
	}
	if all := fmt.Sprint(s.logs.All()); strings.Contains(all, "secret") {
		t.Errorf("a secret was logged: %s", all)
	}
	if n := len(fmt.Sprint(lines[1].ContextMap()["path"])); n > 200 {
		t.Errorf("a path of %d bytes was logged", n)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	read := make(chan error, 1)
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"POST /callback": handler(func(w http.ResponseWriter, r *http.Request) {
			_, err := io.Copy(io.Discard, r.Body)
			read <- err
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}),
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Addr()+"/callback",
		bytes.NewReader(make([]byte, 1<<20+1)))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := s.client.Do(req); err == nil {
		_ = res.Body.Close()
	}
	var tooLarge *http.MaxBytesError
	if err := <-read; !errors.As(err, &tooLarge) || tooLarge.Limit != 1<<20 {
		t.Errorf("reading the body gave %v, want a limit of 1 MiB", err)
	}
}

func TestStreamsCanLiftTheWriteTimeout(t *testing.T) {
	t.Parallel()
	lifted := make(chan error, 1)
	s := start(t, web.Settings{Listen: "127.0.0.1:0"}, nil, map[string]http.Handler{
		"GET /events": handler(func(w http.ResponseWriter, _ *http.Request) {
			lifted <- http.NewResponseController(w).SetWriteDeadline(time.Time{})
		}),
	})
	s.get(t, s.Addr()+"/events")
	if err := <-lifted; err != nil {
		t.Errorf("SetWriteDeadline() = %v", err)
	}
}
