package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"ringside/web"
)

func check(name string, err error) web.Check {
	return web.Check{Name: name, Ready: func(context.Context) error { return err }}
}

func TestHealthz(t *testing.T) {
	t.Parallel()
	s := start(t, anywhere(), []web.Check{check("ledger", errors.New("gone"))}, nil)
	for _, address := range []string{s.Addr(), s.AdminAddr()} {
		if got := s.get(t, address+"/healthz"); got.status != http.StatusOK || got.body != "ok" {
			t.Errorf("GET /healthz = %d %q, want 200 ok whatever the checks say", got.status, got.body)
		}
	}
}

func TestReadyz(t *testing.T) {
	t.Parallel()
	panics := web.Check{Name: "slack", Ready: func(context.Context) error { panic("xoxb-secret") }}
	tests := []struct {
		name   string
		checks []web.Check
		status int
		want   string
	}{
		{"nothing to check", nil, 200, `{"ready":true,"checks":[]}`},
		{
			"all well", []web.Check{check("slack", nil), check("ledger", nil)}, 200,
			`{"ready":true,"checks":[{"name":"slack","ok":true},{"name":"ledger","ok":true}]}`,
		},
		{
			"one is not", []web.Check{check("slack", errors.New("has not been started")), check("ledger", nil)}, 503,
			`{"ready":false,"checks":[{"name":"slack","ok":false,"reason":"has not been started"},{"name":"ledger","ok":true}]}`,
		},
		{
			"one panics", []web.Check{panics}, 503,
			`{"ready":false,"checks":[{"name":"slack","ok":false,"reason":"the check panicked: string"}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, anywhere(), tt.checks, nil)
			got := s.get(t, s.Addr()+"/readyz")
			if got.status != tt.status || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("GET /readyz = %d %s, want %d and JSON", got.status, got.header.Get("Content-Type"), tt.status)
			}
			if diff := cmp.Diff(tt.want+"\n", got.body); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// ask asks the public handler without a network, so that time can be virtual.
func ask(ctx context.Context, srv *web.Server) *httptest.ResponseRecorder {
	public, _ := srv.HTTPServers()
	w := httptest.NewRecorder()
	public.Handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", nil))
	return w
}

func newServer(t *testing.T, checks ...web.Check) *web.Server {
	t.Helper()
	srv, err := web.New(web.Settings{}, checks, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

func TestACheckThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		var runs atomic.Int32
		srv := newServer(t, check("ledger", nil), web.Check{Name: "tencent", Ready: func(context.Context) error {
			runs.Add(1)
			<-free
			return nil
		}})
		for range 3 {
			begun := time.Now()
			got := ask(t.Context(), srv)
			want := `{"ready":false,"checks":[{"name":"ledger","ok":true},` +
				`{"name":"tencent","ok":false,"reason":"no answer within 2s"}]}` + "\n"
			if diff := cmp.Diff(want, got.Body.String()); diff != "" || got.Code != http.StatusServiceUnavailable {
				t.Errorf("%d %s", got.Code, diff)
			}
			if took := time.Since(begun); took != 2*time.Second {
				t.Errorf("took %v, want 2s", took)
			}
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs of a check that hangs, want 1", n)
		}
		close(free)
		synctest.Wait()
		if got := ask(t.Context(), srv); got.Code != http.StatusOK {
			t.Errorf("%d after the check had recovered", got.Code)
		}
	})
}

func TestChecksRunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context) error { time.Sleep(time.Second); return nil }
		srv := newServer(t, web.Check{Name: "slack", Ready: slow}, web.Check{Name: "ledger", Ready: slow})
		begun := time.Now()
		if got := ask(t.Context(), srv); got.Code != http.StatusOK || time.Since(begun) != time.Second {
			t.Errorf("%d after %v, want 200 after 1s", got.Code, time.Since(begun))
		}
	})
}

func TestAskersShareOneRunOfACheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var runs atomic.Int32
		srv := newServer(t, web.Check{Name: "ledger", Ready: func(context.Context) error {
			runs.Add(1)
			<-release
			return nil
		}})
		codes := make(chan int, 5)
		for range cap(codes) {
			go func() { codes <- ask(t.Context(), srv).Code }()
		}
		synctest.Wait()
		close(release)
		for range cap(codes) {
			if code := <-codes; code != http.StatusOK {
				t.Errorf("an asker got %d", code)
			}
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs for askers at the same time, want 1", n)
		}
	})
}

func TestAnAskerThatLeavesDoesNotSpoilTheAnswerOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, web.Check{Name: "ledger", Ready: func(ctx context.Context) error {
			select {
			case <-time.After(time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}})
		leaving, leave := context.WithCancel(t.Context())
		go ask(leaving, srv)
		synctest.Wait()
		code := make(chan int, 1)
		go func() { code <- ask(t.Context(), srv).Code }()
		synctest.Wait()
		leave()
		if got := <-code; got != http.StatusOK {
			t.Errorf("the asker that stayed got %d", got)
		}
	})
}

func TestExplain(t *testing.T) {
	t.Parallel()
	leaky := &url.Error{Op: "Get", URL: "https://example.com/v4?usersig=eJw-secret", Err: errors.New("connection refused")}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"well", nil, ""},
		{"plain", errors.New("ledger: disk is full"), "ledger: disk is full"},
		{"an address with a signature", fmt.Errorf("ask tencent: %w", leaky), "connection refused"},
		{"several lines", errors.New("slack: gone\ndiscord: gone"), "slack: gone discord: gone"},
		{"control characters", errors.New("a\x1b[31mb"), "a [31mb"},
		{"bad bytes", errors.New("a\xffb"), "a\uFFFDb"},
		{"no words", errors.New(""), "no reason given"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := web.Explain(tt.err); got != tt.want {
				t.Errorf("Explain() = %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzExplain(f *testing.F) {
	f.Add("connection refused")
	f.Add("\x00\xff\u202e")
	f.Add(strings.Repeat("é", 400))
	f.Fuzz(func(t *testing.T, text string) {
		got := web.Explain(errors.New(text))
		if got == "" || !utf8.ValidString(got) || utf8.RuneCountInString(got) > 300 || strings.ContainsAny(got, "\n\r\x1b") {
			t.Errorf("Explain(%q) = %q", text, got)
		}
	})
}
