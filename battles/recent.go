package battles

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"ringside/ledger"
)

// Entry is a battle as the book remembers it.
type Entry struct {
	Ref
	Rooms     []string
	Standings []ledger.Standing // as last read; nil if they were not read since the program started
	Read      time.Time         // when they were read; zero if they were not
	Final     bool              // they are the scores it ended with
	Running   bool
	Started   time.Time // zero when not known
	Ends      time.Time // as planned, or when it ended; zero when not known
	Note      string    // the free text it was created with
	Seen      time.Time
}

// Left returns how long the battle still runs; false when it does not or nobody knows.
func (e Entry) Left(now time.Time) (time.Duration, bool) {
	if !e.Running || e.Ends.IsZero() {
		return 0, false
	}
	return max(0, e.Ends.Sub(now)), true
}

func entryOf(c *card, now time.Time) Entry {
	scores, read, final := c.standings()
	return Entry{
		Ref: c.ref(), Rooms: c.Rooms, Standings: scores, Read: read, Final: final, Running: c.running(now),
		Started: c.Started, Ends: c.ends(), Note: c.Note, Seen: c.Seen,
	}
}

// Known returns what the book remembers of the battle with the id.
func (b *Book) Known(battle string) (Entry, bool) {
	c := b.card(battle)
	if c == nil {
		return Entry{}, false
	}
	return entryOf(c, b.now()), true
}

// recent is the list of known battles as it was last made.
type recent struct {
	mu      sync.Mutex
	entries []Entry
	version uint64    // of the book
	from    time.Time // it holds from then
	until   time.Time // until a battle's planned end; zero: for good
}

func (r *recent) holds(version uint64, now time.Time) bool {
	return r.entries != nil && r.version == version && !now.Before(r.from) && (r.until.IsZero() || now.Before(r.until))
}

// Recent returns the known battles: those that run first, and among equals the one seen last. The list is shared and
// must not be changed.
func (b *Book) Recent() []Entry {
	now := b.now()
	r := &b.recent
	r.mu.Lock() // so that many who ask at the same time make it once
	defer r.mu.Unlock()
	b.mu.RLock()
	version := b.version
	if r.holds(version, now) {
		b.mu.RUnlock()
		return r.entries
	}
	cards := make([]*card, 0, len(b.known))
	for _, c := range b.known {
		cards = append(cards, c)
	}
	b.mu.RUnlock()
	r.entries, r.version, r.from, r.until = inOrder(cards, now), version, now, nextEnd(cards, now)
	return r.entries
}

// nextEnd returns when the first of the running battles is planned to end.
func nextEnd(cards []*card, now time.Time) (end time.Time) {
	for _, c := range cards {
		if c.running(now) && !c.Ends.IsZero() && (end.IsZero() || c.Ends.Before(end)) {
			end = c.Ends
		}
	}
	return end
}

func inOrder(cards []*card, now time.Time) []Entry {
	type place struct {
		group int // the running ones before the others
		seen  int64
		*card
	}
	places := make([]place, len(cards))
	for i, c := range cards {
		places[i] = place{seen: c.Seen.UnixNano(), card: c}
		if !c.running(now) {
			places[i].group = 1
		}
	}
	slices.SortFunc(places, func(x, y place) int {
		if x.group == y.group && x.seen == y.seen {
			return strings.Compare(x.ID, y.ID)
		}
		return cmp.Or(cmp.Compare(x.group, y.group), cmp.Compare(y.seen, x.seen))
	})
	entries := make([]Entry, len(places))
	for i, p := range places {
		entries[i] = entryOf(p.card, now)
	}
	return entries
}
