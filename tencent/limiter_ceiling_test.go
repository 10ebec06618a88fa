package tencent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// departures collects the instants at which calls left.
type departures struct {
	mu sync.Mutex
	at []time.Time
}

func (d *departures) add() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = append(d.at, time.Now())
}

// most returns the highest number of departures in any closed window of one second.
func (d *departures) most() int {
	slices.SortFunc(d.at, time.Time.Compare)
	most, first := 0, 0
	for i, at := range d.at {
		for at.Sub(d.at[first]) > time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// errand is one caller in a simulated crowd.
type errand struct {
	after   time.Duration // of its arrival
	class   Class
	patient time.Duration // its deadline
	write   time.Duration // from the grant to the first byte
	finish  time.Duration // from the first byte to the moment the departure is noted
	unused  bool          // releases the slot instead of writing
	slow    bool          // the platform answers with a frequency refusal
}

func drawErrand(t *rapid.T) errand {
	ms := func(name string, limit int) time.Duration {
		return time.Duration(rapid.IntRange(0, limit).Draw(t, name)) * time.Millisecond
	}
	return errand{
		after:   ms("after", 3000),
		class:   Class(rapid.IntRange(0, 1).Draw(t, "class")),
		patient: 1 + ms("patient", 4000),
		write:   ms("write", 60),
		finish:  ms("finish", 60),
		unused:  rapid.IntRange(0, 9).Draw(t, "unused") == 0,
		slow:    rapid.IntRange(0, 49).Draw(t, "slow") == 0,
	}
}

func (e errand) run(l *limiter, log *departures) {
	time.Sleep(e.after)
	ctx, cancel := context.WithTimeout(context.Background(), e.patient)
	defer cancel()
	slot, err := l.reserve(ctx, e.class)
	if err != nil {
		return
	}
	defer slot.Release()
	if e.unused || !slot.begin(l.command) {
		return
	}
	time.Sleep(e.write)
	log.add()
	time.Sleep(e.finish)
	slot.depart()
	slot.end(true, nil)
	if e.slow {
		l.slowDown(slot)
	}
}

// TestNoWindowOverTheCeiling is the promise: whatever the crowd does, no second holds more departures than the ceiling,
// and in the end every permit is back.
func TestNoWindowOverTheCeiling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ceiling := rapid.SampledFrom([]int{1, 2, 3, 5, 10, 33, 40, 70}).Draw(rt, "ceiling")
		crowd := rapid.SliceOfN(rapid.Custom(drawErrand), 1, 250).Draw(rt, "crowd")
		var log departures
		var held, waiting int
		synctest.Test(t, func(*testing.T) {
			l := newLimiter(CommandSetBattleScore, ceiling)
			var all sync.WaitGroup
			for _, e := range crowd {
				all.Go(func() { e.run(l, &log) })
			}
			all.Wait()
			held, waiting = l.permits.held, l.people.Len()+l.batches.Len()
			l.close()
		})
		if most := log.most(); most > ceiling {
			rt.Fatalf("%d departures within one second, the ceiling is %d", most, ceiling)
		}
		if held != 0 || waiting != 0 {
			rt.Fatalf("in the end %d permits are held and %d callers wait", held, waiting)
		}
	})
}

// saturate keeps 40 callers busy for some seconds.
func saturate(t *testing.T, ceiling int, seconds time.Duration, hold time.Duration) *departures {
	t.Helper()
	var log departures
	synctest.Test(t, func(*testing.T) {
		l := newLimiter(CommandSetBattleScore, ceiling)
		ctx, cancel := context.WithTimeout(context.Background(), seconds)
		defer cancel()
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				for {
					slot, err := l.reserve(ctx, ClassBatch)
					if err != nil {
						return
					}
					slot.begin(l.command)
					time.Sleep(hold)
					log.add()
					slot.depart()
					slot.end(true, nil)
				}
			})
		}
		all.Wait()
		l.close()
	})
	return &log
}

func TestSaturationReachesItsShare(t *testing.T) {
	t.Parallel()
	const seconds = 20
	for _, ceiling := range []int{1, 2, 3, 7, 10, 34, 66, 100, 199, 200, 400} {
		for _, hold := range []time.Duration{0, 3 * time.Millisecond, 20 * time.Millisecond} {
			t.Run(fmt.Sprintf("%d a second, held %s", ceiling, hold), func(t *testing.T) {
				t.Parallel()
				log := saturate(t, ceiling, seconds*time.Second, hold)
				if most := log.most(); most > ceiling {
					t.Errorf("%d departures within one second", most)
				}
				if got, want := float64(len(log.at)), 0.97*float64(ceiling*seconds); got < want {
					t.Errorf("%v calls in %d s, want at least %v", got, seconds, want)
				}
			})
		}
	}
}

// TestSaturationWithLateTimers allows for a machine whose timers come late: the rate must not drift.
func TestSaturationWithLateTimers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const ceiling, seconds = 50, 10
		l := newLimiter(CommandSetBattleScore, ceiling)
		late := rand.New(rand.NewPCG(1, 2))
		granted := 0
		end := time.Now().Add(seconds * time.Second)
		for time.Now().Before(end) {
			time.Sleep(time.Duration(late.IntN(8)) * time.Millisecond)
			l.mu.Lock()
			now := time.Now()
			w := &waiter{line: l.people, done: make(chan struct{})}
			if l.people.Len() < 5 {
				w.place = l.people.PushBack(w)
			}
			before := l.permits.held
			l.serve(now)
			for range l.permits.held - before {
				l.permits.depart(now)
				granted++
			}
			if l.timer != nil {
				l.timer.Stop() // Only this loop serves, and late.
			}
			l.mu.Unlock()
		}
		if want := 0.97 * ceiling * seconds; float64(granted) < want-1 {
			t.Errorf("%d calls, want about %v", granted, want)
		}
	})
}

func BenchmarkLimiterReserve(b *testing.B) {
	l := newLimiter(CommandSetBattleScore, 1<<24)
	defer l.close()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, time.Hour)
	defer stop()
	b.ReportAllocs()
	for b.Loop() {
		slot, err := l.reserve(ctx, ClassPerson)
		if err != nil {
			b.Fatal(err)
		}
		slot.begin(l.command)
		slot.end(true, nil)
	}
}

// BenchmarkLimiterQueue measures a place in a long line: every grant is by the hand of another caller.
func BenchmarkLimiterQueue(b *testing.B) {
	l := newLimiter(CommandSetBattleScore, 1<<20)
	defer l.close()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			slot, err := l.reserve(b.Context(), ClassBatch)
			if err != nil {
				b.Error(err)
				return
			}
			slot.begin(l.command)
			slot.end(true, nil)
		}
	})
}
