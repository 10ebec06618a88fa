package simulator

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	maxRooms   = 9      // rooms in one battle, the initiator included
	maxBattles = 10_000 // battles remembered; the oldest ended one makes room for a new one
)

// State is where a battle stands in its life.
type State int

// The states of a battle.
const (
	Waiting State = iota // made, not yet started
	Running
	Ended
)

// String returns the state in lower case.
func (s State) String() string {
	switch s {
	case Waiting:
		return "waiting"
	case Running:
		return "running"
	default:
		return "ended"
	}
}

// BattleSpec describes a battle that does not come from create_battle.
type BattleSpec struct {
	From     string        // the initiating room
	To       []string      // 1 to 8 called rooms
	Duration time.Duration // greater than 0
	Wait     time.Duration // from now to the start; 0 starts at once
	Note     string        // what create_battle calls ExtensionInfo
	Declined bool          // no called host accepts: it ends when Wait has passed, without having run
}

// Snapshot is the true state of a battle at one moment.
type Snapshot struct {
	ID    string
	State State
	Start time.Time
	End   time.Time // planned, until the battle has ended
	Note  string
	Rooms []RoomScore // the initiating room first
}

// RoomScore is the true score of one room.
type RoomScore struct {
	Room  string
	Score int64
	Left  bool // the room has left the battle; its score is the one it left with
}

type battle struct {
	id       string
	note     string
	duration time.Duration
	created  time.Time
	start    time.Time
	end      time.Time
	over     ending // how it ends
	sides    []*side
}

// ending is how a battle ends, with the numbers that OpType has in the webhook, https://trtc.io/document/68261.
type ending int

const (
	timeUp   ending = 0
	allLeft  ending = 1
	noAnswer ending = 2
)

type side struct {
	room  string
	score int64
	left  bool
}

func (b *battle) state(now time.Time) State {
	switch {
	case !now.Before(b.end):
		return Ended
	case now.Before(b.start):
		return Waiting
	default:
		return Running
	}
}

// side returns a room that still takes part, or nil.
func (b *battle) side(room string) *side {
	for _, s := range b.sides {
		if s.room == room && !s.left {
			return s
		}
	}
	return nil
}

// stop ends a battle before its time.
func (b *battle) stop(now time.Time) {
	b.over = allLeft
	if b.state(now) == Waiting {
		b.over = noAnswer
	}
	b.end = now
}

// leave takes a room out; the battle ends when every room has left.
func (b *battle) leave(room string, now time.Time) {
	s := b.side(room)
	if s == nil || b.state(now) == Ended {
		return
	}
	s.left = true
	if !slices.ContainsFunc(b.sides, func(s *side) bool { return !s.left }) {
		b.stop(now)
	}
}

func (b *battle) snapshot(now time.Time) Snapshot {
	seen := Snapshot{ID: b.id, State: b.state(now), Start: b.start, End: b.end, Note: b.note}
	for _, s := range b.sides {
		seen.Rooms = append(seen.Rooms, RoomScore{Room: s.room, Score: s.score, Left: s.left})
	}
	return seen
}

// arena holds the battles and knows the rooms.
type arena struct {
	battles map[string]*battle
	order   []*battle          // by creation
	latest  map[string]*battle // the newest battle of each room
	rooms   map[string]bool    // the rooms that exist; nil if every room does
	gone    map[string]bool    // destroyed rooms
}

func newArena(connected []string) arena {
	a := arena{battles: map[string]*battle{}, latest: map[string]*battle{}, gone: map[string]bool{}}
	if connected == nil {
		return a
	}
	a.rooms = make(map[string]bool, len(connected))
	for _, room := range connected {
		a.rooms[room] = true
	}
	return a
}

func (a *arena) exists(room string) bool {
	return !a.gone[room] && (a.rooms == nil || a.rooms[room])
}

// current returns the battle that a room takes part in now, or nil.
func (a *arena) current(room string, now time.Time) *battle {
	b := a.latest[room]
	if b == nil || b.state(now) == Ended || b.side(room) == nil {
		return nil
	}
	return b
}

// add takes in a battle and reports whether there was room for it.
func (a *arena) add(b *battle, now time.Time) bool {
	if len(a.order) >= maxBattles && !a.forgetOne(now) {
		return false
	}
	a.battles[b.id] = b
	a.order = append(a.order, b)
	for _, s := range b.sides {
		a.latest[s.room] = b
	}
	return true
}

func (a *arena) forgetOne(now time.Time) bool {
	i := slices.IndexFunc(a.order, func(b *battle) bool { return b.state(now) == Ended })
	if i < 0 {
		return false
	}
	old := a.order[i]
	a.order = slices.Delete(a.order, i, i+1)
	delete(a.battles, old.id)
	for _, s := range old.sides {
		if a.latest[s.room] == old {
			delete(a.latest, s.room)
		}
	}
	return true
}

// newBattle makes a battle that is not yet in the arena. The caller holds the lock.
func (s *Simulator) newBattle(start time.Time, duration time.Duration, note string, rooms ...string) *battle {
	b := &battle{id: s.newBattleID(), note: note, duration: duration, created: start, start: start, end: start.Add(duration)}
	for _, room := range rooms {
		b.sides = append(b.sides, &side{room: room})
	}
	return b
}

// newBattleID returns an opaque id that holds +, / and =, which a careless client would break.
func (s *Simulator) newBattleID() string {
	raw := make([]byte, 0, 32)
	for len(raw) < 25 {
		raw = binary.LittleEndian.AppendUint64(raw, s.random.Uint64())
	}
	raw = raw[:25]
	copy(raw[12:], []byte{0xfb, 0xff, 0xfe}) // "+//+"
	return base64.StdEncoding.EncodeToString(raw)
}

// checkRooms says what is wrong with the rooms of a new battle.
func checkRooms(rooms []string) error {
	for i, room := range rooms {
		if !validRoom(room) {
			return fmt.Errorf("room %d is not 1 to 48 printable characters", i+1)
		}
		if slices.Contains(rooms[:i], room) {
			return fmt.Errorf("room %q is named twice", room)
		}
	}
	if len(rooms) < 2 {
		return errors.New("no room is called")
	}
	return nil
}

// validRoom follows https://trtc.io/document/60027: at most 48 bytes of printable ASCII.
func validRoom(room string) bool {
	for _, c := range []byte(room) {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return room != "" && len(room) <= 48
}
