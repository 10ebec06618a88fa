package simulator_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/tencent/simulator"
)

// reach is whom a fault lets a write reach, by this test's own reckoning.
type reach func(place int) bool

func everybody(int) bool     { return true }
func nobody(int) bool        { return false }
func allButFirst(p int) bool { return p > 0 }

type expectation struct {
	fault simulator.Fault
	reach reach
}

func expectations() []expectation {
	const yes, no = simulator.Applied, simulator.NotApplied
	all := []expectation{
		{simulator.None(), everybody}, {simulator.DataTypes(), everybody}, {simulator.OtherOrder(), everybody}, {simulator.Slow(0), everybody},
		{simulator.Refuse(), nobody}, {simulator.ResetUnread(), nobody}, {simulator.Redirect(), nobody},
		{simulator.TooFrequent(1), nobody}, {simulator.ExpiredSig(), nobody}, {simulator.ClockSkew(time.Hour), nobody},
		{simulator.LateWrite(time.Hour), nobody}, // Until ApplyLate.
		{simulator.RoomMissing(no), allButFirst}, {simulator.RoomTwice(no), allButFirst}, {simulator.RoomConflict(no), allButFirst},
		{simulator.RoomMissing(yes), everybody}, {simulator.RoomTwice(yes), everybody}, {simulator.RoomConflict(yes), everybody},
	}
	for _, build := range []func(simulator.Fate) simulator.Fault{
		simulator.Reset, simulator.Stall, simulator.BadGateway, simulator.Truncate, simulator.CutJSON, simulator.NotJSON,
		simulator.InternalError, simulator.ErrorCodeText, simulator.ErrorCodeMissing, simulator.ResultCodeText, simulator.ResultObject,
	} {
		all = append(all, expectation{build(yes), everybody}, expectation{build(no), nobody})
	}
	return all
}

// model is what the scores of one battle should be.
type model struct {
	sim    *simulator.Simulator
	battle string
	ctx    context.Context // already over, so that nothing waits
	scores map[string]int64
	late   []write
}

type write struct {
	Op      simulator.Op
	Entries []entry
}

type entry struct {
	RoomId string //nolint:revive // the name on the wire
	Score  int64
}

func (m *model) apply(w write, to reach) {
	for i, e := range w.Entries {
		if _, known := m.scores[e.RoomId]; !known || !to(i) {
			continue
		}
		if w.Op == simulator.Set {
			m.scores[e.RoomId] = e.Score
		} else {
			m.scores[e.RoomId] += e.Score
		}
	}
}

func drawWrite(t *rapid.T) write {
	rooms := rapid.Permutation([]string{"a", "b", "c", "stranger"}).Draw(t, "rooms")
	w := write{Op: rapid.SampledFrom([]simulator.Op{simulator.Add, simulator.Set}).Draw(t, "op")}
	for _, room := range rooms[:rapid.IntRange(1, len(rooms)).Draw(t, "how many")] {
		w.Entries = append(w.Entries, entry{RoomId: room, Score: rapid.Int64Range(-1000, 1000).Draw(t, "score")})
	}
	return w
}

// send makes one call of the API with one fault.
func (m *model) send(t *rapid.T) {
	w, expect := drawWrite(t), rapid.SampledFrom(expectations()).Draw(t, "fault")
	body, err := json.Marshal(map[string]any{"BattleId": m.battle, "OpType": int(w.Op), "ScoreList": w.Entries})
	if err != nil {
		t.Fatal(err)
	}
	m.sim.Script(expect.fault)
	direct(m.ctx, m.sim, goodQuery(), simulator.SetBattleScore, string(body))
	m.apply(w, expect.reach)
	if expect.fault == simulator.LateWrite(time.Hour) {
		m.late = append(m.late, w)
	}
}

func (m *model) settle(t *rapid.T) {
	if got := m.sim.ApplyLate(); got != len(m.late) {
		t.Fatalf("%d late writes took effect, want %d", got, len(m.late))
	}
	for _, w := range m.late {
		m.apply(w, everybody)
	}
	m.late = nil
}

func (m *model) gift(t *rapid.T) {
	room, points := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "room"), rapid.Int64Range(1, 500).Draw(t, "points")
	if err := m.sim.Gift(m.battle, room, points); err != nil {
		t.Fatal(err)
	}
	m.scores[room] += points
}

func (m *model) check(t *rapid.T) {
	ledger := map[string]int64{"a": 0, "b": 0, "c": 0}
	for _, e := range m.sim.Effects() {
		if e.Before != ledger[e.Room] {
			t.Fatalf("the effect %+v does not follow from %d", e, ledger[e.Room])
		}
		ledger[e.Room] = e.After
	}
	for room, want := range m.scores {
		got, _ := m.sim.Score(m.battle, room)
		if got != want || ledger[room] != want {
			t.Fatalf("%s: score %d, by the ledger %d, want %d", room, got, ledger[room], want)
		}
	}
}

// TestTheLedgerIsTrue holds the simulator to a model of what each fault lets through.
func TestTheLedgerIsTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sim, err := simulator.New(simulator.Settings{SDKAppID: app, Admin: admin, SecretKey: key},
			simulator.WithClock(newClock().Now), simulator.WithSeed(2))
		if err != nil {
			t.Fatal(err)
		}
		defer sim.Close()
		battle, err := sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b", "c"}, Duration: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		m := &model{sim: sim, battle: battle, ctx: over, scores: map[string]int64{"a": 0, "b": 0, "c": 0}}
		t.Repeat(map[string]func(*rapid.T){"send": m.send, "settle": m.settle, "gift": m.gift, "": m.check})
	})
}

// TestEveryFaultIsExpected keeps the property above complete.
func TestEveryFaultIsExpected(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, e := range expectations() {
		known[e.fault.String()] = true
	}
	for _, name := range []string{"code 60026 (not applied)", "code 100002 (not applied)", "code 60007 (not applied) ×3"} {
		known[name] = true // Others stand for them.
	}
	for _, fault := range simulator.AllFaults(0, time.Hour, time.Hour) {
		if !known[fault.String()] {
			t.Errorf("no expectation of %q", fault)
		}
	}
}
