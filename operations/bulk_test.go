package operations_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent/simulator"
)

// field is a stand with many battles, and bulks over them.
type field struct {
	*stand
	battles []string
}

// newField makes battles with three rooms each: "3-a", "3-b" and "3-c" are those of the fourth.
func newField(t testing.TB, battles int, opts ...simulator.Option) *field {
	t.Helper()
	f := &field{stand: newStand(t, opts...)}
	for i := range battles {
		id, err := f.sim.AddBattle(simulator.BattleSpec{
			From: fmt.Sprintf("%d-a", i), To: []string{fmt.Sprintf("%d-b", i), fmt.Sprintf("%d-c", i)}, Duration: time.Hour,
		})
		must(t, err)
		f.battles = append(f.battles, id)
	}
	return f
}

// rows adds to each room of each battle a number of points of its own, so that the simulator's ledger tells rows apart.
func (f *field) rows() []ledger.BulkRow {
	var rows []ledger.BulkRow
	for i, battle := range f.battles {
		for _, room := range []string{"a", "b", "c"} {
			line := len(rows) + 1
			rows = append(rows, ledger.BulkRow{
				Line: line, Kind: ledger.Add, Battle: battle, Room: fmt.Sprintf("%d-%s", i, room), Points: int64(1000 + line), Most: 5000, Over: 1000,
			})
		}
	}
	return rows
}

// shown returns the scores of all battles as a preview shows them.
func (f *field) shown() map[string][]ledger.Standing {
	shown := map[string][]ledger.Standing{}
	for _, battle := range f.battles {
		snapshot, _ := f.sim.Battle(battle)
		for _, r := range snapshot.Rooms {
			shown[battle] = append(shown[battle], ledger.Standing{Room: r.Room, Score: r.Score})
		}
	}
	return shown
}

func ana() operations.Person { return operations.Person{ID: "console:local", Name: "ana"} }

func (f *field) ask(rows []ledger.BulkRow) operations.BulkAsk {
	return operations.BulkAsk{Key: "bulk", By: ana(), Channel: "console:local", Rows: rows, Shown: f.shown()}
}

// start proposes a bulk and says yes to it.
func (f *field) start(t testing.TB, rows []ledger.BulkRow) ledger.Operation {
	t.Helper()
	q, err := f.engine.ProposeBulk(t.Context(), f.ask(rows), time.Minute)
	must(t, err)
	o, err := f.engine.StartBulk(t.Context(), q.Operation, operations.Yes{Button: q.Yes, By: ana(), Authorize: allow})
	must(t, err)
	return o
}

// runs is an engine that sends bulks, as a process does.
type runs struct {
	progress chan operations.BulkProgress
	end      func()
}

// run lets an engine send bulks until end is called, or the test is over.
func run(t testing.TB, engine *operations.Engine) *runs {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &runs{progress: make(chan operations.BulkProgress, 10_000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := engine.RunBulks(ctx, func(p operations.BulkProgress) { r.progress <- p }); err != nil {
			t.Error(err)
		}
	}()
	r.end = func() { cancel(); <-done }
	t.Cleanup(r.end)
	return r
}

// last waits for the end of a bulk in this process.
func (r *runs) last(t testing.TB) operations.BulkProgress {
	t.Helper()
	return r.until(t, func(p operations.BulkProgress) bool { return p.Done || p.Err != nil })
}

func (r *runs) until(t testing.TB, enough func(operations.BulkProgress) bool) operations.BulkProgress {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case p := <-r.progress:
			if enough(p) {
				return p
			}
		case <-timeout:
			t.Fatal("the bulk does not come on")
		}
	}
}

// checkOnce holds what the ledger says of each row against what the simulator truly did.
func (f *field) checkOnce(t testing.TB, op string) map[ledger.Outcome]int {
	t.Helper()
	counted := map[int64]int{}
	for _, e := range f.sim.Effects() {
		if !e.Gift {
			counted[e.Score]++
		}
	}
	rows, err := f.ledger.BulkRows(t.Context(), op)
	must(t, err)
	seen := map[ledger.Outcome]int{}
	for _, row := range rows {
		seen[row.Outcome]++
		n := counted[row.Points]
		switch {
		case row.Outcome == ledger.Applied && n != 1, row.Outcome == ledger.NotApplied && n != 0, n > 1,
			row.Outcome == ledger.Undecided && n != 0, row.Outcome != ledger.Undecided && row.Operation == "":
			t.Errorf("line %d is %q by %q and counted %d times", row.Line, row.Outcome, row.Operation, n)
		}
	}
	return seen
}

