package ledger_test

import (
	"errors"
	"fmt"
	"path/filepath"
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
}

type modelled struct {
	state   ledger.State
	owner   string
	lease   time.Time
	expires time.Time
	swept   bool
	outcome ledger.Outcome
}

// pick returns one of the operations. Before there is any, it is one that can't be in the ledger.
func (m *model) pick(t *rapid.T) (string, *modelled) {
	if len(m.ids) == 0 {
		return "nothing", &modelled{}
	}
	id := rapid.SampledFrom(m.ids).Draw(t, "op")
	return id, m.ops[id]
}

func (m *model) ask(t *rapid.T) {
	id, key := fmt.Sprintf("op%04d", len(m.ids)), fmt.Sprint("k", rapid.IntRange(0, 20).Draw(t, "key"))
	o, buttons := pending(id)
	known := &modelled{state: ledger.Pending, expires: m.now.Add(time.Minute)}
	if rapid.Bool().Draw(t, "at once") {
		o, buttons = intent(id), nil
		known = &modelled{state: ledger.Intent, owner: "one", lease: m.now.Add(15 * time.Second)}
		o.Lease = known.lease
	} else {
		o.Expires = known.expires
		for i := range buttons {
			buttons[i].Expires = known.expires
		}
	}
	o.Created = m.now
	err := m.ledger.Record(t.Context(), key, o, buttons)
	var duplicate *ledger.DuplicateError
	if earlier, taken := m.keys[key]; taken {
		if !errors.As(err, &duplicate) || duplicate.Operation != earlier {
			t.Fatalf("key %s of %s again: %v", key, earlier, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("record: %v", err)
	}
	m.keys[key] = id
	m.ops[id] = known
	m.ids = append(m.ids, id)
}

func (m *model) press(t *rapid.T) {
	id, o := m.pick(t)
	_, err := m.ledger.Claim(t.Context(), claim("yes-"+id, m.now))
	mayClaim := o.state == ledger.Pending && m.now.Before(o.expires)
	if (err == nil) != mayClaim {
		t.Fatalf("claim of %s (%s): %v", id, o.state, err)
	}
	if err == nil {
		m.claimed[id]++
		o.state, o.owner, o.lease = ledger.Intent, "one", m.now.Add(15*time.Second)
	}
}

func (m *model) settle(t *rapid.T) {
	id, o := m.pick(t)
	owner := rapid.SampledFrom([]string{"one", "two"}).Draw(t, "owner")
	_, err := m.ledger.Settle(t.Context(), applied(intent(id), owner, m.now))
	maySettle := o.owner == owner && (o.state == ledger.Intent || o.swept)
	if (err == nil) != maySettle {
		t.Fatalf("settle %s (%s, swept %v) by %s: %v", id, o.state, o.swept, owner, err)
	}
	if err == nil {
		o.state, o.outcome, o.swept = ledger.Settled, ledger.Applied, false
	}
}

func (m *model) cancel(t *rapid.T) {
	id, o := m.pick(t)
	err := m.ledger.Dismiss(t.Context(), id, ledger.Cancelled, "me", m.now)
	if (err == nil) != (o.state == ledger.Pending) {
		t.Fatalf("cancel %s (%s): %v", id, o.state, err)
	}
	if err == nil {
		o.state = ledger.Cancelled
	}
}

func (m *model) sweep(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 70).Draw(t, "seconds")) * time.Second)
	if _, err := m.ledger.Sweep(t.Context(), m.now, "sweeper"); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	for key, id := range m.keys {
		created, err := m.ledger.Operation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if m.now.Sub(created.Created) > time.Hour {
			delete(m.keys, key)
		}
	}
	for _, o := range m.ops {
		switch {
		case o.state == ledger.Intent && !m.now.Before(o.lease):
			o.state, o.outcome, o.swept = ledger.Settled, ledger.Unknown, true
		case o.state == ledger.Pending && !m.now.Before(o.expires):
			o.state = ledger.Expired
		}
	}
}

// restart closes the ledger and opens it again, as a new process does.
func (m *model) restart(t *rapid.T) {
	if err := m.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.ledger, err = ledger.Open(t.Context(), m.path, "the test"); err != nil {
		t.Fatal(err)
	}
}

// check holds every operation of the ledger against the model.
func (m *model) check(t *rapid.T) {
	for id, want := range m.ops {
		got, err := m.ledger.Operation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got.State != want.state || got.Rooms[0].Outcome != want.outcome || m.claimed[id] > 1 {
			t.Fatalf("%s is %s %q, want %s %q; claimed %d times", id, got.State, got.Rooms[0].Outcome, want.state, want.outcome, m.claimed[id])
		}
	}
}

// TestInterleavingsKeepThePromise lets asks, presses, replies, sweeps and restarts happen in random orders.
func TestInterleavingsKeepThePromise(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		m := &model{path: filepath.Join(dir, fmt.Sprint(n, ".db")), now: start, ops: map[string]*modelled{}, keys: map[string]string{}, claimed: map[string]int{}}
		var err error
		if m.ledger, err = ledger.Open(t.Context(), m.path, "the test"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = m.ledger.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"ask": m.ask, "press": m.press, "settle": m.settle, "cancel": m.cancel, "sweep": m.sweep, "restart": m.restart, "": m.check,
		})
	})
}
