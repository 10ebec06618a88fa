package tencent_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ringside/tencent"
)

// FuzzParseCallback reads anything as a callback. Nothing is accepted unsigned or for another app, and what is accepted
// keeps its bounds.
func FuzzParseCallback(f *testing.F) {
	good := address(tencent.CallbackBattleEnded)
	good.Set("Sign", vendorSign)
	good.Set("RequestTime", "1669872112")
	for _, body := range []string{createdSample, startedSample, endedSample, `{"BattleId":1}`, `{"CallbackCommand":"x"}`, `null`, ``} {
		f.Add(good.Encode(), []byte(body))
		f.Add("SdkAppid=1400000000&CallbackCommand=Live.CallbackEndBattle", []byte(body))
	}
	f.Fuzz(func(t *testing.T, text string, body []byte) {
		query, _ := url.ParseQuery(text)
		event, err := tencent.ParseCallback(query, body, at(0))
		if err == nil && (!strings.Contains(strings.ToLower(text), "sign") || !strings.Contains(text, "1400000000")) {
			t.Errorf("accepted %q", text)
		}
		checkEvent(t, event, err)
		event, err = tencent.ParseCallback(query, body, unsigned())
		checkEvent(t, event, err)
	})
}

func checkEvent(t *testing.T, event tencent.Event, err error) {
	t.Helper()
	var refused *tencent.CallbackError
	if (err == nil) == (event == nil) || err != nil && !errors.As(err, &refused) {
		t.Fatalf("got %v, %v", event, err)
	}
	var rooms []string
	var battle string
	switch e := event.(type) {
	case nil:
		return
	case tencent.BattleCreated:
		battle, rooms = e.BattleID, e.To
	case tencent.BattleStarted:
		battle, rooms = e.BattleID, roomNames(e.Rooms)
	case tencent.BattleEnded:
		battle, rooms = e.BattleID, roomNames(e.Rooms)
		if e.How < tencent.EndUnknown || e.How > tencent.EndNoAnswer {
			t.Errorf("ended how: %d", e.How)
		}
	default:
		battle = "none"
	}
	slices.Sort(rooms)
	if battle == "" || len(battle) > 512 || slices.Contains(rooms, "") || len(slices.Compact(slices.Clone(rooms))) != len(rooms) {
		t.Errorf("battle %q with %q", battle, rooms)
	}
	if event.Key() == "" {
		t.Error("no key")
	}
}

func roomNames(rooms []tencent.BattleRoom) []string {
	var names []string
	for _, room := range rooms {
		names = append(names, room.Room)
	}
	return names
}
