package operations

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
	"ringside/tencent"
)

func answered(code int) tencent.Evidence {
	status := "OK"
	if code != 0 {
		status = "FAIL"
	}
	return tencent.Evidence{Written: true, Complete: true, HTTPStatus: 200, Code: code, Status: status}
}

func result(room string, code int) tencent.RoomResult {
	return tencent.RoomResult{Room: room, Code: code, HasCode: true}
}

// TestDecide holds every row of the design's table of evidence.
func TestDecide(t *testing.T) {
	t.Parallel()
	type one = []string
	two := []string{"a", "b"}
	lost := tencent.Evidence{Written: true, Err: errors.New("gone")}
	for name, tc := range map[string]struct {
		rooms    []string
		evidence tencent.Evidence
		results  []tencent.RoomResult
		want     []ledger.Outcome
		reasons  []string
	}{
		"nothing written": {
			one{"a"}, tencent.Evidence{Err: errors.New("dial")}, nil,
			[]ledger.Outcome{ledger.NotApplied}, one{ReasonNotSent},
		},
		"nothing written, even if an answer is claimed": {
			one{"a"}, tencent.Evidence{Complete: true}, []tencent.RoomResult{result("a", 0)},
			[]ledger.Outcome{ledger.NotApplied}, one{ReasonNotSent},
		},
		"no complete reply": {two, lost, nil, []ledger.Outcome{ledger.Unknown, ledger.Unknown}, []string{ReasonNoAnswer, ReasonNoAnswer}},
		"no complete reply, although rooms were read": {
			one{"a"}, lost, []tencent.RoomResult{result("a", 0)}, []ledger.Outcome{ledger.Unknown}, one{ReasonNoAnswer},
		},
		"both applied, in another order": {
			two, answered(0), []tencent.RoomResult{result("b", 0), result("a", 0)},
			[]ledger.Outcome{ledger.Applied, ledger.Applied}, []string{"", ""},
		},
		"one applied, one not found": {
			two, answered(0), []tencent.RoomResult{result("b", 0), result("a", 1)},
			[]ledger.Outcome{ledger.NotApplied, ledger.Applied}, []string{ReasonNoRoom, ""},
		},
		"room missing": {
			two, answered(0), []tencent.RoomResult{result("b", 0)},
			[]ledger.Outcome{ledger.Unknown, ledger.Applied}, []string{ReasonMissing, ""},
		},
		"room twice, in agreement": {
			one{"a"}, answered(0), []tencent.RoomResult{result("a", 0), result("a", 0)},
			[]ledger.Outcome{ledger.Unknown}, one{ReasonTwice},
		},
		"room twice, in conflict": {
			one{"a"}, answered(0), []tencent.RoomResult{result("a", 1), result("a", 0)},
			[]ledger.Outcome{ledger.Unknown}, one{ReasonTwice},
		},
		"no results at all": {one{"a"}, answered(0), nil, []ledger.Outcome{ledger.Unknown}, one{ReasonMissing}},
		"unlisted result": {
			one{"a"}, answered(0), []tencent.RoomResult{result("a", 2)}, []ledger.Outcome{ledger.Unknown}, one{ReasonUnclearRoom},
		},
		"negative result": {
			one{"a"}, answered(0), []tencent.RoomResult{result("a", -1)}, []ledger.Outcome{ledger.Unknown}, one{ReasonUnclearRoom},
		},
		"result without a code": {
			one{"a"}, answered(0), []tencent.RoomResult{{Room: "a"}}, []ledger.Outcome{ledger.Unknown}, one{ReasonUnclearRoom},
		},
		"another room's result": {
			one{"a"}, answered(0), []tencent.RoomResult{result("A", 0)}, []ledger.Outcome{ledger.Unknown}, one{ReasonMissing},
		},
		"code 0 that says it failed": {
			one{"a"}, tencent.Evidence{Written: true, Complete: true, Status: "FAIL"}, []tencent.RoomResult{result("a", 0)},
			[]ledger.Outcome{ledger.Unknown}, one{ReasonContradicted},
		},
		"code 0 without a status": {
			one{"a"}, tencent.Evidence{Written: true, Complete: true}, []tencent.RoomResult{result("a", 0)},
			[]ledger.Outcome{ledger.Applied}, one{""},
		},
		"refused, with results that claim otherwise": {
			one{"a"}, answered(100006), []tencent.RoomResult{result("a", 0)}, []ledger.Outcome{ledger.NotApplied}, one{ReasonRefused},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rooms []ledger.Room
			for _, r := range tc.rooms {
				rooms = append(rooms, ledger.Room{Room: r, Points: 100})
			}
			decided := decide(rooms, tc.results, tc.evidence)
			var got []ledger.Outcome
			var reasons []string
			for _, r := range decided {
				got = append(got, r.Outcome)
				reasons = append(reasons, r.Reason)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.reasons, reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if rooms[0].Outcome != ledger.Undecided {
				t.Error("the operation's own rooms were changed")
			}
		})
	}
}

