package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Bulk is the kind of an operation that stands for many: it has no battle and no rooms of its own, but BulkRows. Each call
// that it comes to is an operation of its own, whose Bulk and Part lead back to it.
const Bulk Kind = "bulk"

// The states of a bulk after its yes. Once everything was sent, or nothing more will be, it is Settled.
const (
	Running  State = "running"  // a process sends it, or is to take it up
	Stopping State = "stopping" // a person said stop; what was sent is still settled
)

// BulkRow is one line of a bulk.
type BulkRow struct {
	Line   int // in what the person handed in, from 1
	Part   int // the call that it belongs to, from 1: all rows of a part are of one battle and one kind
	Kind   Kind
	Battle string // the resolved id
	Alias  string // as it was typed, where that was not the id
	Room   string
	Points int64
	Most   int64 // max_points of the grant that covers it
	Over   int64 // confirm_over of the grant that covers it
	// Approval is approval_over of the grant that covers it: with what the asker did to the room lately, no more than that
	// goes without a second person.
	Approval int64
	Shown    *int64 // the score at the preview; nil for an addition
	Leader   string // of an overwrite: the room that the preview showed to lead its battle after the whole bulk; empty for a tie

	Operation string  // that carried its part out; empty while there is none
	Outcome   Outcome // of that operation's room; Undecided while there is none
	Reason    string
	Code      int
}

// RecordBulk writes a new bulk, which is Pending, with its rows and buttons. The error is one of Record's.
func (l *Ledger) RecordBulk(ctx context.Context, key string, o Operation, rows []BulkRow, buttons []Button) error {
	if o.Kind != Bulk || o.State != Pending {
		return fmt.Errorf("a bulk is recorded as pending, not as %s %s", o.State, o.Kind)
	}
	proposed, err := proposalOf(o, rows)
	if err != nil {
		return err
	}
	return l.writer.do(ctx, func(t *tx) error {
		if err := t.remember(key, o.ID, o.Created); err != nil {
			return err
		}
		if err := t.insert(o); err != nil {
			return err
		}
		if err := t.insertRows(o.ID, rows); err != nil {
			return err
		}
		if err := t.offer(o.ID, buttons); err != nil {
			return err
		}
		_, err := t.append(o.Created, o.ID, "proposed", o.Asker, proposed)
		return err
	})
}

// proposal is what the first event says of a bulk. The rows are too many to stand in it; their hash binds them.
type proposal struct {
	content
	Count int    `json:"count"`
	Rows  string `json:"rows_sha256"`
}

func proposalOf(o Operation, rows []BulkRow) (proposal, error) {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	for _, r := range rows {
		if err := encoder.Encode([]any{
			r.Line, r.Part, r.Kind, r.Battle, r.Alias, r.Room, r.Points, r.Most, r.Over, r.Approval, r.Shown, r.Leader,
		}); err != nil {
			return proposal{}, fmt.Errorf("encode line %d: %w", r.Line, err)
		}
	}
	return proposal{contentOf(o), len(rows), hex.EncodeToString(hash.Sum(nil))}, nil
}

// rowsAtOnce is how many rows one statement writes.
const rowsAtOnce = 100

func (t *tx) insertRows(op string, rows []BulkRow) error {
	for len(rows) > 0 {
		n := 1 // of two statements only, as each is prepared once and kept
		if len(rows) >= rowsAtOnce {
			n = rowsAtOnce
		}
		args := make([]any, 0, 13*n)
		for _, r := range rows[:n] {
			args = append(args, op, r.Line, r.Part, r.Kind, r.Battle, r.Alias, r.Room, r.Points, r.Most, r.Over, r.Approval, r.Shown, r.Leader)
		}
		if err := t.exec(`INSERT INTO bulk_rows (bulk, line, part, kind, battle, alias, room, points, max_points,
			confirm_over, approval_over, shown, leader) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`+
			strings.Repeat(`, (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, n-1), args...); err != nil {
			return fmt.Errorf("record lines from %d: %w", rows[0].Line, err)
		}
		rows = rows[n:]
	}
	return nil
}

// StartBulk uses a button up and lets its bulk run, for whoever takes it. The error is a *ClosedError when the bulk no
// longer waits, and ErrNotFound when there is no such button.
func (l *Ledger) StartBulk(ctx context.Context, button, by string, at time.Time) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.answer(button, at)
		if err != nil {
			return Operation{}, err
		}
		if o.Kind != Bulk {
			return Operation{}, fmt.Errorf("operation %s is no bulk", o.ID)
		}
		o.State, o.ConfirmedBy = Running, by
		if err := t.exec(`UPDATE operations SET state = ?, confirmed_by = ? WHERE id = ?`, o.State, by, o.ID); err != nil {
			return Operation{}, err
		}
		_, err = t.append(at, o.ID, string(Running), by, struct{}{})
		return o, err
	})
}

// StopBulk ends the sending of a bulk at a person's wish: once it returns, no part of it begins. The error is a
// *ClosedError when the bulk does not run, and ErrNotFound when there is none.
func (l *Ledger) StopBulk(ctx context.Context, op, by string, at time.Time) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.bulk(op)
		if err != nil {
			return Operation{}, err
		}
		if o.State != Running {
			return Operation{}, &ClosedError{Operation: op, State: o.State}
		}
		o.State = Stopping
		if err := t.exec(`UPDATE operations SET state = ? WHERE id = ?`, o.State, op); err != nil {
			return Operation{}, err
		}
		_, err = t.append(at, op, string(Stopping), by, struct{}{})
		return o, err
	})
}

func (t *tx) bulk(op string) (Operation, error) {
	o, err := operation(t, op)
	if err == nil && o.Kind != Bulk {
		err = ErrNotFound
	}
	return o, err
}

// BulkMessage remembers where the progress of a bulk is shown, so that another process goes on with it.
func (l *Ledger) BulkMessage(ctx context.Context, op, message string) error {
	return l.writer.do(ctx, func(t *tx) error {
		n, err := t.changed(`UPDATE operations SET message = ? WHERE id = ? AND kind = ?`, message, op, Bulk)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// errBulk says that somebody tried to send a bulk as if it were one call.
var errBulk = errors.New("a bulk is no intent; its parts are")
