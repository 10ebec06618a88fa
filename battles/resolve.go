package battles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ringside/tencent"
)

// RoomPrefix marks a reference to a battle by one of its rooms: "room:pk-live1".
const RoomPrefix = "room:"

// ErrNoBattle says that a reference by room leads to no running battle.
var ErrNoBattle = errors.New("no running battle with that room is known")

// Resolve returns the battle that text means: the alias of a running battle, "room:<roomId>", or else a
// battle id as it stands. An id need not be known; whether the battle exists is the platform's to say.
func (b *Book) Resolve(ctx context.Context, text string) (Ref, error) {
	unsure := b.Refresh(ctx) != nil
	ref, err := b.resolve(ctx, text)
	ref.Unsure = unsure && ref.ID != text
	return ref, err
}

func (b *Book) resolve(ctx context.Context, text string) (Ref, error) {
	if room, ok := strings.CutPrefix(text, RoomPrefix); ok {
		return b.byRoom(ctx, room)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if known, ok := b.known[text]; ok {
		return known.ref(), nil
	}
	if c := b.named(strings.ToLower(text)); c != nil { // a phone writes the first letter large
		return c.ref(), nil
	}
	return Ref{ID: text}, nil
}

// named returns the battle with the alias: the one that runs, else the one that ended last, so that a host
// who is a moment late is told that it is over.
func (b *Book) named(alias string) *card {
	var last *card
	if alias == "" {
		return nil
	}
	for _, c := range b.known {
		if c.Alias != alias {
			continue
		}
		if c.Ended.IsZero() {
			return c
		}
		if last == nil || c.Ended.After(last.Ended) {
			last = c
		}
	}
	return last
}

// byRoom looks among known running battles first, then asks the platform, whose look-up by room is not in
// all of the vendor's pages.
func (b *Book) byRoom(ctx context.Context, room string) (Ref, error) {
	if ref, ok := b.knownWith(room); ok {
		return ref, nil
	}
	began := b.now()
	found, err := b.platform.BattleInfo(ctx, tencent.ClassPerson, tencent.BattleQuery{Room: room})
	var failed *tencent.CallError
	if errors.As(err, &failed) && failed.Evidence.Complete {
		err = ErrNoBattle
	}
	if err != nil {
		return Ref{}, fmt.Errorf("look a battle up by its room: %w", err)
	}
	s := b.note(ctx, found, began)
	if s.Over || found.ID == "" {
		return Ref{}, ErrNoBattle
	}
	return s.Ref, nil
}

func (b *Book) knownWith(room string) (Ref, bool) {
	now := b.now()
	b.mu.RLock()
	defer b.mu.RUnlock()
	var latest *card
	for _, c := range b.known {
		if c.running(now) && slices.Contains(c.Rooms, room) && (latest == nil || c.Started.After(latest.Started)) {
			latest = c // a room is in one battle at a time: what began before has ended
		}
	}
	if latest == nil {
		return Ref{}, false
	}
	return latest.ref(), true
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
	b.change(ctx, battle, func(c *card) { c.Alias = alias })
	return nil
}
