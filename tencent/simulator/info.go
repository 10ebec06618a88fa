package simulator

import (
	"hash/fnv"
	"time"
)

// battleInfo answers get_battle_info; see https://trtc.io/document/68256. The caller holds the lock.
func (s *Simulator) battleInfo(x *exchange) reply {
	b, refusal := s.lookUp(x)
	if refusal.code != 0 {
		return refusal
	}
	state := b.state(x.now)
	data := object{
		"BattleId":     b.id,
		"Duration":     b.duration.Milliseconds(),
		"StartTime":    b.start.Unix(),
		"Status":       s.opts.statuses[state],
		"FromRoomInfo": s.roomInfo(b.sides[0]),
		"ToRoomList":   s.calledRooms(b),
	}
	switch {
	case state == Ended || s.opts.endTime == PlannedEnd:
		data["EndTime"] = ceilSecond(b.end)
	case s.opts.endTime == ZeroEnd:
		data["EndTime"] = 0
	}
	return reply{data: data}
}

func (s *Simulator) lookUp(x *exchange) (*battle, reply) {
	id, err := x.fields.text("BattleId")
	if err == nil {
		if b := s.arena.battles[id]; b != nil {
			return b, reply{}
		}
		return nil, refuse(codeNoBattle, "the battle is unknown or over")
	}
	room, roomErr := x.fields.text("RoomId")
	if !s.opts.byRoom || roomErr != nil {
		return nil, refuse(codeBadParameter, err.Error())
	}
	if b := s.arena.current(room, x.now); b != nil {
		return b, reply{}
	}
	return nil, refuse(codeNoBattle, "the room is in no battle")
}

func (s *Simulator) calledRooms(b *battle) []object {
	rooms := make([]object, 0, len(b.sides)-1)
	for _, called := range b.sides[1:] {
		if !called.left {
			rooms = append(rooms, s.roomInfo(called))
		}
	}
	return rooms
}

func (s *Simulator) roomInfo(one *side) object {
	return object{"RoomId": one.room, "Score": one.score, "Owner_Account": s.owner(one.room), "Reserved": object{}}
}

// owner invents the account of a room's host.
func (s *Simulator) owner(room string) any {
	if !s.opts.numeric {
		return "host-" + room
	}
	return ownerNumber(room)
}

// ownerNumber is above 2^53, where a float loses digits.
func ownerNumber(room string) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(room))
	return hash.Sum64()>>1 | 1<<54 | 1
}

// ceilSecond returns Unix seconds, rounded up: the vendor's sample ends 121 s after the start of a battle of 120.
func ceilSecond(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}
