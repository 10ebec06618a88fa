package tencent

import (
	"errors"
	"net"
	"sync"
	"time"
)

// errSealed is what a write meets after its request was given up.
var errSealed = errors.New("the connection is closed to further writes")

// errMissed is what a write meets that has no moment, or whose moment is over.
var errMissed = errors.New("the moment of the call among those of other replicas was missed")

// flight is one request on its way; tried is guarded by the mutex of its conn.
type flight struct {
	slot   *Slot
	by     time.Time // its moment among the calls of others is over then; zero: it has none
	closed bool      // it got no moment
	tried  bool      // a write was handed to the connection: from here on a byte may have left
}

// conn is a connection that knows which request is on it, and that can be sealed: after seal returns, no byte of
// that request leaves any more, and whether one may have left before is settled.
//
// It sits on top of TLS, so that handshakes and alerts do not count as writes of a request. The transport hands it to
// one request at a time, writes that request from another goroutine, and may do so after the request was given
// up: hence the lock.
type conn struct {
	net.Conn          // what the transport speaks through: TCP, or TLS over it
	wire     net.Conn // the lowest layer

	mu      sync.Mutex
	flight  *flight // the request in progress; nil while idle
	sealed  bool
	writing sync.WaitGroup // never added to once sealed
}

// board puts a request on the connection.
func (c *conn) board(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flight = f
}

// Write passes p on unless the connection is sealed.
func (c *conn) Write(p []byte) (int, error) {
	f, err := c.enter()
	if err != nil {
		return 0, err
	}
	defer c.writing.Done()
	n, err := c.Conn.Write(p)
	if f != nil {
		f.slot.depart() // A request always fits into one write (see maxBody): the first is the whole.
	}
	return n, err
}

func (c *conn) enter() (*flight, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sealed {
		return nil, errSealed
	}
	if f := c.flight; f != nil && !f.tried && (f.closed || !f.by.IsZero() && time.Now().After(f.by)) {
		c.sealed = true
		return nil, errMissed
	}
	c.writing.Add(1)
	if c.flight != nil {
		c.flight.tried = true
	}
	return c.flight, nil
}

// release takes a finished request off the connection, which is free for the next one. It reports whether the
// request had been written at all: an answer to a question that was not asked is none.
func (c *conn) release(f *flight) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flight == f && f.tried {
		c.flight = nil
	}
	return f.tried
}

// seal ends a request that did not complete, and reports whether a byte of it may have left. A connection that
// carries another request by now is left alone: the transport passes one on only after a whole write.
func (c *conn) seal(f *flight) (written bool) {
	c.mu.Lock()
	mine := c.flight == f
	c.sealed = c.sealed || mine
	c.mu.Unlock()
	if mine {
		_ = c.abort()
		c.writing.Wait()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return f.tried
}

// Close closes the connection. In the midst of a request it is cut off instead of closed.
func (c *conn) Close() error {
	c.mu.Lock()
	busy := c.flight != nil
	c.mu.Unlock()
	if busy {
		return c.abort()
	}
	return c.Conn.Close()
}

// abort drops what the system still holds back for sending. After an ordinary close it would go on
// to retransmit, perhaps for minutes, and "the last byte" would be anybody's guess.
func (c *conn) abort() error {
	if tcp, ok := c.wire.(interface{ SetLinger(sec int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	return c.wire.Close()
}
