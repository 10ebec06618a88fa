package dashboard

import (
	"context"
	"errors"
	"sync"
	"time"
)

var errFull = errors.New("dashboard: too many viewers")

// hall is everybody who watches, and the one loop that looks for all of them while somebody does.
type hall struct {
	look   func(ctx context.Context) []byte // what is shown, encoded
	reset  func()                           // before a loop begins
	ctx    context.Context                  // ends with close
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	viewers int
	looping bool
	now     *scene
}

// scene is what is to be seen at one moment. It never changes; a viewer who is late skips to the newest.
type scene struct {
	event []byte // nil before the first look
	next  chan struct{}
}

func newHall(look func(ctx context.Context) []byte, reset func()) *hall {
	h := &hall{look: look, reset: reset, now: &scene{next: make(chan struct{})}}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// join lets one more watch.
func (h *hall) join() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil || h.viewers >= maxViewers {
		return errFull
	}
	h.viewers++
	if !h.looping {
		h.looping = true
		h.now = &scene{next: h.now.next} // what was seen long ago is not shown
		h.reset()
		h.work.Go(h.run)
	}
	return nil
}

func (h *hall) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.viewers--
}

func (h *hall) current() *scene {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// run looks until nobody watches.
func (h *hall) run() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for h.watched() {
		h.publish(h.look(h.ctx))
		select {
		case <-tick.C:
		case <-h.ctx.Done():
		}
	}
}

// watched reports whether to go on; if not, the loop counts as ended.
func (h *hall) watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looping = h.viewers > 0 && h.ctx.Err() == nil
	return h.looping
}

func (h *hall) publish(event []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.now
	h.now = &scene{event: event, next: make(chan struct{})}
	close(old.next)
}

// close ends the loop and, by the context, every stream.
func (h *hall) close() {
	h.mu.Lock() // so that nobody joins after it
	h.cancel()
	h.mu.Unlock()
	h.work.Wait()
}
