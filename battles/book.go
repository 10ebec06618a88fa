// Package battles knows which battles there are: their ids, their names, and their scores as last read. It
// only reads from the platform.
package battles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// RoomPrefix marks a reference to a battle by one of its rooms: "room:pk-live1".
const RoomPrefix = "room:"

// statusEnded is the one Status whose meaning the vendor's sample lets us infer
// (https://trtc.io/document/68256).
const statusEnded = 3

const (
	maxRunning = 10_000 // battles kept in memory
	seeLimit   = 2 * time.Second
)

// Platform reads battles; package tencent has it.
type Platform interface {
	BattleInfo(ctx context.Context, class tencent.Class, q tencent.BattleQuery) (tencent.Battle, error)
}

// Store keeps known battles; package ledger has it.
type Store interface {
	See(ctx context.Context, b ledger.Battle) error
	Name(ctx context.Context, battle, alias, by string, at time.Time) error
	Running(ctx context.Context, limit int) ([]ledger.Battle, error)
}

// Book knows battles. Its methods may be called at the same time.
type Book struct {
	platform Platform
	store    Store
	now      func() time.Time
	alias    *regexp.Regexp

	mu    sync.RWMutex
	known map[string]ledger.Battle
	last  map[string][]ledger.Standing // the scores as last read, of known battles
}

// Option changes how a Book works.
type Option func(*Book)

// WithClock sets the clock; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(b *Book) { b.now = now } }

// New returns a Book that knows the running battles of the store.
func New(ctx context.Context, platform Platform, store Store, opts ...Option) (*Book, error) {
	b := &Book{
		platform: platform, store: store, now: time.Now, known: map[string]ledger.Battle{},
		last:  map[string][]ledger.Standing{},
		alias: regexp.MustCompile(`^[a-z0-9-]{2,32}$`),
	}
	for _, opt := range opts {
		opt(b)
	}
	running, err := store.Running(ctx, maxRunning)
	if err != nil {
		return nil, fmt.Errorf("read the known battles: %w", err)
	}
	for _, battle := range running {
		b.known[battle.ID] = battle
	}
	return b, nil
}

// Ref is a battle that a reference was resolved to.
type Ref struct {
	ID    string
	Alias string // empty when it has none or is not known
}

// Names returns all that a grant's glob may match: the id and the alias.
func (r Ref) Names() []string {
	if r.Alias == "" {
		return []string{r.ID}
	}
	return []string{r.ID, r.Alias}
}

// Label returns what people call the battle: its alias, else its id.
func (r Ref) Label() string {
	if r.Alias != "" {
		return r.Alias
	}
	return r.ID
}

// ErrNoBattle says that a reference by room leads to no running battle.
var ErrNoBattle = errors.New("no running battle with that room is known")

// Resolve returns the battle that text means: the alias of a running battle, "room:<roomId>", or else a
// battle id as it stands. An id need not be known; whether the battle exists is the platform's to say.
func (b *Book) Resolve(ctx context.Context, text string) (Ref, error) {
	if room, ok := strings.CutPrefix(text, RoomPrefix); ok {
		return b.byRoom(ctx, room)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if known, ok := b.known[text]; ok {
		return Ref{ID: known.ID, Alias: known.Alias}, nil
	}
	if ref, ok := b.named(strings.ToLower(text)); ok { // a phone writes the first letter large
		return ref, nil
	}
	return Ref{ID: text}, nil
}

// named returns the battle with the alias: the one that runs, else the one that ended last, so that a host
// who is a moment late is told that it is over.
func (b *Book) named(alias string) (Ref, bool) {
	var last ledger.Battle
	for _, known := range b.known {
		if known.Alias != alias || alias == "" {
			continue
		}
		if known.Ended.IsZero() {
			return Ref{ID: known.ID, Alias: alias}, true
		}
		if last.ID == "" || known.Ended.After(last.Ended) {
			last = known
		}
	}
	return Ref{ID: last.ID, Alias: alias}, last.ID != ""
}

// byRoom looks among known running battles first, then asks the platform, whose look-up by room is not in
// all of the vendor's pages.
func (b *Book) byRoom(ctx context.Context, room string) (Ref, error) {
	if ref, ok := b.knownWith(room); ok {
		return ref, nil
	}
	found, err := b.platform.BattleInfo(ctx, tencent.ClassPerson, tencent.BattleQuery{Room: room})
	var failed *tencent.CallError
	if errors.As(err, &failed) && failed.Evidence.Complete {
		err = ErrNoBattle
	}
	if err != nil {
		return Ref{}, fmt.Errorf("look a battle up by its room: %w", err)
	}
	s := b.note(ctx, found)
	if s.Over || found.ID == "" {
		return Ref{}, ErrNoBattle
	}
	return s.Ref, nil
}

func (b *Book) knownWith(room string) (Ref, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var latest ledger.Battle
	for _, known := range b.known {
		if b.running(known) && slices.Contains(known.Rooms, room) && (latest.ID == "" || known.Started.After(latest.Started)) {
			latest = known // a room is in one battle at a time: what began before has ended
		}
	}
	return Ref{ID: latest.ID, Alias: latest.Alias}, latest.ID != ""
}

func (b *Book) running(known ledger.Battle) bool {
	return known.Ended.IsZero() && (known.Ends.IsZero() || b.now().Before(known.Ends))
}

// Entry is a battle as the book remembers it.
type Entry struct {
	Ref
	Rooms     []string
	Standings []ledger.Standing // as last read; nil if they were not read since the program started
	Running   bool
	Seen      time.Time
}

// Recent returns the known battles: those that run first, and among equals the one seen last.
func (b *Book) Recent() []Entry {
	b.mu.RLock()
	defer b.mu.RUnlock()
	entries := make([]Entry, 0, len(b.known))
	for id, known := range b.known {
		entries = append(entries, Entry{
			Ref: Ref{ID: id, Alias: known.Alias}, Rooms: known.Rooms, Standings: b.last[id], Running: b.running(known), Seen: known.Seen,
		})
	}
	slices.SortFunc(entries, func(x, y Entry) int {
		if x.Running != y.Running {
			if x.Running {
				return -1
			}
			return 1
		}
		return cmp.Or(y.Seen.Compare(x.Seen), strings.Compare(x.ID, y.ID))
	})
	return entries
}

// Name gives a battle an alias that people can type; by is who does. ledger.ErrTaken says that another
// running battle has it.
func (b *Book) Name(ctx context.Context, battle, alias, by string) error {
	if !b.alias.MatchString(alias) {
		return fmt.Errorf("an alias is 2 to 32 of a-z, 0-9 and -, not %q", alias)
	}
	if err := b.store.Name(ctx, battle, alias, by, b.now()); err != nil {
		return fmt.Errorf("name the battle %s: %w", alias, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	known := b.known[battle]
	known.ID, known.Alias = battle, alias
	b.known[battle] = known
	return nil
}
