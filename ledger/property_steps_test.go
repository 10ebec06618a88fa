package ledger_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"ringside/ledger"
)

func (m *model) settle(t *rapid.T) {
	id, o := m.pick(t)
	reply := intent(id)
	reply.Owner = rapid.SampledFrom([]string{"w/" + id, "w/" + id, "stranger"}).Draw(t, "owner")
	outcome := rapid.SampledFrom([]ledger.Outcome{ledger.Applied, ledger.NotApplied, ledger.Unknown})
	rooms := [2]ledger.Outcome{outcome.Draw(t, "first"), outcome.Draw(t, "second")}
	want := ""
	switch {
	case o.state == "":
		want = ledger.ErrNotFound.Error()
	case o.owner == reply.Owner && o.state == ledger.Resolved:
		want = "operation " + id + " was decided before its reply came"
	case o.owner != reply.Owner || o.state != ledger.Intent && !o.swept:
		want = ledger.ErrNotOwner.Error()
	}
	_, err := m.ledger.Settle(t.Context(), outcomes(reply, m.now, rooms[:]...))
	if m.want(t, "settle "+id, want, err) {
		m.settled(o, rooms, m.now.Add(4*time.Second))
	}
}

// settled is what becomes of an intent by a reply, or by a sweep. What a look has decided stays.
func (m *model) settled(o *modelled, rooms [2]ledger.Outcome, lookAfter time.Time) {
	for i, was := range o.rooms {
		if was != ledger.Applied && was != ledger.NotApplied {
			o.rooms[i] = rooms[i]
		}
	}
	o.state, o.swept, o.lookAfter = ledger.Settled, false, time.Time{}
	if o.has(ledger.Unknown) && !o.looked {
		o.lookAfter = lookAfter
	}
	h, held := m.holds[o.battle]
	switch {
	case o.kind != ledger.Set || !held || h.Owner != o.owner:
	case o.lookAfter.After(m.now):
		h.Until = o.lookAfter
		m.holds[o.battle] = h
	default:
		delete(m.holds, o.battle)
	}
}

// open returns the word of the error that keeps an operation from being looked at or resolved.
func (o *modelled) open() string {
	switch {
	case o.state == "":
		return ledger.ErrNotFound.Error()
	case o.state != ledger.Settled || !o.has(ledger.Unknown):
		return "closed: " + string(o.state)
	}
	return ""
}

func (m *model) look(t *rapid.T) {
	id, o := m.pick(t)
	names := [2]string{"pk-live1", "pk-live2"}
	var disproved []string
	rooms := o.rooms
	for i, name := range names {
		if rapid.Bool().Draw(t, "disproves "+name) {
			disproved = append(disproved, name)
			if rooms[i] == ledger.Unknown {
				rooms[i] = ledger.NotApplied
			}
		}
	}
	_, err := m.ledger.Look(t.Context(), id, "looker", ledger.Look{At: m.now}, ledger.Proof{Disproved: disproved})
	if m.want(t, "look at "+id, o.open(), err) {
		o.rooms, o.looked, o.lookAfter = rooms, true, time.Time{}
		if !o.has(ledger.Unknown) {
			o.state, o.swept = ledger.Resolved, false
		}
	}
}

func (m *model) resolve(t *rapid.T) {
	id, o := m.pick(t)
	to := rapid.SampledFrom([]ledger.Outcome{ledger.Applied, ledger.NotApplied}).Draw(t, "outcome")
	_, err := m.ledger.Resolve(t.Context(), ledger.Resolution{Operation: id, By: "me", At: m.now, Outcome: to})
	want := o.open()
	if want == "" && m.now.Before(o.lookAfter) {
		want = ledger.ErrEarly.Error()
	}
	if m.want(t, "resolve "+id, want, err) {
		for i, was := range o.rooms {
			if was == ledger.Unknown {
				o.rooms[i] = to
			}
		}
		o.state, o.swept, o.lookAfter = ledger.Resolved, false, time.Time{}
	}
}

// hold takes a battle for one of the operations, or for somebody who has none there.
func (m *model) hold(t *rapid.T) {
	id, _ := m.pick(t)
	m.take(t, battles().Draw(t, "battle"), "w/"+id)
}

