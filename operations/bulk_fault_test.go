package operations_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent/simulator"
)

// mortal is a ledger to a process that may die: from then on it is told and tells nothing.
type mortal struct {
	*ledger.Ledger
	dead atomic.Bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) Record(ctx context.Context, key string, o ledger.Operation, b []ledger.Button) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Ledger.Record(ctx, key, o, b)
}

func (m *mortal) Settle(ctx context.Context, v ledger.Verdict) (ledger.Operation, error) {
	if m.dead.Load() {
		return ledger.Operation{}, errDead
	}
	return m.Ledger.Settle(ctx, v)
}

func (m *mortal) KeepBulk(ctx context.Context, op, owner string, lease time.Time) (ledger.State, error) {
	if m.dead.Load() {
		return "", errDead
	}
	return m.Ledger.KeepBulk(ctx, op, owner, lease)
}

func (m *mortal) LeaveBulk(ctx context.Context, op, owner string) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Ledger.LeaveBulk(ctx, op, owner)
}

// TestABulkSurvivesACrash kills the first process between intents and outcomes. What it had begun is unknown until a look
// or a person says more, and no row is repeated.
func TestABulkSurvivesACrash(t *testing.T) {
	t.Parallel()
	f := newField(t, 100)
	f.sim.Plan(5, 0.5, simulator.Slow(100*time.Millisecond).On(simulator.SetBattleScore))
	store := &mortal{Ledger: f.ledger}
	first := f.process(t, store, "one", 50)
	o := f.start(t, f.rows())
	r := run(t, first)
	r.until(t, moving)
	store.dead.Store(true)
	r.end()
	clock := &shifty{}
	second := f.process(t, f.ledger, "two", 200, operations.WithClock(clock.now))
	r = run(t, second)
	house(t, second)
	clock.on(30 * time.Second) // all leases of the first are over
	p := r.last(t)
	if !p.Done || p.Left != 0 || p.Applied+p.Unknown != 300 {
		t.Errorf("ended as %+v", p)
	}
	if seen := f.checkOnce(t, o.ID); seen[ledger.Unknown] == 0 {
		t.Errorf("nothing was under way when it died: %v", seen)
	}
}

// TestABulkOutlivesASickLedger lets writes fail now and then, some of which were kept all the same.
func TestABulkOutlivesASickLedger(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fail map[string]int
		lie  bool
		want map[ledger.Outcome]int
	}{
		"intents that fail":              {map[string]int{"record": 5}, false, map[ledger.Outcome]int{ledger.Applied: 60}},
		"intents kept after all":         {map[string]int{"record": 5}, true, map[ledger.Outcome]int{ledger.Applied: 45, ledger.NotApplied: 15}},
		"outcomes that can't be settled": {map[string]int{"settle": 5}, false, map[ledger.Outcome]int{ledger.Applied: 60}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newField(t, 20)
			store := &sick{Ledger: f.ledger, fail: tc.fail, lie: tc.lie, now: time.Now()}
			engine := f.process(t, store, "two", 100)
			o := f.start(t, f.rows())
			house(t, engine)
			if p := run(t, engine).last(t); !p.Done || p.Left != 0 {
				t.Errorf("ended as %+v", p)
			}
			seen := f.checkOnce(t, o.ID)
			for outcome, n := range tc.want {
				if seen[outcome] != n {
					t.Errorf("%v, want %v", seen, tc.want)
				}
			}
		})
	}
}

// TestPromiseOfABulkUnderFaults lets the parts of bulks meet every fault there is, while processes come and go.
func TestPromiseOfABulkUnderFaults(t *testing.T) {
	t.Parallel()
	f := newField(t, 150)
	o := f.start(t, f.rows())
	f.sim.Plan(11, 0.5, append(simulator.AllFaults(20*time.Millisecond, 50*time.Millisecond, 48*time.Hour), simulator.WrongRegion())...)
	house(t, f.engine)
	var p operations.BulkProgress
	for _, owner := range []string{"one", "two", "three"} {
		r := run(t, f.process(t, f.ledger, owner, 100))
		if owner == "three" {
			p = r.last(t)
			break
		}
		time.Sleep(700 * time.Millisecond)
		r.end()
	}
	f.sim.ApplyLate()
	if !p.Done || p.Left != 0 {
		t.Errorf("ended as %+v", p)
	}
	seen := f.checkOnce(t, o.ID)
	if seen[ledger.Applied] == 0 || seen[ledger.NotApplied] == 0 || seen[ledger.Unknown] == 0 {
		t.Errorf("the faults did not lead to every outcome: %v", seen)
	}
}

// TestPartsAreNotToldOneByOne sweeps and looks at a part, of which the bulk tells.
func TestPartsAreNotToldOneByOne(t *testing.T) {
	t.Parallel()
	f := newField(t, 1)
	o := f.start(t, f.rows())
	clock := &shifty{}
	engine := f.process(t, f.ledger, "two", 100, operations.WithClock(clock.now))
	now := time.Now()
	_, err := f.ledger.TakeBulk(t.Context(), "dead/1", now, now.Add(time.Minute))
	must(t, err)
	part := ledger.Operation{
		ID: "part01", Kind: ledger.Add, Battle: f.battles[0], Rooms: []ledger.Room{room("0-a", 1001)}, Asker: "console:local", Bulk: o.ID, Part: 1,
		State: ledger.Intent, Created: now, Owner: "dead/1/1", Lease: now.Add(time.Second), SendBy: now, Sends: 1,
	}
	must(t, f.ledger.Record(t.Context(), "", part, nil))
	clock.on(time.Minute)
	swept, err := engine.Sweep(t.Context())
	must(t, err)
	clock.on(time.Minute)
	looked, err := engine.Look(t.Context())
	must(t, err)
	if len(swept.Unknown) != 0 || len(looked) != 0 {
		t.Errorf("told of %d swept and %d looked at", len(swept.Unknown), len(looked))
	}
	if kept, err := f.ledger.Operation(t.Context(), "part01"); err != nil || !kept.Has(ledger.Unknown) || kept.Look.At.IsZero() {
		t.Errorf("the part is %+v (%v)", kept, err)
	}
}
