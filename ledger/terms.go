package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Term is the time for which one process alone has a role.
type Term struct {
	Fence int64         // grows with every new owner of the role
	Left  time.Duration // at the moment when the ledger answered
}

// RoleTakenError says that another process has a role.
type RoleTakenError struct {
	Role, Owner string
	Left        time.Duration // until its term ends, if it is not prolonged
}

func (e *RoleTakenError) Error() string {
	return fmt.Sprintf("%s has the role %q for %s more", e.Owner, e.Role, e.Left.Round(time.Millisecond))
}

// Lead gives owner a role for the given time, or prolongs its term, on the database's own clock. The error is a
// *RoleTakenError while another owner has it. Who holds a file has every role in it.
func (l *Ledger) Lead(ctx context.Context, role, owner string, life time.Duration) (Term, error) {
	if l.side == nil {
		return Term{Fence: 1, Left: life}, nil
	}
	for {
		t, err := l.candidate(ctx, role, owner, life)
		if !errors.Is(err, sql.ErrNoRows) {
			return t, err
		}
	}
}

// candidate asks for a role once; sql.ErrNoRows says that it became free between two statements.
func (l *Ledger) candidate(ctx context.Context, role, owner string, life time.Duration) (Term, error) {
	t := Term{Left: life}
	err := l.side.QueryRowContext(ctx, `INSERT INTO terms AS t (role, owner, fence, until) VALUES ($1, $2, 1, `+serverNow+` + $3)
		ON CONFLICT (role) DO UPDATE SET owner = excluded.owner, until = excluded.until,
			fence = t.fence + CASE WHEN t.owner = excluded.owner THEN 0 ELSE 1 END
		WHERE t.owner = excluded.owner OR t.until <= `+serverNow+` OR t.until > `+serverNow+` + 2 * $3 RETURNING fence`,
		role, owner, life.Microseconds()).Scan(&t.Fence)
	if err == nil {
		return t, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return Term{}, fmt.Errorf("ask for the role %q: %w", role, err)
	}
	taken := &RoleTakenError{Role: role}
	var left int64
	err = l.side.QueryRowContext(ctx, `SELECT owner, until - `+serverNow+` FROM terms WHERE role = $1 AND until > `+serverNow, role).
		Scan(&taken.Owner, &left)
	if errors.Is(err, sql.ErrNoRows) {
		return Term{}, err
	}
	if err != nil {
		return Term{}, fmt.Errorf("ask who has the role %q: %w", role, err)
	}
	taken.Left = time.Duration(left) * time.Microsecond
	return Term{}, taken
}

// Resign ends a term at once, so that another process need not wait for its end.
func (l *Ledger) Resign(ctx context.Context, role, owner string) error {
	if l.side == nil {
		return nil
	}
	if _, err := l.side.ExecContext(ctx, `UPDATE terms SET until = 0 WHERE role = $1 AND owner = $2`, role, owner); err != nil {
		return fmt.Errorf("resign from the role %q: %w", role, err)
	}
	return nil
}

// serverNow is the database's own clock in microseconds, in PostgreSQL's words.
const serverNow = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT`
