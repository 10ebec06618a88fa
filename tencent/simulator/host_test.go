package simulator_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"ringside/tencent/simulator"
)

func newHost(t *testing.T, opts ...simulator.Option) (*stand, *simulator.Host) {
	t.Helper()
	c := newClock()
	sim := newSimulator(t, append([]simulator.Option{simulator.WithClock(c.Now)}, opts...)...)
	host, err := simulator.Listen(t.Context(), sim, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return &stand{t: t, sim: sim, clock: c, url: host.URL(), client: newClient(t)}, host
}

func TestHostServes(t *testing.T) {
	t.Parallel()
	s, _ := newHost(t)
	check(t, "told", s.ask(simulator.SetBattleScore, addBoth(s.battle())).told(), "pk-1=0 pk-2=0")
}

func TestRefusedConnections(t *testing.T) {
	t.Parallel()
	s, _ := newHost(t)
	battle := s.battle()
	s.sim.Script(simulator.Refuse().Times(2), simulator.WrongRegion())
	for _, want := range []string{"reset", "reset", "code 60026", "pk-1=0 pk-2=0"} {
		check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), want)
	}
	check(t, "calls that were seen", s.sim.Totals().Calls, 2)
	s.sim.Script(simulator.Refuse())
	check(t, "told over an open connection", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "reset")
	check(t, "calls that were seen", s.sim.Totals().Calls, 3)
}

func TestShutDoor(t *testing.T) {
	t.Parallel()
	s, host := newHost(t)
	battle := s.battle()
	check(t, "open", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "pk-1=0 pk-2=0")
	for range 2 {
		if err := host.Shut(); err != nil {
			t.Fatal(err)
		}
	}
	s.client.CloseIdleConnections()
	if got := s.ask(simulator.SetBattleScore, addBoth(battle)); !errors.Is(got.err, syscall.ECONNREFUSED) {
		t.Errorf("shut: told %s", got.told())
	}
	for range 2 {
		if err := host.Reopen(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	check(t, "reopened", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "pk-1=0 pk-2=0")
	check(t, "pk-1", s.score(battle, "pk-1"), 20)
}

func TestHostCloses(t *testing.T) {
	t.Parallel()
	seen := make(chan struct{})
	s, host := newHost(t, simulator.WithObserver(func(simulator.Call) { close(seen) }))
	battle := s.battle()
	s.sim.Script(simulator.Stall(simulator.Applied))
	told := make(chan answer, 1)
	go func() { told <- s.ask(simulator.SetBattleScore, addBoth(battle)) }()
	<-seen
	for range 2 {
		if err := host.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if got := <-told; got.err == nil {
		t.Errorf("a stalled call was answered: %s", got.told())
	}
	check(t, "effects can still be read", len(s.sim.Effects()), 2)
	if err := host.Reopen(t.Context()); err == nil {
		t.Error("a closed host opened again")
	}
}

func TestHostThatIsShutCloses(t *testing.T) {
	t.Parallel()
	_, host := newHost(t)
	if err := host.Shut(); err != nil {
		t.Fatal(err)
	}
	if err := host.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestListenFails(t *testing.T) {
	t.Parallel()
	_, host := newHost(t)
	_, err := simulator.Listen(t.Context(), newSimulator(t), strings.TrimPrefix(host.URL(), "http://"))
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v", err)
	}
}
