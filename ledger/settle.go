package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Verdict is what became of an intent, room by room.
type Verdict struct {
	Operation string
	Owner     string
	At        time.Time
	Call      Call
	Rooms     []Room    // in the order of the operation's rooms
	Battle    string    // that was started; empty for all but a creation
	LookAfter time.Time // when a read could show whether an unknown room counted; zero if no room is unknown
}

// SweptReason marks a room whose outcome is unknown because the lease of its intent ran out.
const SweptReason = "lease"

func isSwept(r Room) bool { return r.Reason == SweptReason }

// Settle writes the outcome of an intent and returns the operation with its digest. An intent that was swept to unknown
// meanwhile is settled too: its true reply arrived late, and decides the rooms that are still unknown. An overwrite's
// hold is given up with it. ErrNotOwner says that the intent is not this owner's, and a *LateError that it was resolved
// meanwhile.
func (l *Ledger) Settle(ctx context.Context, v Verdict) (Operation, error) {
	var late bool
	settled, err := write(ctx, l, func(t *tx) (Operation, error) {
		o, err := operation(t, v.Operation)
		if err != nil {
			return Operation{}, err
		}
		swept := o.State == Settled && o.Digest != "" && slices.ContainsFunc(o.Rooms, isSwept)
		switch {
		case o.Owner != v.Owner:
			return Operation{}, ErrNotOwner
		case o.State != Intent && !swept:
			late = true
			return o, t.late(o, v)
		}
		return t.settle(o, v, v.Owner, "settled")
	})
	if err == nil && late {
		return Operation{}, &LateError{Operation: settled}
	}
	return settled, err
}

// late keeps a true reply that came after a person or a read had decided; what was decided stays.
func (t *tx) late(o Operation, v Verdict) error {
	if o.State != Resolved {
		return ErrNotOwner
	}
	told := o
	told.Rooms, told.Call = v.Rooms, v.Call
	_, err := t.append(v.At, o.ID, "late", v.Owner, verdictOf(told, v))
	return err
}

func (t *tx) settle(o Operation, v Verdict, actor, kind string) (Operation, error) {
	if len(v.Rooms) != len(o.Rooms) {
		return Operation{}, fmt.Errorf("a verdict over %d rooms for an operation of %d", len(v.Rooms), len(o.Rooms))
	}
	o.State, o.Settled, o.Call, o.Rooms = Settled, v.At, v.Call, decide(o.Rooms, v.Rooms)
	var err error
	if o.Digest, err = t.append(v.At, o.ID, kind, actor, verdictOf(o, v)); err != nil {
		return Operation{}, err
	}
	if err := t.started(&o, v.Battle); err != nil {
		return Operation{}, err
	}
	o.LookAfter = time.Time{}
	if o.Has(Unknown) && o.Look.At.IsZero() {
		o.LookAfter = v.LookAfter
	}
	if err := t.letGo(o); err != nil {
		return Operation{}, err
	}
	return o, t.decided(o, news{at: v.At})
}

// letGo gives an overwrite's hold up; while it may still land, only once all that was sent must have arrived.
func (t *tx) letGo(o Operation) error {
	switch {
	case o.Kind != Set:
		return nil
	case !o.LookAfter.After(o.Settled):
		return t.release(o.Battle, o.Owner)
	}
	err := t.exec(`UPDATE holds SET until = ? WHERE battle = ? AND owner = ?`, micro(o.LookAfter), o.Battle, o.Owner)
	return err
}

// started notes which battle a creation has started.
func (t *tx) started(o *Operation, battle string) error {
	if o.Kind != Create || battle == "" {
		return nil
	}
	o.Battle = battle
	if err := t.exec(`UPDATE op_rooms SET battle = ? WHERE op = ?`, battle, o.ID); err != nil {
		return err
	}
	err := t.exec(`UPDATE operations SET battle = ? WHERE id = ?`, battle, o.ID)
	return err
}

// decide puts a verdict over the rooms. What a look has decided meanwhile stays: an unknown is left once.
func decide(rooms, verdict []Room) []Room {
	decided := slices.Clone(verdict)
	for i, r := range rooms {
		if r.Outcome == Applied || r.Outcome == NotApplied {
			decided[i] = r
		}
	}
	return decided
}

// news is what goes with an outcome that was written.
type news struct {
	at   time.Time // when there was something to tell
	told time.Time // when the asker was told of it; zero when he is still to be
}

// decided writes the state, rooms and details of an operation whose rooms have outcomes.
func (t *tx) decided(o Operation, n news) error {
	for i, r := range o.Rooms {
		if err := t.exec(`UPDATE op_rooms SET before = ?, outcome = ?, reason = ?, code = ? WHERE op = ? AND n = ?`,
			r.Before, r.Outcome, r.Reason, r.Code, o.ID, i); err != nil {
			return fmt.Errorf("settle room %d: %w", i, err)
		}
	}
	doc, err := docOf(o)
	if err != nil {
		return err
	}
	err = t.exec(`UPDATE operations SET state = ?, settled = ?, resolved_by = ?, told = ?, news = ?, look_after = ?,
		digest = ?, doc = ? WHERE id = ?`, o.State, micro(o.Settled), o.ResolvedBy, micro(n.told), micro(n.at), micro(o.LookAfter),
		o.Digest, doc, o.ID)
	return err
}

// Told records that the asker has been given what was known of the operation at the time of news; what came later is
// still to be told. Where he was answered at best is forgotten, unless a look at an unknown room is still to be made.
func (l *Ledger) Told(ctx context.Context, op string, news, at time.Time) error {
	return l.writer.do(ctx, func(t *tx) error {
		err := t.exec(`UPDATE operations SET told = ?,
			reply_to = CASE look_after WHEN 0 THEN '' ELSE reply_to END WHERE id = ? AND news <= ?`, micro(at), op, micro(news))
		return err
	})
}

// News returns the time of the latest that there is to tell of an operation.
func (o Operation) News() time.Time {
	if o.Look.At.After(o.Settled) {
		return o.Look.At
	}
	return o.Settled
}
