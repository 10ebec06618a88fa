package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"ringside/bot"
)

func newWorkers(t *testing.T, limit int) *bot.Workers {
	t.Helper()
	w, err := bot.NewWorkers(limit, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNewWorkersRefuses(t *testing.T) {
	t.Parallel()
	if _, err := bot.NewWorkers(0, zap.NewNop()); err == nil {
		t.Error("no error without a worker")
	}
	if _, err := bot.NewWorkers(1, nil); err == nil {
		t.Error("no error without a logger")
	}
}

func TestGoRefusesWhenFull(t *testing.T) {
	t.Parallel()
	w := newWorkers(t, 2)
	free, left := make(chan struct{}), make(chan struct{}, 2)
	hold := func(context.Context) { <-free; left <- struct{}{} }
	for range 2 {
		if !w.Go(hold) {
			t.Fatal("a free worker refused")
		}
	}
	if w.Go(hold) {
		t.Error("a third task was taken by two workers")
	}
	close(free)
	<-left
	<-left
	if err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestGoTakesAgainWhenFree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorkers(t, 1)
		for i := range 3 {
			if !w.Go(func(context.Context) {}) {
				t.Fatalf("task %d was refused", i)
			}
			synctest.Wait()
		}
		if err := w.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPanicEndsOnlyItsTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, logs := watched()
		w, err := bot.NewWorkers(1, log)
		if err != nil {
			t.Fatal(err)
		}
		w.Go(func(context.Context) { panic(secretText) })
		synctest.Wait()
		if !w.Go(func(context.Context) {}) {
			t.Error("the worker was lost with its task")
		}
		if err := w.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		got := fmt.Sprint(logs.FilterMessage("task panicked").All())
		if strings.Contains(got, secretText) || !strings.Contains(got, "workers_test.go") {
			t.Errorf("want the stack and not the value: %s", got)
		}
	})
}

func TestDrainWaitsForRunningTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorkers(t, 3)
		var finished atomic.Int32
		for range 3 {
			w.Go(func(ctx context.Context) {
				time.Sleep(9 * time.Second)
				if ctx.Err() == nil {
					finished.Add(1)
				}
			})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := w.Drain(ctx); err != nil || finished.Load() != 3 {
			t.Errorf("Drain() = %v with %d finished, want nil with 3", err, finished.Load())
		}
		if w.Go(func(context.Context) {}) {
			t.Error("a task was taken after Drain")
		}
		if err := w.Drain(ctx); err != nil {
			t.Errorf("the second Drain() = %v, want nil", err)
		}
	})
}

func TestDrainCancelsWhatIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorkers(t, 1)
		begun := time.Now()
		w.Go(func(ctx context.Context) { <-ctx.Done() })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := w.Drain(ctx); err != nil {
			t.Errorf("Drain() = %v, want nil: the task obeyed", err)
		}
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("took %v, want 10s", took)
		}
	})
}

func TestDrainGivesUpOnAStuckTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorkers(t, 1)
		free := make(chan struct{})
		w.Go(func(context.Context) { <-free })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begun := time.Now()
		err := w.Drain(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 tasks") {
			t.Errorf("Drain() = %v, want one task past the deadline", err)
		}
		if took := time.Since(begun); took != 12*time.Second {
			t.Errorf("took %v, want 12s", took)
		}
		close(free)
	})
}

func TestWorkersNeverExceedTheirLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(rt, "limit")
		begins := rapid.SliceOfN(rapid.Bool(), 1, 40).Draw(rt, "begin (true) or finish (false)")
		var wrong string
		synctest.Test(t, func(t *testing.T) { wrong = playWorkers(t, limit, begins) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// playWorkers begins and finishes tasks and says where the workers differ from a plain count.
func playWorkers(t *testing.T, limit int, begins []bool) string {
	t.Helper()
	w := newWorkers(t, limit)
	finish := make(chan struct{})
	running := 0
	for step, begin := range begins {
		switch {
		case begin:
			took := w.Go(func(context.Context) { <-finish })
			if took != (running < limit) {
				return fmt.Sprintf("step %d: Go() = %v with %d of %d running", step, took, running, limit)
			}
			running = min(running+1, limit)
		case running > 0:
			finish <- struct{}{}
			running--
		}
		synctest.Wait()
	}
	close(finish)
	if err := w.Drain(t.Context()); err != nil {
		return err.Error()
	}
	return ""
}
