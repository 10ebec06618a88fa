package operations_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// closed is a platform to which writes are suspended until some time.
type closed struct {
	quick
	until time.Time
}

func (c closed) Suspended() *tencent.SuspendedError {
	if time.Now().Before(c.until) {
		return &tencent.SuspendedError{Until: c.until, Reason: "timeout"}
	}
	return nil
}

// TestAPartThatIsRefusedForTooLong refuses the parts of a bulk for minutes, on a clock that passes as fast as it can.
func TestAPartThatIsRefusedForTooLong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind      ledger.Kind
		held      time.Duration // the battle, by another process
		suspended time.Duration // all writes
		want      ledger.Outcome
		least     time.Duration // that it takes
		most      time.Duration
	}{
		"nothing in the way":         {ledger.Add, 0, 0, ledger.Applied, 0, 3 * time.Second},
		"an addition, held":          {ledger.Add, 2 * time.Minute, 0, ledger.Applied, 2 * time.Minute, 130 * time.Second},
		"an addition, held for long": {ledger.Add, time.Hour, 0, ledger.NotApplied, 3 * time.Minute, 200 * time.Second},
		"an overwrite, held":         {ledger.Set, 2 * time.Minute, 0, ledger.Applied, 2 * time.Minute, 130 * time.Second},
		"an overwrite, held long":    {ledger.Set, time.Hour, 0, ledger.NotApplied, 3 * time.Minute, 200 * time.Second},
		"suspended":                  {ledger.Add, 0, time.Minute, ledger.Applied, time.Minute, 70 * time.Second},
		"suspended for long":         {ledger.Add, 0, time.Hour, ledger.NotApplied, 3 * time.Minute, 200 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				kept, err := ledger.Open(t.Context(), filepath.Join(folder, "ringside.db"), "the test")
				must(t, err)
				defer func() { must(t, kept.Close()) }()
				began := time.Now()
				engine, err := operations.New(kept, closed{until: began.Add(tc.suspended)}, quick{}, "one", time.Second)
				must(t, err)
				if tc.held > 0 {
					must(t, kept.Hold(t.Context(), ledger.Hold{Battle: "b", Owner: "other", By: "ben", Since: began, Until: began.Add(tc.held)}))
				}
				op := startQuick(t, engine, tc.kind)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan operations.BulkProgress, 1)
				go func() {
					_ = engine.RunBulks(ctx, func(p operations.BulkProgress) {
						if p.Done || p.Err != nil {
							done <- p
						}
					})
				}()
				p := <-done
				took := time.Since(began)
				cancel()
				synctest.Wait()
				rows, err := kept.BulkRows(t.Context(), op)
				must(t, err)
				if !p.Done || rows[0].Outcome != tc.want || took < tc.least || took > tc.most {
					t.Errorf("after %v %+v, done %v (%v)", took, rows[0], p.Done, p.Err)
				}
				part, err := kept.Operation(t.Context(), rows[0].Operation)
				must(t, err)
				if refused := rows[0].Reason == operations.ReasonNotSent && part.Call.Failure != "" && part.Sends == 0; refused != (tc.want == ledger.NotApplied) {
					t.Errorf("the part is %+v", part)
				}
			})
		})
	}
}

// startQuick starts a bulk of one row in the battle b, where pk-live1 leads.
func startQuick(t *testing.T, engine *operations.Engine, kind ledger.Kind) string {
	t.Helper()
	shown, err := quick{}.Standings(t.Context(), "b")
	must(t, err)
	q, err := engine.ProposeBulk(t.Context(), operations.BulkAsk{
		By: ana(), Rows: []ledger.BulkRow{{Line: 1, Kind: kind, Battle: "b", Room: "pk-live1", Points: 1300, Most: 5000}},
		Shown: map[string][]ledger.Standing{"b": shown},
	}, time.Minute)
	must(t, err)
	o, err := engine.StartBulk(t.Context(), q.Operation, operations.Yes{Button: q.Yes, By: ana(), Authorize: allow})
	must(t, err)
	return o.ID
}

// queued is a platform whose slots take a while.
type queued struct {
	quick
	wait  time.Duration
	asked chan tencent.Class
}

func (q queued) Reserve(_ context.Context, _ tencent.Command, class tencent.Class) (*tencent.Slot, error) {
	q.asked <- class
	time.Sleep(q.wait)
	return nil, nil //nolint:nilnil // a nil slot may be released like any other
}

// TestAnOldReadIsNoScoreBefore lets a part wait for its slot after its battle was read.
func TestAnOldReadIsNoScoreBefore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		wait time.Duration
		kept bool
	}{
		"as long as a person would":     {4900 * time.Millisecond, true},
		"longer than a person's may be": {5 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				kept, err := ledger.Open(t.Context(), filepath.Join(folder, "ringside.db"), "the test")
				must(t, err)
				defer func() { must(t, kept.Close()) }()
				scorer := queued{wait: tc.wait, asked: make(chan tencent.Class, 1)}
				engine, err := operations.New(kept, scorer, quick{}, "one", time.Second)
				must(t, err)
				op := startQuick(t, engine, ledger.Add)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				must(t, engine.RunBulks(ctx, func(operations.BulkProgress) {}))
				rows, err := kept.BulkRows(t.Context(), op)
				must(t, err)
				part, err := kept.Operation(t.Context(), rows[0].Operation)
				must(t, err)
				if part.Rooms[0].Outcome != ledger.Applied || (part.Rooms[0].Before != nil) != tc.kept {
					t.Errorf("the part is %+v", part.Rooms[0])
				}
				if class := <-scorer.asked; class != tencent.ClassBatch {
					t.Errorf("it stood in line as %v", class)
				}
			})
		})
	}
}

// crowd is a platform that people keep so busy that no batch gets a slot.
type crowd struct{ quick }

func (crowd) Reserve(ctx context.Context, c tencent.Command, class tencent.Class) (*tencent.Slot, error) {
	if class == tencent.ClassBatch {
		<-ctx.Done()
		return nil, &tencent.BusyError{Command: c}
	}
	return nil, nil //nolint:nilnil // a nil slot may be released like any other
}

// TestABulkLeavesTheBattleToPeople has people ask for a battle that a bulk could not get a slot for.
func TestABulkLeavesTheBattleToPeople(t *testing.T) {
	t.Parallel()
	for _, kind := range []ledger.Kind{ledger.Add, ledger.Set} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				kept, err := ledger.Open(t.Context(), filepath.Join(folder, "ringside.db"), "the test")
				must(t, err)
				defer func() { must(t, kept.Close()) }()
				engine, err := operations.New(kept, crowd{}, quick{}, "one", time.Second)
				must(t, err)
				op := startQuick(t, engine, kind)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- engine.RunBulks(ctx, func(operations.BulkProgress) {}) }()
				for range 20 {
					time.Sleep(700 * time.Millisecond)
					if _, err := engine.Submit(t.Context(), operations.Ask{Kind: ledger.Add, Battle: "b", Rooms: []ledger.Room{room("pk-live1", 1)}, By: ana()}); err != nil {
						t.Errorf("a person's addition: %v", err)
					}
				}
				cancel()
				must(t, <-done)
				if rows, err := kept.BulkRows(t.Context(), op); err != nil || rows[0].Operation != "" {
					t.Errorf("the bulk went before people: %+v (%v)", rows, err)
				}
			})
		})
	}
}
