package battles

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"ringside/ledger"
)

const (
	refreshEvery = time.Second
	// overlap is how far before the last refresh the next one begins: what was written then may have become visible later,
	// and by a clock that is not ours.
	overlap     = 10 * time.Second
	maxRefreshs = maxRunning + maxEnded // battles that one refresh takes in
)

// Others tells what other processes wrote of battles; package ledger has it.
type Others interface {
	Changed(ctx context.Context, since time.Time, limit int) ([]ledger.Battle, error)
}

// sharedStore is what a book needs to keep up with other processes.
type sharedStore struct {
	mu   sync.Mutex
	from Others // nil: nobody else writes
	last time.Time
}

// WithOthers makes a Book keep up with other processes that write to the same store.
func WithOthers(o Others) Option {
	return func(b *Book) { b.shared.from = o }
}

// Refresh takes in what other processes wrote of battles since the last time. Names are resolved after it alone, so that
// nobody's points go to the battle that had a name a second ago.
func (b *Book) Refresh(ctx context.Context) error {
	s := &b.shared
	if s.from == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	began := b.now()
	if s.last.IsZero() {
		s.last = began
	}
	changed, err := s.from.Changed(ctx, s.last.Add(-overlap), maxRefreshs)
	if err != nil {
		return fmt.Errorf("read what other replicas know of battles: %w", err)
	}
	for _, battle := range changed {
		b.takeIn(ctx, battle)
	}
	s.last = began
	return nil
}

// takeIn merges what the store has on a battle with what is known, and takes its name over.
func (b *Book) takeIn(ctx context.Context, stored ledger.Battle) {
	if c := b.card(stored.ID); c != nil && c.Alias == stored.Alias && reflect.DeepEqual(c.Merge(stored), c.Battle) {
		return
	}
	b.change(ctx, stored.ID, func(c *card) {
		c.Battle = c.Merge(stored)
		c.Alias = stored.Alias
		if stored.Seen.After(c.heard) {
			c.heard = stored.Seen
		}
	})
}

// KeepUp takes in what other processes write, until ctx ends. It returns nil.
func (b *Book) KeepUp(ctx context.Context) error {
	if b.shared.from == nil {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_ = b.Refresh(ctx) // a ledger that can't be read says so elsewhere
		}
	}
}
