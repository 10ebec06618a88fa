package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// keyLife is how long the key of an ask is remembered, so that a redelivered one acts once.
	keyLife = time.Hour
	// longestQuestion is more than any question waits for its yes.
	longestQuestion = 2 * time.Hour
)

// write runs work in the writer's next transaction and returns its result once that is durable.
func write[T any](ctx context.Context, l *Ledger, work func(*tx) (T, error)) (T, error) {
	var result T
	err := l.writer.do(ctx, func(t *tx) (err error) {
		result, err = work(t)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// Record writes a new operation, which is Pending or an Intent, with its buttons. key is the platform's id
// of the ask; "" means that it has none.
//
// The error is a *DuplicateError when the key was recorded before, ErrTaken when the operation's id is in use, and
// ErrTogether or ErrOpenUnknown when an intent would break its limit. After any error nothing may be sent.
func (l *Ledger) Record(ctx context.Context, key string, o Operation, buttons []Button) error {
	return l.writer.do(ctx, func(t *tx) error { return t.record(key, o, buttons) })
}

// keep holds an intent against its limit, in the transaction that writes it: of two asks at the same moment one
// sees the other.
func (t *tx) keep(o Operation, limit Limit) error {
	if len(limit.Askers) == 0 || o.State != Intent {
		return nil
	}
	ctx := context.Background()
	if limit.Unasked {
		op, err := openUnknown(ctx, t, o.Battle, o.Rooms)
		if err != nil {
			return err
		}
		if op != "" {
			return ErrOpenUnknown
		}
	}
	for i, r := range o.Rooms {
		lately, err := putOn(ctx, t, o.Battle, r.Room, limit.Askers, limit.Since)
		if err != nil {
			return err
		}
		if i < len(limit.Changes) && lately+limit.Changes[i] > limit.Most {
			return ErrTogether
		}
	}
	return nil
}

func (t *tx) record(key string, o Operation, buttons []Button) error {
	if err := t.remember(key, o.ID, o.Created); err != nil {
		return err
	}
	if err := t.keep(o, o.Limit); err != nil {
		return err
	}
	if err := t.insert(o); err != nil {
		return err
	}
	if err := t.offer(o.ID, buttons); err != nil {
		return err
	}
	kind := "proposed"
	if o.State == Intent {
		kind = "intent"
	}
	_, err := t.append(o.Created, o.ID, kind, o.Asker, contentOf(o))
	return err
}

// remember writes the key of an ask, unless it is there already.
func (t *tx) remember(key, op string, at time.Time) error {
	if key == "" {
		return nil
	}
	fresh, err := t.changed(`INSERT INTO asks (key, op, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING`,
		key, op, micro(at))
	if err != nil || fresh == 1 {
		return err
	}
	known, err := scanOne(t, scanString, `SELECT op FROM asks WHERE key = ?`, key)
	if err != nil {
		return err
	}
	return &DuplicateError{Operation: known}
}

func (t *tx) insert(o Operation) error {
	doc, err := docOf(o)
	if err != nil {
		return err
	}
	fresh, err := t.changed(`INSERT INTO operations (id, kind, battle, alias, asker, asker_name, channel, state,
		created, expires, owner, lease, send_by, sends, settled, told, confirmed_by, source, digest, doc)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, '', ?) ON CONFLICT (id) DO NOTHING`,
		o.ID, o.Kind, o.Battle, o.Alias, o.Asker, o.AskerName, o.Channel, o.State, micro(o.Created), micro(o.Expires),
		o.Owner, micro(o.Lease), micro(o.SendBy), o.Sends, o.ConfirmedBy, o.Source, doc)
	if err != nil {
		return err
	}
	if fresh == 0 {
		return ErrTaken
	}
	return t.insertRooms(o)
}

func (t *tx) insertRooms(o Operation) error {
	for n, r := range o.Rooms {
		if _, err := t.exec(`INSERT INTO op_rooms (op, n, battle, room, points, before, outcome, reason, code)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.ID, n, o.Battle, r.Room, r.Points, r.Before, r.Outcome, r.Reason, r.Code); err != nil {
			return fmt.Errorf("record room %d: %w", n, err)
		}
	}
	return nil
}

// Claim is a person's yes turned into an intent.
type Claim struct {
	Button string // the pressed button, which is used up
	By     string
	At     time.Time
	Owner  string
	Lease  time.Time
	SendBy time.Time
	Limit  Limit    // of a change that its asker confirms alone
	Again  []Button // what the result will offer
}

// Claim uses a button up and makes its operation an intent, in one transaction. The error is a
// *ClosedError when the operation no longer waits, and ErrNotFound when there is no such button; after
// any error nothing may be sent.
func (l *Ledger) Claim(ctx context.Context, c Claim) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.answer(c.Button, c.At)
		if err != nil {
			return Operation{}, err
		}
		o.State, o.Owner, o.Lease, o.SendBy, o.Sends, o.ConfirmedBy = Intent, c.Owner, c.Lease, c.SendBy, 1, c.By
		if err := t.keep(o, c.Limit); err != nil {
			return Operation{}, err
		}
		if _, err := t.exec(`UPDATE operations SET state = ?, owner = ?, lease = ?, send_by = ?, sends = 1, confirmed_by = ?
			WHERE id = ?`, o.State, o.Owner, micro(o.Lease), micro(o.SendBy), o.ConfirmedBy, o.ID); err != nil {
			return Operation{}, err
		}
		if err := t.offer(o.ID, c.Again); err != nil {
			return Operation{}, err
		}
		_, err = t.append(c.At, o.ID, "intent", c.By, contentOf(o))
		return o, err
	})
}

// Resend records that an intent is about to be sent again, after proof that the send before did nothing.
func (l *Ledger) Resend(ctx context.Context, op, owner string, at time.Time, why Call) error {
	return l.writer.do(ctx, func(t *tx) error {
		n, err := t.changed(`UPDATE operations SET sends = sends + 1 WHERE id = ? AND owner = ? AND state = ? AND lease > ?`,
			op, owner, Intent, micro(at))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotOwner
		}
		_, err = t.append(at, op, "resend", owner, why)
		return err
	})
}

// Verdict is what became of an intent, room by room.
type Verdict struct {
	Operation string
	Owner     string
	At        time.Time
	Call      Call
	Rooms     []Room // in the order of the operation's rooms
}

// Settle writes the outcome of an intent and returns the operation with its digest. An intent that was
// swept to unknown meanwhile is settled too: its true reply arrived late. ErrNotOwner says that it is
// not this owner's, or that a person has resolved it.
func (l *Ledger) Settle(ctx context.Context, v Verdict) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := operation(t, v.Operation)
		if err != nil {
			return Operation{}, err
		}
		swept := o.State == Settled && o.Digest != "" && slices.ContainsFunc(o.Rooms, isSwept)
		if o.Owner != v.Owner || (o.State != Intent && !swept) {
			return Operation{}, ErrNotOwner
		}
		return t.settle(o, v, v.Owner, "settled")
	})
}

// SweptReason marks a room whose outcome is unknown because the lease of its intent ran out.
const SweptReason = "lease"

func isSwept(r Room) bool { return r.Reason == SweptReason }

func (t *tx) settle(o Operation, v Verdict, actor, kind string) (Operation, error) {
	if len(v.Rooms) != len(o.Rooms) {
		return Operation{}, fmt.Errorf("a verdict over %d rooms for an operation of %d", len(v.Rooms), len(o.Rooms))
	}
	o.State, o.Settled, o.Call, o.Rooms = Settled, v.At, v.Call, v.Rooms
	var err error
	if o.Digest, err = t.append(v.At, o.ID, kind, actor, verdictOf(o)); err != nil {
		return Operation{}, err
	}
	for n, r := range o.Rooms {
		if _, err := t.exec(`UPDATE op_rooms SET before = ?, outcome = ?, reason = ?, code = ? WHERE op = ? AND n = ?`,
			r.Before, r.Outcome, r.Reason, r.Code, o.ID, n); err != nil {
			return Operation{}, fmt.Errorf("settle room %d: %w", n, err)
		}
	}
	doc, err := docOf(o)
	if err != nil {
		return Operation{}, err
	}
	_, err = t.exec(`UPDATE operations SET state = ?, settled = ?, told = 0, digest = ?, doc = ? WHERE id = ?`,
		o.State, micro(o.Settled), o.Digest, doc, o.ID)
	return o, err
}

// Told records that the asker has been given the operation's outcome.
func (l *Ledger) Told(ctx context.Context, op string, at time.Time) error {
	return l.writer.do(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE operations SET told = ? WHERE id = ?`, micro(at), op)
		return err
	})
}

// Sweep settles as unknown every intent whose lease has run out, and as expired every question whose
// deadline has passed; it forgets keys and buttons that are past use. It returns the swept intents.
func (l *Ledger) Sweep(ctx context.Context, now time.Time, actor string) ([]Operation, error) {
	return write(ctx, l, func(t *tx) ([]Operation, error) {
		swept, err := t.sweepIntents(now, actor)
		if err != nil {
			return nil, err
		}
		return swept, errors.Join(t.sweepQuestions(now, actor), t.forget(now))
	})
}

// isOpen is the condition of the index operations_open in the index's own words: SQLite does not use a partial index
// for less (https://www.sqlite.org/partialindex.html), and would read every operation there ever was.
const isOpen = `state IN ('pending', 'intent')`

func (t *tx) sweepIntents(now time.Time, actor string) ([]Operation, error) {
	ids, err := scanAll(t, scanString, `SELECT id FROM operations WHERE `+isOpen+` AND state = 'intent' AND lease <= ? LIMIT 500`, micro(now))
	if err != nil {
		return nil, err
	}
	swept := make([]Operation, 0, len(ids))
	for _, id := range ids {
		o, err := operation(t, id)
		if err != nil {
			return nil, err
		}
		v := Verdict{Operation: id, At: now, Rooms: slices.Clone(o.Rooms)}
		for i := range v.Rooms {
			v.Rooms[i].Outcome, v.Rooms[i].Reason = Unknown, SweptReason
		}
		if o, err = t.settle(o, v, actor, "swept"); err != nil {
			return nil, err
		}
		swept = append(swept, o)
	}
	return swept, nil
}

func (t *tx) sweepQuestions(now time.Time, actor string) error {
	ids, err := scanAll(t, scanString, `SELECT id FROM operations WHERE `+isOpen+` AND state = 'pending' AND expires <= ? LIMIT 500`, micro(now))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.closeQuestion(id, Expired, actor, now); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) forget(now time.Time) error {
	if _, err := t.exec(`DELETE FROM asks WHERE at < ?`, micro(now.Add(-keyLife))); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM buttons WHERE expires < ?`, micro(now.Add(-24*time.Hour)))
	return err
}
