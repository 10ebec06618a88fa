package ledger

import (
	"context"
	"fmt"
	"time"
)

// offer writes the buttons of an operation's message.
func (t *tx) offer(op string, buttons []Button) error {
	for _, b := range buttons {
		if err := t.exec(`INSERT INTO buttons (id, op, action, expires, used) VALUES (?, ?, ?, ?, 0)`,
			b.ID, op, b.Action, micro(b.Expires)); err != nil {
			return fmt.Errorf("record a button: %w", err)
		}
	}
	return nil
}

// Offer adds buttons to an operation, whatever its state.
func (l *Ledger) Offer(ctx context.Context, op string, buttons []Button) error {
	return l.writer.do(ctx, func(t *tx) error { return t.offer(op, buttons) })
}

// Button returns what a button does and the operation it belongs to. ErrNotFound says that there is no such
// button, or that it was offered more than a day ago.
func (l *Ledger) Button(ctx context.Context, id string) (Button, Operation, error) {
	return button(ctx, l.readers, id)
}

func button(ctx context.Context, q querier, id string) (Button, Operation, error) {
	type row struct {
		Button
		op string
	}
	found, err := scanOneContext(ctx, q, func(scan scanner) (r row, err error) {
		var expires int64
		err = scan(&r.ID, &r.op, &r.Action, &expires)
		r.Expires = fromMicro(expires)
		return r, err
	}, `SELECT id, op, action, expires FROM buttons WHERE id = ?`, id)
	if err != nil {
		return Button{}, Operation{}, err
	}
	o, err := operationContext(ctx, q, found.op)
	return found.Button, o, err
}

// answer uses up the button of a question and returns the operation that waits for it.
func (t *tx) answer(id string, at time.Time) (Operation, error) {
	b, o, err := button(context.Background(), t, id)
	if err != nil {
		return Operation{}, err
	}
	if o.State != Pending {
		return Operation{}, &ClosedError{Operation: o.ID, State: o.State}
	}
	if !at.Before(b.Expires) || !at.Before(o.Expires) {
		return Operation{}, &ClosedError{Operation: o.ID, State: Expired}
	}
	fresh, err := t.changed(`UPDATE buttons SET used = ? WHERE id = ? AND used = 0`, micro(at), id)
	if err != nil {
		return Operation{}, err
	}
	if fresh == 0 {
		return Operation{}, &ClosedError{Operation: o.ID, State: Superseded}
	}
	err = t.exec(`UPDATE buttons SET used = ? WHERE op = ? AND used = 0`, micro(at), o.ID)
	return o, err
}

// Dismiss closes a question without sending anything; to is Cancelled or Expired. The error is a
// *ClosedError when it was closed before, and ErrEarly when it is to expire before its deadline.
func (l *Ledger) Dismiss(ctx context.Context, op string, to State, by string, at time.Time) error {
	return l.writer.do(ctx, func(t *tx) error {
		_, err := t.closeQuestion(op, to, by, at)
		return err
	})
}

func (t *tx) closeQuestion(op string, to State, by string, at time.Time) (Operation, error) {
	o, err := operation(t, op)
	switch {
	case err != nil:
		return Operation{}, err
	case o.State != Pending:
		return Operation{}, &ClosedError{Operation: op, State: o.State}
	case to == Expired && at.Before(o.Expires):
		return Operation{}, ErrEarly
	}
	o.State = to
	if err := t.exec(`UPDATE operations SET state = ? WHERE id = ?`, to, op); err != nil {
		return Operation{}, err
	}
	if err := t.exec(`UPDATE buttons SET used = ? WHERE op = ? AND used = 0`, micro(at), op); err != nil {
		return Operation{}, err
	}
	_, err = t.append(at, op, string(to), by, struct{}{})
	return o, err
}

// Renew replaces a question's preview after the pressed button was found to confirm what is no longer so: old
// buttons are used up, and only the new ones can confirm what is shown now. rooms are the operation's with the points
// that an undo comes to now; nil leaves them.
func (l *Ledger) Renew(
	ctx context.Context, pressed string, at, expires time.Time, shown []Standing, rooms []Room, buttons []Button,
) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.answer(pressed, at)
		if err != nil {
			return Operation{}, err
		}
		if err := t.recount(&o, rooms); err != nil {
			return Operation{}, err
		}
		o.Shown, o.Expires = shown, expires
		doc, err := docOf(o)
		if err != nil {
			return Operation{}, err
		}
		if err := t.exec(`UPDATE operations SET expires = ?, doc = ? WHERE id = ?`, micro(expires), doc, o.ID); err != nil {
			return Operation{}, err
		}
		if err := t.offer(o.ID, buttons); err != nil {
			return Operation{}, err
		}
		_, err = t.append(at, o.ID, "superseded", o.Asker, contentOf(o))
		return o, err
	})
}
