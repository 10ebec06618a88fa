package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// silence is how long a process that is heard of no more is still counted among those that share the ceiling: it may
	// read on by itself, cut off from the database.
	silence = 10 * time.Minute
	// heard is how long after its last word a process surely takes its turns here.
	heard = 2 * time.Second
	// settling is what must pass until calls that were made otherwise are out of the window: after the turns were lost, and
	// after a process that was silent is heard of again.
	settling = time.Second
)

// Turn reserves the next free moment for a call of command, every so much later than the one before it, and returns how
// long to wait for it. None is granted that is further away than most. apart lets the calls count that processes cut off
// from the database make on their own: while some of those that share the ceiling are silent, the others take only their
// part.
//
// It is one statement on the server's clock: the generic cell rate algorithm without any burst.
func (l *Ledger) Turn(ctx context.Context, command string, every, most time.Duration, apart bool) (granted bool, wait time.Duration, err error) {
	if l.side == nil {
		return false, 0, errors.New("a ledger in a file shares no turns")
	}
	var micros int64
	err = l.side.QueryRowContext(ctx, turnQuery, command, every.Microseconds(), most.Microseconds(), apart,
		heard.Microseconds(), silence.Microseconds(), settling.Microseconds()).Scan(&granted, &micros)
	if err != nil {
		return false, 0, fmt.Errorf("reserve a turn: %w", err)
	}
	return granted, max(0, time.Duration(micros)*time.Microsecond), nil
}

// turnQuery takes the lock of the command's row, so that of two asks at the same time each gets a moment of its own. A row
// that is not there was lost or never was: then all wait for a moment. granted tells which way the update went.
const turnQuery = `WITH
	clock AS MATERIALIZED (SELECT ` + serverNow + ` AS now),
	sharers AS MATERIALIZED (SELECT count(*) AS present, count(*) FILTER (WHERE seen > now - $5::BIGINT AND since <= now - $7::BIGINT) AS live
		FROM replicas, clock WHERE seen > now - $6::BIGINT),
	step AS MATERIALIZED (SELECT now, CASE WHEN $4::BOOLEAN AND live > 0 THEN $2::BIGINT * present / live ELSE $2::BIGINT END AS every
		FROM clock, sharers)
	INSERT INTO turns AS t (command, next, granted) SELECT $1, now + $7::BIGINT, FALSE FROM step
	ON CONFLICT (command) DO UPDATE SET
		granted = t.next <= (SELECT now FROM step) + $3::BIGINT,
		next = CASE WHEN t.next <= (SELECT now FROM step) + $3::BIGINT
			THEN GREATEST(t.next, (SELECT now FROM step)) + (SELECT every FROM step) ELSE t.next END
	RETURNING granted, CASE WHEN granted THEN next - (SELECT every FROM step) ELSE next END - (SELECT now FROM step)`

// Attend notes that owner shares the ceiling, and returns how many do.
func (l *Ledger) Attend(ctx context.Context, owner string) (sharers int, err error) {
	if l.side == nil {
		return 1, nil
	}
	err = l.side.QueryRowContext(ctx, `WITH own AS (INSERT INTO replicas AS r (owner, seen, since) VALUES ($1, `+serverNow+`, `+serverNow+`)
			ON CONFLICT (owner) DO UPDATE SET seen = excluded.seen,
				since = CASE WHEN r.seen > excluded.seen - $3::BIGINT THEN r.since ELSE excluded.since END),
		gone AS (DELETE FROM replicas WHERE seen <= `+serverNow+` - $2::BIGINT)
		SELECT count(*) FROM replicas WHERE seen > `+serverNow+` - $2::BIGINT AND owner <> $1`,
		owner, silence.Microseconds(), heard.Microseconds()).Scan(&sharers)
	if err != nil {
		return 0, fmt.Errorf("attend: %w", err)
	}
	return sharers + 1, nil
}

// Depart notes that owner makes no more calls.
func (l *Ledger) Depart(ctx context.Context, owner string) error {
	if l.side == nil {
		return nil
	}
	if _, err := l.side.ExecContext(ctx, `DELETE FROM replicas WHERE owner = $1`, owner); err != nil {
		return fmt.Errorf("depart: %w", err)
	}
	return nil
}
