package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/ledger"
)

const modelledParts = 4

// bulkModel is what a ledger must remember of a bulk while several processes take it, lose it, send parts of it and die.
type bulkModel struct {
	ledger *ledger.Ledger
	now    time.Time
	id     string
	rows   []ledger.BulkRow
	state  ledger.State
	owner  string
	lease  time.Time
	owners []string // all that ever had it
	parts  map[int]*modelledPart
	ops    int
}

type modelledPart struct {
	op      ledger.Operation
	open    bool
	outcome ledger.Outcome
}

func (m *bulkModel) want(t *rapid.T, what, want string, err error) bool {
	if got := wordOf(err); got != want {
		t.Fatalf("%s: got %q, want %q", what, got, want)
	}
	return err == nil
}

func (m *bulkModel) runs() bool { return m.state == ledger.Running || m.state == ledger.Stopping }

func (m *bulkModel) pick(t *rapid.T) string {
	return rapid.SampledFrom(append([]string{"nobody"}, m.owners...)).Draw(t, "owner")
}

func (m *bulkModel) wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 8).Draw(t, "seconds")) * time.Second)
}

func (m *bulkModel) press(t *rapid.T) {
	_, err := m.ledger.StartBulk(t.Context(), "yes-"+m.id, "me", m.now)
	m.want(t, "a second yes", "closed: "+string(m.state), err)
}

func (m *bulkModel) take(t *rapid.T) {
	owner, want := fmt.Sprintf("w/%s%d", m.id, len(m.owners)), ledger.ErrNotFound.Error()
	if m.runs() && !m.lease.After(m.now) {
		want = ""
	}
	_, err := m.ledger.TakeBulk(t.Context(), owner, m.now, m.now.Add(10*time.Second))
	if m.want(t, "take", want, err) {
		m.owner, m.lease, m.owners = owner, m.now.Add(10*time.Second), append(m.owners, owner)
	}
}

func (m *bulkModel) keep(t *rapid.T) {
	owner, want := m.pick(t), ledger.ErrNotOwner.Error()
	if m.runs() && owner == m.owner {
		want = ""
	}
	state, err := m.ledger.KeepBulk(t.Context(), m.id, owner, m.now.Add(10*time.Second))
	if m.want(t, "keep", want, err) {
		m.lease = m.now.Add(10 * time.Second)
		if state != m.state {
			t.Fatalf("told %s, want %s", state, m.state)
		}
	}
}

func (m *bulkModel) leave(t *rapid.T) {
	owner := m.pick(t)
	m.want(t, "leave", "", m.ledger.LeaveBulk(t.Context(), m.id, owner))
	if m.runs() && owner == m.owner {
		m.owner, m.lease = "", time.Time{}
	}
}

func (m *bulkModel) stop(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "luck") > 0 {
		return
	}
	want := ""
	if m.state != ledger.Running {
		want = "closed: " + string(m.state)
	}
	_, err := m.ledger.StopBulk(t.Context(), m.id, "me", m.now)
	if m.want(t, "stop", want, err) {
		m.state = ledger.Stopping
	}
}

// send begins a part, or ends it without a send.
func (m *bulkModel) send(t *rapid.T) {
	n, owner := rapid.IntRange(1, modelledParts).Draw(t, "part"), m.pick(t)
	m.ops++
	o := part(fmt.Sprintf("%s-%d", m.id, m.ops), m.rows, n)
	o.Bulk, o.Owner = m.id, owner+"/"+o.ID
	o.Created, o.Lease, o.SendBy = m.now, m.now.Add(15*time.Second), m.now.Add(5*time.Second)
	want := ""
	switch known := m.parts[n]; {
	case known != nil:
		want = "duplicate of " + known.op.ID
	case m.state != ledger.Running:
		want = "closed: " + string(m.state)
	case owner != m.owner || !m.lease.After(m.now):
		want = ledger.ErrNotOwner.Error()
	}
	if rapid.Bool().Draw(t, "unsent") {
		o, err := m.ledger.RecordUnsent(t.Context(), unsent(o, "moved"))
		if m.want(t, "end a part", want, err) {
			m.parts[n] = &modelledPart{op: o, outcome: ledger.NotApplied}
		}
		return
	}
	if m.want(t, "begin a part", want, m.ledger.Record(t.Context(), "", o, nil)) {
		m.parts[n] = &modelledPart{op: o, open: true}
	}
}

