package tencent

import "context"

// OpType says what happens to the score that is there.
type OpType int

// The kinds of change, with the platform's own numbers.
const (
	OpAdd       OpType = 1 // add to the current score; twice is twice
	OpOverwrite OpType = 2 // put in place of the current score, and of what was added meanwhile
)

// RoomScore is a room and the points to add to it, or its new score.
type RoomScore struct {
	Room  string
	Score int64
}

// ScoreChange is one change of the scores of a battle. BattleID is sent verbatim.
type ScoreChange struct {
	BattleID string
	Op       OpType
	Scores   []RoomScore
}

// scoreBody is the wire form of a ScoreChange.
type scoreBody struct {
	BattleID  string      `json:"BattleId"`
	OpType    int         `json:"OpType"`
	ScoreList []scoreItem `json:"ScoreList"`
}

type scoreItem struct {
	RoomID string `json:"RoomId"`
	Score  int64  `json:"Score"`
}

// SetBattleScore changes the scores of a running battle, https://trtc.io/document/68255. It makes exactly one attempt
// and repeats nothing.
//
// The results are the platform's words on each room, as received: match them by room and not by order. They are empty
// unless the evidence is complete with code 0, and also if the reply's list could not be read.
func (c *Client) SetBattleScore(ctx context.Context, slot *Slot, change ScoreChange) ([]RoomResult, Evidence) {
	if failure := change.check(); failure != nil {
		return nil, Evidence{Err: failure}
	}
	body := scoreBody{BattleID: change.BattleID, OpType: int(change.Op)}
	for _, s := range change.Scores {
		body.ScoreList = append(body.ScoreList, scoreItem{RoomID: s.Room, Score: s.Score})
	}
	reply, evidence := c.call(ctx, slot, CommandSetBattleScore, body)
	if !evidence.Complete || evidence.Code != 0 {
		return nil, evidence
	}
	return reply.results(), evidence
}

// check refuses what can only be a mistake of the caller.
func (s ScoreChange) check() *Failure {
	switch {
	case s.BattleID == "":
		return &Failure{Reason: ReasonInput, Detail: "no battle is named"}
	case s.Op != OpAdd && s.Op != OpOverwrite:
		return &Failure{Reason: ReasonInput, Detail: "the kind of change is neither add nor overwrite"}
	case len(s.Scores) == 0:
		return &Failure{Reason: ReasonInput, Detail: "no room is named"}
	}
	for _, score := range s.Scores {
		if score.Room == "" {
			return &Failure{Reason: ReasonInput, Detail: "a room has no name"}
		}
	}
	return nil
}
