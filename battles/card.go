package battles

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"ringside/ledger"
)

// endSlack is what may lie between the end of a battle and the moment from which on its scores don't change: the
// platform tells whole seconds, and its clock is not ours.
const endSlack = 3 * time.Second

// card is all that the book has on one battle. It is never changed but replaced, so that whoever has one needs no lock.
type card struct {
	ledger.Battle
	scores []ledger.Standing // as last read, in the platform's order
	read   time.Time         // when that read was complete; zero: not since the program started
	began  time.Time         // when that read began
	heard  time.Time         // when anything was last told of the battle, by our clock
	kept   bool              // the store has all of it
	failed int               // how many reads of the book's own failed in a row
	retry  time.Time         // before it the book doesn't read by itself
}

// running reports whether the battle runs as far as is known.
func (c *card) running(now time.Time) bool {
	return c.Ended.IsZero() && (c.Ends.IsZero() || now.Before(c.Ends))
}

// overAt returns when the battle ended: as told, or else as planned; zero while it runs.
func (c *card) overAt(now time.Time) time.Time {
	switch {
	case c.running(now):
		return time.Time{}
	case c.Ended.IsZero():
		return c.Ends
	}
	return c.Ended
}

// ends returns when the battle ends, or when it did.
func (c *card) ends() time.Time {
	if !c.Ended.IsZero() && (c.Ends.IsZero() || c.Ended.Before(c.Ends)) {
		return c.Ended
	}
	return c.Ends
}

// standings returns the scores as last read, and when that was. The final ones are read for good.
func (c *card) standings() (scores []ledger.Standing, read time.Time, final bool) {
	if len(c.Final) > 0 {
		return c.Final, c.FinalBy.At, true
	}
	return c.scores, c.read, false
}

func (c *card) ref() Ref { return Ref{ID: c.ID, Alias: c.Alias} }

// account makes what one source told of a battle ready to be merged.
func account(by ledger.Source, at, seen time.Time, b ledger.Battle) ledger.Battle {
	b.Told, b.Seen = by, seen
	word := ledger.Account{Source: by, At: at.Truncate(time.Microsecond)} // as exact as it is kept
	if len(b.Rooms) > 0 {
		b.RoomsBy = word
	}
	if len(b.Final) > 0 {
		b.FinalBy = word
	}
	return b
}

// card returns what is known of a battle; nil if nothing is.
func (b *Book) card(id string) *card {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.known[id]
}

// change replaces the card of a battle, and returns both. A battle that has none begins with what the store knows.
func (b *Book) change(ctx context.Context, id string, change func(c *card)) (before, after *card) {
	var past ledger.Battle
	if b.card(id) == nil {
		past, _ = b.store.Battle(ctx, id) // a battle that can't be looked up is like one that is not known
	}
	b.mu.Lock()
	before = b.known[id]
	if before == nil {
		before = &card{Battle: past, heard: cmp.Or(past.Seen, b.now()), kept: past.ID != ""}
	}
	fresh := *before
	change(&fresh)
	fresh.ID = id
	b.put(&fresh)
	heed := b.heed
	b.mu.Unlock()
	for _, f := range heed {
		f(id)
	}
	return before, &fresh
}

// put is called with the mutex held, or before anybody else has the book.
func (b *Book) put(c *card) {
	b.remove(b.known[c.ID])
	b.known[c.ID] = c
	if !c.Ended.IsZero() {
		b.ended++
	}
	if b.ended > maxEnded {
		b.crowdOut(maxEnded, func(c *card) bool { return !c.Ended.IsZero() }, func(c *card) time.Time { return c.Ended })
	}
	if len(b.known)-b.ended > maxRunning {
		b.crowdOut(maxRunning, func(c *card) bool { return c.Ended.IsZero() }, func(c *card) time.Time { return c.heard })
	}
}

func (b *Book) remove(c *card) {
	b.version++
	if c == nil {
		return
	}
	delete(b.known, c.ID)
	if !c.Ended.IsZero() {
		b.ended--
	}
}

// crowdOut removes the oldest cards of one kind: some more than it must, so that it has to be done seldom.
func (b *Book) crowdOut(limit int, kind func(*card) bool, age func(*card) time.Time) {
	var all []*card
	for c := range maps.Values(b.known) {
		if kind(c) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(x, y *card) int { return cmp.Or(age(x).Compare(age(y)), cmp.Compare(x.ID, y.ID)) })
	for _, c := range all[:len(all)-limit+limit/16] {
		b.remove(c)
	}
}

// forget removes the battles that ended long ago.
func (b *Book) forget(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.known {
		if !c.Ended.IsZero() && now.Sub(c.Ended) > endedLife {
			b.remove(c)
		}
	}
}
