package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/ledger"
)

// model is what a ledger must remember of its operations, whatever order things happen in.
type model struct {
	path    string
	ledger  *ledger.Ledger
	now     time.Time
	ops     map[string]*modelled
	ids     []string
	keys    map[string]string // to operations
	claimed map[string]int    // how often the yes of an operation won
	holds   map[string]ledger.Hold
	seen    map[string][2]ledger.Outcome // as the last check found them
	steps   int
}

type modelled struct {
	kind      ledger.Kind
	battle    string
	undoes    string
	asked     bool // a question came first
	state     ledger.State
	owner     string
	lease     time.Time
	expires   time.Time
	swept     bool
	rooms     [2]ledger.Outcome
	created   time.Time
	looked    bool
	lookAfter time.Time
}

func (o *modelled) has(want ledger.Outcome) bool { return slices.Contains(o.rooms[:], want) }

// counts reports whether the operation may have taken effect, or may yet.
func (o *modelled) counts() bool {
	switch o.state {
	case ledger.Intent:
		return true
	case ledger.Settled, ledger.Resolved:
		return o.has(ledger.Applied) || o.has(ledger.Unknown)
	}
	return false
}

// wordOf names the error of a method, so that it can be held against what the model expects.
func wordOf(err error) string {
	var (
		duplicate *ledger.DuplicateError
		closed    *ledger.ClosedError
		held      *ledger.HeldError
		undone    *ledger.UndoneError
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &duplicate):
		return "duplicate of " + duplicate.Operation
	case errors.As(err, &closed):
		return "closed: " + string(closed.State)
	case errors.As(err, &held):
		return "held by " + held.By
	case errors.As(err, &undone):
		return "undone by " + undone.By
	}
	return err.Error()
}

func (m *model) want(t *rapid.T, what, want string, err error) bool {
	if got := wordOf(err); got != want {
		t.Fatalf("%s: got %q, want %q", what, got, want)
	}
	return err == nil
}

// pick returns one of the operations. Before there is any, it is one that can't be in the ledger.
func (m *model) pick(t *rapid.T) (string, *modelled) {
	if len(m.ids) == 0 {
		return "nothing", &modelled{}
	}
	id := rapid.SampledFrom(m.ids).Draw(t, "op")
	return id, m.ops[id]
}

func battles() *rapid.Generator[string] { return rapid.SampledFrom([]string{"b1", "b2"}) }

// heldBy returns who keeps an owner out of a battle, and whether the owner has it to itself.
func (m *model) heldBy(battle, owner string) (by string, own bool) {
	h, held := m.holds[battle]
	if !held || !h.Until.After(m.now) {
		return "", false
	}
	if h.Owner != owner {
		return h.By, false
	}
	return "", true
}

// mayBegin returns the word of the error that keeps an intent from beginning.
func (m *model) mayBegin(id string, o *modelled, owner string) string {
	by, own := m.heldBy(o.battle, owner)
	switch other := m.undoneBy(o.undoes, id); {
	case by != "":
		return "held by " + by
	case other != "":
		return "undone by " + other
	case o.kind == ledger.Set && !own:
		return "held by "
	}
	return ""
}

func (m *model) undoneBy(op, except string) string {
	for _, id := range m.ids {
		if o := m.ops[id]; op != "" && id != except && o.undoes == op && o.counts() {
			return id
		}
	}
	return ""
}

func (m *model) ask(t *rapid.T) {
	id, key := fmt.Sprintf("op%04d", len(m.ids)), fmt.Sprint("k", rapid.IntRange(0, 20).Draw(t, "key"))
	known := &modelled{
		kind:   rapid.SampledFrom([]ledger.Kind{ledger.Add, ledger.Add, ledger.Set}).Draw(t, "kind"),
		battle: battles().Draw(t, "battle"), undoes: rapid.SampledFrom([]string{"", "", "u1", "u2"}).Draw(t, "undoes"),
		asked: true, state: ledger.Pending, created: m.now, expires: m.now.Add(time.Minute),
	}
	o, buttons := pending(id)
	want := ""
	if known.kind == ledger.Add && rapid.Bool().Draw(t, "at once") {
		o, buttons = intent(id), nil
		known.asked, known.state, known.owner, known.lease = false, ledger.Intent, "w/"+id, m.now.Add(15*time.Second)
		want = m.mayBegin(id, known, known.owner)
	} else {
		o.Expires = known.expires
		for i := range buttons {
			buttons[i].Expires = known.expires
		}
	}
	o.Kind, o.Battle, o.Undoes, o.Owner, o.Lease, o.Created = known.kind, known.battle, known.undoes, known.owner, known.lease, m.now
	if earlier, taken := m.keys[key]; taken {
		want = "duplicate of " + earlier
	}
	if m.want(t, "record "+id, want, m.ledger.Record(t.Context(), key, o, buttons)) {
		m.keys[key], m.ops[id], m.ids = id, known, append(m.ids, id)
	}
}

