package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// openShared opens a ledger in a database of the test's own, whatever the other tests run on.
func openShared(t *testing.T, opts ...Option) (*Ledger, string) {
	t.Helper()
	place := postgrestest.Database(t)
	return openDSN(t, place, opts...), place
}

func openDSN(t *testing.T, dsn string, opts ...Option) *Ledger {
	t.Helper()
	l, err := OpenPostgres(t.Context(), secret.New(dsn), opts...)
	check(t, "open", err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// alter changes what processes arrange among themselves, so that no test has to wait.
func alter(t *testing.T, l *Ledger, statement string, args ...any) {
	t.Helper()
	_, err := l.side.ExecContext(t.Context(), statement, args...)
	check(t, statement, err)
}

// leads wants owner to be given a role, with a fence.
func leads(t *testing.T, l *Ledger, owner string, fence int64) {
	t.Helper()
	got, err := l.Lead(t.Context(), "gateway", owner, time.Minute)
	if err != nil || got != (Term{Fence: fence, Left: time.Minute}) {
		t.Errorf("%s is given %+v, want fence %d: %v", owner, got, fence, err)
	}
}

// taken wants the role to be another one's for about so long.
func taken(t *testing.T, l *Ledger, owner, by string, left time.Duration) {
	t.Helper()
	_, err := l.Lead(t.Context(), "gateway", owner, time.Minute)
	var e *RoleTakenError
	if !errors.As(err, &e) || e.Role != "gateway" || e.Owner != by || e.Left > left || e.Left < left-10*time.Second {
		t.Errorf("%s is told: %v, want that %s has the role for %s", owner, err, by, left)
	}
}

func TestOneLeads(t *testing.T) {
	t.Parallel()
	l, _ := openShared(t)
	leads(t, l, "one", 1)
	taken(t, l, "two", "one", time.Minute)
	leads(t, l, "one", 1)

	alter(t, l, `UPDATE terms SET until = until - 60000000`) // a minute later
	leads(t, l, "two", 2)
	taken(t, l, "one", "two", time.Minute)
	alter(t, l, `UPDATE terms SET until = until - 30000000`)
	taken(t, l, "one", "two", 30*time.Second)
	leads(t, l, "two", 2)
	taken(t, l, "one", "two", time.Minute)

	check(t, "resign", l.Resign(t.Context(), "gateway", "one"))
	check(t, "resign", l.Resign(t.Context(), "house", "two"))
	taken(t, l, "one", "two", time.Minute)
	check(t, "resign", l.Resign(t.Context(), "gateway", "two"))
	leads(t, l, "one", 3)
}

func TestRolesAreApart(t *testing.T) {
	t.Parallel()
	l, _ := openShared(t)
	leads(t, l, "one", 1)
	if term, err := l.Lead(t.Context(), "house", "two", time.Second); err != nil || term.Fence != 1 {
		t.Errorf("%+v: %v", term, err)
	}
	taken(t, l, "two", "one", time.Minute)
}

// TestTermsGoByTheServersClock opens the ledger with a clock that is a day off: who may not write may lead all the same.
func TestTermsGoByTheServersClock(t *testing.T) {
	t.Parallel()
	l, place := openShared(t, WithClock(func() time.Time { return time.Now().Add(24 * time.Hour) }))
	other := openDSN(t, place)
	leads(t, other, "one", 1)
	taken(t, l, "two", "one", time.Minute)
	alter(t, l, `UPDATE terms SET until = until - 60000000`)
	leads(t, l, "two", 2)
	taken(t, other, "one", "two", time.Minute)
}

// TestManyWantToLead lets many ask at the same time, for a role that nobody ever had, and for one whose term has ended.
func TestManyWantToLead(t *testing.T) {
	t.Parallel()
	l, _ := openShared(t)
	for fence := int64(1); fence < 6; fence++ {
		var leaders atomic.Int64
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				term, err := l.Lead(t.Context(), "house", fmt.Sprint("process", fence, i), time.Minute)
				var e *RoleTakenError
				switch {
				case err == nil && term.Fence == fence:
					leaders.Add(1)
				case !errors.As(err, &e):
					t.Errorf("%+v: %v", term, err)
				}
			})
		}
		all.Wait()
		if n := leaders.Load(); n != 1 {
			t.Errorf("%d lead, want one", n)
		}
		alter(t, l, `UPDATE terms SET until = until - 60000000`)
	}
}

func TestAFileHasEveryRole(t *testing.T) {
	t.Parallel()
	l, err := Open(t.Context(), filepath.Join(t.TempDir(), "ringside.db"), "the test")
	check(t, "open", err)
	t.Cleanup(func() { _ = l.Close() })
	leads(t, l, "one", 1)
	leads(t, l, "two", 1)
	check(t, "resign", l.Resign(t.Context(), "gateway", "one"))
	if n, err := l.Attend(t.Context(), "one"); n != 1 || err != nil {
		t.Errorf("%d share the ceiling: %v", n, err)
	}
	check(t, "depart", l.Depart(t.Context(), "one"))
	if granted, _, err := l.Turn(t.Context(), "set_battle_score", time.Millisecond, time.Second, false); granted || err == nil {
		t.Error("a file grants turns")
	}
}

// TestNoRoleWithoutTheDatabase asks in vain.
func TestNoRoleWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	l, _ := openShared(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Lead(ctx, "house", "one", time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("lead: %v", err)
	}
	if err := l.Resign(ctx, "house", "one"); !errors.Is(err, context.Canceled) {
		t.Errorf("resign: %v", err)
	}
	if _, err := l.Attend(ctx, "one"); !errors.Is(err, context.Canceled) {
		t.Errorf("attend: %v", err)
	}
	if granted, _, err := l.Turn(ctx, "set_battle_score", time.Millisecond, time.Second, false); granted || !errors.Is(err, context.Canceled) {
		t.Errorf("turn: %v", err)
	}
}
