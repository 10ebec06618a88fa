package tencent

import (
	"context"
	"encoding/json"
	"math"
	"time"
)

// BattleQuery names a battle by its id or, best effort, by a room that is in it: the vendor's newer pages know the
// look-up by room no longer.
type BattleQuery struct{ ID, Room string }

// Battle is the state of a battle.
type Battle struct {
	ID       string
	Duration time.Duration // 0 if unknown
	Start    time.Time     // in whole seconds; zero if unknown
	End      time.Time     // in whole seconds; zero if unknown; while it runs perhaps the planned end
	Status   int           // an open list; 3 is believed to mean that the battle is over
	Rooms    []BattleRoom  // the initiating room first, then the called ones in order
}

// BattleRoom is a room in a battle.
type BattleRoom struct {
	Room  string
	Score int64
	Owner string // the owner's account, digits exactly as sent; empty if unknown
}

// infoBody is the wire form of a BattleQuery. BattleId is always there, because the vendor calls it required.
type infoBody struct {
	BattleID string `json:"BattleId"`
	RoomID   string `json:"RoomId,omitempty"`
}

// BattleInfo reads a battle, https://trtc.io/document/68256. It waits for its own turn in the class given.
// A read does no harm, so it is repeated once if it reached nobody, if the connection broke, on HTTP status 5xx, and with
// a new signature. The error is a *CallError.
func (c *Client) BattleInfo(ctx context.Context, class Class, query BattleQuery) (Battle, error) {
	battle, evidence := c.readBattle(ctx, class, query)
	if evidence.mayRepeatRead(CommandGetBattleInfo) && ctx.Err() == nil {
		again, second := c.readBattle(ctx, class, query)
		if second.Complete || second.HTTPStatus != 0 {
			battle, evidence = again, second
		}
	}
	if evidence.Err != nil || evidence.Code != 0 {
		return Battle{}, &CallError{Command: CommandGetBattleInfo, Evidence: evidence}
	}
	return battle, nil
}

func (c *Client) readBattle(ctx context.Context, class Class, query BattleQuery) (Battle, Evidence) {
	if query.ID == "" && query.Room == "" {
		return Battle{}, Evidence{Err: &Failure{Reason: ReasonInput, Detail: "neither a battle nor a room is named"}}
	}
	slot, err := c.Reserve(ctx, CommandGetBattleInfo, class)
	if err != nil {
		return Battle{}, Evidence{Err: err}
	}
	defer slot.Release()
	reply, evidence := c.call(ctx, slot, CommandGetBattleInfo, infoBody{BattleID: query.ID, RoomID: query.Room})
	if !evidence.Complete || evidence.Code != 0 {
		return Battle{}, evidence
	}
	battle, ok := parseBattle(reply.data)
	if !ok || (query.ID != "" && battle.ID != query.ID) {
		evidence.Complete, evidence.Err = false, &Failure{Reason: ReasonShape}
		return Battle{}, evidence
	}
	return battle, evidence
}

// parseBattle insists on what people decide by, the id and every room's score, and takes the rest as it comes.
func parseBattle(data object) (Battle, bool) {
	id, ok := data.text("BattleId", maxBattleID)
	if !ok || id == "" {
		return Battle{}, false
	}
	rooms, ok := parseRooms(data)
	if !ok {
		return Battle{}, false
	}
	battle := Battle{ID: id, Start: data.second("StartTime"), End: data.second("EndTime"), Rooms: rooms}
	battle.Status, _ = data.code("Status")
	if ms, ok := data.whole("Duration"); ok && ms > 0 && ms <= math.MaxInt64/int64(time.Millisecond) {
		battle.Duration = time.Duration(ms) * time.Millisecond
	}
	return battle, true
}

// parseRooms reads all rooms; none of them may be unreadable or there twice.
func parseRooms(data object) ([]BattleRoom, bool) {
	called, ok := data.list("ToRoomList")
	if !ok {
		return nil, false
	}
	rooms := make([]BattleRoom, 0, 1+len(called))
	seen := make(map[string]bool)
	for _, element := range append([]json.RawMessage{data["FromRoomInfo"]}, called...) {
		room, ok := parseRoom(element)
		if !ok || seen[room.Room] {
			return nil, false
		}
		seen[room.Room] = true
		rooms = append(rooms, room)
	}
	return rooms, true
}

func parseRoom(element json.RawMessage) (BattleRoom, bool) {
	data, ok := parseObject(element)
	if !ok {
		return BattleRoom{}, false
	}
	room := BattleRoom{Owner: data.account("Owner_Account", maxAccount)}
	if room.Room, ok = data.text("RoomId", maxRoom); !ok || room.Room == "" {
		return BattleRoom{}, false
	}
	room.Score, ok = data.whole("Score")
	return room, ok
}

// latestSecond is the end of the year 9999; a time beyond it is none.
const latestSecond = 253402300799

// second returns the value of name as an instant if it is a count of seconds after 1970.
func (o object) second(name string) time.Time {
	s, ok := o.whole(name)
	if !ok || s <= 0 || s > latestSecond {
		return time.Time{}
	}
	return time.Unix(s, 0)
}
