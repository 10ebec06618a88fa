package operations

import (
	"context"
	"fmt"
	"time"

	"ringside/ledger"
)

// maxScore is the largest score that every client of the platform can show.
const maxScore = 1<<31 - 1

// Compensation is the change that would take an operation back, on the scores as they stand.
type Compensation struct {
	Kind  ledger.Kind
	Rooms []ledger.Room // the points to add, or the scores to set
}

// Why says why there is no safe compensation.
type Why string

// The reasons against undoing an operation.
const (
	WhyNothing     Why = "nothing"     // no room of it was applied, or none was moved
	WhyUnknown     Why = "unknown"     // a room's outcome is unknown; a person must resolve it first
	WhyOverwritten Why = "overwritten" // a later overwrite has taken its effect away already
	WhyNoBefore    Why = "no before"   // the score that an overwrite replaced was not read
	WhyBelowZero   Why = "below zero"  // the room has fewer points than would be taken back
	WhyTooMany     Why = "too many"    // the score would not fit any more
	WhyGone        Why = "gone"        // the room is not in the battle any more
	WhyStarted     Why = "started"     // a battle can't be called off
)

// UndoError says that an operation has no safe compensation.
type UndoError struct {
	Why  Why
	Room string // where it concerns one room
}

func (e *UndoError) Error() string { return "no safe compensation: " + string(e.Why) + " " + e.Room }

// Compensate returns what would take an operation back on the scores now, or an *UndoError. Points that others added
// since stay: a room moves back by what the operation moved it. An addition is used where that is possible, since it
// overwrites nothing; the platform can't subtract, so everything else is an overwrite.
func (e *Engine) Compensate(ctx context.Context, o ledger.Operation, now []ledger.Standing) (Compensation, error) {
	if o.Kind == ledger.Create {
		return Compensation{}, &UndoError{Why: WhyStarted}
	}
	if o.Has(ledger.Unknown) {
		return Compensation{}, &UndoError{Why: WhyUnknown}
	}
	var back []ledger.Room // by how much each room moves back
	for _, r := range o.Rooms {
		if r.Outcome != ledger.Applied {
			continue
		}
		if err := e.undoable(ctx, o, r, now); err != nil {
			return Compensation{}, err
		}
		if points := backBy(o.Kind, r); points != 0 {
			back = append(back, ledger.Room{Room: r.Room, Points: points})
		}
	}
	if len(back) == 0 {
		return Compensation{}, &UndoError{Why: WhyNothing}
	}
	return compensation(back, now)
}

// undoable reports why a room can't be moved back, if it can't.
func (e *Engine) undoable(ctx context.Context, o ledger.Operation, r ledger.Room, now []ledger.Standing) error {
	if o.Kind == ledger.Set && r.Before == nil {
		return &UndoError{WhyNoBefore, r.Room}
	}
	if _, known := ScoreIn(now, r.Room); !known {
		return &UndoError{WhyGone, r.Room}
	}
	// Overwrites and this one exclude each other, so that what was settled before it was settled came before it.
	overwritten, err := e.store.ReplacedSince(ctx, o.Battle, r.Room, o.Settled.Add(time.Microsecond), o.ID)
	if err != nil {
		return fmt.Errorf("look for overwrites: %w", err)
	}
	if overwritten {
		return &UndoError{WhyOverwritten, r.Room}
	}
	return nil
}

// backBy returns by how many points a room has to move for an operation to be taken back.
func backBy(kind ledger.Kind, r ledger.Room) int64 {
	if kind == ledger.Set {
		return *r.Before - r.Points
	}
	return -r.Points
}

func compensation(back []ledger.Room, now []ledger.Standing) (Compensation, error) {
	c := Compensation{Kind: ledger.Add}
	for _, r := range back {
		if r.Points < 0 {
			c.Kind = ledger.Set
		}
	}
	for _, r := range back {
		is, _ := ScoreIn(now, r.Room)
		switch after := is + r.Points; {
		case after < 0:
			return Compensation{}, &UndoError{WhyBelowZero, r.Room}
		case after > maxScore:
			return Compensation{}, &UndoError{WhyTooMany, r.Room}
		case c.Kind == ledger.Set:
			r.Points = after
		}
		c.Rooms = append(c.Rooms, r)
	}
	return c, nil
}

// UndoneBy returns the operation that took op back, or the empty string.
func (e *Engine) UndoneBy(ctx context.Context, op string) (string, error) {
	return e.store.UndoneBy(ctx, op)
}