func (m *bulkModel) settle(t *rapid.T) {
	known := m.parts[rapid.IntRange(1, modelledParts).Draw(t, "part")]
	if known == nil || !known.open {
		return
	}
	known.open = false
	known.outcome = rapid.SampledFrom([]ledger.Outcome{ledger.Applied, ledger.NotApplied, ledger.Unknown}).Draw(t, "outcome")
	_, err := m.ledger.Settle(t.Context(), outcomes(known.op, m.now, known.outcome, known.outcome))
	m.want(t, "settle", "", err)
}

func (m *bulkModel) sweep(t *rapid.T) {
	_, err := m.ledger.Sweep(t.Context(), m.now, "w")
	m.want(t, "sweep", "", err)
	for _, p := range m.parts {
		if p.open && !p.op.Lease.After(m.now) {
			p.open, p.outcome = false, ledger.Unknown
		}
	}
}

func (m *bulkModel) finish(t *rapid.T) {
	owner, want := m.pick(t), ""
	open := m.state == ledger.Running && len(m.parts) < modelledParts
	for _, p := range m.parts {
		open = open || p.open
	}
	switch {
	case !m.runs() || owner != m.owner:
		want = ledger.ErrNotOwner.Error()
	case open:
		want = ledger.ErrEarly.Error()
	}
	_, err := m.ledger.FinishBulk(t.Context(), m.id, owner, m.now)
	if m.want(t, "finish", want, err) {
		m.state = ledger.Settled
	}
}

// check holds each row against the one operation that it has at most.
func (m *bulkModel) check(t *rapid.T) {
	rows, err := m.ledger.BulkRows(t.Context(), m.id)
	if err != nil || len(rows) != len(m.rows) {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for _, r := range rows {
		var op string
		var outcome ledger.Outcome
		if p := m.parts[r.Part]; p != nil {
			op, outcome = p.op.ID, p.outcome
		}
		if r.Operation != op || r.Outcome != outcome {
			t.Fatalf("line %d: %q by %q, want %q by %q", r.Line, r.Outcome, r.Operation, outcome, op)
		}
	}
}

// end brings the bulk to its end, so that it can't be in the way of the next.
func (m *bulkModel) end(t *rapid.T) {
	m.now = m.now.Add(time.Minute)
	m.sweep(t)
	if !m.runs() {
		return
	}
	if m.state == ledger.Running {
		_, err := m.ledger.StopBulk(t.Context(), m.id, "me", m.now)
		m.want(t, "stop at the end", "", err)
	}
	m.take(t)
	_, err := m.ledger.FinishBulk(t.Context(), m.id, m.owner, m.now)
	m.want(t, "finish at the end", "", err)
}

// TestProcessesShareABulk lets owners come, die and go, parts be sent, swept and settled, in random orders.
func TestProcessesShareABulk(t *testing.T) {
	t.Parallel()
	l := open(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		m := &bulkModel{ledger: l, now: start, id: fmt.Sprintf("bulk%d", n), state: ledger.Running, parts: map[int]*modelledPart{}}
		o, rows, buttons := bulk(m.id, modelledParts)
		m.rows = rows
		m.want(t, "propose", "", l.RecordBulk(t.Context(), "", o, rows, buttons))
		_, err := l.StartBulk(t.Context(), "yes-"+m.id, "me", m.now)
		m.want(t, "start", "", err)
		defer m.end(t)
		t.Repeat(map[string]func(*rapid.T){
			"wait": m.wait, "press": m.press, "take": m.take, "keep": m.keep, "leave": m.leave, "stop": m.stop, "send": m.send,
			"send more": m.send, "settle": m.settle, "sweep": m.sweep, "finish": m.finish, "": m.check,
		})
	})
}
