package tencent

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"
)

// The commands of the callbacks about battles.
const (
	CallbackBattleCreated = "Live.CallbackAfterCreateBattle"
	CallbackBattleStarted = "Live.CallbackAfterStartBattle"
	CallbackBattleEnded   = "Live.CallbackAfterEndBattle"
)

// CallbackCommands returns every command of the vendor's list, https://trtc.io/document/64413.
func CallbackCommands() []string {
	return []string{
		CallbackBattleCreated, CallbackBattleStarted, CallbackBattleEnded,
		"Live.CallbackAfterCreateRoom", "Live.CallbackAfterDestroyRoom", "Live.CallbackAfterUpdateRoomInfo",
		"Live.CallbackAfterSetMetadata", "Live.CallbackAfterDelMetadata", "Live.CallbackAfterCreateRoomReachingThreshold",
		"Live.CallbackAfterMemberStateChanged", "Live.CallbackAfterChangeOwner", "Live.CallbackAfterModifyAdmin",
		"Live.CallbackBeforeSendGift", "Mic.CallbackAfterSeatInfoChanged",
		"Group.CallbackBeforeSendMsg", "Group.CallbackAfterSendMsg",
		"Follow.CallbackAfterFollowAdd", "Follow.CallbackAfterFollowDelete",
	}
}

// maxEventRooms bounds the rooms of an event; the vendor allows nine in one battle.
const maxEventRooms = 64

// Event is a callback of the platform: a BattleCreated, BattleStarted, BattleEnded or Other.
type Event interface {
	// Key is the same for each delivery of one event, and differs between events.
	Key() string
	event()
}

// CallbackHead is what every callback has.
type CallbackHead struct {
	Command  string    // one of CallbackCommands, unless the event is an Other that is not Known
	BattleID string    // verbatim; empty in an Other that is not about a battle
	At       time.Time // of the event, in milliseconds; zero if unknown

	key string
}

// Key is made of the command, the battle or room, and the time of the event.
func (h CallbackHead) Key() string { return h.key }

func (CallbackHead) event() {}

// BattleCreated says that a battle was created, by a client or through the REST interface,
// https://trtc.io/document/68259.
type BattleCreated struct {
	CallbackHead
	Operator     string        // the account that created it; empty if unknown
	From         string        // the initiating room; empty if it or To could not be read
	To           []string      // the called rooms
	Duration     time.Duration // 0 if unknown
	NeedResponse bool          // it starts only when the called owners have answered
	Timeout      time.Duration // how long they have for that; 0 if unknown
	Extension    string        // free text of the creator
}

// BattleStarted says that a battle runs, https://trtc.io/document/68260.
type BattleStarted struct {
	CallbackHead
	Duration       time.Duration // 0 if unknown
	Created, Start time.Time     // in whole seconds; zero if unknown
	Rooms          []BattleRoom  // as in Battle, but without scores; empty if they could not be read
}

// BattleEnded says that a battle is over, https://trtc.io/document/68261.
type BattleEnded struct {
	CallbackHead
	Duration            time.Duration // the planned one; 0 if unknown
	Created, Start, End time.Time     // in whole seconds; zero if unknown
	How                 BattleEnd
	Rooms               []BattleRoom // as in Battle, with the final scores; empty if they could not be read whole
}

// Other is a callback that is about no battle.
type Other struct {
	CallbackHead
	Known bool // the command is one of CallbackCommands; if not, it is whatever the sender wrote
}

// BattleEnd is how a battle ended.
type BattleEnd int

// The ways to end, with the platform's own numbers.
const (
	EndUnknown  BattleEnd = -1
	EndTimeUp   BattleEnd = 0
	EndAllLeft  BattleEnd = 1 // every owner left while it ran
	EndNoAnswer BattleEnd = 2 // it never ran: no called owner accepted
)

