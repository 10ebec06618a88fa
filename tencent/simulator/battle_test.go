package simulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent/simulator"
)

func infoBody(battle string) string { return fmt.Sprintf(`{"BattleId":%q}`, battle) }

// brief is what get_battle_info says about time.
func (a answer) brief() string {
	if told := a.told(); strings.HasPrefix(told, "code") {
		return told
	}
	data := a.response()
	return fmt.Sprintf("status %v from %v to %v", data["Status"], data["StartTime"], data["EndTime"])
}

func TestLifeCycle(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle, err := s.sim.AddBattle(simulator.BattleSpec{
		From: "pk-1", To: []string{"pk-2"}, Duration: 2 * time.Minute, Wait: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name    string
		advance time.Duration
		score   string
		info    string
		state   simulator.State
	}{
		{"before the start", 0, "code 100006", "status 1 from 1700000010 to 1700000130", simulator.Waiting},
		{"at the start", 10 * time.Second, "pk-1=0 pk-2=0", "status 2 from 1700000010 to 1700000130", simulator.Running},
		{"just before the end", 2*time.Minute - time.Nanosecond, "pk-1=0 pk-2=0", "status 2 from 1700000010 to 1700000130", simulator.Running},
		{"at the end", time.Nanosecond, "code 100006", "status 3 from 1700000010 to 1700000130", simulator.Ended},
		{"long after", time.Hour, "code 100006", "status 3 from 1700000010 to 1700000130", simulator.Ended},
	}
	for _, step := range steps {
		s.clock.advance(step.advance)
		check(t, step.name, s.ask(simulator.SetBattleScore, addBoth(battle)).told(), step.score)
		check(t, step.name, s.ask(simulator.GetBattleInfo, infoBody(battle)).brief(), step.info)
		seen, _ := s.sim.Battle(battle)
		check(t, step.name, seen.State, step.state)
	}
	check(t, "final score", s.score(battle, "pk-1"), 20)
}

func TestBattleOverCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []int{100006, 100411, 100420, 100421} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			s := newStand(t, simulator.WithBattleOverCode(code))
			battle := s.battle()
			check(t, "ended", s.sim.EndBattle(battle), true)
			check(t, "ended again", s.sim.EndBattle(battle), false)
			check(t, "ended another", s.sim.EndBattle("x"), false)
			check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), fmt.Sprintf("code %d", code))
		})
	}
}

func TestEndOfARunningBattle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		shown simulator.EndTime
		want  string
	}{
		{"planned", simulator.PlannedEnd, "status 7 from 1700000000 to 1700000060"},
		{"zero", simulator.ZeroEnd, "status 7 from 1700000000 to 0"},
		{"absent", simulator.AbsentEnd, "status 7 from 1700000000 to <nil>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, simulator.WithEndTime(test.shown), simulator.WithStatuses(6, 7, 8))
			battle := s.battle()
			check(t, "running", s.ask(simulator.GetBattleInfo, infoBody(battle)).brief(), test.want)
			s.clock.advance(1500 * time.Millisecond)
			s.sim.EndBattle(battle)
			check(t, "ended", s.ask(simulator.GetBattleInfo, infoBody(battle)).brief(), "status 8 from 1700000000 to 1700000002")
		})
	}
}

func TestBattleInfo(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle, err := s.sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b", "c"}, Duration: 90 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Gift(battle, "c", 9007199254740993); err != nil {
		t.Fatal(err)
	}
	room := func(id string, score string) map[string]any {
		return map[string]any{"RoomId": id, "Score": json.Number(score), "Owner_Account": "host-" + id, "Reserved": map[string]any{}}
	}
	want := map[string]any{
		"BattleId": battle, "Duration": json.Number("90000"), "Status": json.Number("2"), "Reserved": nil,
		"StartTime": json.Number("1700000000"), "EndTime": json.Number("1700000090"),
		"FromRoomInfo": room("a", "0"), "ToRoomList": []any{room("b", "0"), room("c", "9007199254740993")},
	}
	if diff := cmp.Diff(want, s.ask(simulator.GetBattleInfo, infoBody(battle)).response()); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	s.sim.RemoveRoom(battle, "b")
	want["ToRoomList"] = []any{room("c", "9007199254740993")}
	if diff := cmp.Diff(want, s.ask(simulator.GetBattleInfo, infoBody(battle)).response()); diff != "" {
		t.Errorf("info after b left (-want +got):\n%s", diff)
	}
}

func TestNumericOwners(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithNumericOwners())
	from, _ := s.ask(simulator.GetBattleInfo, infoBody(s.battle())).response()["FromRoomInfo"].(map[string]any)
	owner, ok := from["Owner_Account"].(json.Number)
	if !ok {
		t.Fatalf("Owner_Account is %T", from["Owner_Account"])
	}
	n, err := owner.Int64()
	if err != nil || n < 1<<53 {
		t.Errorf("Owner_Account %v is no 64-bit number above 2^53: %v", owner, err)
	}
	if fmt.Sprintf("%.0f", float64(n)) == owner.String() {
		t.Errorf("Owner_Account %v survives a float", owner)
	}
}

