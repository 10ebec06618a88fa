package ledger

import (
	"context"
	"fmt"
	"time"
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
// ErrTogether or ErrOpenUnknown when an intent would break its limit; for an intent it is a *HeldError while somebody
// else has the battle to himself, and an *UndoneError when it is the second to undo the same operation. A part of a bulk
// is a duplicate for ever; it is refused with a *ClosedError unless its bulk runs, and with ErrNotOwner unless its owner
// has the bulk. After any error nothing may be sent.
func (l *Ledger) Record(ctx context.Context, key string, o Operation, buttons []Button) error {
	return l.writer.do(ctx, func(t *tx) error { return t.record(key, o, buttons) })
}

// mayBegin holds an intent against all that could forbid it, in the transaction that writes it: of two asks at the
// same moment one sees the other. It reports whether the intent's owner has the battle to itself.
func (t *tx) mayBegin(o Operation, at time.Time, limit Limit) (own bool, err error) {
	if o.Kind == Bulk {
		return false, errBulk
	}
	if own, err = t.excluded(o.Battle, o.Owner, at); err != nil {
		return false, err
	}
	if err := t.undone(o); err != nil {
		return false, err
	}
	return own, t.keep(o, limit)
}

// mostOf returns how much one human may change the n-th room.
func (l Limit) mostOf(n int) int64 {
	if n < len(l.Each) {
		return l.Each[n]
	}
	return l.Most
}

// keep holds an intent against its limit.
func (t *tx) keep(o Operation, limit Limit) error {
	if len(limit.Askers) == 0 {
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
		if i < len(limit.Changes) && lately+limit.Changes[i] > limit.mostOf(i) {
			return ErrTogether
		}
	}
	return nil
}

func (t *tx) record(key string, o Operation, buttons []Button) error {
	if err := t.remember(key, o.ID, o.Created); err != nil {
		return err
	}
	if o.Bulk != "" {
		if err := t.mayJoin(o); err != nil {
			return err
		}
	}
	kind := "proposed"
	if o.State == Intent {
		kind = "intent"
		own, err := t.mayBegin(o, o.Created, o.Limit)
		if err != nil {
			return err
		}
		if err := t.holdOn(o, own); err != nil {
			return err
		}
	}
	if err := t.insert(o); err != nil {
		return err
	}
	if err := t.offer(o.ID, buttons); err != nil {
		return err
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
		created, expires, owner, lease, send_by, sends, settled, told, confirmed_by, source, digest, doc,
		undoes, reply_to, bulk, part, message)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, '', ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		o.ID, o.Kind, o.Battle, o.Alias, o.Asker, o.AskerName, o.Channel, o.State, micro(o.Created), micro(o.Expires),
		o.Owner, micro(o.Lease), micro(o.SendBy), o.Sends, o.ConfirmedBy, o.Source, doc,
		o.Undoes, o.ReplyTo.Reveal(), o.Bulk, o.Part, o.Message)
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
		if err := t.exec(`INSERT INTO op_rooms (op, n, battle, room, points, before, outcome, reason, code)
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
	Rooms  []Room   // the operation's, with the points that an undo comes to now; nil leaves them
}

// Claim uses a button up and makes its operation an intent, in one transaction. The error is a
// *ClosedError when the operation no longer waits, ErrNotFound when there is no such button, a *HeldError while somebody
// else has the battle to himself, and an *UndoneError as with Record. An overwrite needs a living Hold of the claim's
// owner: a *HeldError that names nobody says that it was lost. After any error nothing may be sent.
func (l *Ledger) Claim(ctx context.Context, c Claim) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.answer(c.Button, c.At)
		if err != nil {
			return Operation{}, err
		}
		o.State, o.Owner, o.Lease, o.SendBy, o.Sends, o.ConfirmedBy = Intent, c.Owner, c.Lease, c.SendBy, 1, c.By
		if err := t.recount(&o, c.Rooms); err != nil {
			return Operation{}, err
		}
		own, err := t.mayBegin(o, c.At, c.Limit)
		if err != nil {
			return Operation{}, err
		}
		if o.Kind == Set && !own {
			return Operation{}, &HeldError{}
		}
		return o, t.claim(o, c)
	})
}

func (t *tx) claim(o Operation, c Claim) error {
	if err := t.exec(`UPDATE operations SET state = ?, owner = ?, lease = ?, send_by = ?, sends = 1, confirmed_by = ?
		WHERE id = ?`, o.State, o.Owner, micro(o.Lease), micro(o.SendBy), o.ConfirmedBy, o.ID); err != nil {
		return err
	}
	if err := t.exec(`UPDATE holds SET until = ? WHERE until < ? AND battle = ? AND owner = ?`, micro(o.Lease), micro(o.Lease), o.Battle, o.Owner); err != nil {
		return err
	}
	if err := t.offer(o.ID, c.Again); err != nil {
		return err
	}
	_, err := t.append(c.At, o.ID, "intent", c.By, contentOf(o))
	return err
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
