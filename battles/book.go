// Package battles knows which battles there are: their ids, their names, and their scores as last read. It
// only reads from the platform.
//
// What it knows it was told by somebody: by Ringside that created a battle, by the platform's webhooks, or by a read.
// Each tells an account of the battle, and accounts are merged (see ledger.Battle.Merge), so that neither their order
// nor a repeated one makes a difference.
package battles

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

const (
	maxRunning = 10_000         // running battles kept in memory
	maxEnded   = 2_000          // ended ones, the latest
	endedLife  = 24 * time.Hour // after it an ended battle leaves the memory
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
	Past
}

// Past tells what is kept of battles.
type Past interface {
	Battle(ctx context.Context, id string) (ledger.Battle, error)
	Running(ctx context.Context, limit int) ([]ledger.Battle, error)
	Ended(ctx context.Context, since time.Time, limit int) ([]ledger.Battle, error)
}

// Book knows battles. Its methods may be called at the same time.
type Book struct {
	platform Platform
	store    Store
	now      func() time.Time
	alias    *regexp.Regexp

	mu      sync.RWMutex
	known   map[string]*card
	ended   int // how many of the known ones have
	version uint64
	heed    []func(battle string) // called after a card was replaced

	recent recent
	shared sharedStore
}

// Option changes how a Book works.
type Option func(*Book)

// WithClock sets the clock; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(b *Book) { b.now = now } }

// New returns a Book that knows the battles of the store: those that run, and those that ended lately.
func New(ctx context.Context, platform Platform, store Store, opts ...Option) (*Book, error) {
	b := &Book{
		platform: platform, store: store, now: time.Now, known: map[string]*card{},
		alias: regexp.MustCompile(`^[a-z0-9-]{2,32}$`),
	}
	for _, opt := range opts {
		opt(b)
	}
	ended, err := store.Ended(ctx, b.now().Add(-endedLife), maxEnded)
	if err != nil {
		return nil, fmt.Errorf("read the battles that ended: %w", err)
	}
	running, err := store.Running(ctx, maxRunning)
	if err != nil {
		return nil, fmt.Errorf("read the known battles: %w", err)
	}
	for _, battle := range append(ended, running...) {
		b.put(&card{Battle: battle, heard: battle.Seen, kept: true})
	}
	return b, nil
}

// Ref is a battle that a reference was resolved to.
type Ref struct {
	ID    string
	Alias string // empty when it has none or is not known
	// Unsure reports that the battle was found by a name or a room while it could not be read whether another replica has
	// given that to another battle. It is good enough to look, and not to write.
	Unsure bool
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