// codes of section 5 of the reference by their mark; those that prove nothing are the rest.
var (
	nothingDone  = []int{60002, 60003, 60004, 60005, 60006, 60007, 60009, 60010, 60011, 60012, 60014, 60015, 60016, 60017, 60018, 60019, 60020, 60021, 60025, 60026, 60027, 60028, 70001, 70002, 70003, 70005, 70009, 70013, 70014, 70016, 70020, 70050, 70051, 70052, 70107, 70346, 70398, 70399, 70402, 72000, 72002}
	aboutBattle  = []int{100006, 100411, 100420, 100421}
	maybeOneRoom = []int{100002, 100004, 100012, 100102, 100404, 100412, 100413, 100414, 100415, 100416, 100418}
	provesNone   = []int{60008, 60013, 70169, 70500, 100001, 100010, 100300, -1, 1, 42, 12345, 99999, 100999, 102150, 999999}
)

func TestOverallCodes(t *testing.T) {
	t.Parallel()
	check := func(codes []int, rooms int, want bool) {
		for _, code := range codes {
			if got := refused(tencent.CommandSetBattleScore, code, rooms); got != want {
				t.Errorf("code %d for %d rooms: proof of nothing done is %v, want %v", code, rooms, got, want)
			}
		}
	}
	for _, rooms := range []int{1, 2, 9} {
		check(nothingDone, rooms, true)
		check(aboutBattle, rooms, true)
		check(provesNone, rooms, false)
	}
	check(maybeOneRoom, 1, true)
	check(maybeOneRoom, 2, false)
}

func TestAgainOnlyAfterProof(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		evidence tencent.Evidence
		resigned bool
		want     bool
	}{
		"nothing written":               {tencent.Evidence{}, false, true},
		"bytes left, no answer":         {tencent.Evidence{Written: true}, false, false},
		"bytes left, 502":               {tencent.Evidence{Written: true, HTTPStatus: 502}, false, false},
		"applied":                       {answered(0), false, false},
		"too frequent":                  {answered(60007), false, true},
		"too frequent, app wide":        {answered(60011), false, true},
		"too frequent, 60018":           {answered(60018), false, true},
		"too frequent, 60019":           {answered(60019), true, true},
		"signature expired":             {answered(70001), false, true},
		"signature expired once more":   {answered(70001), true, false},
		"account check failed":          {answered(60004), false, false},
		"account conversion timed out":  {answered(60014), false, false},
		"battle over":                   {answered(100006), false, false},
		"internal error":                {answered(100001), false, false},
		"service time-out":              {answered(60008), false, false},
		"an unlisted code":              {answered(4711), false, false},
		"a signature code, half a body": {tencent.Evidence{Written: true, Code: 70001}, false, false},
	} {
		if got := again(tencent.CommandSetBattleScore, tc.evidence, tc.resigned); got != tc.want {
			t.Errorf("%s: again is %v, want %v", name, got, tc.want)
		}
	}
}

func at(scores ...int64) []ledger.Standing {
	names := []string{"a", "b", "c"}
	var standings []ledger.Standing
	for i, s := range scores {
		standings = append(standings, ledger.Standing{Room: names[i], Score: s})
	}
	return standings
}

func TestLeadOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		standings []ledger.Standing
		want      Lead
	}{
		"nobody":          {nil, Lead{}},
		"alone":           {at(5), Lead{Room: "a"}},
		"first leads":     {at(9, 4), Lead{Room: "a", Gap: 5}},
		"second leads":    {at(4, 9), Lead{Room: "b", Gap: 5}},
		"third leads":     {at(4, 7, 9), Lead{Room: "c", Gap: 2}},
		"tie":             {at(9, 9), Lead{}},
		"tie at the top":  {at(9, 1, 9), Lead{}},
		"tie at the back": {at(1, 9, 1), Lead{Room: "b", Gap: 8}},
		"all at zero":     {at(0, 0, 0), Lead{}},
	} {
		if got := LeadOf(tc.standings); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestDrifted(t *testing.T) {
	t.Parallel()
	set := func(points ...int64) []ledger.Room {
		var rooms []ledger.Room
		for i, p := range points {
			rooms = append(rooms, ledger.Room{Room: []string{"a", "b"}[i], Points: p})
		}
		return rooms
	}
	for name, tc := range map[string]struct {
		shown, now []ledger.Standing
		change     []ledger.Room
		over       int64
		want       bool
	}{
		"nothing moved":                     {at(10, 20), at(10, 20), set(50), 100, false},
		"gifts below the threshold":         {at(10, 20), at(110, 20), set(500), 100, false},
		"gifts above the threshold":         {at(10, 20), at(111, 20), set(500), 100, true},
		"gifts over several rooms together": {at(10, 20), at(70, 80), set(500, 400), 100, true},
		"gifts on another room alone":       {at(10, 20), at(10, 490), set(500), 100, false},
		"another leader afterwards":         {at(10, 20), at(10, 501), set(500), 1000, true},
		"a tie instead of a leader":         {at(10, 20), at(10, 500), set(500), 1000, true},
		"a score that went down":            {at(10, 20), at(2, 20), set(500), 0, false},
		"the room left":                     {at(10, 20), at(10, 20)[1:], set(500), 1000, true},
	} {
		o := ledger.Operation{Kind: ledger.Set, Shown: tc.shown, Rooms: tc.change, ConfirmOver: tc.over}
		if got := drifted(o, tc.now); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
