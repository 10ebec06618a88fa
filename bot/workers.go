package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
)

// lastMoment is how long tasks may take to return after their context was cancelled.
const lastMoment = 2 * time.Second

// Workers runs tasks in the background, never more than a set number at once, and waits for them at
// the end. There is no queue: a task is taken at once or refused at once, so that a person hears of an
// overload while it lasts.
type Workers struct {
	max    int
	log    *zap.Logger
	ctx    context.Context // of every task; a task outlives the request that started it
	cancel context.CancelFunc

	mu       sync.Mutex
	running  int
	draining bool
	idle     chan struct{} // closed once draining and nothing runs
}

// NewWorkers returns Workers that run at most limit tasks at once; limit must be at least 1.
func NewWorkers(limit int, log *zap.Logger) (*Workers, error) {
	if limit < 1 {
		return nil, fmt.Errorf("bot: at least one worker is needed, not %d", limit)
	}
	if log == nil {
		return nil, errors.New("bot: a logger is needed")
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Workers{max: limit, log: log, ctx: ctx, cancel: cancel, idle: make(chan struct{})}, nil
}

// Go starts task in the background and returns true, or returns false and does nothing when the
// workers are all busy or draining. The context of task ends when a Drain runs out of patience. A
// panic of task is logged and ends only that task.
func (w *Workers) Go(task func(ctx context.Context)) bool {
	if !w.take() {
		return false
	}
	go func() {
		defer w.release()
		defer w.logPanic()
		task(w.ctx)
	}()
	return true
}

func (w *Workers) take() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining || w.running >= w.max {
		return false
	}
	w.running++
	return true
}

func (w *Workers) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
	if w.draining && w.running == 0 {
		close(w.idle)
	}
}

func (w *Workers) logPanic() {
	if thrown := recover(); thrown != nil {
		p := caught(thrown)
		w.log.Error("task panicked", zap.String("panic", p.Kind), zap.String("stack", p.Stack))
	}
}

// Drain takes no more tasks and waits for the running ones. When ctx ends first, it cancels their
// context, waits two more seconds, and returns an error if some are still running then. It may be
// called more than once.
func (w *Workers) Drain(ctx context.Context) error {
	w.refuse()
	defer w.cancel()
	select {
	case <-w.idle:
		return nil
	case <-ctx.Done():
	}
	w.cancel()
	last := time.NewTimer(lastMoment)
	defer last.Stop()
	select {
	case <-w.idle:
		return nil
	case <-last.C:
		return fmt.Errorf("bot: %d tasks did not stop: %w", w.count(), context.Cause(ctx))
	}
}

func (w *Workers) refuse() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining {
		return
	}
	w.draining = true
	if w.running == 0 {
		close(w.idle)
	}
}

func (w *Workers) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running
}
