package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringside/tencent/simulator"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	const yes, no = simulator.Applied, simulator.NotApplied
	const healthy = "pk-1=0 pk-2=0"
	// Every call adds 10 to pk-1 and 20 to pk-2.
	tests := []struct {
		fault    simulator.Fault
		want     string
		one, two int64
	}{
		{simulator.None(), healthy, 10, 20},
		{simulator.Refuse(), "reset", 0, 0}, // Without a Host the connection is already open.
		{simulator.ResetUnread(), "reset", 0, 0},
		{simulator.Reset(yes), "reset", 10, 20},
		{simulator.Reset(no), "reset", 0, 0},
		{simulator.Slow(50 * time.Millisecond), healthy, 10, 20},
		{simulator.BadGateway(yes), "status 502", 10, 20},
		{simulator.BadGateway(no), "status 502", 0, 0},
		{simulator.Redirect(), "status 307", 0, 0},
		{simulator.Truncate(yes), "cut off", 10, 20},
		{simulator.Truncate(no), "cut off", 0, 0},
		{simulator.CutJSON(yes), "not JSON", 10, 20},
		{simulator.CutJSON(no), "not JSON", 0, 0},
		{simulator.NotJSON(yes), "not JSON", 10, 20},
		{simulator.NotJSON(no), "not JSON", 0, 0},
		{simulator.InternalError(yes), "code 100001", 10, 20},
		{simulator.InternalError(no), "code 100001", 0, 0},
		{simulator.Code(60008, yes), "code 60008", 10, 20},
		{simulator.Code(60020, no), "code 60020", 0, 0},
		{simulator.TooFrequent(1), "code 60007", 0, 0},
		{simulator.ExpiredSig(), "code 70001", 0, 0},
		{simulator.WrongRegion(), "code 60026", 0, 0},
		{simulator.ClockSkew(24 * time.Hour), "code 70001", 0, 0},
		{simulator.ClockSkew(time.Minute), "code 100006", 0, 0}, // The battle is over by then.
		{simulator.ClockSkew(-time.Second), "code 100006", 0, 0},
		{simulator.ClockSkew(time.Second), healthy, 10, 20},
		{simulator.ErrorCodeText(yes), `ErrorCode "0", there true`, 10, 20},
		{simulator.ErrorCodeText(no), `ErrorCode "0", there true`, 0, 0},
		{simulator.ErrorCodeMissing(yes), "ErrorCode <nil>, there false", 10, 20},
		{simulator.ErrorCodeMissing(no), "ErrorCode <nil>, there false", 0, 0},
		{simulator.ResultCodeText(yes), `pk-1="0" pk-2="0"`, 10, 20},
		{simulator.ResultCodeText(no), `pk-1="0" pk-2="0"`, 0, 0},
		{simulator.ResultObject(yes), "Result is map[string]interface {}", 10, 20},
		{simulator.ResultObject(no), "Result is map[string]interface {}", 0, 0},
		{simulator.RoomMissing(yes), "pk-2=0", 10, 20},
		{simulator.RoomMissing(no), "pk-2=0", 0, 20},
		{simulator.RoomTwice(yes), "pk-1=0 pk-2=0 pk-1=0", 10, 20},
		{simulator.RoomTwice(no), "pk-1=0 pk-2=0 pk-1=0", 0, 20},
		{simulator.RoomConflict(yes), "pk-1=0 pk-2=0 pk-1=1", 10, 20},
		{simulator.RoomConflict(no), "pk-1=0 pk-2=0 pk-1=1", 0, 20},
		{simulator.DataTypes(), healthy, 10, 20},
		{simulator.OtherOrder(), "pk-2=0 pk-1=0", 10, 20},
	}
	for _, test := range tests {
		t.Run(test.fault.String(), func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			battle := s.battle()
			s.sim.Script(test.fault)
			got := s.ask(simulator.SetBattleScore, addBoth(battle))
			check(t, "told", got.told(), test.want)
			check(t, "pk-1", s.score(battle, "pk-1"), test.one)
			check(t, "pk-2", s.score(battle, "pk-2"), test.two)
			check(t, "fault in the ledger", s.sim.Calls()[0].Fault, test.fault)
			checkChain(t, s.sim)
			check(t, "the next call", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), healthy)
		})
	}
}

