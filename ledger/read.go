package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ringside/secret"
)

type scanner func(dest ...any) error

func scanString(scan scanner) (s string, err error) {
	err = scan(&s)
	return s, err
}

// scanAllContext runs a query and reads each of its rows with read.
func scanAllContext[T any](ctx context.Context, q querier, read func(scanner) (T, error), query string, args ...any) ([]T, error) {
	if p, ok := q.(*pool); ok && p.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.limit)
		defer cancel()
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer rows.Close() //nolint:errcheck // what Close could say, Err says
	var found []T
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		found = append(found, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return found, nil
}

// scanOneContext is scanAllContext for a query with one row; none is ErrNotFound.
func scanOneContext[T any](ctx context.Context, q querier, read func(scanner) (T, error), query string, args ...any) (T, error) {
	found, err := scanAllContext(ctx, q, read, query, args...)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

// scanAll and scanOne read inside a transaction, which no context ends.
func scanAll[T any](t *tx, read func(scanner) (T, error), query string, args ...any) ([]T, error) {
	return scanAllContext(context.Background(), t, read, query, args...)
}

func scanOne[T any](t *tx, read func(scanner) (T, error), query string, args ...any) (T, error) {
	return scanOneContext(context.Background(), t, read, query, args...)
}

const operationColumns = `SELECT id, kind, battle, alias, asker, asker_name, channel, state, created, expires,
	owner, lease, send_by, sends, settled, confirmed_by, source, digest, doc, undoes, reply_to, resolved_by, look_after,
	bulk, part, message FROM operations `

func scanOperation(scan scanner) (Operation, error) {
	var o Operation
	var created, expires, lease, sendBy, settled, lookAfter int64
	var doc, replyTo string
	err := scan(&o.ID, &o.Kind, &o.Battle, &o.Alias, &o.Asker, &o.AskerName, &o.Channel, &o.State, &created, &expires,
		&o.Owner, &lease, &sendBy, &o.Sends, &settled, &o.ConfirmedBy, &o.Source, &o.Digest, &doc,
		&o.Undoes, &replyTo, &o.ResolvedBy, &lookAfter, &o.Bulk, &o.Part, &o.Message)
	if err != nil {
		return Operation{}, err
	}
	o.Created, o.Expires, o.Lease = fromMicro(created), fromMicro(expires), fromMicro(lease)
	o.SendBy, o.Settled, o.LookAfter = fromMicro(sendBy), fromMicro(settled), fromMicro(lookAfter)
	if replyTo != "" {
		o.ReplyTo = secret.New(replyTo)
	}
	var d details
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return Operation{}, fmt.Errorf("decode operation %s: %w", o.ID, err)
	}
	o.Approval, o.ConfirmOver, o.Vouched, o.Shown, o.Call = d.Approval, d.ConfirmOver, d.Vouched, d.Shown, d.Call
	o.Look, o.Duration, o.Note, o.Askers = d.Look, d.Duration, d.Note, d.Askers
	return o, nil
}

func scanRoom(scan scanner) (Room, error) {
	var r Room
	var before sql.NullInt64
	err := scan(&r.Room, &r.Points, &before, &r.Outcome, &r.Reason, &r.Code)
	if before.Valid {
		r.Before = &before.Int64
	}
	return r, err
}

func operation(t *tx, id string) (Operation, error) {
	return operationContext(context.Background(), t, id)
}

func operationContext(ctx context.Context, q querier, id string) (Operation, error) {
	return operationWhere(ctx, q, `WHERE id = ?`, id)
}

// operationWhere reads the one operation that a condition leads to.
func operationWhere(ctx context.Context, q querier, where string, args ...any) (Operation, error) {
	o, err := scanOneContext(ctx, q, scanOperation, operationColumns+where, args...)
	if err != nil {
		return Operation{}, err
	}
	return withRooms(ctx, q, o)
}

func withRooms(ctx context.Context, q querier, o Operation) (Operation, error) {
	var err error
	o.Rooms, err = scanAllContext(ctx, q, scanRoom,
		`SELECT room, points, before, outcome, reason, code FROM op_rooms WHERE op = ? ORDER BY n`, o.ID)
	return o, err
}

