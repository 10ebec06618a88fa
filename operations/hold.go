package operations

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// holdWait is how long a write waits for another one's hold on the same battle.
const holdWait = 2 * time.Second

// Holder is who writes to a battle now.
type Holder struct {
	By    string // a person's id
	Since time.Time
}

// HeldError says that a write was refused because another one has the battle; nothing was sent.
type HeldError struct{ Holder Holder }

func (e *HeldError) Error() string {
	return fmt.Sprintf("another change of this battle by %s is under way; nothing was sent", e.Holder.By)
}

// holds keeps overwrites of a battle apart from every other write to it; additions run together.
type holds struct {
	mu      sync.Mutex
	battles map[string]*hold
}

type hold struct {
	shared    int
	exclusive bool
	holder    Holder
	waiting   int           // overwrites that wait: new additions queue behind them
	users     int           // holders and waiters; the hold is forgotten when there are none
	changed   chan struct{} // closed when a holder leaves
}

func newHolds() *holds { return &holds{battles: map[string]*hold{}} }

// take waits at most holdWait for a battle and returns the function that gives it up. The error is a
// *HeldError, or the context's.
func (h *holds) take(ctx context.Context, battle string, exclusive bool, who Holder) (func(), error) {
	timer := time.NewTimer(holdWait)
	defer timer.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.join(battle, exclusive)
	for !b.free(exclusive) {
		changed, holder := b.changed, b.holder
		h.mu.Unlock()
		err := wait(ctx, changed, timer.C, holder)
		h.mu.Lock()
		if err != nil {
			h.leave(battle, b, exclusive)
			return nil, err
		}
	}
	b.enter(exclusive, who)
	return sync.OnceFunc(func() { h.giveUp(battle, b, exclusive) }), nil
}

func wait(ctx context.Context, changed <-chan struct{}, late <-chan time.Time, holder Holder) error {
	select {
	case <-changed:
		return nil
	case <-late:
		return &HeldError{Holder: holder}
	case <-ctx.Done():
		return fmt.Errorf("waiting for the battle: %w", context.Cause(ctx))
	}
}

func (h *holds) join(battle string, exclusive bool) *hold {
	b := h.battles[battle]
	if b == nil {
		b = &hold{changed: make(chan struct{})}
		h.battles[battle] = b
	}
	b.users++
	if exclusive {
		b.waiting++
	}
	return b
}

func (b *hold) free(exclusive bool) bool {
	if exclusive {
		return !b.exclusive && b.shared == 0
	}
	return !b.exclusive && b.waiting == 0
}

func (b *hold) enter(exclusive bool, who Holder) {
	b.holder = who
	if exclusive {
		b.exclusive = true
		b.waiting--
		return
	}
	b.shared++
}

// leave takes back a join that did not get the battle.
func (h *holds) leave(battle string, b *hold, exclusive bool) {
	if exclusive {
		b.waiting--
	}
	h.part(battle, b)
}

func (h *holds) giveUp(battle string, b *hold, exclusive bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if exclusive {
		b.exclusive = false
	} else {
		b.shared--
	}
	h.part(battle, b)
}

// part forgets one user of a hold and wakes those who wait.
func (h *holds) part(battle string, b *hold) {
	b.users--
	if b.users == 0 {
		delete(h.battles, battle)
	}
	close(b.changed)
	b.changed = make(chan struct{})
}
