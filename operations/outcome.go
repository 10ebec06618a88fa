package operations

import (
	"errors"
	"slices"

	"ringside/ledger"
	"ringside/tencent"
)

// The reasons that stand behind an outcome. An Applied room needs none.
const (
	ReasonNotSent      = "not sent"       // no byte left this machine
	ReasonLate         = "too late"       // the intent was durable only after its send-by time; nothing was sent
	ReasonLedger       = "ledger"         // the ledger could not promise the intent; nothing was sent
	ReasonRefused      = "refused"        // a complete reply with a code that proves nothing was done
	ReasonNoRoom       = "no such room"   // the room's own ResultCode 1
	ReasonNoAnswer     = "no answer"      // bytes may have left and no complete reply came
	ReasonUnclear      = "unclear code"   // a complete reply whose code proves nothing
	ReasonMissing      = "room missing"   // the room is not in the reply
	ReasonTwice        = "room twice"     // the room is in the reply more than once
	ReasonUnclearRoom  = "unclear result" // a ResultCode that is not 0 or 1
	ReasonContradicted = "contradiction"  // code 0 in an envelope that says it failed
	ReasonTogether     = "together"       // with what its asker did to the room lately it needs a second person; nothing was sent
	ReasonMoved        = "moved"          // an overwrite of a bulk would now do something else than was confirmed; not sent
	ReasonLease        = ledger.SweptReason
)

// The codes of the live engine; with several rooms in one call most of them may be about one room only.
const (
	firstEngineCode = 100000
	lastEngineCode  = 102999
)

// decide returns what became of each room of one call to set_battle_score. It is the whole of the rule by
// which Ringside calls an outcome applied or not applied; everything it can't prove is unknown. A room that was decided
// before is not in the call.
func decide(rooms []ledger.Room, results []tencent.RoomResult, e tencent.Evidence) []ledger.Room {
	decided := slices.Clone(rooms)
	sent := 0
	for _, r := range rooms {
		if r.Outcome == ledger.Undecided {
			sent++
		}
	}
	for i := range decided {
		if r := &decided[i]; r.Outcome == ledger.Undecided {
			r.Outcome, r.Reason, r.Code = decideRoom(r.Room, sent, results, e)
		}
	}
	return decided
}

func decideRoom(room string, rooms int, results []tencent.RoomResult, e tencent.Evidence) (ledger.Outcome, string, int) {
	if outcome, reason, code := decideCall(tencent.CommandSetBattleScore, rooms, e); outcome != ledger.Undecided {
		return outcome, reason, code
	}
	return decideResult(room, results)
}

// decideCall decides what a call alone can: undecided is a complete reply with code 0, which speaks of each room.
func decideCall(command tencent.Command, rooms int, e tencent.Evidence) (ledger.Outcome, string, int) {
	switch {
	case !e.Written:
		return ledger.NotApplied, ReasonNotSent, 0
	case !e.Complete:
		return ledger.Unknown, ReasonNoAnswer, 0
	case e.Code != 0 && refused(command, e.Code, rooms):
		return ledger.NotApplied, ReasonRefused, e.Code
	case e.Code != 0:
		return ledger.Unknown, ReasonUnclear, e.Code
	case e.Status != "" && e.Status != "OK":
		return ledger.Unknown, ReasonContradicted, 0
	}
	return ledger.Undecided, "", 0
}

// refused reports whether an overall code is proof that a call for so many rooms did nothing.
func refused(command tencent.Command, code, rooms int) bool {
	entry, listed := tencent.Lookup(command, code)
	if !listed || !entry.NotExecuted() {
		return false
	}
	engine := code >= firstEngineCode && code <= lastEngineCode
	return rooms == 1 || !engine || entry.WholeBattle()
}

// decideResult decides by the room's own result in a reply whose overall code is 0.
func decideResult(room string, results []tencent.RoomResult) (ledger.Outcome, string, int) {
	own, reason := findResult(room, results)
	switch {
	case reason != "":
		return ledger.Unknown, reason, own.Code
	case own.Code == 0:
		return ledger.Applied, "", 0
	case own.Code == 1:
		return ledger.NotApplied, ReasonNoRoom, own.Code
	}
	return ledger.Unknown, ReasonUnclearRoom, own.Code
}

// findResult returns the room's own result, wherever it stands, or the reason why there is none to go by.
func findResult(room string, results []tencent.RoomResult) (own tencent.RoomResult, reason string) {
	found := 0
	for _, r := range results {
		if r.Room == room {
			own = r
			found++
		}
	}
	switch {
	case found == 0:
		return tencent.RoomResult{}, ReasonMissing
	case found > 1:
		return tencent.RoomResult{}, ReasonTwice
	case !own.HasCode:
		return own, ReasonUnclearRoom
	}
	return own, ""
}

// again says whether a call may be repeated inside its operation: only after proof that it did nothing,
// and only where trying again can help.
func again(command tencent.Command, e tencent.Evidence, resigned bool) bool {
	if !e.Written {
		return true
	}
	if !e.Complete || e.Code == 0 {
		return false
	}
	entry, listed := tencent.Lookup(command, e.Code)
	if !listed || !entry.NotExecuted() {
		return false
	}
	return entry.SlowDown() || (entry.Resign() && !resigned)
}

// resignable reports whether a code asks for a fresh signature.
func resignable(command tencent.Command, code int) bool {
	entry, listed := tencent.Lookup(command, code)
	return listed && entry.Resign()
}

// callOf keeps the evidence of a call in the ledger's own words.
func callOf(e tencent.Evidence) ledger.Call {
	c := ledger.Call{
		Written: e.Written, Complete: e.Complete, HTTPStatus: e.HTTPStatus, Code: e.Code, Info: e.Info,
		RequestID: e.RequestID, LastByte: e.LastByte, Took: e.Took,
	}
	if e.Err != nil {
		c.Failure = e.Err.Error()
	}
	var failure *tencent.Failure
	if errors.As(e.Err, &failure) {
		c.Reason = string(failure.Reason)
	}
	return c
}
