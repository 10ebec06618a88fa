package simulator

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// door is a listener that can be shut and opened again, and that turns away single connections.
type door struct {
	address  net.Addr
	turnAway func() bool

	mu      sync.Mutex
	inner   net.Listener  // nil while shut
	changed chan struct{} // closed when the door opens, or closes for good
	closed  bool
}

func newDoor(inner net.Listener, turnAway func() bool) *door {
	return &door{address: inner.Addr(), turnAway: turnAway, inner: inner, changed: make(chan struct{})}
}

// Addr returns the address, which stays the same while the door is shut.
func (d *door) Addr() net.Addr { return d.address }

// Accept returns the next connection that is not turned away; while the door is shut it waits.
func (d *door) Accept() (net.Conn, error) {
	for {
		inner, err := d.waitOpen()
		if err != nil {
			return nil, err
		}
		conn, err := inner.Accept()
		switch {
		case err != nil && d.uses(inner):
			return nil, err // As it is: net/http looks at its type to see whether to try again.
		case err != nil: // It was shut meanwhile.
		case d.turnAway():
			reset(conn)
		default:
			return conn, nil
		}
	}
}

func (d *door) waitOpen() (net.Listener, error) {
	for {
		d.mu.Lock()
		inner, changed, closed := d.inner, d.changed, d.closed
		d.mu.Unlock()
		if closed {
			return nil, net.ErrClosed
		}
		if inner != nil {
			return inner, nil
		}
		<-changed
	}
}

func (d *door) uses(inner net.Listener) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inner == inner
}

func (d *door) shut() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner == nil {
		return nil
	}
	err := d.inner.Close()
	d.inner = nil
	if err != nil {
		return fmt.Errorf("shutting the door: %w", err)
	}
	return nil
}

func (d *door) reopen(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return fmt.Errorf("opening the door: %w", net.ErrClosed)
	}
	if d.inner != nil {
		return nil
	}
	inner, err := new(net.ListenConfig).Listen(ctx, d.address.Network(), d.address.String())
	if err != nil {
		return fmt.Errorf("opening the door: %w", err)
	}
	d.inner = inner
	d.announce()
	return nil
}

// Close closes the door for good.
func (d *door) Close() error {
	d.mu.Lock()
	if !d.closed {
		d.closed = true
		d.announce()
	}
	d.mu.Unlock()
	return d.shut()
}

// announce wakes whoever waits in Accept. The caller holds the lock.
func (d *door) announce() {
	close(d.changed)
	d.changed = make(chan struct{})
}
