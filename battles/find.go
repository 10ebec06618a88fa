package battles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// startSlack is by how much the start of a battle, which the platform tells in whole seconds of its own clock, may lie
// outside the time that is asked for.
const startSlack = 2 * time.Second

// codeInternal is the platform's word for a fault of its own.
const codeInternal = 100001

// Find returns the one battle with exactly these rooms, the initiating one first, that began in the given time and lasts
// so long; false if there is none, or more than one. It is one that the platform told of, and none that Ringside is
// known to have created. The platform is asked when no such battle is known.
func (b *Book) Find(ctx context.Context, rooms []string, from, until time.Time, duration time.Duration) (id string, ok bool, err error) {
	if len(rooms) < 2 {
		return "", false, nil
	}
	fits := func(c *card) bool {
		return c.Told&ledger.ToldMade == 0 && c.Duration == duration && slices.Equal(c.Rooms, rooms) && !c.Started.IsZero() &&
			!c.Started.Before(from.Add(-startSlack)) && !c.Started.After(until.Add(startSlack))
	}
	switch known := b.allThat(fits); len(known) {
	case 0:
	case 1:
		return known[0].ID, true, nil
	default:
		return "", false, nil
	}
	c, err := b.lookUp(ctx, rooms[0])
	if err != nil || c == nil || !fits(c) {
		return "", false, err
	}
	return c.ID, true, nil
}

func (b *Book) allThat(fit func(*card) bool) (found []*card) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, c := range b.known {
		if fit(c) {
			found = append(found, c)
		}
	}
	return found
}

// lookUp asks the platform for the battle of a room; nil if it says that there is none.
func (b *Book) lookUp(ctx context.Context, room string) (*card, error) {
	began := b.now()
	found, err := b.platform.BattleInfo(ctx, tencent.ClassBatch, tencent.BattleQuery{Room: room})
	switch {
	case saysNone(err), err == nil && found.ID == "":
		return nil, nil //nolint:nilnil // that there is no battle is an answer
	case err != nil:
		return nil, fmt.Errorf("look a battle up by its room: %w", err)
	}
	b.note(ctx, found, began)
	return b.card(found.ID), nil
}

// saysNone reports whether the part of the platform that knows battles refused to name one: in which words, the vendor
// does not say. Its own fault, and whatever stands before it, say nothing about battles.
func saysNone(err error) bool {
	var failed *tencent.CallError
	if !errors.As(err, &failed) || !failed.Evidence.Complete {
		return false
	}
	return failed.Evidence.Code >= 100_000 && failed.Evidence.Code != codeInternal
}
