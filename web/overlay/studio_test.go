package overlay_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringside/web/overlay"
)

func dialer() *net.Dialer { return &net.Dialer{} }

// wire is a listener without a network: a write lasts until it is read, and time may stand still.
type wire struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.done) })
	return nil
}

func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

// studio is a Server in a bubble of synctest.
type studio struct {
	t    *testing.T
	feed *feed
	gate *gate
	srv  *overlay.Server
	wire *wire
}

// bubble runs a test in which time passes as soon as everything waits.
func bubble(t *testing.T, test func(t *testing.T, s *studio)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &studio{t: t, feed: newFeed(), gate: &gate{}, wire: &wire{conns: make(chan net.Conn), done: make(chan struct{})}}
		s.srv = newServer(t, s.feed, s.gate)
		server := &http.Server{Handler: s.srv.Handler(), WriteTimeout: 15 * time.Second, ReadTimeout: 10 * time.Second}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(s.wire) }()
		test(t, s)
		s.srv.Close()
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// connect asks for a stream; its reply is read with read.
func (s *studio) connect(battle string) net.Conn {
	s.t.Helper()
	mine, its := net.Pipe()
	s.wire.conns <- its
	s.t.Cleanup(func() { _ = mine.Close() })
	if _, err := fmt.Fprintf(mine, "GET %s HTTP/1.1\r\nHost: overlay\r\n\r\n", streamPath(battle)); err != nil {
		s.t.Fatal(err)
	}
	return mine
}

func (s *studio) watch(battle string) *viewer {
	s.t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(s.connect(battle)), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = res.Body.Close() })
	return &viewer{t: s.t, status: res.StatusCode, header: res.Header, body: res.Body, lines: bufio.NewReader(res.Body)}
}
