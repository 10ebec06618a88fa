package simulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// TestFaultsOfARead distorts a battle of pk-1 with 1 against pk-2 with 2 and pk-3 with 3.
func TestFaultsOfARead(t *testing.T) {
	t.Parallel()
	const from = `"FromRoomInfo":{"Owner_Account":"host-pk-1","Reserved":{},"RoomId":"pk-1","Score":1}`
	room := func(n int) string {
		return fmt.Sprintf(`{"Owner_Account":"host-pk-%d","Reserved":{},"RoomId":"pk-%[1]d","Score":%[1]d}`, n)
	}
	list := func(rooms ...string) string { return from + ` "ToRoomList":[` + strings.Join(rooms, ",") + "]" }
	for _, test := range []struct {
		fault simulator.Fault
		want  string
	}{
		{simulator.None(), list(room(2), room(3))},
		{simulator.RoomMissing(simulator.Applied), list(room(3))},
		{simulator.RoomTwice(simulator.Applied), list(room(2), room(3), room(2))},
		{simulator.RoomConflict(simulator.Applied), list(room(2), room(3), strings.Replace(room(2), `"Score":2`, `"Score":3`, 1))},
		{simulator.OtherOrder(), list(room(3), room(2))},
		{simulator.ResultObject(simulator.Applied), from + ` "ToRoomList":` + room(2)},
		{simulator.DataTypes(), strings.NewReplacer(`"Score":1`, `"Score":"1"`, `"Score":2`, `"Score":"2"`, `"Score":3`, `"Score":"3"`).
			Replace(list(room(2), room(3)))},
	} {
		t.Run(test.fault.String(), func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			battle, err := s.sim.AddBattle(simulator.BattleSpec{From: "pk-1", To: []string{"pk-2", "pk-3"}, Duration: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			for n := range 3 {
				if err := s.sim.Gift(battle, fmt.Sprintf("pk-%d", n+1), int64(n+1)); err != nil {
					t.Fatal(err)
				}
			}
			s.sim.Script(test.fault)
			data := s.ask(simulator.GetBattleInfo, infoBody(battle)).response()
			one, _ := json.Marshal(data["FromRoomInfo"])
			others, _ := json.Marshal(data["ToRoomList"])
			check(t, "rooms", fmt.Sprintf(`"FromRoomInfo":%s "ToRoomList":%s`, one, others), test.want)
			if _, number := data["BattleId"].(json.Number); number != (test.fault == simulator.DataTypes()) {
				t.Errorf("BattleId is %v", data["BattleId"])
			}
		})
	}
}
