package simulator_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent/simulator"
)

func TestSetBattleScore(t *testing.T) {
	t.Parallel()
	// Each case starts from 100 : 50. %q is the battle's id.
	tests := []struct {
		name     string
		body     string
		want     string
		one, two int64
	}{
		{"add", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "pk-1=0", 107, 50},
		{"add to both", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-2","Score":2},{"RoomId":"pk-1","Score":1}]}`, "pk-2=0 pk-1=0", 101, 52},
		{"set", `{"BattleId":%q,"OpType":2,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "pk-1=0", 7, 50},
		{"set to zero", `{"BattleId":%q,"OpType":2,"ScoreList":[{"RoomId":"pk-2","Score":0}]}`, "pk-2=0", 100, 0},
		{"add below zero", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-2","Score":-60}]}`, "pk-2=0", 100, -10},
		{"spaces", "{ \"BattleId\" :\n %q , \"OpType\" : 1 , \"ScoreList\" : [ {\"RoomId\" : \"pk-1\" , \"Score\" : 7 } ] }\n", "pk-1=0", 107, 50},
		{"unknown members", `{"BattleId":%q,"OpType":1,"New":{},"ScoreList":[{"RoomId":"pk-1","Score":7,"New":1}]}`, "pk-1=0", 107, 50},
		{"unknown room beside a known one", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-9","Score":1},{"RoomId":"pk-1","Score":7}]}`, "pk-9=1 pk-1=0", 107, 50},
		{"room in other letters", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"PK-1","Score":7}]}`, "PK-1=1", 100, 50},
		{"unknown battle", `{"BattleId":%q ,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7}],"BattleId":"x"}`, "code 100006", 100, 50},
		{"op as text", `{"BattleId":%q,"OpType":"1","ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"op 0", `{"BattleId":%q,"OpType":0,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"op 3", `{"BattleId":%q,"OpType":3,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"op 1.0", `{"BattleId":%q,"OpType":1.0,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"op missing", `{"BattleId":%q,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"op null", `{"BattleId":%q,"OpType":null,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"names in other letters", `{"battleid":%q,"optype":1,"scorelist":[{"roomid":"pk-1","score":7}]}`, "code 100002", 100, 50},
		{"battle as a number", `{"BattleId":1,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7}],"x":%q}`, "code 100002", 100, 50},
		{"list missing", `{"BattleId":%q,"OpType":1}`, "code 100002", 100, 50},
		{"list null", `{"BattleId":%q,"OpType":1,"ScoreList":null}`, "code 100002", 100, 50},
		{"list empty", `{"BattleId":%q,"OpType":1,"ScoreList":[]}`, "code 100002", 100, 50},
		{"list an object", `{"BattleId":%q,"OpType":1,"ScoreList":{"RoomId":"pk-1","Score":7}}`, "code 100002", 100, 50},
		{"entry no object", `{"BattleId":%q,"OpType":1,"ScoreList":[1]}`, "code 100002", 100, 50},
		{"room twice", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7},{"RoomId":"pk-1","Score":7}]}`, "code 100002", 100, 50},
		{"battle null", `{"BattleId":null,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7}],"x":%q}`, "code 100002", 100, 50},
		{"room missing", `{"BattleId":%q,"OpType":1,"ScoreList":[{"Score":7}]}`, "code 100002", 100, 50},
		{"room empty", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"","Score":7}]}`, "code 100002", 100, 50},
		{"score missing", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1"}]}`, "code 100002", 100, 50},
		{"score as text", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":"7"}]}`, "code 100002", 100, 50},
		{"score a fraction", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7.5}]}`, "code 100002", 100, 50},
		{"score of 65 bits", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":9223372036854775808}]}`, "code 100002", 100, 50},
		{"sum of 65 bits", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-2","Score":1},{"RoomId":"pk-1","Score":9223372036854775807}]}`, "code 100002", 100, 50},
		{"good entry before a bad one", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7},{"RoomId":"pk-2"}]}`, "code 100002", 100, 50},
		{"ten rooms", `{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"a","Score":1},{"RoomId":"b","Score":1},{"RoomId":"c","Score":1},{"RoomId":"d","Score":1},{"RoomId":"e","Score":1},{"RoomId":"f","Score":1},{"RoomId":"g","Score":1},{"RoomId":"h","Score":1},{"RoomId":"i","Score":1},{"RoomId":"pk-1","Score":1}]}`, "code 100002", 100, 50},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			battle := s.battle()
			for room, score := range map[string]int64{"pk-1": 100, "pk-2": 50} {
				if err := s.sim.Overwrite(battle, room, score); err != nil {
					t.Fatal(err)
				}
			}
			got := s.ask(simulator.SetBattleScore, fmt.Sprintf(test.body, battle))
			check(t, "told", got.told(), test.want)
			check(t, "pk-1", s.score(battle, "pk-1"), test.one)
			check(t, "pk-2", s.score(battle, "pk-2"), test.two)
		})
	}
}

func TestInt32Scores(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		op    int
		score int64
		want  string
	}{
		{"set the greatest", 2, math.MaxInt32, "pk-1=0"},
		{"set one more", 2, math.MaxInt32 + 1, "code 100002"},
		{"set below the least", 2, math.MinInt32 - 1, "code 100002"},
		{"add up to the greatest", 1, math.MaxInt32 - 100, "pk-1=0"},
		{"add one more", 1, math.MaxInt32 - 99, "code 100002"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, simulator.WithInt32Scores())
			battle := s.battle()
			if err := s.sim.Gift(battle, "pk-1", 100); err != nil {
				t.Fatal(err)
			}
			body := fmt.Sprintf(`{"BattleId":%q,"OpType":%d,"ScoreList":[{"RoomId":"pk-1","Score":%d}]}`, battle, test.op, test.score)
			check(t, "told", s.ask(simulator.SetBattleScore, body).told(), test.want)
		})
	}
}

func TestReversedResults(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithReversedResults())
	check(t, "told", s.ask(simulator.SetBattleScore, addBoth(s.battle())).told(), "pk-2=0 pk-1=0")
}

func TestEffectsAreTheTrueLedger(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.ask(simulator.SetBattleScore, addBoth(battle))
	s.clock.advance(time.Second)
	if err := s.sim.Gift(battle, "pk-2", 5); err != nil {
		t.Fatal(err)
	}
	s.ask(simulator.SetBattleScore, "{}")
	s.ask(simulator.SetBattleScore, fmt.Sprintf(`{"BattleId":%q,"OpType":2,"ScoreList":[{"RoomId":"pk-2","Score":3},{"RoomId":"x","Score":3}]}`, battle))

	start := time.Unix(now, 0)
	want := []simulator.Effect{
		{Index: 0, Call: 0, Battle: battle, Room: "pk-1", Op: simulator.Add, Score: 10, Before: 0, After: 10, At: start},
		{Index: 1, Call: 0, Battle: battle, Room: "pk-2", Op: simulator.Add, Score: 20, Before: 0, After: 20, At: start},
		{Index: 2, Call: -1, Battle: battle, Room: "pk-2", Op: simulator.Add, Score: 5, Before: 20, After: 25, At: start.Add(time.Second), Gift: true},
		{Index: 3, Call: 2, Battle: battle, Room: "pk-2", Op: simulator.Set, Score: 3, Before: 25, After: 3, At: start.Add(time.Second)},
	}
	if diff := cmp.Diff(want, s.sim.Effects()); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
	wantTotals := simulator.Totals{Calls: 3, Commands: map[string]int{simulator.SetBattleScore: 3}, Effects: 4, Gifts: 1}
	if diff := cmp.Diff(wantTotals, s.sim.Totals()); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
}

func TestOtherWritersAreHeldToTheRules(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithInt32Scores())
	battle := s.battle()
	late, err := s.sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b"}, Duration: time.Minute, Wait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		err  error
		want error
	}{
		{"unknown battle", s.sim.Gift("x", "pk-1", 1), simulator.ErrNoBattle},
		{"unknown room", s.sim.Gift(battle, "a", 1), simulator.ErrNoRoom},
		{"not started", s.sim.Gift(late, "a", 1), simulator.ErrNotRunning},
		{"too much", s.sim.Gift(battle, "pk-1", math.MaxInt32+1), simulator.ErrOutOfRange},
		{"overwrite of an unknown room", s.sim.Overwrite(battle, "a", 1), simulator.ErrNoRoom},
	}
	for _, test := range tests {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, test.err, test.want)
		}
	}
	check(t, "effects", s.sim.Totals().Effects, 0)
}

func TestConcurrentWritersLoseNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	const writers, rounds = 8, 20
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range rounds {
				if told := s.ask(simulator.SetBattleScore, addBoth(battle)).told(); told != "pk-1=0 pk-2=0" {
					t.Errorf("told %q", told)
				}
				if err := s.sim.Gift(battle, "pk-1", 1); err != nil {
					t.Error(err)
				}
				s.sim.Battles()
				s.sim.MostCallsInWindow(simulator.SetBattleScore, time.Second)
			}
		})
	}
	all.Wait()
	check(t, "pk-1", s.score(battle, "pk-1"), writers*rounds*11)
	check(t, "pk-2", s.score(battle, "pk-2"), writers*rounds*20)
	check(t, "effects", len(s.sim.Effects()), writers*rounds*3)
	checkChain(t, s.sim)
}

// checkChain wants the effects of each room to follow from each other and to end at the true score.
func checkChain(t testing.TB, sim *simulator.Simulator) {
	t.Helper()
	type place struct{ battle, room string }
	scores := map[place]int64{}
	for i, e := range sim.Effects() {
		at := place{e.Battle, e.Room}
		want := e.Score
		if e.Op == simulator.Add {
			want += e.Before
		}
		if e.Index != i || e.Before != scores[at] || e.After != want {
			t.Errorf("effect %d does not follow from %d: %+v", i, scores[at], e)
		}
		scores[at] = e.After
	}
	for at, want := range scores {
		if got, _ := sim.Score(at.battle, at.room); got != want {
			t.Errorf("%v: the score is %d, the effects lead to %d", at, got, want)
		}
	}
}

func FuzzScoreBody(f *testing.F) {
	f.Add(`{"BattleId":"ID","OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":7}]}`)
	f.Add(`{"BattleId":"ID","OpType":2,"ScoreList":[{"RoomId":"pk-1","Score":-9223372036854775808},{"RoomId":"pk-2","Score":0}]}`)
	f.Add(`{"BattleId":"","OpType":"1","ScoreList":{}}`)
	f.Add(`{"OpType":1e0,"ScoreList":[null,[]]}`)
	f.Add("[")
	f.Fuzz(func(t *testing.T, body string) {
		sim := newSimulator(t, simulator.WithClock(newClock().Now), simulator.WithSeed(3))
		if _, err := sim.AddBattle(simulator.BattleSpec{From: "pk-1", To: []string{"pk-2"}, Duration: time.Minute}); err != nil {
			t.Fatal(err)
		}
		id := sim.Battles()[0].ID
		body = strings.ReplaceAll(body, `"ID"`, fmt.Sprintf("%q", id))
		for _, command := range []string{simulator.SetBattleScore, simulator.CreateBattle, simulator.GetBattleInfo} {
			before := len(sim.Effects())
			got := direct(t.Context(), sim, goodQuery(), command, body)
			if got.status != 200 || got.whole["ErrorCode"] == nil {
				t.Errorf("%s: %q was answered %d %s", command, body, got.status, got.raw)
			}
			if fmt.Sprint(got.whole["ErrorCode"]) != "0" && len(sim.Effects()) != before {
				t.Errorf("%s: a refusal took effect: %q", command, body)
			}
		}
		checkChain(t, sim)
	})
}
