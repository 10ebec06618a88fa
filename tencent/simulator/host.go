package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Host serves a simulator on a listening socket of its own. Make one with Listen and end it with Close.
//
// Unlike a plain httptest.Server it can refuse connections: one by the fault Refuse, or all while it is shut.
type Host struct {
	sim    *Simulator
	door   *door
	server *http.Server
	served sync.WaitGroup
	failed error // why serving ended; valid after served
}

// Listen starts to serve the simulator at an address of this machine, such as "127.0.0.1:0" for any free port.
// The context bounds only the start.
func Listen(ctx context.Context, s *Simulator, address string) (*Host, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for the simulator: %w", err)
	}
	h := &Host{
		sim:    s,
		door:   newDoor(listener, s.refusesNext),
		server: &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute},
	}
	h.served.Go(func() { h.failed = h.server.Serve(h.door) })
	return h, nil
}

// URL returns the address to call, such as "http://127.0.0.1:40123".
func (h *Host) URL() string { return "http://" + h.door.Addr().String() }

// Shut closes the listening socket, so that the operating system refuses new connections, and closes the
// connections that are idle. Calls in progress go on. A client that reuses a connection may see it closed instead
// of refused. The port is free for others until Reopen.
func (h *Host) Shut() error {
	err := h.door.shut()
	h.server.SetKeepAlivesEnabled(false)
	return err
}

// Reopen listens again at the same port.
func (h *Host) Reopen(ctx context.Context) error {
	h.server.SetKeepAlivesEnabled(true)
	return h.door.reopen(ctx)
}

// Close cuts every connection, closes the simulator too, and waits for all of it. It returns what went wrong
// while serving, if anything did.
func (h *Host) Close() error {
	err := h.server.Close()
	h.sim.Close()
	h.served.Wait()
	if !errors.Is(h.failed, http.ErrServerClosed) {
		err = errors.Join(err, h.failed)
	}
	if err != nil {
		return fmt.Errorf("closing the simulator's host: %w", err)
	}
	return nil
}
