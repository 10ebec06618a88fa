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
	silence = 2 * time.Minute
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
//
// A silent process keeps the part that it was last told to be its own. What is further away than anybody waits was left by
// a clock that has stepped back since.
const turnQuery = `WITH
	clock AS MATERIALIZED (SELECT ` + serverNow + ` AS now),
	kept AS MATERIALIZED (SELECT COALESCE(sum(1.0 / told) FILTER (WHERE seen <= now - $5::BIGINT OR since > now - $7::BIGINT), 0) AS share
		FROM replicas, clock WHERE seen > now - $6::BIGINT),
	step AS MATERIALIZED (SELECT now, CASE WHEN $4::BOOLEAN THEN ($2::BIGINT / GREATEST(1 - share, 0.05))::BIGINT ELSE $2::BIGINT END AS every
		FROM clock, kept)
	INSERT INTO turns AS t (command, next, granted) SELECT $1, now + $7::BIGINT, FALSE FROM step
	ON CONFLICT (command) DO UPDATE SET
		granted = t.next <= (SELECT now FROM step) + $3::BIGINT,
		next = CASE
			WHEN t.next <= (SELECT now FROM step) + $3::BIGINT THEN GREATEST(t.next, (SELECT now FROM step)) + (SELECT every FROM step)
			WHEN t.next > (SELECT now FROM step) + $3::BIGINT + 10000000 THEN (SELECT now FROM step) + $7::BIGINT
			ELSE t.next END
	RETURNING granted, CASE WHEN granted THEN next - (SELECT every FROM step) ELSE next END - (SELECT now FROM step)`

// Attend notes that owner shares the ceiling, and returns how many do.
func (l *Ledger) Attend(ctx context.Context, owner string) (sharers int, err error) {
	if l.side == nil {
		return 1, nil
	}
	err = l.side.QueryRowContext(ctx, `WITH
		clock AS MATERIALIZED (SELECT `+serverNow+` AS now),
		gone AS (DELETE FROM replicas USING clock WHERE seen <= now - $2::BIGINT),
		others AS MATERIALIZED (SELECT count(*) AS n FROM replicas, clock WHERE seen > now - $2::BIGINT AND owner <> $1)
		INSERT INTO replicas AS r (owner, seen, since, told) SELECT $1, now, now - $4::BIGINT, n + 1 FROM clock, others
		ON CONFLICT (owner) DO UPDATE SET seen = excluded.seen, told = excluded.told,
			since = CASE WHEN r.seen > excluded.seen - $3::BIGINT THEN r.since ELSE excluded.seen END
		RETURNING told`, owner, silence.Microseconds(), heard.Microseconds(), settling.Microseconds()).Scan(&sharers)
	if err != nil {
		return 0, fmt.Errorf("attend: %w", err)
	}
	return sharers, nil
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
