package simulator

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Op is what a write does to a score, with the numbers that OpType has on the wire.
type Op int

// The two operations.
const (
	Add Op = 1 // add to the current score
	Set Op = 2 // overwrite it
)

// String returns "add" or "set".
func (o Op) String() string {
	switch o {
	case Add:
		return "add"
	case Set:
		return "set"
	default:
		return fmt.Sprintf("op %d", int(o))
	}
}

type scoreRequest struct {
	battle  string
	op      Op
	entries []scoreEntry
}

type scoreEntry struct {
	room  string
	score int64
}

// change is one entry that has been checked and may take effect.
type change struct {
	entry scoreEntry
	side  *side // nil if the room is not in the battle
	after int64
}

// setScore answers set_battle_score; see https://trtc.io/document/68255. Either every room of the call that is
// in the battle changes or, on a refusal, none. The caller holds the lock.
func (s *Simulator) setScore(x *exchange) reply {
	request, err := parseScore(x.fields)
	if err != nil {
		return refuse(codeBadParameter, err.Error())
	}
	b, err := s.running(request.battle, x.now)
	if err != nil {
		return refuse(s.opts.overCode, "the battle has not started or is over")
	}
	changes, err := s.weigh(b, request.op, request.entries)
	if err != nil {
		return refuse(codeBadParameter, err.Error())
	}
	return reply{data: object{"Result": s.settle(x, request, changes)}}
}

// settle lets the changes take effect and returns the entries of Result.
func (s *Simulator) settle(x *exchange, request scoreRequest, changes []change) []object {
	results := make([]object, 0, len(changes))
	for i, c := range changes {
		code := resultNotFound
		if c.side != nil {
			code = resultOK
		}
		results = append(results, object{"RoomId": c.entry.room, "ResultCode": code, "Reserved": ""})
		if c.side == nil || x.fault.withholds(i) {
			continue
		}
		s.apply(c, Effect{Call: x.index, Battle: request.battle, Op: request.op, Late: x.late, At: s.opts.clock()})
	}
	return results
}

// apply is the only place where a score changes. The caller holds the lock and has weighed the change.
func (s *Simulator) apply(c change, e Effect) {
	e.Room, e.Score, e.Before, e.After = c.entry.room, c.entry.score, c.side.score, c.after
	c.side.score = c.after
	s.ledger.record(e)
}

// weigh computes what each entry would lead to, and fails if one leads out of range.
func (s *Simulator) weigh(b *battle, op Op, entries []scoreEntry) ([]change, error) {
	changes := make([]change, 0, len(entries))
	for _, e := range entries {
		c := change{entry: e, side: b.side(e.room), after: e.score}
		if c.side != nil && op == Add {
			after, ok := sum(c.side.score, e.score)
			if !ok {
				return nil, ErrOutOfRange
			}
			c.after = after
		}
		if s.opts.int32Only && (!isInt32(e.score) || !isInt32(c.after)) {
			return nil, ErrOutOfRange
		}
		changes = append(changes, c)
	}
	return changes, nil
}

func sum(a, b int64) (int64, bool) {
	total := a + b
	return total, (total > a) == (b > 0)
}

func isInt32(n int64) bool { return n >= math.MinInt32 && n <= math.MaxInt32 }

func parseScore(f fields) (scoreRequest, error) {
	battle, err := f.text("BattleId")
	if err != nil {
		return scoreRequest{}, err
	}
	op, err := f.integer("OpType")
	if err != nil {
		return scoreRequest{}, err
	}
	if op != int64(Add) && op != int64(Set) {
		return scoreRequest{}, errors.New("OpType must be 1 or 2")
	}
	entries, err := parseScoreList(f)
	return scoreRequest{battle: battle, op: Op(op), entries: entries}, err
}

func parseScoreList(f fields) ([]scoreEntry, error) {
	items, err := f.list("ScoreList")
	if err != nil {
		return nil, err
	}
	if len(items) == 0 || len(items) > maxRooms {
		return nil, fmt.Errorf("ScoreList must have 1 to %d entries", maxRooms)
	}
	entries := make([]scoreEntry, 0, len(items))
	for i, item := range items {
		e, err := parseScoreEntry(item)
		if err != nil {
			return nil, fmt.Errorf("ScoreList[%d]: %w", i, err)
		}
		if slices.ContainsFunc(entries, func(other scoreEntry) bool { return other.room == e.room }) {
			return nil, fmt.Errorf("ScoreList[%d]: the room is named twice", i)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func parseScoreEntry(raw []byte) (scoreEntry, error) {
	f, err := parseObject(raw)
	if err != nil {
		return scoreEntry{}, err
	}
	room, err := f.text("RoomId")
	if err != nil {
		return scoreEntry{}, err
	}
	score, err := f.integer("Score")
	return scoreEntry{room: room, score: score}, err
}
