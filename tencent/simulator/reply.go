package simulator

import (
	"encoding/json"
	"slices"
)

// The codes that the simulator answers by itself; see the vendor's tables at https://trtc.io/document/63398,
// https://trtc.io/document/34348 and https://trtc.io/document/60027.
const (
	codeBadURL          = 60002
	codeBadBody         = 60003
	codeUnknownApp      = 60006
	codeTooFrequent     = 60007
	codeUnknownPath     = 60009
	codeNotAdmin        = 60010
	codeNoApp           = 60012
	codeBadQuery        = 60025
	codeWrongRegion     = 60026
	codeSigExpired      = 70001
	codeSigIllegal      = 70003
	codeSigMismatch     = 70009
	codeSigOtherUser    = 70013
	codeSigOtherApp     = 70014
	codeAppNotHere      = 70020
	codeInternal        = 100001
	codeBadParameter    = 100002
	codeNoRoom          = 100004
	codeNotScoring      = 100006
	codeTooManyRooms    = 100404
	codeNoBattle        = 100411
	codeTooManyBattles  = 100413
	codeRoomInBattle    = 100415
	codeNotStarted      = 100420
	codeOver            = 100421
	resultOK            = 0
	resultNotFound      = 1 // of set_battle_score, and "no such room" of create_battle
	resultInOtherBattle = 3 // of create_battle
)

// reply is what a healthy server would answer.
type reply struct {
	code int
	info string
	data object // absent on the wire if nil
}

func refuse(code int, info string) reply { return reply{code: code, info: info} }

// envelope returns the reply as the object on the wire. The unknown members are there because a server may add
// members at any time, and a client must not mind.
func (s *Simulator) envelope(x *exchange, said reply) object {
	whole := object{
		"ActionStatus": "OK",
		"ErrorCode":    said.code,
		"ErrorInfo":    said.info,
		"RequestId":    x.requestID,
		"Trace":        object{"Node": "simulator", "Hops": []int{1, 2}},
	}
	if said.code != 0 {
		whole["ActionStatus"] = "FAIL"
	}
	if said.data != nil {
		said.data["Reserved"] = nil
		whole["Response"] = said.data
	}
	x.fault.distort(whole)
	if results := resultsOf(whole); s.opts.reversed && results != nil {
		slices.Reverse(results)
	}
	return whole
}

// resultsOf returns the entries of Result, or nil if the reply has none.
func resultsOf(whole object) []object {
	data, _ := whole["Response"].(object)
	results, _ := data["Result"].([]object)
	return results
}

func encode(whole object) []byte {
	body, err := json.Marshal(whole)
	if err != nil {
		return []byte(`{"ActionStatus":"FAIL","ErrorCode":100001,"ErrorInfo":"the reply could not be encoded"}`)
	}
	return body
}
