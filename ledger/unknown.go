package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// DisprovedReason marks a room of which a read has proved that it did not count.
	DisprovedReason = "disproved"
	// FoundReason marks a room of a creation whose battle was found.
	FoundReason = "found"
	// ResolvedReason marks a room whose outcome a person has settled.
	ResolvedReason = "resolved"
)

// Unlooked returns operations with an unknown room that nobody has looked at yet although a read could show what
// became of it, the oldest first.
func (l *Ledger) Unlooked(ctx context.Context, now time.Time, n int) ([]Operation, error) {
	return l.operations(ctx, `WHERE look_after <> 0 AND look_after <= ? ORDER BY look_after, rowid LIMIT ?`, micro(now), n)
}

// Unknown returns operations with rooms that are still unknown, of one battle or, if battle is empty, of all, newest
// first. Those of ended battles are among them.
func (l *Ledger) Unknown(ctx context.Context, battle string, n int) ([]Operation, error) {
	if battle == "" {
		return l.operations(ctx, `WHERE id IN (SELECT op FROM op_rooms WHERE outcome = 'unknown')
			ORDER BY created DESC, rowid DESC LIMIT ?`, n)
	}
	return l.operations(ctx, `WHERE id IN (SELECT op FROM op_rooms WHERE outcome = 'unknown' AND battle = ?)
		ORDER BY created DESC, rowid DESC LIMIT ?`, battle, n)
}

// looked is what the event of a look says.
type looked struct {
	Look      Look     `json:"look"`
	Disproved []string `json:"disproved,omitempty"` // rooms of which it proved that they did not count
	Battle    string   `json:"battle,omitempty"`    // the battle that it proved to be the one that was started
}

// Proof is what a look proves about unknown rooms.
type Proof struct {
	Disproved []string // rooms that did not count
	Battle    string   // of a creation: the battle that it started, so that all of its rooms counted
}

// Look keeps what was read after an outcome was unknown, and settles the unknown rooms of which the read is
// proof. When no unknown is left the operation is resolved. The asker is to be told again. The error is a
// *ClosedError when no room is unknown, and ErrNotFound when there is no such operation.
func (l *Ledger) Look(ctx context.Context, op, by string, look Look, proof Proof) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.open(op)
		if err != nil {
			return Operation{}, err
		}
		o.Look, o.LookAfter = look, time.Time{}
		if proof.Battle, err = t.unclaimed(o, proof.Battle); err != nil {
			return Operation{}, err
		}
		took := o.leave(NotApplied, DisprovedReason, func(r Room) bool { return slices.Contains(proof.Disproved, r.Room) })
		if proof.Battle != "" {
			o.leave(Applied, FoundReason, func(Room) bool { return true })
		}
		if err := t.started(&o, proof.Battle); err != nil {
			return Operation{}, err
		}
		if !o.Has(Unknown) {
			o.State = Resolved
		}
		digest, err := t.append(look.At, o.ID, "looked", by, looked{Look: look, Disproved: took, Battle: proof.Battle})
		if err != nil {
			return Operation{}, err
		}
		if len(took) > 0 || proof.Battle != "" {
			o.Digest = digest
		}
		return o, t.decided(o, news{at: look.At})
	})
}

// Resolution is a person's word on the rooms of an operation that are unknown.
type Resolution struct {
	Operation string
	By        string
	At        time.Time
	Outcome   Outcome // Applied or NotApplied
}

// resolved is what the event of a resolution says.
type resolved struct {
	Outcome Outcome       `json:"outcome"`
	Rooms   []roomContent `json:"rooms"`
}

// Resolve gives every unknown room the outcome that a person knows it had. Of many at once one wins: the error is a
// *ClosedError when no room is unknown any more, ErrEarly before all that was sent must have arrived, and ErrNotFound
// when there is no such operation.
func (l *Ledger) Resolve(ctx context.Context, r Resolution) (Operation, error) {
	if r.Outcome != Applied && r.Outcome != NotApplied {
		return Operation{}, fmt.Errorf("an operation can't be resolved as %q", r.Outcome)
	}
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.open(r.Operation)
		if err != nil {
			return Operation{}, err
		}
		if r.At.Before(o.LookAfter) {
			return Operation{}, ErrEarly
		}
		o.leave(r.Outcome, ResolvedReason, func(Room) bool { return true })
		o.State, o.ResolvedBy, o.LookAfter = Resolved, r.By, time.Time{}
		if o.Digest, err = t.append(r.At, o.ID, "resolved", r.By, resolved{r.Outcome, roomsOf(o)}); err != nil {
			return Operation{}, err
		}
		return o, t.decided(o, news{at: r.At, told: r.At})
	})
}

