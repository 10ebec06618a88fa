package battles

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"ringside/ledger"
)

const (
	refreshEvery = time.Second
	refreshLimit = time.Second // so that a database that is silent holds nobody up for longer
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
	from Others        // nil: nobody else writes
	turn chan struct{} // whoever is in it refreshes
	last time.Time     // of the last refresh
}

// WithOthers makes a Book keep up with other processes that write to the same store.
func WithOthers(o Others) Option {
	return func(b *Book) { b.shared.from, b.shared.turn = o, make(chan struct{}, 1) }
}

// Refresh takes in what other processes wrote of battles since the last time. Names are resolved after it alone, so that
// nobody's points go to the battle that had a name a second ago.
func (b *Book) Refresh(ctx context.Context) error {
	s := &b.shared
	if s.from == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, refreshLimit)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return fmt.Errorf("wait to read what other replicas know of battles: %w", ctx.Err())
	}
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
