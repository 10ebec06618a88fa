package simulator

import (
	"context"
	"sync"
	"time"
)

// tasks counts what runs on behalf of a simulator, so that Close can end it and wait for it.
type tasks struct {
	life    context.Context // ends with the simulator
	die     context.CancelFunc
	closing <-chan struct{}
	running sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

func newTasks() *tasks {
	life, die := context.WithCancel(context.Background())
	return &tasks{life: life, die: die, closing: life.Done()}
}

// begin reports whether one more task may start; each begun task calls end.
func (t *tasks) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.running.Add(1)
	return true
}

func (t *tasks) end() { t.running.Done() }

func (t *tasks) close() {
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		t.die()
	}
	t.mu.Unlock()
	t.running.Wait()
}

// pause waits for d and reports whether it passed before the context ended or the simulator closed.
func (t *tasks) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	case <-t.closing:
		return false
	}
}

// hold waits until the context ends or the simulator closes.
func (t *tasks) hold(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-t.closing:
	}
}
