package commands

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// knock asks once and is answered at once.
func knock(g *gate, caller string, now time.Time) (time.Duration, bool) {
	release, wait, ok := g.admit(caller, now)
	if ok {
		release()
	}
	return wait, ok
}

// knocks asks n times at once and returns how often that was let in.
func knocks(g *gate, caller string, now time.Time, n int) int {
	admitted := 0
	for range n {
		if _, ok := knock(g, caller, now); ok {
			admitted++
		}
	}
	return admitted
}

func TestPaceHasDefaults(t *testing.T) {
	t.Parallel()
	want := Pace{PerSecond: 20, Burst: 100, InFlight: 64}
	if got := (Pace{PerSecond: -1, Burst: -1, InFlight: -1}).orDefault(); got != want {
		t.Errorf("below zero: %+v", got)
	}
	if got := (Pace{}).orDefault(); got != want {
		t.Errorf("zero: %+v", got)
	}
	own := Pace{PerSecond: 0.5, Burst: 1, InFlight: 2}
	if got := own.orDefault(); got != own {
		t.Errorf("set: %+v", got)
	}
}

func TestGateNeverAdmitsMoreThanItsPace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pace := Pace{PerSecond: rapid.Float64Range(0.1, 100).Draw(t, "per second"), Burst: rapid.IntRange(1, 20).Draw(t, "burst")}
		g, now := newGate(pace), noon()
		admitted := map[string][]time.Time{}
		for range rapid.IntRange(1, 200).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "ms later")) * time.Millisecond)
			late := time.Duration(rapid.IntRange(0, 50).Draw(t, "ms late")) * time.Millisecond
			caller := rapid.SampledFrom([]string{"ana", "ben"}).Draw(t, "caller")
			if _, ok := knock(g, caller, now.Add(-late)); ok {
				admitted[caller] = append(admitted[caller], now)
			}
		}
		for caller, times := range admitted {
			checkPace(t, pace, caller, times)
		}
	})
}

// checkPace compares every stretch of time with what may be let in during it; an ask may be told as 50 ms younger.
func checkPace(t *rapid.T, pace Pace, caller string, times []time.Time) {
	for from := range times {
		for to := from; to < len(times); to++ {
			took := times[to].Sub(times[from]) + 50*time.Millisecond
			if most := float64(pace.Burst) + pace.PerSecond*took.Seconds() + 1e-6; float64(to-from+1) > most {
				t.Fatalf("%s was let in %d times in %s, at most %.2f are right", caller, to-from+1, took, most)
			}
		}
	}
}

func TestGateAlwaysAdmitsTheIdle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, now := newGate(Pace{PerSecond: 10, Burst: rapid.IntRange(1, 5).Draw(t, "burst")}), noon()
		for step := range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(100 * time.Millisecond)
			for other := range rapid.IntRange(0, 3).Draw(t, "others") {
				for range rapid.IntRange(0, 100).Draw(t, "asks") {
					_, _, _ = g.admit(fmt.Sprint("other", other), now) // never answered
				}
			}
			if wait, ok := knock(g, "idle", now); !ok {
				t.Fatalf("step %d: to wait %s", step, wait)
			}
		}
	})
}

func TestGateTellsWhenToComeAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, now := newGate(Pace{PerSecond: rapid.Float64Range(0.01, 1000).Draw(t, "per second"), Burst: rapid.IntRange(1, 10).Draw(t, "burst")}), noon()
		knocks(g, "ana", now, g.pace.Burst)
		wait, ok := knock(g, "ana", now)
		if ok || wait <= 0 {
			t.Fatalf("after the burst: %v, to wait %s", ok, wait)
		}
		if _, ok := knock(g, "ana", now.Add(wait-wait/10-time.Nanosecond)); ok {
			t.Fatalf("let in before %s were over", wait)
		}
		if again, ok := knock(g, "ana", now.Add(wait)); !ok {
			t.Fatalf("after %s, to wait %s more", wait, again)
		}
	})
	slow := newGate(Pace{PerSecond: 1e-15, Burst: 1})
	knocks(slow, "ana", noon(), 1)
	if wait, _ := knock(slow, "ana", noon()); wait.Truncate(time.Second) != longestWait {
		t.Errorf("the longest wait is %s", wait)
	}
}

