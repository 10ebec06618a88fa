package simulator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"ringside/tencent/simulator"
)

func TestCloseWaitsForCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		sim := newSimulator(t, simulator.WithObserver(func(simulator.Call) { <-release }))
		body := addBoth(addBattle(t, sim))
		go direct(t.Context(), sim, bubbleQuery(), simulator.SetBattleScore, body)
		synctest.Wait() // The call is held by the observer.

		closed := make(chan struct{})
		go func() {
			sim.Close()
			close(closed)
		}()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close did not wait for a call")
		default:
		}
		late := direct(t.Context(), sim, bubbleQuery(), simulator.SetBattleScore, body)
		check(t, "a call while it closes", late.told(), "status 502") // What a recorder sees of a reset.
		close(release)
		<-closed
		check(t, "calls", sim.Totals().Calls, 1)
	})
}

func TestCloseWaitsForGifts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		gifts, err := sim.StartGifts(t.Context(), addBattle(t, sim), simulator.Traffic{PerSecond: 1})
		if err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Second)
		for range 2 {
			sim.Close()
		}
		select {
		case <-gifts.Done():
		default:
			t.Error("Close did not wait for the gifts")
		}
	})
}