func (m *model) press(t *rapid.T) {
	id, o := m.pick(t)
	m.claim(t, id, o)
}

func (m *model) claim(t *rapid.T, id string, o *modelled) {
	c := claim("yes-"+id, m.now)
	c.Owner = "w/" + id
	want := m.mayBegin(id, o, c.Owner)
	switch {
	case !o.asked:
		want = ledger.ErrNotFound.Error()
	case o.state != ledger.Pending:
		want = "closed: " + string(o.state)
	case !m.now.Before(o.expires):
		want = "closed: " + string(ledger.Expired)
	}
	_, err := m.ledger.Claim(t.Context(), c)
	if m.want(t, "claim "+id, want, err) {
		m.claimed[id]++
		o.state, o.owner, o.lease = ledger.Intent, c.Owner, c.Lease
		if h := m.holds[o.battle]; h.Owner == c.Owner && h.Until.Before(c.Lease) {
			h.Until = c.Lease // the hold lasts as long as what it is for
			m.holds[o.battle] = h
		}
	}
}

// step checks now and then, and at the end.
func (m *model) step(t *rapid.T) {
	if m.steps++; m.steps%checkEvery == 0 {
		m.check(t)
	}
}

// checkEvery is how many steps pass between two checks of everything.
const checkEvery = 10

// check holds every operation of the ledger against the model, and what must be so whatever the model says.
func (m *model) check(t *rapid.T) {
	undos := map[string]int{}
	for id, want := range m.ops {
		got, err := m.ledger.Operation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		rooms := [2]ledger.Outcome{got.Rooms[0].Outcome, got.Rooms[1].Outcome}
		if got.State != want.state || rooms != want.rooms || m.claimed[id] > 1 {
			t.Fatalf("%s is %s %q, want %s %q; claimed %d times", id, got.State, rooms, want.state, want.rooms, m.claimed[id])
		}
		for i, before := range m.seen[id] {
			if (before == ledger.Applied || before == ledger.NotApplied) && rooms[i] != before {
				t.Fatalf("room %d of %s was %s and is %s", i, id, before, rooms[i])
			}
		}
		m.seen[id] = rooms
		if got.Undoes != "" && got.State != ledger.Pending && (got.State == ledger.Intent || got.Has(ledger.Applied) || got.Has(ledger.Unknown)) {
			undos[got.Undoes]++
		}
	}
	for op, n := range undos {
		if n > 1 {
			t.Fatalf("%d operations undo %s", n, op)
		}
	}
	m.checkLists(t)
}

// emptyLedger returns the file of a new ledger: to copy it takes less time than to make it.
func emptyLedger(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "empty.db")
	l, err := ledger.OpenPlace(t.Context(), path, "the test")
	must(t, err)
	must(t, l.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	return file
}

// TestInterleavingsKeepThePromise lets asks, presses, replies, looks, resolutions, holds, sweeps and restarts happen in
// random orders.
func TestInterleavingsKeepThePromise(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := emptyLedger(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		m := &model{
			path: filepath.Join(dir, fmt.Sprint(n, ".db")), now: start, ops: map[string]*modelled{}, keys: map[string]string{},
			claimed: map[string]int{}, holds: map[string]ledger.Hold{}, seen: map[string][2]ledger.Outcome{},
		}
		err := os.WriteFile(m.path, empty, 0o600)
		if err == nil {
			m.ledger, err = ledger.OpenPlace(t.Context(), m.path, "the test")
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = m.ledger.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"ask": m.ask, "press": m.press, "settle": m.settle, "cancel": m.cancel, "sweep": m.sweep, "restart": m.restart,
			"wait": m.wait, "hold": m.hold, "overwrite": m.overwrite, "release": m.release, "look": m.look,
			"resolve": m.resolve, "": m.step,
		})
		m.check(t)
	})
}