func (m *model) take(t *rapid.T, battle, owner string) {
	length := time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second
	h := ledger.Hold{Battle: battle, Owner: owner, By: "by-" + owner, Since: m.now, Until: m.now.Add(length)}
	want := ""
	for _, o := range m.ops {
		if o.state == ledger.Intent && o.battle == battle && o.owner != owner && o.lease.After(m.now) {
			want = "held by slack:T1/user/U1"
		}
	}
	if by, _ := m.heldBy(battle, owner); by != "" {
		want = "held by " + by
	}
	if m.want(t, "hold "+battle, want, m.ledger.Hold(t.Context(), h)) {
		m.holds[battle] = h
	}
}

// overwrite does what the yes of an overwrite does: chance alone seldom would.
func (m *model) overwrite(t *rapid.T) {
	for _, id := range m.ids {
		if o := m.ops[id]; o.kind == ledger.Set && o.state == ledger.Pending {
			m.take(t, o.battle, "w/"+id)
			m.claim(t, id, o)
			return
		}
	}
}

func (m *model) release(t *rapid.T) {
	battle := battles().Draw(t, "battle")
	id, _ := m.pick(t)
	m.want(t, "release "+battle, "", m.ledger.Release(t.Context(), battle, "w/"+id))
	if m.holds[battle].Owner == "w/"+id {
		delete(m.holds, battle)
	}
}

func (m *model) cancel(t *rapid.T) {
	id, o := m.pick(t)
	want := ""
	switch o.state {
	case "":
		want = ledger.ErrNotFound.Error()
	case ledger.Pending:
	default:
		want = "closed: " + string(o.state)
	}
	if m.want(t, "cancel "+id, want, m.ledger.Dismiss(t.Context(), id, ledger.Cancelled, "me", m.now)) {
		o.state = ledger.Cancelled
	}
}

func (m *model) wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
}

func (m *model) sweep(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 70).Draw(t, "seconds")) * time.Second)
	swept, err := m.ledger.Sweep(t.Context(), m.now, "sweeper")
	if err != nil {
		t.Fatalf("sweep: %v", err)
	}
	for key, id := range m.keys {
		if m.now.Sub(m.ops[id].created) > time.Hour {
			delete(m.keys, key)
		}
	}
	unknown, expired := 0, 0
	for _, o := range m.ops {
		switch {
		case o.state == ledger.Intent && !m.now.Before(o.lease):
			unknown++
			m.settled(o, [2]ledger.Outcome{ledger.Unknown, ledger.Unknown}, m.now)
			o.swept = true
		case o.state == ledger.Pending && !m.now.Before(o.expires):
			expired++
			o.state = ledger.Expired
		}
	}
	if len(swept.Unknown) != unknown || len(swept.Expired) != expired {
		t.Fatalf("swept %d and %d, want %d and %d", len(swept.Unknown), len(swept.Expired), unknown, expired)
	}
}

// restart closes the ledger and opens it again, as a new process does.
func (m *model) restart(t *rapid.T) {
	if err := m.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.ledger, err = ledger.OpenPlace(t.Context(), m.path, "the test"); err != nil {
		t.Fatal(err)
	}
}

// checkLists holds what the ledger finds by itself against the model.
func (m *model) checkLists(t *rapid.T) {
	var unlooked, unknown []string
	for _, id := range m.ids {
		o := m.ops[id]
		if o.has(ledger.Unknown) {
			unknown = append(unknown, id)
		}
		if !o.lookAfter.IsZero() && !o.lookAfter.After(m.now) {
			unlooked = append(unlooked, id)
		}
	}
	for name, list := range map[string]struct {
		want []string
		read func() ([]ledger.Operation, error)
	}{
		"unlooked": {unlooked, func() ([]ledger.Operation, error) { return m.ledger.Unlooked(t.Context(), m.now, 100) }},
		"unknown":  {unknown, func() ([]ledger.Operation, error) { return m.ledger.Unknown(t.Context(), "", 100) }},
	} {
		found, err := list.read()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range found {
			got = append(got, o.ID)
		}
		if slices.Sort(got); !slices.Equal(got, list.want) {
			t.Fatalf("%s are %q, want %q", name, got, list.want)
		}
	}
	for _, op := range []string{"u1", "u2"} {
		if by, err := m.ledger.UndoneBy(t.Context(), op); err != nil || by != m.undoneBy(op, "") {
			t.Fatalf("%s is undone by %q, want %q (%v)", op, by, m.undoneBy(op, ""), err)
		}
	}
}