func TestConflictOfAnUnknownRoom(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.sim.Script(simulator.RoomConflict(simulator.Applied))
	body := fmt.Sprintf(`{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"x","Score":1}]}`, s.battle())
	check(t, "told", s.ask(simulator.SetBattleScore, body).told(), "x=1 x=0")
}

func TestFaultsOnARefusalTakeNoEffect(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		simulator.RoomMissing(simulator.Applied), simulator.Reset(simulator.Applied), simulator.BadGateway(simulator.Applied),
		simulator.InternalError(simulator.Applied), simulator.ErrorCodeMissing(simulator.Applied),
	} {
		s := newStand(t)
		battle := s.battle()
		s.sim.EndBattle(battle)
		s.sim.Script(fault)
		s.ask(simulator.SetBattleScore, addBoth(battle))
		check(t, fault.String(), s.sim.Totals().Effects, 0)
	}
}

func TestFaultsThatNeverAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault simulator.Fault
		one   int64
	}{
		{simulator.Stall(simulator.Applied), 10},
		{simulator.Stall(simulator.NotApplied), 0},
		{simulator.LateWrite(time.Hour), 0},
	}
	for _, test := range tests {
		t.Run("the caller gives up, "+test.fault.String(), func(t *testing.T) {
			t.Parallel()
			ctx, giveUp := context.WithCancel(t.Context())
			s := newStand(t, simulator.WithObserver(func(simulator.Call) { giveUp() }))
			battle := s.battle()
			s.sim.Script(test.fault)
			check(t, "told", s.askIn(ctx, simulator.SetBattleScore, addBoth(battle)).told(), "gave up")
			check(t, "pk-1", s.score(battle, "pk-1"), test.one)
			check(t, "status", s.sim.Calls()[0].Status, 0)
		})
		t.Run("the server closes, "+test.fault.String(), func(t *testing.T) {
			t.Parallel()
			seen := make(chan struct{})
			s := newStand(t, simulator.WithObserver(func(simulator.Call) { close(seen) }))
			battle := s.battle()
			s.sim.Script(test.fault)
			told := make(chan string, 1)
			go func() { told <- s.ask(simulator.SetBattleScore, addBoth(battle)).told() }()
			<-seen
			s.sim.Close()
			check(t, "told", <-told, "reset")
			check(t, "pk-1", s.score(battle, "pk-1"), test.one)
			check(t, "late writes after the close", s.sim.ApplyLate(), 0)
			check(t, "told after the close", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "reset")
		})
	}
}

// patient is a context that waits for at most 5 s of the bubble's time, as a client would.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// pass lets d of a bubble's virtual time pass, which takes none of ours.
func pass(d time.Duration) { <-time.After(d) }

// bubbleQuery is a good query in a synctest bubble, where time begins in 2000.
func bubbleQuery() map[string][]string {
	query := goodQuery()
	query.Set("usersig", sign(key, admin, app, time.Now().Unix(), 86400))
	return query
}

func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		delay  time.Duration
		want   string
		waited time.Duration
	}{
		{"in time", 4 * time.Second, "pk-1=0 pk-2=0", 4 * time.Second},
		{"past the deadline", time.Minute, "status 502", 5 * time.Second}, // What a recorder sees of a reset.
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				battle := addBattle(t, sim)
				sim.Script(simulator.Slow(test.delay))
				start := time.Now()
				got := direct(patient(t), sim, bubbleQuery(), simulator.SetBattleScore, addBoth(battle))
				check(t, "told", got.told(), test.want)
				check(t, "waited", time.Since(start), test.waited)
				score, _ := sim.Score(battle, "pk-1")
				check(t, "pk-1", score, 10)
			})
		})
	}
}