// operations reads many operations with their rooms.
func (l *Ledger) operations(ctx context.Context, where string, args ...any) ([]Operation, error) {
	found, err := scanAllContext(ctx, l.readers, scanOperation, operationColumns+where, args...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i], err = withRooms(ctx, l.readers, found[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Operation returns the operation with the id, or ErrNotFound.
func (l *Ledger) Operation(ctx context.Context, id string) (Operation, error) {
	return operationContext(ctx, l.readers, id)
}

// Last returns the newest operation that asker asked for in channel, or ErrNotFound. A part of a bulk is none.
func (l *Ledger) Last(ctx context.Context, asker, channel string) (Operation, error) {
	return operationWhere(ctx, l.readers, `WHERE asker = ? AND channel = ? AND bulk = '' ORDER BY created DESC, rowid DESC LIMIT 1`, asker, channel)
}

// Log returns the newest operations, of one battle or, if battle is empty, of all, newest first. In the log of all, the
// parts of a bulk are left out: the bulk stands for them.
func (l *Ledger) Log(ctx context.Context, battle string, n int) ([]Operation, error) {
	if battle == "" {
		return l.operations(ctx, `WHERE bulk = '' ORDER BY rowid DESC LIMIT ?`, n) // rows are written in the order of time
	}
	return l.operations(ctx, `WHERE battle = ? ORDER BY created DESC, rowid DESC LIMIT ?`, battle, n)
}

// Untold returns operations of which there was something to tell in the given time, as they were settled, looked at or
// resolved, and whose askers have not been told, the latest first. Parts of bulks are not told one by one.
func (l *Ledger) Untold(ctx context.Context, from, until time.Time) ([]Operation, error) {
	return l.operations(ctx, `WHERE told = 0 AND bulk = '' AND state IN ('settled', 'resolved') AND news > ? AND news <= ?
		ORDER BY news DESC LIMIT 100`, micro(from), micro(until))
}

// Events returns the events of one operation in the order in which they happened.
func (l *Ledger) Events(ctx context.Context, op string) ([]Event, error) {
	return scanAllContext(ctx, l.readers, scanEvent,
		`SELECT seq, at, op, kind, actor, body, hash FROM events WHERE op = ? ORDER BY seq`, op)
}

func scanEvent(scan scanner) (Event, error) {
	var e Event
	var at int64
	var hash []byte
	if err := scan(&e.Seq, &at, &e.Op, &e.Kind, &e.Actor, &e.Body, &hash); err != nil {
		return Event{}, err
	}
	e.At = fromMicro(at)
	if len(hash) != len(e.Hash) {
		return Event{}, errors.New("an event's hash has the wrong length")
	}
	copy(e.Hash[:], hash)
	return e, nil
}

// PutOn returns by how many points the askers have changed a room since the given time: what they added, and how far
// they set it from where it was. It counts what was applied and what may have been.
func (l *Ledger) PutOn(ctx context.Context, battle, room string, askers []string, since time.Time) (int64, error) {
	return putOn(ctx, l.readers, battle, room, askers, since)
}

// putOn begins with what each asker asked lately, which CROSS JOIN makes SQLite do too: the room's own past may be long.
func putOn(ctx context.Context, q querier, battle, room string, askers []string, since time.Time) (int64, error) {
	var sum int64
	for _, asker := range askers {
		share, err := scanOneContext(ctx, q, func(scan scanner) (points int64, err error) {
			err = scan(&points)
			return points, err
		}, `SELECT COALESCE(SUM(CASE o.kind WHEN 'set' THEN ABS(r.points - COALESCE(r.before, 0)) ELSE r.points END), 0)
			FROM operations o CROSS JOIN op_rooms r ON r.op = o.id
			WHERE o.battle = ? AND o.asker = ? AND o.send_by >= ? AND o.state IN ('intent', 'settled', 'resolved')
			AND r.room = ? AND r.outcome <> 'not applied'`, battle, asker, micro(since), room)
		if err != nil {
			return 0, err
		}
		sum += share
	}
	return sum, nil
}
