package proof_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// wires is a network within one synctest bubble: what waits on it costs no real time.
type wires struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
	server *http.Server
	served sync.WaitGroup
}

// newWires serves a handler on a network of its own.
func newWires(handler http.Handler) *wires {
	w := &wires{calls: make(chan net.Conn), closed: make(chan struct{})}
	w.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	w.served.Go(func() { _ = w.server.Serve(w) })
	return w
}

// Accept returns the server's end of the next connection.
func (w *wires) Accept() (net.Conn, error) {
	select {
	case conn := <-w.calls:
		return conn, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the listening.
func (w *wires) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// Addr is the one address of the network.
func (w *wires) Addr() net.Addr { return &net.UnixAddr{Name: "wires", Net: "pipe"} }

// end cuts every connection and waits.
func (w *wires) end() {
	_ = w.server.Close()
	w.served.Wait()
}

// errCut is what a process meets whose machine lost its network, or its life.
var errCut = errors.New("the network is cut")

// plug is one process's way into the network. Once pulled, nothing passes any more.
type plug struct {
	wires *wires
	lag   time.Duration // of each write
	hitch func(dialing bool) hitch

	mu     sync.Mutex
	pulled bool
	cables []*cable
}

func (p *plug) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if p.hitch(true) == noRoute {
		return nil, errCut
	}
	near, far := net.Pipe()
	c := &cable{Conn: near, plug: p}
	if !p.add(c) {
		return nil, errCut
	}
	select {
	case p.wires.calls <- far:
		return c, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (p *plug) add(c *cable) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pulled {
		return false
	}
	p.cables = append(p.cables, c)
	return true
}

// pull cuts the process off.
func (p *plug) pull() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled = true
	for _, c := range p.cables {
		_ = c.Close()
	}
}

// cable is a process's end of a connection.
type cable struct {
	net.Conn
	plug *plug
}

// Write takes its time, so that the moments of a call lie apart.
func (c *cable) Write(b []byte) (int, error) {
	time.Sleep(c.plug.lag)
	if bytes.Contains(b, []byte("/get_battle_info?")) {
		return c.Conn.Write(b)
	}
	switch c.plug.hitch(false) {
	case torn:
		n, _ := c.Conn.Write(b[:len(b)/2])
		_ = c.Close()
		return n, errCut
	case broken:
		_ = c.Close()
		return 0, errCut
	case lost:
		n, _ := c.Conn.Write(b)
		_ = c.Close()
		return n, nil
	}
	return c.Conn.Write(b)
}

// hitch is one way for the network to fail a change.
type hitch int

const (
	smooth  hitch = iota
	noRoute       // no new connection is made
	torn          // the connection breaks in the middle of a request
	broken        // it breaks before the first byte
	lost          // it breaks after the last byte, unnoticed
)
