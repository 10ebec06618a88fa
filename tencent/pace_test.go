package tencent

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSlowDownAndRecovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 100)
		defer l.close()
		slot := hold(t, l)
		start := time.Now()
		l.slowDown(slot)
		var got []string
		for range 28 {
			rate, until := l.report()
			left := "full"
			if !until.IsZero() {
				left = until.Sub(start).String()
			}
			line := fmt.Sprintf("%.4g until %s", rate, left)
			if len(got) == 0 || got[len(got)-1] != line {
				got = append(got, line)
			}
			time.Sleep(time.Second)
		}
		want := []string{"48.5 until 15s", "73.5 until 15s", "97 until full"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSlowDownCounts(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	tests := []struct {
		name    string
		ceiling int
		grants  []time.Time // of the refused calls; each refusal comes 1 s after the one before
		want    float64
	}{
		{"one", 100, []time.Time{now}, 48.5},
		{"the echo of the first", 100, []time.Time{now, now, now}, 48.5},
		{"a new one", 100, []time.Time{now, now.Add(time.Second)}, 24.25},
		{"down to one a second", 3, []time.Time{now, now.Add(1e9), now.Add(2e9), now.Add(3e9)}, 1},
		{"a ceiling of one", 1, []time.Time{now}, 0.97},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPace(tt.ceiling)
			for i, granted := range tt.grants {
				p.cut(now.Add(time.Duration(i)*time.Second), granted)
			}
			if got := float64(p.current); got != tt.want {
				t.Errorf("got %v a second, want %v", got, tt.want)
			}
			if p.burst() != 1 {
				t.Errorf("burst %d", p.burst())
			}
			if again := p.recovered(); !p.recover(again) || !p.next.IsZero() || p.current != p.full() {
				t.Errorf("at %s the pace is %v, not back", again, p.current)
			}
		})
	}
}

func TestBurstAndRateStayBelowTheCeiling(t *testing.T) {
	t.Parallel()
	for ceiling := 34; ceiling <= 400; ceiling++ {
		p := newPace(ceiling)
		if sum := float64(p.full()) + float64(p.burst()); sum > float64(ceiling) {
			t.Errorf("ceiling %d: rate and burst make %v", ceiling, sum)
		}
	}
}

// TestSlowedLimiterGrantsLess counts what a crowd gets in each phase.
func TestSlowedLimiterGrantsLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 100)
		defer l.close()
		l.slowDown(hold(t, l))
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		var mu sync.Mutex
		counts := make([]int, 5) // for each 5 s
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				for {
					slot, err := l.reserve(ctx, ClassPerson)
					if err != nil {
						return
					}
					slot.begin(l.command)
					slot.end(true, nil)
					mu.Lock()
					counts[min(4, int(time.Since(start)/(5*time.Second)))]++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		for i, want := range []int{242, 242, 367, 485, 485} {
			if got := counts[i]; got < want-4 || got > want+8 {
				t.Errorf("seconds %d to %d: %d calls, want about %d", 5*i, 5*i+5, got, want)
			}
		}
	})
}
