package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ringside/tencent/simulator"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.sim.Script(simulator.None(), simulator.Reset(simulator.Applied), simulator.BadGateway(simulator.NotApplied))
	s.ask(simulator.SetBattleScore, addBoth(battle))
	s.clock.advance(time.Second)
	s.ask(simulator.SetBattleScore, addBoth(battle))
	s.ask(simulator.GetBattleInfo, "{}")
	s.send(t.Context(), http.MethodGet, "/"+strings.Repeat("x", 500), "")

	at := time.Unix(now, 0)
	want := []simulator.Call{
		{Index: 0, At: at, Method: "POST", Command: simulator.SetBattleScore, Body: addBoth(battle), Status: 200, HasCode: true},
		{Index: 1, At: at.Add(time.Second), Method: "POST", Command: simulator.SetBattleScore, Body: addBoth(battle)},
		{Index: 2, At: at.Add(time.Second), Method: "POST", Command: simulator.GetBattleInfo, Body: "{}", Status: 502},
		{Index: 3, At: at.Add(time.Second), Method: "GET", Command: "/" + strings.Repeat("x", 63), Status: 200, Code: 60009, HasCode: true},
	}
	for i := range want[:3] {
		want[i].Identifier, want[i].Random = admin, "4294967295"
	}
	got := s.sim.Calls()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(simulator.Call{}, "RequestID", "Answer", "Fault")); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	for i, begins := range []string{`{"ActionStatus":"OK"`, "", "<html>", `{"ActionStatus":"FAIL"`} {
		if !strings.HasPrefix(got[i].Answer, begins) || (begins == "") != (got[i].Answer == "") {
			t.Errorf("call %d was answered %q", i, got[i].Answer)
		}
	}
}

func TestNoSignatureIsKept(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.ask(simulator.GetBattleInfo, "{}")
	if text := fmt.Sprintf("%+v", s.sim.Calls()); strings.Contains(text, goodQuery().Get("usersig")) {
		t.Errorf("the ledger holds a signature: %s", text)
	}
}

func TestObserverSeesEachCallOnce(t *testing.T) {
	t.Parallel()
	for _, history := range []int{0, 1, 100} {
		t.Run(fmt.Sprint("history of ", history), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var seen []string
			s := newStand(t, simulator.WithHistory(history), simulator.WithObserver(func(c simulator.Call) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, fmt.Sprintf("%d %s %d %t", c.Index, c.Command, c.Status, c.Body != ""))
			}))
			s.sim.Script(simulator.None(), simulator.ResetUnread())
			for range 3 {
				s.ask(simulator.GetBattleInfo, "{}")
			}
			want := []string{"0 get_battle_info 200 true", "1 get_battle_info 0 false", "2 get_battle_info 200 true"}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("seen (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 1, 3, 10} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			s := newStand(t, simulator.WithHistory(limit))
			battle := s.battle()
			for range 4 {
				s.ask(simulator.SetBattleScore, addBoth(battle))
			}
			kept := s.sim.Calls()
			check(t, "calls kept", len(kept), min(limit, 4))
			check(t, "effects kept", len(s.sim.Effects()), min(limit, 8))
			check(t, "calls", s.sim.Totals().Calls, 4)
			check(t, "effects", s.sim.Totals().Effects, 8)
			for i, c := range kept {
				check(t, "index", c.Index, 4-len(kept)+i)
				check(t, "status", c.Status, 200)
			}
		})
	}
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.ask(simulator.GetBattleInfo, `{"BattleId":"`+strings.Repeat("é", 9000)+`"}`)
	call := s.sim.Calls()[0]
	if len(call.Body) > 4<<10 || len(call.Body) < 4000 || strings.ToValidUTF8(call.Body, "") != call.Body {
		t.Errorf("the body kept has %d bytes", len(call.Body))
	}
}

func TestMostCallsInWindow(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	check(t, "without calls", s.sim.MostCallsInWindow(simulator.GetBattleInfo, time.Second), 0)
	for _, pause := range []time.Duration{0, 0, 600 * time.Millisecond, 399 * time.Millisecond, time.Millisecond, 999 * time.Millisecond} {
		s.clock.advance(pause)
		s.ask(simulator.GetBattleInfo, "{}")
	}
	s.ask(simulator.CreateBattle, "{}")
	// At 0, 0, 600, 999, 1000 and 1999 ms.
	for span, want := range map[time.Duration]int{
		time.Nanosecond: 2, 400 * time.Millisecond: 2, 401 * time.Millisecond: 3, time.Second: 4, 1001 * time.Millisecond: 5, time.Hour: 6,
	} {
		check(t, span.String(), s.sim.MostCallsInWindow(simulator.GetBattleInfo, span), want)
	}
	check(t, "other command", s.sim.MostCallsInWindow(simulator.CreateBattle, time.Second), 1)
}

func TestMostCallsAgreesWithCounting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		sim, err := simulator.New(simulator.Settings{SDKAppID: app, Admin: admin, SecretKey: key}, simulator.WithClock(c.Now))
		if err != nil {
			t.Fatal(err)
		}
		defer sim.Close()
		var times []time.Duration
		at := time.Duration(0)
		for _, ms := range rapid.SliceOfN(rapid.IntRange(0, 700), 0, 30).Draw(t, "pauses") {
			pause := time.Duration(ms) * time.Millisecond
			c.advance(pause)
			at += pause
			times = append(times, at)
			direct(t.Context(), sim, nil, simulator.GetBattleInfo, "{}")
		}
		want := 0
		for _, from := range times {
			n := 0
			for _, at := range times {
				if at >= from && at < from+time.Second {
					n++
				}
			}
			want = max(want, n)
		}
		if got := sim.MostCallsInWindow(simulator.GetBattleInfo, time.Second); got != want {
			t.Fatalf("got %d, want %d of %v", got, want, times)
		}
	})
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithRateLimit(2))
	battle := s.battle()
	steps := []struct {
		pause time.Duration
		want  string
	}{
		{0, "pk-1=0 pk-2=0"},
		{500 * time.Millisecond, "pk-1=0 pk-2=0"},
		{0, "code 60007"},
		{499 * time.Millisecond, "code 60007"},
		{time.Millisecond, "pk-1=0 pk-2=0"},
		{0, "code 60007"},
		{500 * time.Millisecond, "pk-1=0 pk-2=0"},
	}
	for i, step := range steps {
		s.clock.advance(step.pause)
		check(t, fmt.Sprint("call ", i), s.ask(simulator.SetBattleScore, addBoth(battle)).told(), step.want)
	}
	check(t, "pk-1", s.score(battle, "pk-1"), 40)
	check(t, "another command", strings.HasPrefix(s.ask(simulator.GetBattleInfo, infoBody(battle)).brief(), "status 2"), true)
}
