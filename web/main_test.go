package web_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"ringside/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// anywhere opens both listeners on free ports.
func anywhere() web.Settings {
	return web.Settings{Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0"}
}

func watched() (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zap.DebugLevel)
	return zap.New(core), logs
}

// site is a running Server and a client of it.
type site struct {
	*web.Server
	client *http.Client
	logs   *observer.ObservedLogs
	stop   func() error // tells Run to end and returns what it returned
}

// start runs a Server until the test ends or stop is called.
func start(t *testing.T, s web.Settings, checks []web.Check, routes map[string]http.Handler, opts ...web.Option) *site {
	t.Helper()
	log, logs := watched()
	srv, err := web.New(s, checks, routes, log, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	transport := &http.Transport{}
	stopped := false
	stop := func() error {
		cancel()
		if stopped {
			return nil
		}
		stopped = true
		return <-ended
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := stop(); err != nil {
			t.Errorf("Run() = %v", err)
		}
	})
	return &site{Server: srv, client: &http.Client{Transport: transport, Timeout: time.Minute}, logs: logs, stop: stop}
}

// reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

func (s *site) do(t *testing.T, method, url, body string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: res.StatusCode, header: res.Header, body: string(text)}
}

func (s *site) get(t *testing.T, url string) reply {
	t.Helper()
	return s.do(t, http.MethodGet, url, "")
}
