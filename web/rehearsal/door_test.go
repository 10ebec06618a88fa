package rehearsal_test

import (
	"context"
	"flag"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/web/rehearsal"
)

var update = flag.Bool("update", false, "write the golden files anew")

func hints() []rehearsal.Hint {
	return []rehearsal.Hint{{Line: "/battle list", Does: "what runs"}, {Line: `/battle "<b>"`, Does: "<i>markup</i>"}}
}

func TestThePage(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{}, rehearsal.WithOverlay("/overlay/demo?key=a&theme=dark"), rehearsal.WithHints(hints()...))
	got := a.do(t, http.MethodGet, "/rehearsal", "").body
	const path = "testdata/page.golden.html"
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
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestThePageWithoutAStage(t *testing.T) {
	t.Parallel()
	if got := newHall(t, &handler{}).do(t, http.MethodGet, "/rehearsal", "").body; strings.Contains(got, "iframe") || strings.Contains(got, "Lines worth") {
		t.Error(got)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := rehearsal.New(nil); err == nil {
		t.Error("no handler is accepted")
	}
	for name, opt := range map[string]rehearsal.Option{
		"another site": rehearsal.WithOverlay("https://evil.example/overlay"), "another host": rehearsal.WithOverlay("//evil.example"),
		"a relative path": rehearsal.WithOverlay("overlay"), "a long address": rehearsal.WithOverlay("/" + strings.Repeat("x", 1000)),
		"four hints": rehearsal.WithHints(append(hints(), hints()...)...),
	} {
		if _, err := rehearsal.New(&handler{}, opt); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	for _, path := range []string{"/rehearsal", "/rehearsal/assets/live.mjs", "/rehearsal/assets/rehearsal.css", "/rehearsal/nothing"} {
		h := a.do(t, http.MethodGet, path, "").header
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, part)
			}
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestOnlyThisMachineByItsOwnName(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	_, port, err := net.SplitHostPort(a.web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for host, open := range map[string]bool{
		"127.0.0.1:" + port: true, "localhost:" + port: true, "[::1]:" + port: true,
		"evil.example:" + port: false, "127.0.0.1.evil.example:" + port: false, "127.0.0.1": false, "localhost": false, "[::1]": false,
		"127.0.0.1:1": false, "localhost.:" + port: false, "127.0.0.2:" + port: false, "localhost:0" + port: false,
	} {
		for method, path := range map[string]string{http.MethodGet: "/rehearsal", http.MethodPost: "/rehearsal/say"} {
			got := a.do(t, method, path, `{"text":"/battle list"}`, func(r *http.Request) { r.Host = host })
			if (got.status < 300) != open {
				t.Errorf("%s %s (port %s): %d", method, host, port, got.status)
			}
		}
	}
}

func TestAnAddressThatOthersReachIsClosed(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	for _, local := range []net.Addr{nil, &net.TCPAddr{IP: net.IPv4(192, 168, 1, 5), Port: 80}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/rehearsal", nil)
		if local != nil {
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		tcp, _ := local.(*net.TCPAddr)
		if want := local != nil && tcp.IP.IsLoopback(); (w.Code == http.StatusOK) != want {
			t.Errorf("%v: %d", local, w.Code)
		}
	}
}

func TestOtherSitesCannotSend(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		got := a.do(t, http.MethodPost, "/rehearsal/say", `{"text":"/battle list"}`, func(r *http.Request) { r.Header.Set(name, value) })
		if got.status != http.StatusForbidden {
			t.Errorf("%s %s: %d", name, value, got.status)
		}
	}
	if len(a.handler.asked()) > 0 {
		t.Error("it reached the handler")
	}
}
