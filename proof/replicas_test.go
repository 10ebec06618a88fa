package proof_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// TestReplicas ends three processes on one database with SIGKILL, one at a time or the database itself, again and again,
// while people work with them and the platform fails now and then. PROOF_KILLS says how often.
func TestReplicas(t *testing.T) {
	t.Parallel()
	kills, patient := killsWanted(t, 6)
	writes := make(chan struct{}, 1)
	f := newFleet(t, 3, manyBattles, noting(writes))
	f.start(t)
	f.sim.Plan(1, 0.2, simulator.AllFaults(100*time.Millisecond, time.Second, 48*time.Hour)...)
	gifts, err := f.sim.StartGifts(t.Context(), f.battles[0], simulator.Traffic{PerSecond: 50, Seed: 1})
	must(t, err)
	people := f.crowd(t)
	random := rand.New(rand.NewPCG(3, 4))
	for n := range kills {
		awaitMoment(random, writes)
		f.harm(t, random, n)
	}
	people.leave()
	must(t, gifts.Stop())
	f.sim.Plan(0, 0)
	f.start(t)
	f.settle(t, patient)
	f.sim.ApplyLate()
	f.stop(t)
	f.judge(t)
}

// harm kills the database, for every third time, or else a process. What was killed comes back at once or after a while,
// perhaps only when something else is killed too.
func (f *fleet) harm(t *testing.T, random *rand.Rand, n int) {
	t.Helper()
	if n%3 == 2 {
		f.server.Kill()
		<-time.After(time.Duration(random.Int64N(int64(1500 * time.Millisecond))))
		if random.IntN(3) == 0 {
			f.killAny(random)
		}
		f.server.Run()
	} else {
		f.killAny(random)
	}
	if random.IntN(2) == 0 {
		f.start(t)
	}
}

// killAny kills one of the processes that run, but not the last one.
func (f *fleet) killAny(random *rand.Rand) {
	var running []int
	for i, s := range f.replicas {
		if s != nil {
			running = append(running, i)
		}
	}
	if len(running) > 1 {
		f.kill(running[random.IntN(len(running))])
	}
}