func TestGateBoundsWhatIsInFlight(t *testing.T) {
	t.Parallel()
	g := newGate(Pace{Burst: 10, InFlight: 2})
	first, _, _ := g.admit("ana", noon())
	_, _, second := g.admit("ana", noon())
	_, wait, third := g.admit("ana", noon())
	if first == nil || !second || third || wait != crowdedWait {
		t.Fatalf("second %v, third %v, to wait %s", second, third, wait)
	}
	if _, ok := knock(g, "ben", noon()); !ok {
		t.Error("one caller's asks keep another's out")
	}
	first()
	first() // counts once
	if _, _, ok := g.admit("ana", noon()); !ok {
		t.Error("an answered ask is still counted")
	}
	if _, _, ok := g.admit("ana", noon()); ok {
		t.Error("an ask that was answered twice made room for two")
	}
	if got := knocks(g, "ana", noon(), 20); got != 0 {
		t.Errorf("let in %d", got)
	}
	if left := g.visitor("ana").limit.TokensAt(noon()); left != 7 {
		t.Errorf("%v of 10 are left: a refused ask was counted", left)
	}
}

func TestGateForgetsTheIdlest(t *testing.T) {
	t.Parallel()
	g := newGate(Pace{Burst: 1})
	release, _, _ := g.admit("idle", noon())
	knocks(g, "script", noon(), 1)
	for i := range 3 * maxCallers {
		knocks(g, fmt.Sprint(i), noon(), 1)
		if i%1000 == 0 && knocks(g, "script", noon(), 1) != 0 {
			t.Fatalf("who asks on was forgotten after %d others", i)
		}
	}
	if len(g.callers) != maxCallers || g.idle.Len() != maxCallers {
		t.Errorf("%d and %d callers are remembered, at most %d may be", len(g.callers), g.idle.Len(), maxCallers)
	}
	release()
	if v := g.visitor("idle"); v.inFlight != 0 {
		t.Errorf("%d asks of a new caller are in flight", v.inFlight)
	}
}

func TestGateAtTheSameTime(t *testing.T) {
	t.Parallel()
	const asks, most = 400, 5
	g := newGate(Pace{Burst: asks / 2, InFlight: most})
	var admitted, within, crowds atomic.Int64
	var all sync.WaitGroup
	for i := range asks {
		all.Go(func() {
			for { // Only the pace's refusal is final here.
				release, wait, ok := g.admit("ana", noon())
				if !ok && wait == crowdedWait {
					continue
				}
				if ok {
					if within.Add(1) > most {
						crowds.Add(1)
					}
					admitted.Add(1)
					within.Add(-1)
					release()
				}
				knocks(g, fmt.Sprint("other", i), noon(), 1)
				return
			}
		})
	}
	all.Wait()
	if admitted.Load() != asks/2 || crowds.Load() > 0 {
		t.Errorf("%d let in, want %d; %d times more than %d at once", admitted.Load(), asks/2, crowds.Load(), most)
	}
}

func TestTooFastSaysHowLong(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		0: "1 s", time.Nanosecond: "1 s", time.Second: "1 s", time.Second + 1: "2 s", 59 * time.Second: "59 s", 90 * time.Second: "1:30",
	} {
		r := tooFast(wait)
		if len(r.Notes) != 1 || r.Notes[0] != "Try again in "+want+"." || r.Tone != ToneBad || r.Public {
			t.Errorf("%s: %+v", wait, r)
		}
	}
}

func BenchmarkGate(b *testing.B) {
	g := newGate(Pace{})
	names := make([]string, 2*maxCallers)
	for i := range names {
		names[i] = fmt.Sprint("slack:T1/user/U", i)
	}
	now, n := noon(), 0
	b.ReportAllocs()
	for b.Loop() {
		now, n = now.Add(time.Millisecond), n+1
		knock(g, names[n%len(names)], now)
	}
}
