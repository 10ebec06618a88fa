package simulator_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent/simulator"
)

// giftsOf lets traffic run for the whole minute of a battle, in virtual time, and returns what it did.
func giftsOf(t *testing.T, traffic simulator.Traffic) []simulator.Effect {
	t.Helper()
	var effects []simulator.Effect
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t, simulator.WithSeed(1))
		gifts, err := sim.StartGifts(t.Context(), addBattle(t, sim), traffic)
		if err != nil {
			t.Fatal(err)
		}
		<-gifts.Done() // The battle ends by itself.
		effects = sim.Effects()
		check(t, "sent", gifts.Sent(), len(effects))
		if err := gifts.Stop(); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return effects
}

func TestGiftsKeepScoresMoving(t *testing.T) {
	t.Parallel()
	effects := giftsOf(t, simulator.Traffic{PerSecond: 4, Seed: 9})
	if n := len(effects); n < 180 || n > 300 {
		t.Errorf("%d gifts in a minute at 4 a second", n)
	}
	sizes, rooms := map[int64]int{}, map[string]int{}
	for _, e := range effects {
		if !e.Gift || e.Call != -1 || e.Score < 1 {
			t.Errorf("not a gift: %+v", e)
		}
		sizes[e.Score]++
		rooms[e.Room]++
	}
	if len(sizes) < 15 || rooms["pk-1"] < 60 || rooms["pk-2"] < 60 {
		t.Errorf("too even sizes or too uneven rooms: %v, %v", sizes, rooms)
	}
}

func TestGiftsRepeatThemselvesFromASeed(t *testing.T) {
	t.Parallel()
	first := giftsOf(t, simulator.Traffic{PerSecond: 2, Seed: 5})
	if diff := cmp.Diff(first, giftsOf(t, simulator.Traffic{PerSecond: 2, Seed: 5})); diff != "" {
		t.Errorf("the same seed leads to other gifts:\n%s", diff)
	}
	if cmp.Equal(first, giftsOf(t, simulator.Traffic{PerSecond: 2, Seed: 6})) {
		t.Error("another seed leads to the same gifts")
	}
}

func TestGiftsFavourARoom(t *testing.T) {
	t.Parallel()
	for _, e := range giftsOf(t, simulator.Traffic{PerSecond: 2, Favour: map[string]float64{"pk-2": 0}}) {
		check(t, "room", e.Room, "pk-1")
	}
}

func TestGiftsEnd(t *testing.T) {
	t.Parallel()
	type running struct {
		sim    *simulator.Simulator
		battle string
		gifts  *simulator.Gifts
		cancel context.CancelFunc
	}
	tests := []struct {
		name string
		end  func(r running)
		err  error
	}{
		{"with Stop", func(r running) { _ = r.gifts.Stop() }, nil},
		{"with the context", func(r running) { r.cancel() }, nil},
		{"with the simulator", func(r running) { r.sim.Close() }, nil},
		{"with the battle", func(r running) { r.sim.EndBattle(r.battle) }, nil},
		{"with the rooms", func(r running) { r.sim.DestroyRoom("pk-1"); r.sim.DestroyRoom("pk-2") }, nil},
		{"at the greatest score", func(r running) { _ = r.sim.Gift(r.battle, "pk-1", math.MaxInt64-3000) }, simulator.ErrOutOfRange},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				battle := addBattle(t, sim)
				gifts, err := sim.StartGifts(ctx, battle, simulator.Traffic{PerSecond: 20})
				if err != nil {
					t.Fatal(err)
				}
				for gifts.Sent() == 0 {
					pass(100 * time.Millisecond)
				}
				test.end(running{sim, battle, gifts, cancel})
				<-gifts.Done()
				if err := gifts.Stop(); !errors.Is(err, test.err) || (test.err == nil) != (err == nil) {
					t.Errorf("Stop: got %v, want %v", err, test.err)
				}
				seen, _ := sim.Battle(battle)
				if left := time.Until(seen.End); test.name != "with the battle" && test.name != "with the rooms" && left < 30*time.Second {
					t.Errorf("the gifts went on until %v before the end", left)
				}
			})
		})
	}
}

func TestGiftsGoOnWithoutARoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := newSimulator(t)
		battle := addBattle(t, sim)
		sim.RemoveRoom(battle, "pk-2")
		gifts, err := sim.StartGifts(t.Context(), battle, simulator.Traffic{PerSecond: 5})
		if err != nil {
			t.Fatal(err)
		}
		<-gifts.Done()
		if gifts.Sent() < 50 {
			t.Errorf("only %d gifts to the room that stayed", gifts.Sent())
		}
	})
}

func TestStartGiftsRefusesNonsense(t *testing.T) {
	t.Parallel()
	sim := newSimulator(t)
	battle := addBattle(t, sim)
	waiting, err := sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b"}, Duration: time.Minute, Wait: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	good := simulator.Traffic{PerSecond: 1}
	tests := []struct {
		name    string
		battle  string
		traffic simulator.Traffic
	}{
		{"no rate", battle, simulator.Traffic{}},
		{"rate no number", battle, simulator.Traffic{PerSecond: math.NaN()}},
		{"rate too high", battle, simulator.Traffic{PerSecond: 1001}},
		{"negative favour", battle, simulator.Traffic{PerSecond: 1, Favour: map[string]float64{"pk-1": -1}}},
		{"no favour at all", battle, simulator.Traffic{PerSecond: 1, Favour: map[string]float64{"pk-1": 0, "pk-2": 0}}},
		{"unknown battle", "x", good},
		{"battle not started", waiting, good},
	}
	for _, test := range tests {
		if _, err := sim.StartGifts(t.Context(), test.battle, test.traffic); err == nil {
			t.Errorf("%s: no error", test.name)
		}
	}
	sim.Close()
	if _, err := sim.StartGifts(t.Context(), battle, good); !errors.Is(err, simulator.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
