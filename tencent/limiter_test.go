package tencent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// hold takes one slot at once, uses it, and returns it departed.
func hold(t *testing.T, l *limiter) *Slot {
	t.Helper()
	slot, err := l.reserve(t.Context(), ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	if !slot.begin(l.command) {
		t.Fatal("a fresh slot cannot be used")
	}
	slot.end(true, nil)
	return slot
}

func TestPeopleBeforeBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 2)
		defer l.close()
		hold(t, l)
		var mu sync.Mutex
		var order []string
		var all sync.WaitGroup
		queue := func(name string, class Class) {
			all.Go(func() {
				slot, err := l.reserve(t.Context(), class)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				slot.begin(l.command)
				slot.end(true, nil)
			})
			synctest.Wait()
		}
		queue("batch 1", ClassBatch)
		queue("batch 2", ClassBatch)
		queue("person 1", ClassPerson)
		queue("person 2", ClassPerson)
		all.Wait()
		want := []string{"person 1", "person 2", "batch 1", "batch 2"}
		if !slices.Equal(order, want) {
			t.Errorf("served %q, want %q", order, want)
		}
	})
}

func TestRefusedAtOnceWhenTheWaitIsTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 1)
		defer l.close()
		hold(t, l)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := l.reserve(ctx, ClassPerson)
		var busy *BusyError
		if !errors.As(err, &busy) || busy.Full || busy.Wait < 900*time.Millisecond || busy.Wait > 1100*time.Millisecond {
			t.Errorf("got %v, want a wait of about a second", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("the refusal took %s", took)
		}
	})
}

func TestEstimateIsSound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 10)
		defer l.close()
		start := time.Now()
		var all sync.WaitGroup
		for i := range 40 {
			l.mu.Lock()
			estimate := l.estimate(time.Now(), l.people.Len())
			l.mu.Unlock()
			all.Go(func() {
				slot, err := l.reserve(t.Context(), ClassPerson)
				if err != nil {
					t.Error(err)
					return
				}
				if off := time.Since(start) - estimate; off.Abs() > 150*time.Millisecond {
					t.Errorf("caller %d was told %s and waited %s", i, estimate, time.Since(start))
				}
				slot.begin(l.command)
				slot.end(true, nil)
			})
			synctest.Wait()
		}
		all.Wait()
	})
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	for _, class := range []Class{ClassPerson, ClassBatch} {
		t.Run(fmt.Sprint(class), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(CommandSetBattleScore, 200)
				ctx, cancel := context.WithCancel(t.Context())
				var all sync.WaitGroup
				blocked := make([]*Slot, 200) // hold every permit
				for i := range blocked {
					blocked[i], _ = l.reserve(ctx, ClassPerson)
				}
				for range maxWaiting {
					all.Go(func() { _, _ = l.reserve(ctx, class) })
				}
				synctest.Wait()
				_, err := l.reserve(ctx, class)
				var busy *BusyError
				if !errors.As(err, &busy) || !busy.Full || busy.Wait <= 0 {
					t.Errorf("got %v, want a full queue", err)
				}
				cancel()
				all.Wait()
				for _, slot := range blocked {
					slot.Release()
				}
				if n := l.people.Len() + l.batches.Len(); n != 0 || l.permits.held != 0 {
					t.Errorf("%d still wait, %d permits held", n, l.permits.held)
				}
			})
		})
	}
}

func TestCancelledWaiterLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 2)
		defer l.close()
		hold(t, l)
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, err := l.reserve(ctx, ClassPerson)
			gone <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if l.people.Len() != 0 || l.permits.held != 0 || l.next != nil {
			t.Errorf("left behind: %d waiters, %d permits, token %v", l.people.Len(), l.permits.held, l.next)
		}
		start := time.Now()
		slot, err := l.reserve(t.Context(), ClassPerson)
		if err != nil {
			t.Fatal(err)
		}
		defer slot.Release()
		if waited := time.Since(start); waited > 600*time.Millisecond {
			t.Errorf("the next caller waited %s: the token of the one who left is gone", waited)
		}
	})
}

// TestGrantedWhileLeaving hands a slot to a caller at the very moment he gives up.
func TestGrantedWhileLeaving(t *testing.T) {
	t.Parallel()
	l := newLimiter(CommandSetBattleScore, 1)
	defer l.close()
	w := &waiter{line: l.people, done: make(chan struct{})}
	w.place = l.people.PushBack(w)
	l.mu.Lock()
	l.serve(time.Now())
	l.mu.Unlock()
	if w.slot == nil {
		t.Fatal("the only caller was not served")
	}
	if err := l.leave(w, context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if l.permits.held != 0 {
		t.Error("the permit is lost")
	}
}

func TestDeadlineDuringTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 1)
		defer l.close()
		slot, err := l.reserve(t.Context(), ClassPerson)
		if err != nil {
			t.Fatal(err)
		}
		defer slot.Release() // held all the while: longer than any estimate
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err = l.reserve(ctx, ClassPerson)
		var busy *BusyError
		if !errors.As(err, &busy) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		_, err = l.reserve(ctx, ClassPerson)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after the deadline: got %v", err)
		}
	})
}

func TestWaitWithoutDeadlineEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 1)
		defer l.close()
		slot, err := l.reserve(context.Background(), ClassPerson)
		if err != nil {
			t.Fatal(err)
		}
		defer slot.Release()
		start := time.Now()
		_, err = l.reserve(context.Background(), ClassBatch)
		var busy *BusyError
		if !errors.As(err, &busy) || time.Since(start) != maxWait {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

func TestReleasedSlotIsFreeAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 1)
		defer l.close()
		for name, giveBack := range map[string]func(*Slot){
			"released": func(s *Slot) { s.Release(); s.Release() },
			"nothing written": func(s *Slot) {
				s.begin(l.command)
				s.end(false, nil)
				s.Release()
			},
		} {
			slot, err := l.reserve(t.Context(), ClassPerson)
			if err != nil {
				t.Fatal(err)
			}
			giveBack(slot)
			if free := l.permits.free(time.Now()); free != 1 || l.permits.held != 0 {
				t.Errorf("%s: %d permits free, %d held", name, free, l.permits.held)
			}
			if slot.begin(l.command) {
				t.Errorf("%s: the slot can be used again", name)
			}
		}
	})
}

func TestSlotIsForItsCommand(t *testing.T) {
	t.Parallel()
	l := newLimiter(CommandSetBattleScore, 1)
	defer l.close()
	slot, err := l.reserve(t.Context(), ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	defer slot.Release()
	if slot.begin(CommandCreateBattle) {
		t.Error("a slot for scores creates a battle")
	}
	var none *Slot
	none.Release()
	if none.begin(CommandCreateBattle) {
		t.Error("no slot at all creates a battle")
	}
}

func TestCloseWakesEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(CommandSetBattleScore, 1)
		hold(t, l)
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				if _, err := l.reserve(t.Context(), Class(i%2)); !errors.Is(err, ErrClosed) {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		l.close()
		all.Wait()
		if _, err := l.reserve(t.Context(), ClassPerson); !errors.Is(err, ErrClosed) {
			t.Errorf("after the close: got %v", err)
		}
	})
}
