package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent/simulator"
)

func TestCreateBattle(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	got := s.ask(simulator.CreateBattle, `{"FromRoomId":"a","ToRoomIdList":["b","c"],"Duration":30000,"ExtensionInfo":"final"}`)
	check(t, "told", got.told(), "b=0 c=0")
	id, _ := got.response()["BattleId"].(string)
	seen, found := s.sim.Battle(id)
	if !found {
		t.Fatalf("no battle %q", id)
	}
	want := simulator.Snapshot{
		ID: id, State: simulator.Running, Note: "final",
		Start: time.Unix(now, 0), End: time.Unix(now+30, 0),
		Rooms: []simulator.RoomScore{{Room: "a"}, {Room: "b"}, {Room: "c"}},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("battle (-want +got):\n%s", diff)
	}
}

func TestCreateBattleRefusals(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithConnectedRooms("pk-1", "pk-2", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), simulator.WithMaxDuration(time.Minute))
	s.battle()
	s.sim.DestroyRoom("j")
	tests := []struct{ name, body, want string }{
		{"from missing", `{"ToRoomIdList":["b"],"Duration":1000}`, "code 100002"},
		{"from a number", `{"FromRoomId":1,"ToRoomIdList":["b"],"Duration":1000}`, "code 100002"},
		{"to missing", `{"FromRoomId":"a","Duration":1000}`, "code 100002"},
		{"to a string", `{"FromRoomId":"a","ToRoomIdList":"b","Duration":1000}`, "code 100002"},
		{"to empty", `{"FromRoomId":"a","ToRoomIdList":[],"Duration":1000}`, "code 100002"},
		{"to numbers", `{"FromRoomId":"a","ToRoomIdList":[1],"Duration":1000}`, "code 100002"},
		{"to null", `{"FromRoomId":"a","ToRoomIdList":[null],"Duration":1000}`, "code 100002"},
		{"against itself", `{"FromRoomId":"a","ToRoomIdList":["a"],"Duration":1000}`, "code 100002"},
		{"called twice", `{"FromRoomId":"a","ToRoomIdList":["b","b"],"Duration":1000}`, "code 100002"},
		{"long room", `{"FromRoomId":"a","ToRoomIdList":["` + strings.Repeat("x", 49) + `"],"Duration":1000}`, "code 100002"},
		{"duration missing", `{"FromRoomId":"a","ToRoomIdList":["b"]}`, "code 100002"},
		{"duration as text", `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":"1000"}`, "code 100002"},
		{"duration zero", `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":0}`, "code 100002"},
		{"duration over the longest", `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":60001}`, "code 100002"},
		{"duration beyond 64 bits of nanoseconds", `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":9223372036854775807}`, "code 100002"},
		{"note a number", `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":1000,"ExtensionInfo":1}`, "code 100002"},
		{"ten rooms", `{"FromRoomId":"a","ToRoomIdList":["b","c","d","e","f","g","h","i","pk-9"],"Duration":1000}`, "code 100404"},
		{"unknown initiator", `{"FromRoomId":"x","ToRoomIdList":["b"],"Duration":1000}`, "code 100004"},
		{"destroyed initiator", `{"FromRoomId":"j","ToRoomIdList":["b"],"Duration":1000}`, "code 100004"},
		{"busy initiator", `{"FromRoomId":"pk-1","ToRoomIdList":["b"],"Duration":1000}`, "code 100415"},
		{"nobody can join", `{"FromRoomId":"a","ToRoomIdList":["x","j","pk-2"],"Duration":1000}`, "x=1 j=1 pk-2=3"},
		{"some can join", `{"FromRoomId":"a","ToRoomIdList":["x","b"],"Duration":60000,"ExtensionInfo":""}`, "x=1 b=0"},
		{"one battle a room", `{"FromRoomId":"c","ToRoomIdList":["a","b"],"Duration":1000}`, "a=3 b=3"},
	}
	for _, test := range tests {
		check(t, test.name, s.ask(simulator.CreateBattle, test.body).told(), test.want)
	}
	check(t, "battles", len(s.sim.Battles()), 2)
	s.clock.advance(time.Minute)
	check(t, "after the end", s.ask(simulator.CreateBattle, tests[len(tests)-1].body).told(), "a=0 b=0")
}

func TestDestroyedRoomComesBack(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithConnectedRooms())
	body := `{"FromRoomId":"pk-1","ToRoomIdList":["pk-2"],"Duration":1000}`
	check(t, "unknown", s.ask(simulator.CreateBattle, body).told(), "code 100004")
	s.sim.EndBattle(s.battle())
	check(t, "known from AddBattle", s.ask(simulator.CreateBattle, body).told(), "pk-2=0")
	s.sim.DestroyRoom("pk-2")
	s.clock.advance(time.Second)
	check(t, "destroyed", s.ask(simulator.CreateBattle, body).told(), "pk-2=1")
	s.sim.EndBattle(s.battle())
	check(t, "back", s.ask(simulator.CreateBattle, body).told(), "pk-2=0")
}

func TestBattleNobodyJoined(t *testing.T) {
	t.Parallel()
	for _, hollow := range []bool{false, true} {
		t.Run(fmt.Sprint("hollow ", hollow), func(t *testing.T) {
			t.Parallel()
			opts := []simulator.Option{simulator.WithConnectedRooms("a")}
			if hollow {
				opts = append(opts, simulator.WithHollowBattles())
			}
			s := newStand(t, opts...)
			got := s.ask(simulator.CreateBattle, `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":1000}`)
			check(t, "told", got.told(), "b=1")
			check(t, "an id", got.response()["BattleId"] != "", hollow)
			check(t, "battles", len(s.sim.Battles()), 0)
		})
	}
}

func TestFaultsOfCreateBattle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault  simulator.Fault
		want   string
		joined int // rooms of the battle that truly runs; 0 if none does
	}{
		{simulator.None(), "b=0 c=0", 3},
		{simulator.Reset(simulator.Applied), "reset", 3},
		{simulator.Reset(simulator.NotApplied), "reset", 0},
		{simulator.InternalError(simulator.Applied), "code 100001", 3},
		{simulator.InternalError(simulator.NotApplied), "code 100001", 0},
		{simulator.RoomMissing(simulator.Applied), "c=0", 3},
		{simulator.RoomMissing(simulator.NotApplied), "c=0", 2},
		{simulator.RoomConflict(simulator.NotApplied), "b=0 c=0 b=1", 2},
		{simulator.CutJSON(simulator.NotApplied), "not JSON", 0},
		{simulator.OtherOrder(), "c=0 b=0", 3},
	}
	for _, test := range tests {
		t.Run(test.fault.String(), func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.sim.Script(test.fault.On(simulator.CreateBattle))
			got := s.ask(simulator.CreateBattle, `{"FromRoomId":"a","ToRoomIdList":["b","c"],"Duration":1000}`)
			check(t, "told", got.told(), test.want)
			joined := 0
			for _, b := range s.sim.Battles() {
				joined = len(b.Rooms)
			}
			check(t, "rooms", joined, test.joined)
		})
	}
}
