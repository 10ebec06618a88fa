package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"ringside/tencent/simulator"
)

// benchDoor serves the simulator and notes when calls are inside.
type benchDoor struct {
	sim      *simulator.Simulator
	listener net.Listener
	server   *http.Server
	served   chan error

	mu      sync.Mutex
	inside  int
	entered time.Time     // when the first of those inside came
	busy    time.Duration // for how long at least one was inside
	changes []time.Time   // when each change of scores arrived
}

func openDoor(ctx context.Context, sim *simulator.Simulator) (*benchDoor, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the simulator: %w", err)
	}
	d := &benchDoor{sim: sim, listener: l, served: make(chan error, 1)}
	d.server = &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
	go func() { d.served <- d.server.Serve(l) }()
	return d, nil
}

func (d *benchDoor) url() string { return "http://" + d.listener.Addr().String() }

// ServeHTTP implements http.Handler.
func (d *benchDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.enter(strings.HasSuffix(r.URL.Path, simulator.SetBattleScore))
	defer d.leave()
	d.sim.ServeHTTP(w, r)
}

func (d *benchDoor) enter(change bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if change {
		d.changes = append(d.changes, now)
	}
	if d.inside++; d.inside == 1 {
		d.entered = now
	}
}

func (d *benchDoor) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside--; d.inside == 0 {
		d.busy += time.Since(d.entered)
	}
}

// forget begins anew to count.
func (d *benchDoor) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy, d.changes = 0, d.changes[:0]
}

// seen returns for how long calls were inside, and when the changes arrived, since the last forget.
func (d *benchDoor) seen() (busy time.Duration, changes []time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.busy, append([]time.Time(nil), d.changes...)
}

func (d *benchDoor) close() error {
	err := d.server.Close()
	d.sim.Close()
	if served := <-d.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
