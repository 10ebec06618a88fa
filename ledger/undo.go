package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// UndoneBy returns the operation that undoes op: one that is under way, or that may have taken effect in any room.
// It is the empty string where there is none.
func (l *Ledger) UndoneBy(ctx context.Context, op string) (string, error) {
	return undoneBy(ctx, l.readers, op, "")
}

// undone returns an *UndoneError when another operation undoes what o would.
func (t *tx) undone(o Operation) error {
	if o.Undoes == "" {
		return nil
	}
	by, err := undoneBy(context.Background(), t, o.Undoes, o.ID)
	if err != nil {
		return err
	}
	if by != "" {
		return &UndoneError{By: by}
	}
	return t.replaced(o)
}

// replaced returns a *ReplacedError when a room that o would move back was overwritten since what o undoes.
func (t *tx) replaced(o Operation) error {
	undone, err := operation(t, o.Undoes)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, r := range o.Rooms {
		gone, err := overwritten(context.Background(), t, o.Battle, r.Room, undone.Settled.Add(time.Microsecond), o.Undoes, noUndo)
		if err != nil {
			return err
		}
		if gone {
			return &ReplacedError{Room: r.Room}
		}
	}
	return nil
}

func undoneBy(ctx context.Context, q querier, op, except string) (string, error) {
	found, err := scanAllContext(ctx, q, scanString, `SELECT id FROM operations o
		WHERE undoes = ? AND undoes <> '' AND id <> ? AND state IN ('intent', 'settled', 'resolved')
		AND EXISTS (SELECT 1 FROM op_rooms r WHERE r.op = o.id AND r.outcome <> 'not applied') LIMIT 1`, op, except)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// recount gives the rooms of an undo the points that it comes to now. Those of any other operation are what a person
// said yes to, and stay.
func (t *tx) recount(o *Operation, rooms []Room) error {
	if rooms == nil {
		return nil
	}
	if len(rooms) != len(o.Rooms) {
		return fmt.Errorf("%d rooms for an operation of %d", len(rooms), len(o.Rooms))
	}
	for i, r := range rooms {
		is := &o.Rooms[i]
		switch {
		case r.Room == is.Room && r.Points == is.Points:
			continue
		case r.Room != is.Room || o.Undoes == "":
			return fmt.Errorf("operation %s was asked to change room %d otherwise", o.ID, i)
		}
		is.Points = r.Points
		if err := t.exec(`UPDATE op_rooms SET points = ? WHERE op = ? AND n = ?`, r.Points, o.ID, i); err != nil {
			return fmt.Errorf("recount room %d: %w", i, err)
		}
	}
	return nil
}
