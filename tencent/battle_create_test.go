package tencent_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent"
)

func TestCreateBattle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       tencent.CreatedBattle
	}{
		{
			"started and refused", success(`{"BattleId":"a+/=","Result":[{"RoomId":"r3","ResultCode":3,"ResultMessage":"in\nbattle"},{"RoomId":"r2","ResultCode":0,"ResultMessage":""}]}`),
			tencent.CreatedBattle{ID: "a+/=", Results: []tencent.RoomResult{
				{Room: "r3", Code: 3, HasCode: true, Message: "in battle"}, {Room: "r2", HasCode: true},
			}},
		},
		{"no id", success(`{"Result":[{"RoomId":"r2","ResultCode":5}]}`), tencent.CreatedBattle{Results: []tencent.RoomResult{{Room: "r2", Code: 5, HasCode: true}}}},
		{"an id of another type", success(`{"BattleId":7,"Result":[]}`), tencent.CreatedBattle{Results: []tencent.RoomResult{}}},
		{"an id too long to keep", success(`{"BattleId":"` + strings.Repeat("x", 600) + `","Result":[]}`), tencent.CreatedBattle{Results: []tencent.RoomResult{}}},
		{"nothing", success(`null`), tencent.CreatedBattle{Results: []tencent.RoomResult{}}},
		{"refused", strings.Replace(refusal(100415), "{", `{"Response":{"BattleId":"x"},`, 1), tencent.CreatedBattle{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: []string{tt.body}}
			client := newClient(t, serve(t, server.handle))
			got, evidence := client.CreateBattle(t.Context(), reserve(t, client, tencent.CommandCreateBattle),
				tencent.NewBattle{From: "r1", To: []string{"r2", "r3"}, Duration: time.Minute})
			if !evidence.Complete || server.count() != 1 {
				t.Errorf("got %+v after %d requests", evidence, server.count())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMistakenBattlesAreNotSent(t *testing.T) {
	t.Parallel()
	tests := map[string]tencent.NewBattle{
		"no first room":       {To: []string{"b"}, Duration: time.Minute},
		"no second room":      {From: "a", Duration: time.Minute},
		"a room with no name": {From: "a", To: []string{""}, Duration: time.Minute},
		"no duration":         {From: "a", To: []string{"b"}},
		"less than a moment":  {From: "a", To: []string{"b"}, Duration: time.Microsecond},
	}
	client := newClient(t, "http://127.0.0.1:1")
	slot := reserve(t, client, tencent.CommandCreateBattle)
	for name, battle := range tests {
		_, evidence := client.CreateBattle(t.Context(), slot, battle)
		var failure *tencent.Failure
		if !errors.As(evidence.Err, &failure) || failure.Reason != tencent.ReasonInput || evidence.Written {
			t.Errorf("%s: %+v", name, evidence)
		}
	}
}