func TestLookUpByRoom(t *testing.T) {
	t.Parallel()
	old, young := newStand(t, simulator.WithRoomLookup()), newStand(t)
	id := old.battle()
	young.battle()
	tests := []struct {
		name  string
		stand *stand
		body  string
		want  string
	}{
		{"running", old, `{"RoomId":"pk-2"}`, id},
		{"empty id", old, `{"BattleId":"","RoomId":"pk-2"}`, id},
		{"id goes first", old, `{"BattleId":"x","RoomId":"pk-2"}`, "code 100411"},
		{"room in no battle", old, `{"RoomId":"pk-3"}`, "code 100411"},
		{"room as a number", old, `{"RoomId":2}`, "code 100002"},
		{"nothing", old, `{}`, "code 100002"},
		{"not offered", young, `{"RoomId":"pk-2"}`, "code 100002"},
		{"not offered, unknown id", young, `{"BattleId":"x","RoomId":"pk-2"}`, "code 100411"},
	}
	for _, test := range tests {
		got := test.stand.ask(simulator.GetBattleInfo, test.body)
		told := got.told()
		if found, ok := got.response()["BattleId"].(string); ok {
			told = found
		}
		check(t, test.name, told, test.want)
	}
	old.sim.EndBattle(id)
	check(t, "after the end", old.ask(simulator.GetBattleInfo, `{"RoomId":"pk-2"}`).told(), "code 100411")
}

func TestRoomsLeave(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.ask(simulator.SetBattleScore, addBoth(battle))
	check(t, "removed", s.sim.RemoveRoom(battle, "pk-2"), true)
	check(t, "removed again", s.sim.RemoveRoom(battle, "pk-2"), false)
	check(t, "removed from nowhere", s.sim.RemoveRoom("x", "pk-2"), false)
	check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "pk-1=0 pk-2=1")
	check(t, "score of the room that left", s.score(battle, "pk-2"), 20)
	if err := s.sim.Gift(battle, "pk-2", 1); !errors.Is(err, simulator.ErrNoRoom) {
		t.Errorf("gift: %v", err)
	}
	s.sim.DestroyRoom("pk-1")
	seen, _ := s.sim.Battle(battle)
	check(t, "state without rooms", seen.State, simulator.Ended)
	check(t, "told at the end", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "code 100006")
	want := []simulator.RoomScore{{Room: "pk-1", Score: 20, Left: true}, {Room: "pk-2", Score: 20, Left: true}}
	if diff := cmp.Diff(want, seen.Rooms); diff != "" {
		t.Errorf("rooms (-want +got):\n%s", diff)
	}
}

func TestAddBattle(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.battle()
	for _, sign := range []string{"+", "/", "="} {
		if !strings.Contains(id, sign) {
			t.Errorf("the id %q has no %s", id, sign)
		}
	}
	ten := strings.Split("a b c d e f g h i j", " ")
	tests := []struct {
		name string
		spec simulator.BattleSpec
	}{
		{"busy initiator", simulator.BattleSpec{From: "pk-1", To: []string{"x"}, Duration: time.Minute}},
		{"busy called room", simulator.BattleSpec{From: "x", To: []string{"pk-2"}, Duration: time.Minute}},
		{"nobody called", simulator.BattleSpec{From: "x", Duration: time.Minute}},
		{"against itself", simulator.BattleSpec{From: "x", To: []string{"x"}, Duration: time.Minute}},
		{"empty room", simulator.BattleSpec{From: "x", To: []string{""}, Duration: time.Minute}},
		{"long room", simulator.BattleSpec{From: "x", To: []string{strings.Repeat("y", 49)}, Duration: time.Minute}},
		{"room beyond ASCII", simulator.BattleSpec{From: "x", To: []string{"é"}, Duration: time.Minute}},
		{"ten rooms", simulator.BattleSpec{From: ten[0], To: ten[1:], Duration: time.Minute}},
		{"no duration", simulator.BattleSpec{From: "x", To: []string{"y"}}},
		{"negative wait", simulator.BattleSpec{From: "x", To: []string{"y"}, Duration: time.Minute, Wait: -1}},
	}
	for _, test := range tests {
		if got, err := s.sim.AddBattle(test.spec); err == nil {
			t.Errorf("%s: got battle %q, want an error", test.name, got)
		}
	}
	if _, found := s.sim.Battle("x"); found {
		t.Error("an unknown battle was found")
	}
	if _, found := s.sim.Score(id, "x"); found {
		t.Error("an unknown room has a score")
	}
	s.clock.advance(time.Minute)
	if s.battle() == id {
		t.Error("two battles have the same id")
	}
	check(t, "battles", len(s.sim.Battles()), 2)
}

func TestEndedBattlesAreForgottenFirst(t *testing.T) {
	t.Parallel()
	c := newClock()
	sim := newSimulator(t, simulator.WithClock(c.Now))
	add := func(from, to string, d time.Duration) (string, error) {
		return sim.AddBattle(simulator.BattleSpec{From: from, To: []string{to}, Duration: d})
	}
	keep, err := add("keep-1", "keep-2", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := add("gone-1", "gone-2", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9_998 {
		if _, err := add(fmt.Sprint("a", i), fmt.Sprint("b", i), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := add("one", "more", time.Hour); !errors.Is(err, simulator.ErrFull) {
		t.Errorf("with all running: %v", err)
	}
	body := `{"FromRoomId":"one","ToRoomIdList":["more"],"Duration":1000}`
	check(t, "told", direct(t.Context(), sim, goodQuery(), simulator.CreateBattle, body).told(), "code 100413")
	c.advance(time.Second)
	if _, err := add("one", "more", time.Hour); err != nil {
		t.Errorf("with one ended: %v", err)
	}
	if _, found := sim.Battle(gone); found {
		t.Error("the ended battle is still there")
	}
	if _, found := sim.Battle(keep); !found {
		t.Error("the oldest running battle is gone")
	}
}