// unclaimed returns the battle that a creation may take for its own: none while another creation has it, or may have
// started it.
func (t *tx) unclaimed(o Operation, battle string) (string, error) {
	if battle == "" || len(o.Rooms) == 0 {
		return "", nil
	}
	others, err := scanAll(t, scanString, `SELECT o.id FROM operations o CROSS JOIN op_rooms r ON r.op = o.id
		WHERE o.kind = 'create' AND o.id <> ? AND o.state IN ('intent', 'settled') AND r.room = ?
		AND (o.state = 'intent' OR r.outcome = 'unknown') LIMIT 1`, o.ID, o.Rooms[0].Room)
	if err != nil || len(others) > 0 {
		return "", err
	}
	others, err = scanAll(t, scanString, `SELECT id FROM operations WHERE battle = ? AND kind = 'create' AND id <> ? LIMIT 1`, battle, o.ID)
	if err != nil || len(others) > 0 {
		return "", err
	}
	return battle, nil
}

// open returns an operation that has an open unknown, else a *ClosedError.
func (t *tx) open(op string) (Operation, error) {
	o, err := operation(t, op)
	if err != nil {
		return Operation{}, err
	}
	if o.State != Settled || !o.Has(Unknown) {
		return Operation{}, &ClosedError{Operation: op, State: o.State}
	}
	return o, nil
}

// leave gives the unknown rooms that match an outcome, and returns them.
func (o *Operation) leave(to Outcome, reason string, match func(Room) bool) []string {
	var left []string
	for i := range o.Rooms {
		if r := &o.Rooms[i]; r.Outcome == Unknown && match(*r) {
			r.Outcome, r.Reason, r.Code = to, reason, 0
			left = append(left, r.Room)
		}
	}
	return left
}

// OpenUnknown returns an operation in the battle whose outcome for one of the rooms is unknown and that nobody has
// resolved, or the empty string. In a battle that has ended nothing is open.
func (l *Ledger) OpenUnknown(ctx context.Context, battle string, rooms []Room) (string, error) {
	return openUnknown(ctx, l.readers, battle, rooms)
}

func openUnknown(ctx context.Context, q querier, battle string, rooms []Room) (string, error) {
	for _, r := range rooms {
		found, err := scanAllContext(ctx, q, scanString, `SELECT op FROM op_rooms r
			WHERE battle = ? AND room = ? AND outcome = 'unknown'
			AND NOT EXISTS (SELECT 1 FROM battles b WHERE b.id = r.battle AND b.ended <> 0) LIMIT 1`, battle, r.Room)
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return "", nil
}

// OverwrittenSince reports whether an overwrite of the room, other than except, that may have taken effect was under way
// at the given time or later.
func (l *Ledger) OverwrittenSince(ctx context.Context, battle, room string, since time.Time, except string) (bool, error) {
	return overwritten(ctx, l.readers, battle, room, since, except, "")
}

// ReplacedSince is OverwrittenSince without compensations: they move a score, and what was put there before stays in it.
func (l *Ledger) ReplacedSince(ctx context.Context, battle, room string, since time.Time, except string) (bool, error) {
	return overwritten(ctx, l.readers, battle, room, since, except, noUndo)
}

const noUndo = ` AND o.undoes = ''`

// mayHaveCounted is the condition for a room's change that may have taken effect: a person's word that it did not is no
// proof.
const mayHaveCounted = `(r.outcome <> 'not applied' OR r.reason = 'resolved')`

func overwritten(ctx context.Context, q querier, battle, room string, since time.Time, except, which string) (bool, error) {
	found, err := scanAllContext(ctx, q, scanString, `SELECT o.id FROM operations o CROSS JOIN op_rooms r ON r.op = o.id
		WHERE o.battle = ? AND o.kind = 'set' AND o.id <> ? AND (o.settled = 0 OR o.settled >= ?)
		AND o.state IN ('intent', 'settled', 'resolved') AND r.room = ? AND `+mayHaveCounted+which+` LIMIT 1`,
		battle, except, micro(since), room)
	return len(found) > 0, err
}

// AddedSince returns what other operations than except have added to the room since the given time, as far as that was
// applied; sure is false while the outcome of one of them is not known.
func (l *Ledger) AddedSince(ctx context.Context, battle, room string, since time.Time, except string) (sum int64, sure bool, err error) {
	type share struct {
		points  int64
		outcome Outcome
	}
	shares, err := scanAllContext(ctx, l.readers, func(scan scanner) (s share, err error) {
		err = scan(&s.points, &s.outcome)
		return s, err
	}, `SELECT r.points, r.outcome FROM operations o CROSS JOIN op_rooms r ON r.op = o.id
		WHERE o.battle = ? AND o.kind = 'add' AND o.id <> ? AND (o.settled = 0 OR o.settled >= ?)
		AND o.state IN ('intent', 'settled', 'resolved') AND r.room = ? AND r.outcome <> 'not applied'`,
		battle, except, micro(since), room)
	sure = true
	for _, s := range shares {
		sum += s.points
		sure = sure && s.outcome == Applied
	}
	return sum, sure, err
}
