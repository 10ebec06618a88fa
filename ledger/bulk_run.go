package ledger

import (
	"context"
	"database/sql"
	"time"
)

const isRunning = `state IN ('running', 'stopping')`

// TakeBulk gives the oldest bulk that is Running or Stopping, and has no living owner, to owner until lease. ErrNotFound
// says that there is none.
func (l *Ledger) TakeBulk(ctx context.Context, owner string, now, lease time.Time) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		id, err := scanOne(t, scanString, `SELECT id FROM operations WHERE `+isRunning+` AND lease <= ?
			ORDER BY created, id LIMIT 1`, micro(now))
		if err != nil {
			return Operation{}, err
		}
		if err := t.exec(`UPDATE operations SET owner = ?, lease = ? WHERE id = ?`, owner, micro(lease), id); err != nil {
			return Operation{}, err
		}
		return operation(t, id)
	})
}

// KeepBulk gives the lease of a bulk a new end, and tells whether it is Running or Stopping. ErrNotOwner says that it is
// not the owner's any more.
func (l *Ledger) KeepBulk(ctx context.Context, op, owner string, lease time.Time) (State, error) {
	return write(ctx, l, func(t *tx) (State, error) {
		n, err := t.changed(`UPDATE operations SET lease = ? WHERE id = ? AND owner = ? AND `+isRunning, micro(lease), op, owner)
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", ErrNotOwner
		}
		state, err := scanOne(t, scanString, `SELECT state FROM operations WHERE id = ?`, op)
		return State(state), err
	})
}

// LeaveBulk gives the lease of a bulk up, so that another process may take it at once. It is no error when the owner does
// not have it.
func (l *Ledger) LeaveBulk(ctx context.Context, op, owner string) error {
	return l.writer.do(ctx, func(t *tx) error {
		err := t.exec(`UPDATE operations SET owner = '', lease = 0 WHERE id = ? AND owner = ? AND `+isRunning, op, owner)
		return err
	})
}

// bulkVerdict is what the settling event of a bulk counts: rows by their outcome.
type bulkVerdict struct {
	Applied    int `json:"applied"`
	NotApplied int `json:"not_applied"`
	Unknown    int `json:"unknown"`
	Unsent     int `json:"unsent"` // rows without an operation, after a stop
}

func (v *bulkVerdict) count(r BulkRow) {
	switch r.Outcome {
	case Applied:
		v.Applied++
	case NotApplied:
		v.NotApplied++
	case Unknown:
		v.Unknown++
	default:
		v.Unsent++
	}
}

// FinishBulk settles a bulk of which nothing more will be sent. The error is ErrNotOwner when it is not the owner's, and
// ErrEarly while a part that was begun has no outcome or, unless the bulk was stopped, a part was not begun.
func (l *Ledger) FinishBulk(ctx context.Context, op, owner string, at time.Time) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		o, err := t.bulk(op)
		if err != nil {
			return Operation{}, err
		}
		if o.Owner != owner || o.State != Running && o.State != Stopping {
			return Operation{}, ErrNotOwner
		}
		v, err := t.outcomes(o)
		if err != nil {
			return Operation{}, err
		}
		o.State, o.Settled = Settled, at
		if o.Digest, err = t.append(at, op, "settled", owner, v); err != nil {
			return Operation{}, err
		}
		if err := t.exec(`UPDATE buttons SET used = ? WHERE op = ? AND used = 0`, micro(at), op); err != nil {
			return Operation{}, err
		}
		return o, t.decided(o, news{at: at})
	})
}

// outcomes counts the rows of a bulk that is about to be settled.
func (t *tx) outcomes(o Operation) (bulkVerdict, error) {
	rows, err := bulkRows(context.Background(), t, o.ID)
	if err != nil {
		return bulkVerdict{}, err
	}
	var v bulkVerdict
	for _, r := range rows {
		if r.Outcome == Undecided && (r.Operation != "" || o.State == Running) {
			return bulkVerdict{}, ErrEarly
		}
		v.count(r)
	}
	return v, nil
}

// BulkRows returns the rows of a bulk in the order of its lines, each with its operation and outcome as they stand now.
// A bulk that is not known has none.
func (l *Ledger) BulkRows(ctx context.Context, op string) ([]BulkRow, error) {
	return bulkRows(ctx, l.readers, op)
}

func bulkRows(ctx context.Context, q querier, op string) ([]BulkRow, error) {
	return scanAllContext(ctx, q, scanBulkRow, bulkRowsQuery, op)
}

// bulkRowsQuery names what the index of parts is made for in its own words, else SQLite would not use it.
const bulkRowsQuery = `SELECT b.line, b.part, b.kind, b.battle, b.alias, b.room, b.points,
	b.max_points, b.confirm_over, b.approval_over, b.shown, b.leader, COALESCE(o.id, ''), COALESCE(r.outcome, ''),
	COALESCE(r.reason, ''), COALESCE(r.code, 0)
	FROM bulk_rows b LEFT JOIN operations o ON o.bulk = b.bulk AND o.bulk <> '' AND o.part = b.part
	LEFT JOIN op_rooms r ON r.op = o.id AND r.room = b.room
	WHERE b.bulk = ? ORDER BY b.line`

func scanBulkRow(scan scanner) (BulkRow, error) {
	var r BulkRow
	var shown sql.NullInt64
	err := scan(&r.Line, &r.Part, &r.Kind, &r.Battle, &r.Alias, &r.Room, &r.Points, &r.Most, &r.Over, &r.Approval, &shown, &r.Leader,
		&r.Operation, &r.Outcome, &r.Reason, &r.Code)
	if shown.Valid {
		r.Shown = &shown.Int64
	}
	return r, err
}
