package ledger

import (
	"context"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// loss says what a wire loses.
type loss int

const (
	nothing    loss = iota
	theRequest      // the next bytes to the server, and the connection
	theAnswer       // the next bytes from the server, and the connection
)

// wire is a way to the database that loses something once.
type wire struct {
	listener net.Listener
	server   string
	all      sync.WaitGroup

	mu    sync.Mutex
	next  loss
	conns map[net.Conn]bool
}

// newWire returns a wire, and the address of the database through it.
func newWire(t *testing.T, place string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(place)
	check(t, "address", err)
	w := &wire{server: u.Host, conns: map[net.Conn]bool{}}
	w.listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, "listen", err)
	u.Host = w.listener.Addr().String()
	w.all.Go(w.accept)
	t.Cleanup(w.close)
	return w, u.String()
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := new(net.Dialer).DialContext(context.Background(), "tcp", w.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.keep(near, far)
		w.all.Go(func() { w.carry(far, near, theRequest) })
		w.all.Go(func() { w.carry(near, far, theAnswer) })
	}
}

// carry hands on what comes from one end, unless it is to be lost.
func (w *wire) carry(to, from net.Conn, direction loss) {
	defer to.Close()   //nolint:errcheck // the other end tells what is wrong
	defer from.Close() //nolint:errcheck // as above
	chunk := make([]byte, 64<<10)
	for {
		n, err := from.Read(chunk)
		if err != nil || w.loses(direction) {
			return
		}
		if _, err := to.Write(chunk[:n]); err != nil {
			return
		}
	}
}

func (w *wire) loses(direction loss) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next != direction {
		return false
	}
	w.next = nothing
	return true
}

func (w *wire) lose(what loss) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = what
}

func (w *wire) keep(conns ...net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		w.conns[c] = true
	}
}

// cut breaks every connection.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		_ = c.Close()
		delete(w.conns, c)
	}
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.cut()
	w.all.Wait()
}

// atCommit is a fault that does something before the next commit, once.
type atCommit struct{ do atomic.Pointer[func()] }

func (a *atCommit) fault(statement string) error {
	if statement != "COMMIT" {
		return nil
	}
	if do := a.do.Swap(nil); do != nil {
		(*do)()
	}
	return nil
}

func (a *atCommit) then(do func()) { a.do.Store(&do) }
