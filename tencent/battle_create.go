package tencent

import (
	"context"
	"time"
)

// NewBattle asks for a battle between rooms that are connected already.
type NewBattle struct {
	From      string        // the initiating room
	To        []string      // the called rooms, at least one
	Duration  time.Duration // whole milliseconds, at least one
	Extension string        // free text for the clients; may be empty
}

// CreatedBattle is what the platform made of a NewBattle.
type CreatedBattle struct {
	ID      string       // to be kept verbatim; empty if the reply held none
	Results []RoomResult // one for each called room, as received
}

// createBody is the wire form of a NewBattle.
type createBody struct {
	FromRoomID    string   `json:"FromRoomId"`
	ToRoomIDList  []string `json:"ToRoomIdList"`
	Duration      int64    `json:"Duration"`
	ExtensionInfo string   `json:"ExtensionInfo,omitempty"`
}

// CreateBattle starts a battle, https://trtc.io/document/68254. It makes exactly one attempt and repeats nothing. The
// battle is empty unless the evidence is complete with code 0.
func (c *Client) CreateBattle(ctx context.Context, slot *Slot, battle NewBattle) (CreatedBattle, Evidence) {
	if failure := battle.check(); failure != nil {
		return CreatedBattle{}, Evidence{Err: failure}
	}
	reply, evidence := c.call(ctx, slot, CommandCreateBattle, createBody{
		FromRoomID:    battle.From,
		ToRoomIDList:  battle.To,
		Duration:      battle.Duration.Milliseconds(),
		ExtensionInfo: battle.Extension,
	})
	if !evidence.Complete || evidence.Code != 0 {
		return CreatedBattle{}, evidence
	}
	created := CreatedBattle{Results: reply.results()}
	if id, ok := reply.data.text("BattleId", maxBattleID); ok {
		created.ID = id
	}
	return created, evidence
}

// check refuses what can only be a mistake of the caller.
func (b NewBattle) check() *Failure {
	switch {
	case b.From == "" || len(b.To) == 0:
		return &Failure{Reason: ReasonInput, Detail: "a battle needs two rooms"}
	case b.Duration < time.Millisecond:
		return &Failure{Reason: ReasonInput, Detail: "a battle needs a duration"}
	}
	for _, room := range b.To {
		if room == "" {
			return &Failure{Reason: ReasonInput, Detail: "a room has no name"}
		}
	}
	return nil
}