func TestBulk(t *testing.T) {
	t.Parallel()
	f := newField(t, 20)
	o := f.start(t, f.rows())
	r := run(t, f.engine)
	p := r.last(t)
	if !p.Done || p.Err != nil || p.Rows != 60 || p.Parts != 20 || p.PartsDone != 20 || p.Applied != 60 || p.Left != 0 {
		t.Errorf("ended as %+v", p)
	}
	if p.Operation.ID != o.ID || p.Operation.State != ledger.Settled || p.Operation.Digest == "" {
		t.Errorf("the bulk is %+v", p.Operation)
	}
	if seen := f.checkOnce(t, o.ID); seen[ledger.Applied] != 60 {
		t.Errorf("outcomes %v", seen)
	}
}

func TestProposeBulk(t *testing.T) {
	t.Parallel()
	f := newField(t, 2)
	must(t, f.sim.Gift(f.battles[0], "0-b", 70))
	rows := f.rows()[:4]
	rows[1].Kind, rows[1].Points = ledger.Set, 40
	for name, tc := range map[string]struct {
		ask  operations.BulkAsk
		want string
	}{
		"no rows":                    {f.ask(nil), "a bulk without rows"},
		"an overwrite not shown":     {operations.BulkAsk{By: ana(), Rows: rows}, "line 2: the scores of its battle were not shown"},
		"a battle to be started":     {f.ask([]ledger.BulkRow{{Line: 7, Kind: ledger.Create}}), "line 7: a bulk can't create"},
		"what can be part of a bulk": {f.ask(rows), ""},
	} {
		q, err := f.engine.ProposeBulk(t.Context(), tc.ask, time.Minute)
		if got := fmt.Sprint(err); err != nil && got != tc.want || err == nil && tc.want != "" {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		if err != nil {
			continue
		}
		o, err := f.ledger.Operation(t.Context(), q.Operation.ID)
		must(t, err)
		kept, err := f.ledger.BulkRows(t.Context(), o.ID)
		must(t, err)
		if o.Kind != ledger.Bulk || o.State != ledger.Pending || kept[1].Part != 2 || *kept[1].Shown != 70 || kept[1].Leader != "0-c" {
			t.Errorf("kept %+v with %+v", o, kept[1])
		}
	}
	var duplicate *ledger.DuplicateError
	if _, err := f.engine.ProposeBulk(t.Context(), f.ask(rows), time.Minute); !errors.As(err, &duplicate) {
		t.Errorf("the same ask again: %v", err)
	}
}

func TestABulkThatMayNotStart(t *testing.T) {
	t.Parallel()
	f := newField(t, 1)
	q, err := f.engine.ProposeBulk(t.Context(), f.ask(f.rows()), time.Minute)
	must(t, err)
	refusal := errors.New("no grant")
	yes := operations.Yes{Button: q.Yes, By: ana(), Authorize: func(context.Context, []ledger.Standing) (ledger.Limit, error) {
		return ledger.Limit{}, refusal
	}}
	if _, err := f.engine.StartBulk(t.Context(), q.Operation, yes); !errors.Is(err, refusal) {
		t.Errorf("got %v", err)
	}
	yes.Authorize = allow
	_, err = f.engine.StartBulk(t.Context(), q.Operation, yes)
	must(t, err)
	var closed *ledger.ClosedError
	if _, err := f.engine.StartBulk(t.Context(), q.Operation, yes); !errors.As(err, &closed) || closed.State != ledger.Running {
		t.Errorf("a second yes: %v", err)
	}
}

// TestPartsOfABattleKeepTheirOrder adds and overwrites in the same battles, with an API that is slow now and then.
func TestPartsOfABattleKeepTheirOrder(t *testing.T) {
	t.Parallel()
	f := newField(t, 8)
	rows := f.rows()
	for i := range rows {
		if i%3 > 0 { // a is added to, b and c are set
			rows[i].Kind = ledger.Set
		}
	}
	f.sim.Plan(3, 0.5, simulator.Slow(100*time.Millisecond).On(simulator.SetBattleScore))
	o := f.start(t, rows)
	if p := run(t, f.engine).last(t); !p.Done || p.Applied != 24 || p.Parts != 16 {
		t.Fatalf("ended as %+v", p)
	}
	f.checkOnce(t, o.ID)
	last := map[string]simulator.Effect{}
	for _, e := range f.sim.Effects() {
		if before, known := last[e.Battle]; known && before.Op == simulator.Set && e.Op == simulator.Add {
			t.Errorf("%s was added to after it was set", e.Battle)
		}
		last[e.Battle] = e
	}
}
