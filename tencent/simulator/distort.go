package simulator

import (
	"fmt"
	"maps"
	"slices"
)

// distort changes a healthy reply into what the fault makes of it.
func (f Fault) distort(whole object) {
	switch f.kind {
	case coded:
		whole["ActionStatus"], whole["ErrorCode"] = "FAIL", f.code
		whole["ErrorInfo"] = fmt.Sprintf("simulated error %d", f.code)
		delete(whole, "Response")
	case errorCodeText:
		whole["ErrorCode"] = fmt.Sprint(whole["ErrorCode"])
	case errorCodeMissing:
		delete(whole, "ErrorCode")
	default:
		data, _ := whole["Response"].(object)
		f.distortResult(data, resultsOf(whole))
		f.distortBattle(data)
	}
}

func (f Fault) distortResult(data object, results []object) {
	if len(results) == 0 {
		return
	}
	switch f.kind {
	case resultCodeText:
		for _, r := range results {
			r["ResultCode"] = fmt.Sprint(r["ResultCode"])
		}
	case resultObject:
		data["Result"] = results[0]
	case roomMissing:
		data["Result"] = results[1:]
	case roomTwice:
		data["Result"] = append(results, maps.Clone(results[0]))
	case roomConflict:
		data["Result"] = append(results, contradict(results[0]))
	case otherOrder:
		slices.Reverse(results)
	}
}

// distortBattle does to the rooms of get_battle_info what distortResult does to those of a write.
func (f Fault) distortBattle(data object) {
	if _, named := data["BattleId"]; named && f.kind == dataTypes {
		data["BattleId"] = 1234567
	}
	called, _ := data["ToRoomList"].([]object)
	if len(called) == 0 {
		return
	}
	switch f.kind {
	case dataTypes:
		from, _ := data["FromRoomInfo"].(object)
		for _, room := range append(called, from) {
			room["Score"] = fmt.Sprint(room["Score"])
		}
	case resultObject:
		data["ToRoomList"] = called[0]
	case roomMissing:
		data["ToRoomList"] = called[1:]
	case roomTwice:
		data["ToRoomList"] = append(called, maps.Clone(called[0]))
	case roomConflict:
		other := maps.Clone(called[0])
		other["Score"] = int64(1) + other["Score"].(int64) //nolint:errcheck // roomInfo always writes an int64.
		data["ToRoomList"] = append(called, other)
	case otherOrder:
		slices.Reverse(called)
	}
}

// contradict returns the entry with another ResultCode.
func contradict(result object) object {
	other := maps.Clone(result)
	other["ResultCode"] = resultNotFound
	if result["ResultCode"] == resultNotFound {
		other["ResultCode"] = resultOK
	}
	return other
}
