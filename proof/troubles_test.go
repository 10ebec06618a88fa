package proof_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/tencent/simulator"
)

// drawFault draws how the next calls to the platform go wrong.
func drawFault(t *rapid.T, _ int) action {
	f := rapid.SampledFrom(faults(rapid.SampledFrom([]time.Duration{200 * time.Millisecond, 700 * time.Millisecond}).Draw(t, "slow"))).Draw(t, "fault").
		On(rapid.SampledFrom([]string{simulator.SetBattleScore, simulator.SetBattleScore, simulator.GetBattleInfo, ""}).Draw(t, "command")).
		Times(rapid.IntRange(1, 3).Draw(t, "times"))
	return action{"the platform's next: " + f.String(), func(_ *testing.T, w *world) { w.sim.Script(f) }}
}

// drawWeather draws how often anything at all goes wrong from now on.
func drawWeather(t *rapid.T, _ int) action {
	chance := rapid.SampledFrom([]float64{0, 0.2, 0.5, 0.8}).Draw(t, "chance")
	seed := rapid.Uint64Range(0, 100).Draw(t, "seed")
	return action{fmt.Sprintf("of the platform's calls %.0f %% go wrong (seed %d)", 100*chance, seed), func(_ *testing.T, w *world) {
		w.sim.Plan(seed, chance, faults(200*time.Millisecond)...)
	}}
}

// faults is all that the platform may do. What it does late, it does within the 3 s that it gives itself.
func faults(slow time.Duration) []simulator.Fault {
	return simulator.AllFaults(slow, 2900*time.Millisecond, 48*time.Hour)
}

// drawOverwrite draws what settings with sole_overwriter rule out.
func drawOverwrite(t *rapid.T, _ int) action {
	room := drawRoom(t)
	return action{fmt.Sprintf("another writer sets %s to 5,000", room), func(_ *testing.T, w *world) {
		_ = w.sim.Overwrite(w.battle, room, 5_000)
	}}
}

// drawGift draws points from viewers.
func drawGift(t *rapid.T, n int) action {
	room := drawRoom(t)
	points := rapid.SampledFrom([]int64{1, 999, 5_000, 250_000}).Draw(t, "gift")
	return action{fmt.Sprintf("a gift of %d for %s (%d)", points, room, n), func(_ *testing.T, w *world) {
		_ = w.sim.Gift(w.battle, room, points)
	}}
}

// drawDeath draws a power cut after some moments, or an orderly stop. The next ask finds a new process.
func drawDeath(t *rapid.T, _ int) action {
	if rapid.IntRange(0, 4).Draw(t, "orderly") == 0 {
		return action{"the program is told to stop", func(t *testing.T, w *world) { t.Helper(); w.alive(t).stop() }}
	}
	moments := rapid.IntRange(1, 25).Draw(t, "moments")
	return action{fmt.Sprintf("the power will fail in %d moments", moments), func(_ *testing.T, w *world) { w.light(moments) }}
}

// drawRest draws a time in which nobody asks, or in which not even the program runs.
func drawRest(t *rapid.T, _ int) action {
	d := rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Second, 15 * time.Second}).Draw(t, "rest")
	if rapid.Bool().Draw(t, "asleep") {
		d *= 20
		return action{fmt.Sprintf("the machine sleeps for %v", d), func(_ *testing.T, w *world) { w.sleep(d) }}
	}
	return action{fmt.Sprintf("nothing for %v", d), func(_ *testing.T, _ *world) { time.Sleep(d) }}
}

// drawClock draws a machine's clock that is set right, far ahead of what it was.
func drawClock(t *rapid.T, _ int) action {
	d := rapid.SampledFrom([]time.Duration{5 * time.Second, time.Minute, 20 * time.Minute}).Draw(t, "ahead")
	return action{fmt.Sprintf("the clock is set %v ahead", d), func(_ *testing.T, w *world) { w.leap(d) }}
}

// drawMood draws how the chat treats what it is given from now on.
func drawMood(t *rapid.T, _ int) action {
	m := rapid.SampledFrom([]mood{listening, listening, deaf, forgetful}).Draw(t, "mood")
	says := map[mood]string{listening: "the chat is well", deaf: "the chat takes nothing", forgetful: "the chat takes everything and reports errors"}
	return action{says[m], func(_ *testing.T, w *world) { w.feel(m) }}
}

// drawHitch draws how the network fails next.
func drawHitch(t *rapid.T, _ int) action {
	says := map[hitch]string{
		noRoute: "is not there", torn: "breaks in the middle of a request", broken: "breaks before the first byte", lost: "breaks after the last byte",
	}
	h := rapid.SampledFrom([]hitch{noRoute, torn, broken, lost}).Draw(t, "hitch")
	times := rapid.IntRange(1, 4).Draw(t, "times")
	return action{fmt.Sprintf("the network %s, %d times", says[h], times), func(_ *testing.T, w *world) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.hitches = append(w.hitches, slices.Repeat([]hitch{h}, times)...)
	}}
}

// drawLateLoss draws a change whose connection breaks at once and that takes effect as late as it may.
func drawLateLoss(*rapid.T, int) action {
	return action{"the next change is lost on its way, and takes effect after 2.9s", func(_ *testing.T, w *world) {
		w.sim.Script(simulator.LateWrite(2900 * time.Millisecond).On(simulator.SetBattleScore))
		w.mu.Lock()
		defer w.mu.Unlock()
		w.hitches = append(w.hitches, lost)
	}}
}

// drawSickness draws which of the ledger's next writes fail.
func drawSickness(t *rapid.T, _ int) action {
	s := rapid.SliceOfN(rapid.SampledFrom([]symptom{healthy, refusing, lying}), 1, 4).Draw(t, "symptoms")
	return action{fmt.Sprintf("the ledger's next writes: %v", s), func(_ *testing.T, w *world) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.symptoms = append(w.symptoms, s...)
	}}
}
