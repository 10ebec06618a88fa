// Package web is the HTTP face of Ringside: it serves health and readiness, mounts the endpoints of the
// platforms, and keeps metrics and profiles on a listener of their own. It knows no platform: what it
// asks and what it serves are functions and handlers given to it.
package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// The limits of a connection. Every platform's request is small and answered within three seconds.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 15 * time.Second
	profileTimeout    = 2 * time.Minute // a profile is written for as long as it is taken
	idleTimeout       = time.Minute
	maxHeaderBytes    = 16 << 10
	maxBodyBytes      = 1 << 20
)

// stopTimeout is how long running requests may take to end once Run was told to stop.
const stopTimeout = 10 * time.Second

// Settings say where to listen; an empty address opens no listener.
type Settings struct {
	Listen      string // health and the platforms' endpoints: "127.0.0.1:8080"
	AdminListen string // metrics, profiles and health; never public
}

// Option changes how a Server behaves.
type Option func(*options)

type options struct{ metrics []prometheus.Gatherer }

// WithMetrics adds g to what /metrics shows. It must not hold the collectors of the Go runtime and of
// the process: the Server has its own.
func WithMetrics(g prometheus.Gatherer) Option {
	return func(o *options) { o.metrics = append(o.metrics, g) }
}

// Server is one or two HTTP listeners.
type Server struct {
	log   *zap.Logger
	ready *readiness
	faces []*face
}

// face is one listener and what it serves.
type face struct {
	setting string // "http.listen": the setting that a person has to change
	address string
	server  *http.Server

	mu       sync.Mutex
	listener net.Listener // nil while it is not open
}

// New returns a Server that answers readiness from checks and mounts routes, from a pattern of
// http.ServeMux such as "POST /slack/commands" to its handler, on the public listener. It opens no
// socket. It returns an error for an address that cannot be one, for two listeners on one address, and
// for a pattern that is malformed or taken.
func New(s Settings, checks []Check, routes map[string]http.Handler, log *zap.Logger, opts ...Option) (*Server, error) {
	if log == nil {
		return nil, errors.New("web: a logger is needed")
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	ready, err := newReadiness(checks)
	if err != nil {
		return nil, err
	}
	srv := &Server{log: log, ready: ready}
	public, err := publicMux(ready, routes)
	if err != nil {
		return nil, err
	}
	admin, err := adminMux(ready, o.metrics, log)
	if err != nil {
		return nil, err
	}
	srv.add("http.listen", s.Listen, public, writeTimeout)
	srv.add("http.admin_listen", s.AdminListen, admin, profileTimeout)
	return srv, nil
}

func (s Settings) check() error {
	return errors.Join(
		checkAddress("http.listen", s.Listen),
		checkAddress("http.admin_listen", s.AdminListen),
		s.checkApart(),
	)
}

func checkAddress(setting, address string) error {
	if address == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %q is not host:port", setting, address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%s: %q has no port between 0 and 65535", setting, address)
	}
	return nil
}

// checkApart refuses one address for both: metrics and profiles are never public.
func (s Settings) checkApart() error {
	if s.Listen == "" || s.Listen != s.AdminListen {
		return nil
	}
	if _, port, err := net.SplitHostPort(s.Listen); err == nil && port == "0" {
		return nil // each gets a port of its own
	}
	return fmt.Errorf("http.admin_listen: %s is http.listen too; metrics and profiles need an address of their own", s.Listen)
}

func (s *Server) add(setting, address string, h *http.ServeMux, write time.Duration) {
	log := s.log.With(zap.String("listener", setting))
	s.faces = append(s.faces, &face{setting: setting, address: address, server: &http.Server{
		Handler:           guard(h, log),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      write,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          zap.NewStdLog(log),
	}})
}

// Listen opens the listeners, so that a busy port is known before anything else starts. Run does it if
// nobody did. After an error nothing is open.
func (s *Server) Listen(ctx context.Context) error {
	for _, f := range s.faces {
		if err := f.listen(ctx); err != nil {
			for _, opened := range s.faces {
				opened.close()
			}
			return err
		}
	}
	return nil
}

// Run serves until ctx ends, then takes no more requests, waits up to ten seconds for the running ones,
// and returns nil. It returns an error when a listener cannot be opened or breaks. Run must be called
// once.
func (s *Server) Run(ctx context.Context) error {
	defer s.ready.wait()
	if err := s.Listen(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it began
		}
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, f := range s.faces {
		if l := f.open(); l != nil {
			group.Go(func() error { return f.serve(ctx, l) })
			group.Go(func() error { return f.stopAfter(ctx, s.log) })
		}
	}
	group.Go(func() error { <-ctx.Done(); return nil })
	return group.Wait()
}

// Addr returns the public listener's address with its real port, and "" before it is open.
func (s *Server) Addr() string { return s.faces[0].addr() }

// AdminAddr returns the admin listener's address with its real port, and "" before it is open.
func (s *Server) AdminAddr() string { return s.faces[1].addr() }
