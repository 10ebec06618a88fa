package tencent

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSuspension follows a whole client through failures, a trial that fails and one that does not.
func TestSuspension(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]SuspendedError{
		"dial": {Reason: "dial"}, "reset": {Reason: "reset"}, "stall": {Reason: "timeout"}, "100001": {Code: 100001},
	} {
		t.Run(reply, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWard(t)
				w.times(t, 4, reply)
				w.wantSuspended(t, nil)
				w.times(t, 1, reply)
				want.Until = time.Now().Add(DefaultBreakerOpenFor)
				w.wantSuspended(t, &want)
				time.Sleep(DefaultBreakerOpenFor - 1)
				w.wantSuspended(t, &want)
				time.Sleep(time.Nanosecond)
				w.wantSuspended(t, nil)
				w.times(t, 1, reply)
				want.Until = time.Now().Add(DefaultBreakerOpenFor)
				w.wantSuspended(t, &want)
				time.Sleep(time.Minute)
				w.times(t, 1, "0")
				w.times(t, 4, reply)
				w.wantSuspended(t, nil)
				if _, opened := w.Breaker(); opened != 1 {
					t.Errorf("opened %d times", opened)
				}
			})
		})
	}
}

// TestRefusalsDoNotSuspend sends bad input again and again.
func TestRefusalsDoNotSuspend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		w.times(t, 50, "100002")
		w.times(t, 4, "reset")
		w.times(t, 1, "60007")
		w.times(t, 4, "reset")
		w.wantSuspended(t, nil)
	})
}

// TestReadsAreNotSuspended fails reads, which opens nothing, and reads while writes are suspended.
func TestReadsAreNotSuspended(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		read := func() (Battle, error) { return w.BattleInfo(t.Context(), ClassPerson, BattleQuery{ID: "b"}) }
		w.will("reset")
		for range 10 {
			_, _ = read()
		}
		w.wantSuspended(t, nil)
		w.times(t, 5, "reset")
		w.will(`0,"Response":{"BattleId":"b","FromRoomInfo":{"RoomId":"a","Score":1},"ToRoomList":[]}`)
		if battle, err := read(); err != nil || battle.ID != "b" {
			t.Errorf("got %+v, %v", battle, err)
		}
		if open, _ := w.Breaker(); !open {
			t.Error("a read resumed the writes")
		}
	})
}

// TestCallersWhoGiveUpDoNotSuspend ends calls early: by a cancel, by a deadline, by an error before the call, or by a
// slot given back.
func TestCallersWhoGiveUpDoNotSuspend(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]func(w *ward){
		"cancel": func(w *ward) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(4*time.Second, cancel)
			_ = w.write(ctx, CommandSetBattleScore)
		},
		"short deadline": func(w *ward) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_ = w.write(ctx, CommandSetBattleScore)
		},
		"bad input": func(w *ward) {
			slot, _ := w.Reserve(context.Background(), CommandCreateBattle, ClassPerson)
			defer slot.Release()
			w.CreateBattle(context.Background(), slot, NewBattle{})
		},
		"not used": func(w *ward) {
			slot, _ := w.Reserve(context.Background(), CommandCreateBattle, ClassPerson)
			slot.Release()
			slot.Release()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWard(t, WithBreaker(Breaker{Failures: 2, OpenFor: time.Minute}))
				w.will("stall")
				for range 5 {
					give(w)
					w.wantSuspended(t, nil)
				}
				w.times(t, 2, "reset")
				time.Sleep(time.Minute)
				w.will("stall")
				give(w) // As the trial.
				w.wantSuspended(t, nil)
				w.times(t, 1, "0")
				w.times(t, 1, "reset")
				w.wantSuspended(t, nil)
			})
		})
	}
}

// TestOneTrialAtATime holds the trial's slot while others ask.
func TestOneTrialAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t, WithBreaker(Breaker{Failures: 1}))
		w.times(t, 1, "reset")
		time.Sleep(DefaultBreakerOpenFor)
		slot, err := w.Reserve(t.Context(), CommandCreateBattle, ClassBatch)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // It is not used, and nobody else gets through.
		want := &SuspendedError{Until: time.Now().Add(trialPause), Reason: "reset"}
		for _, got := range []*SuspendedError{w.Suspended(), w.write(t.Context(), CommandSetBattleScore)} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		slot.Release()
		w.wantSuspended(t, nil)
		w.times(t, 2, "0")
	})
}

// TestSuspendedInLine has callers wait for the limiter while the calls before them fail.
func TestSuspendedInLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		w.will("reset")
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { _ = w.write(t.Context(), CommandSetBattleScore) })
		}
		all.Wait()
		if w.calls < 5 || w.calls > 10 {
			t.Errorf("%d of 50 calls were sent", w.calls)
		}
		w.limiters[CommandSetBattleScore].mu.Lock()
		defer w.limiters[CommandSetBattleScore].mu.Unlock()
		if held := w.limiters[CommandSetBattleScore].permits.held; held != 0 {
			t.Errorf("%d permits are still held", held)
		}
	})
}

// TestPanicGivesTheSlotBack lets a call panic on its way, first as an ordinary one and then as the trial.
func TestPanicGivesTheSlotBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := false
		random := func() uint32 {
			if broken {
				panic("no randomness")
			}
			return 1
		}
		w := newWard(t, WithRandom(random), WithBreaker(Breaker{Failures: 1}))
		try := func() {
			defer func() { _ = recover() }()
			_ = w.write(t.Context(), CommandSetBattleScore)
			t.Error("no panic")
		}
		broken = true
		try()
		w.wantSuspended(t, nil)
		broken = false
		w.times(t, 1, "reset")
		time.Sleep(DefaultBreakerOpenFor)
		broken = true
		try()
		w.wantSuspended(t, nil)
		broken = false
		w.times(t, 200, "0") // More than the ceiling of a second: no permit was lost.
		if held := w.limiters[CommandSetBattleScore].permits.held; held != 0 {
			t.Errorf("%d permits are still held", held)
		}
	})
}

func TestWithoutBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t, WithBreaker(Breaker{Failures: 1}), WithoutBreaker())
		w.times(t, 50, "reset")
		w.wantSuspended(t, nil)
	})
}

func TestClosedAndSuspended(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t, WithBreaker(Breaker{Failures: 1}))
		w.times(t, 1, "reset")
		w.Close()
		if _, err := w.Reserve(t.Context(), CommandSetBattleScore, ClassPerson); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}
