package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

type createRequest struct {
	from     string
	to       []string
	duration time.Duration
	note     string
}

// createBattle answers create_battle; see https://trtc.io/document/68254. A battle made this way starts at
// once, with the called rooms that could join. The caller holds the lock.
func (s *Simulator) createBattle(x *exchange) reply {
	request, refusal := s.parseCreate(x.fields)
	if refusal.code != 0 {
		return refusal
	}
	if !s.arena.exists(request.from) {
		return refuse(codeNoRoom, "the initiating room does not exist")
	}
	if s.arena.current(request.from, x.now) != nil {
		return refuse(codeRoomInBattle, "the initiating room is in another battle")
	}
	results, joined := s.callRooms(x, request.to)
	id, ok := s.begin(x, request, joined)
	if !ok {
		return refuse(codeTooManyBattles, "too many battles")
	}
	if !s.opts.hollow && !anyStarted(results) {
		id = ""
	}
	return reply{data: object{"BattleId": id, "Result": results}}
}

// callRooms returns the entries of Result, and those rooms that may truly join.
func (s *Simulator) callRooms(x *exchange, rooms []string) (results []object, joined []string) {
	for i, room := range rooms {
		code, message := resultOK, ""
		switch {
		case !s.arena.exists(room):
			code, message = resultNotFound, "no such room"
		case s.arena.current(room, x.now) != nil:
			code, message = resultInOtherBattle, "the room is in another battle"
		case !x.fault.withholds(i):
			joined = append(joined, room)
		}
		results = append(results, object{"RoomId": room, "ResultCode": code, "ResultMessage": message, "Reserved": 0})
	}
	return results, joined
}

func anyStarted(results []object) bool {
	return slices.ContainsFunc(results, func(r object) bool { return r["ResultCode"] == resultOK })
}

// begin starts the battle if a room truly joined, and returns its id. Otherwise the id names nothing, as that of
// an answer whose effect a fault withholds.
func (s *Simulator) begin(x *exchange, request createRequest, joined []string) (id string, ok bool) {
	b := s.newBattle(x.now, request.duration, request.note, append([]string{request.from}, joined...)...)
	if len(joined) == 0 {
		return b.id, true
	}
	if !s.arena.add(b, x.now) {
		return b.id, false
	}
	s.announce(b, true)
	return b.id, true
}

func (s *Simulator) parseCreate(f fields) (createRequest, reply) {
	from, err := f.text("FromRoomId")
	if err != nil {
		return createRequest{}, refuse(codeBadParameter, err.Error())
	}
	to, err := parseRooms(f)
	if err != nil {
		return createRequest{}, refuse(codeBadParameter, err.Error())
	}
	if err := checkRooms(append([]string{from}, to...)); err != nil {
		return createRequest{}, refuse(codeBadParameter, err.Error())
	}
	if len(to) >= maxRooms {
		return createRequest{}, refuse(codeTooManyRooms, "too many rooms in the battle")
	}
	duration, err := s.parseDuration(f)
	if err != nil {
		return createRequest{}, refuse(codeBadParameter, err.Error())
	}
	note, err := parseNote(f)
	if err != nil {
		return createRequest{}, refuse(codeBadParameter, err.Error())
	}
	return createRequest{from: from, to: to, duration: duration, note: note}, reply{}
}

func parseRooms(f fields) ([]string, error) {
	items, err := f.list("ToRoomIdList")
	if err != nil {
		return nil, err
	}
	rooms := make([]string, 0, len(items))
	for _, item := range items {
		var room *string
		if err := json.Unmarshal(item, &room); err != nil || room == nil {
			return nil, errors.New("ToRoomIdList must hold strings")
		}
		rooms = append(rooms, *room)
	}
	return rooms, nil
}

// parseDuration reads milliseconds, as the Chinese pages and the webhooks say.
func (s *Simulator) parseDuration(f fields) (time.Duration, error) {
	ms, err := f.integer("Duration")
	if err != nil {
		return 0, err
	}
	if ms < 1 || ms > math.MaxInt64/int64(time.Millisecond) {
		return 0, errors.New("the Duration is out of range")
	}
	duration := time.Duration(ms) * time.Millisecond
	if duration > s.opts.maxDuration {
		return 0, fmt.Errorf("the Duration is over the longest allowed, %d ms", s.opts.maxDuration.Milliseconds())
	}
	return duration, nil
}

func parseNote(f fields) (string, error) {
	raw, found := f["ExtensionInfo"]
	if !found || string(raw) == `""` {
		return "", nil
	}
	return f.text("ExtensionInfo")
}
