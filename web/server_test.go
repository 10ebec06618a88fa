package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/web"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	fine := func(context.Context) error { return nil }
	tests := []struct {
		name     string
		settings web.Settings
		checks   []web.Check
		routes   map[string]http.Handler
		want     string
	}{
		{
			name:     "one address for both",
			settings: web.Settings{Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:8080"},
			want:     "http.admin_listen: 127.0.0.1:8080 is http.listen too",
		},
		{name: "no port", settings: web.Settings{Listen: "127.0.0.1"}, want: `http.listen: "127.0.0.1" is not host:port`},
		{name: "a port too high", settings: web.Settings{Listen: ":65536"}, want: "http.listen"},
		{name: "a word for a port", settings: web.Settings{AdminListen: "127.0.0.1:http"}, want: "http.admin_listen"},
		{name: "a check without a function", checks: []web.Check{{Name: "ledger"}}, want: `"ledger"`},
		{name: "a check without a name", checks: []web.Check{{Ready: fine}}, want: "needs a name"},
		{name: "a malformed pattern", routes: map[string]http.Handler{"POST slack": http.NotFoundHandler()}, want: `"POST slack"`},
		{name: "a pattern that is taken", routes: map[string]http.Handler{"GET /healthz": http.NotFoundHandler()}, want: `"GET /healthz"`},
		{name: "a pattern without a handler", routes: map[string]http.Handler{"GET /x": nil}, want: `"GET /x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := web.New(tt.settings, tt.checks, tt.routes, zap.NewNop())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestNewNamesEveryWrongAddress(t *testing.T) {
	t.Parallel()
	_, err := web.New(web.Settings{Listen: "here", AdminListen: "there"}, nil, nil, zap.NewNop())
	if err == nil || !strings.Contains(err.Error(), "http.listen") || !strings.Contains(err.Error(), "http.admin_listen") {
		t.Errorf("New() = %v, want both settings named", err)
	}
}

func TestNewNeedsALogger(t *testing.T) {
	t.Parallel()
	if _, err := web.New(web.Settings{}, nil, nil, nil); err == nil {
		t.Error("no error")
	}
}

func TestLimitsOfConnections(t *testing.T) {
	t.Parallel()
	srv, err := web.New(anywhere(), nil, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	public, admin := srv.HTTPServers()
	tests := []struct {
		name   string
		server *http.Server
		write  time.Duration
	}{
		{"public", public, 15 * time.Second},
		{"admin", admin, 2 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.server
			if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 10*time.Second || s.WriteTimeout != tt.write ||
				s.IdleTimeout != time.Minute || s.MaxHeaderBytes != 16<<10 {
				t.Errorf("limits: header %v, read %v, write %v, idle %v, header bytes %d",
					s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout, s.MaxHeaderBytes)
			}
			if s.Handler == nil || s.ErrorLog == nil {
				t.Error("the default mux or the default log would be used")
			}
		})
	}
}

func TestAddressesAreKnownOnceOpen(t *testing.T) {
	t.Parallel()
	srv, err := web.New(web.Settings{Listen: "127.0.0.1:0"}, nil, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if srv.Addr() != "" || srv.AdminAddr() != "" {
		t.Errorf("Addr() = %q, AdminAddr() = %q before Listen", srv.Addr(), srv.AdminAddr())
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := srv.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(srv.Addr())
	if err != nil || port == "0" || srv.AdminAddr() != "" {
		t.Errorf("Addr() = %q, AdminAddr() = %q, want a real port and none", srv.Addr(), srv.AdminAddr())
	}
	cancel()
	if err := srv.Run(ctx); err != nil {
		t.Errorf("Run() = %v", err)
	}
}

func TestClosedListeners(t *testing.T) {
	t.Parallel()
	srv, err := web.New(web.Settings{}, nil, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	cancel()
	if err := <-ended; err != nil || srv.Addr() != "" {
		t.Errorf("Run() = %v, Addr() = %q, want nothing to serve", err, srv.Addr())
	}
}

func TestBusyPort(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	held, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Close() })
	busy := held.Addr().String()
	tests := []struct {
		name     string
		settings web.Settings
		want     string
	}{
		{"public", web.Settings{Listen: busy}, "http.listen: " + busy + " is in use"},
		{"admin", web.Settings{Listen: "127.0.0.1:0", AdminListen: busy}, "http.admin_listen: " + busy + " is in use"},
		{"elsewhere", web.Settings{Listen: "192.0.2.1:0"}, "http.listen: 192.0.2.1:0 is not an address of this machine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, err := web.New(tt.settings, nil, nil, zap.NewNop())
			if err != nil {
				t.Fatal(err)
			}
			err = srv.Run(t.Context())
			if err == nil || err.Error() != tt.want {
				t.Errorf("Run() = %v, want %s", err, tt.want)
			}
			if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EADDRNOTAVAIL) {
				t.Errorf("the cause is lost: %v", err)
			}
			if srv.Addr() != "" {
				t.Errorf("%s was left open", srv.Addr())
			}
		})
	}
}

func TestRunToldToStopBeforeItBegan(t *testing.T) {
	t.Parallel()
	srv, err := web.New(anywhere(), nil, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := srv.Run(ctx); err != nil {
		t.Errorf("Run() = %v, want nil", err)
	}
}

func TestStopWaitsForARunningRequest(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	alive := make(chan bool, 1)
	s := start(t, anywhere(), nil, map[string]http.Handler{
		"POST /slow": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-release
			alive <- r.Context().Err() == nil
			_, _ = io.WriteString(w, "done")
		}),
	})
	url := s.Addr() + "/slow"
	answer := make(chan reply, 1)
	go func() { answer <- s.do(t, http.MethodPost, url, "") }()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	waitUntilRefused(t, s.Addr())
	select {
	case err := <-stopped:
		t.Fatalf("Run() = %v while a request was running", err)
	default:
	}
	close(release)
	if got := <-answer; got.body != "done" || got.status != http.StatusOK {
		t.Errorf("the running request got %d %q", got.status, got.body)
	}
	if !<-alive {
		t.Error("the context of the running request had ended")
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run() = %v", err)
	}
}

// waitUntilRefused returns once nothing listens on address.
func waitUntilRefused(t *testing.T, address string) {
	t.Helper()
	var d net.Dialer
	for {
		c, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			return
		}
		_ = c.Close()
	}
}