func addBattle(t testing.TB, sim *simulator.Simulator) string {
	t.Helper()
	id, err := sim.AddBattle(simulator.BattleSpec{From: "pk-1", To: []string{"pk-2"}, Duration: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestLateWrite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		after  time.Duration
		step   func(t *testing.T, sim *simulator.Simulator, battle string)
		one    int64
		isLate bool
	}{
		{"while the caller waits", 4 * time.Second, func(*testing.T, *simulator.Simulator, string) {}, 10, true},
		{"after the caller gave up", 8 * time.Second, func(*testing.T, *simulator.Simulator, string) { pass(4 * time.Second) }, 10, true},
		{"not yet", 8 * time.Second, func(*testing.T, *simulator.Simulator, string) { pass(2 * time.Second) }, 0, false},
		{"at once on demand", time.Hour, func(t *testing.T, sim *simulator.Simulator, _ string) { check(t, "applied", sim.ApplyLate(), 1) }, 10, true},
		{"on a battle that is over", 8 * time.Second, func(_ *testing.T, sim *simulator.Simulator, battle string) {
			sim.EndBattle(battle)
			pass(4 * time.Second)
		}, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := newSimulator(t)
				battle := addBattle(t, sim)
				sim.Script(simulator.LateWrite(test.after))
				direct(patient(t), sim, bubbleQuery(), simulator.SetBattleScore, addBoth(battle))
				test.step(t, sim, battle)
				synctest.Wait()
				score, _ := sim.Score(battle, "pk-1")
				check(t, "pk-1", score, test.one)
				for _, e := range sim.Effects() {
					check(t, "late", e.Late, test.isLate)
					check(t, "call", e.Call, 0)
				}
				pass(time.Hour)
				check(t, "left over", sim.ApplyLate(), 0)
			})
		})
	}
}

func TestLateWriteOfARefusedCall(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sim := newSimulator(t, simulator.WithClock(newClock().Now))
	sim.Script(simulator.LateWrite(time.Hour))
	direct(ctx, sim, nil, simulator.SetBattleScore, addBoth(addBattle(t, sim)))
	check(t, "outstanding", sim.ApplyLate(), 0)
}

func TestResetsBreakTLSToo(t *testing.T) {
	t.Parallel()
	sim := newSimulator(t, simulator.WithClock(newClock().Now))
	server := httptest.NewTLSServer(sim)
	t.Cleanup(server.Close)
	s := &stand{t: t, sim: sim, url: server.URL, client: server.Client()}
	battle := s.battle()
	s.sim.Script(simulator.Reset(simulator.Applied))
	check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "reset")
	check(t, "healthy", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "pk-1=0 pk-2=0")
}

func TestRedirectLeadsBack(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.client.CheckRedirect = nil // A careless client follows, and so writes.
	s.sim.Script(simulator.Redirect())
	check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "pk-1=0 pk-2=0")
	check(t, "calls", s.sim.Totals().Calls, 2)
	check(t, "pk-1", s.score(battle, "pk-1"), 10)
}

func TestHTMLOfAGateway(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.sim.Script(simulator.BadGateway(simulator.NotApplied))
	got := s.ask(simulator.GetBattleInfo, infoBody(s.battle()))
	check(t, "status", got.status, http.StatusBadGateway)
	if !strings.HasPrefix(string(got.raw), "<html>") {
		t.Errorf("the body is %q", got.raw)
	}
}

func TestFaultNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault simulator.Fault
		want  string
	}{
		{simulator.Fault{}, "no fault"},
		{simulator.Stall(simulator.Applied).On(simulator.SetBattleScore), "stall (applied) on set_battle_score"},
		{simulator.TooFrequent(4), "code 60007 (not applied) ×4"},
		{simulator.LateWrite(2 * time.Second), "late write of 2s"},
		{simulator.ClockSkew(-time.Hour), "clock skew of -1h0m0s"},
		{simulator.Redirect().Times(-1), "307 redirect"},
	}
	for _, test := range tests {
		check(t, "name", test.fault.String(), test.want)
	}
	seen := map[string]bool{}
	for _, fault := range simulator.AllFaults(time.Second, time.Minute, time.Hour) {
		if name := fault.String(); name == "" || seen[name] {
			t.Errorf("the name %q is empty or not the only one", name)
		}
		seen[fault.String()] = true
	}
	check(t, "faults", len(seen), 41)
}