// parseEvent insists on the id of the battle, and takes the rest as it comes.
func parseEvent(command string, data object) (Event, bool) {
	head := CallbackHead{Command: command, BattleID: data.account("BattleId", maxBattleID)}
	ms, ok := data.number("EventTime")
	if ok && ms > 0 && ms <= latestSecond*1000 {
		head.At = time.UnixMilli(ms)
	}
	about := head.BattleID
	if about == "" {
		about = data.account("RoomId", maxRoom)
	}
	head.key = command + " " + about + " " + strconv.FormatInt(ms, 10)
	switch command {
	case CallbackBattleCreated:
		return parseCreated(head, data), head.BattleID != ""
	case CallbackBattleStarted:
		return parseStarted(head, data), head.BattleID != ""
	case CallbackBattleEnded:
		return parseEnded(head, data), head.BattleID != ""
	default:
		return Other{CallbackHead: head, Known: slices.Contains(CallbackCommands(), command)}, true
	}
}

func parseCreated(head CallbackHead, data object) BattleCreated {
	e := BattleCreated{
		CallbackHead: head, Operator: data.account("Operator_Account", maxAccount),
		Duration: data.milliseconds("Duration"), Timeout: data.milliseconds("Timeout"),
		NeedResponse: string(data["NeedResponse"]) == "true",
	}
	if text, ok := data.text("ExtensionInfo", maxProse); ok {
		e.Extension = text
	}
	if rooms := data.createdRooms(); len(rooms) > 1 {
		e.From, e.To = rooms[0], rooms[1:]
	}
	return e
}

// createdRooms reads all rooms; nil if one of them is unreadable or there twice.
func (o object) createdRooms() []string {
	called, _ := o.list("ToRoomIdList")
	if len(called) > maxEventRooms {
		return nil
	}
	var rooms []string
	for _, element := range append([]json.RawMessage{o["FromRoomId"]}, called...) {
		room := object{"RoomId": element}.account("RoomId", maxRoom)
		if room == "" || slices.Contains(rooms, room) {
			return nil
		}
		rooms = append(rooms, room)
	}
	return rooms
}

func parseStarted(head CallbackHead, data object) BattleStarted {
	return BattleStarted{
		CallbackHead: head, Duration: data.milliseconds("Duration"),
		Created: data.second("CreateTime"), Start: data.second("StartTime"),
		Rooms: data.eventRooms(false),
	}
}

func parseEnded(head CallbackHead, data object) BattleEnded {
	e := BattleEnded{
		CallbackHead: head, Duration: data.milliseconds("Duration"), How: EndUnknown,
		Created: data.second("CreateTime"), Start: data.second("StartTime"), End: data.second("EndTime"),
		Rooms: data.eventRooms(true),
	}
	if how, ok := data.number("OpType"); ok && how >= int64(EndTimeUp) && how <= int64(EndNoAnswer) {
		e.How = BattleEnd(how)
	}
	return e
}

// eventRooms reads all rooms; nil if one of them is unreadable or there twice.
func (o object) eventRooms(scored bool) []BattleRoom {
	called, ok := o.list("ToRoomList")
	if !ok || len(called) > maxEventRooms {
		return nil
	}
	var rooms []BattleRoom
	for _, element := range append([]json.RawMessage{o["FromRoomInfo"]}, called...) {
		data, ok := parseObject(element)
		room := BattleRoom{Room: data.account("RoomId", maxRoom), Owner: data.account("Owner_Account", maxAccount)}
		if scored && ok {
			room.Score, ok = data.whole("Score")
		}
		twice := slices.ContainsFunc(rooms, func(other BattleRoom) bool { return other.Room == room.Room })
		if !ok || room.Room == "" || twice {
			return nil
		}
		rooms = append(rooms, room)
	}
	return rooms
}

// number returns the value of name if it is a whole number, as such or in quotes: the vendor's tables and samples
// differ.
func (o object) number(name string) (int64, bool) {
	n, err := strconv.ParseInt(o.account(name, maxAccount), 10, 64)
	return n, err == nil
}

// milliseconds returns the value of name as a duration; 0 if it is none.
func (o object) milliseconds(name string) time.Duration {
	ms, ok := o.number(name)
	if !ok || ms < 0 || ms > math.MaxInt64/int64(time.Millisecond) {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}
