package simulator

import (
	"errors"
	"fmt"
	"time"
)

// Errors of the methods that reach behind the API.
var (
	ErrNoBattle   = errors.New("no such battle")
	ErrNotRunning = errors.New("the battle is not running")
	ErrNoRoom     = errors.New("the room is not in the battle")
	ErrRoomBusy   = errors.New("the room is in another battle")
	ErrFull       = errors.New("too many battles at the same time")
	ErrOutOfRange = errors.New("the score would be out of range")
	ErrClosed     = errors.New("the simulator is closed")
)

// AddBattle makes a battle as the hosts' own clients would and returns its id: opaque, and holding + / and =.
// Rooms that did not exist before exist afterwards.
func (s *Simulator) AddBattle(spec BattleSpec) (string, error) {
	rooms := append([]string{spec.From}, spec.To...)
	if err := spec.check(rooms); err != nil {
		return "", fmt.Errorf("adding a battle: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.clock()
	for _, room := range rooms {
		if s.arena.current(room, now) != nil {
			return "", fmt.Errorf("adding a battle: %q: %w", room, ErrRoomBusy)
		}
	}
	b := s.newBattle(now.Add(spec.Wait), spec.Duration, spec.Note, rooms...)
	b.created = now
	if spec.Declined {
		b.end, b.over = b.start, noAnswer
	}
	if !s.arena.add(b, now) {
		return "", fmt.Errorf("adding a battle: %w", ErrFull)
	}
	s.arena.open(rooms)
	s.announce(b, false)
	return b.id, nil
}

func (b BattleSpec) check(rooms []string) error {
	if err := checkRooms(rooms); err != nil {
		return err
	}
	if len(rooms) > maxRooms {
		return fmt.Errorf("%d rooms, at most %d can take part", len(rooms), maxRooms)
	}
	if b.Duration <= 0 || b.Wait < 0 {
		return errors.New("the duration must be greater than 0 and the wait not negative")
	}
	if b.Declined && b.Wait == 0 {
		return errors.New("a battle that is declined needs a wait")
	}
	return nil
}

// open makes rooms exist.
func (a *arena) open(rooms []string) {
	for _, room := range rooms {
		delete(a.gone, room)
		if a.rooms != nil {
			a.rooms[room] = true
		}
	}
}

// Battle returns the true state of a battle, and false if there is none with that id.
func (s *Simulator) Battle(id string) (Snapshot, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.arena.battles[id]
	if b == nil {
		return Snapshot{}, false
	}
	return b.snapshot(s.opts.clock()), true
}

// Battles returns every battle that is remembered, oldest first: at most 10,000, of which ended ones are
// forgotten first.
func (s *Simulator) Battles() []Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.clock()
	all := make([]Snapshot, 0, len(s.arena.order))
	for _, b := range s.arena.order {
		all = append(all, b.snapshot(now))
	}
	return all
}

// Score returns the true score of a room, also after it left, and false if it never took part.
func (s *Simulator) Score(battle, room string) (int64, bool) {
	seen, _ := s.Battle(battle)
	for _, r := range seen.Rooms {
		if r.Room == room {
			return r.Score, true
		}
	}
	return 0, false
}

// EndBattle ends a battle now, as when all hosts leave. It reports whether the battle had not ended before.
func (s *Simulator) EndBattle(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, now := s.arena.battles[id], s.opts.clock()
	if b == nil || b.state(now) == Ended {
		return false
	}
	b.stop(now)
	s.announceDue()
	return true
}

// RemoveRoom takes a room out of a battle, which goes on while any room is left. It reports whether the room
// was in it.
func (s *Simulator) RemoveRoom(battle, room string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, now := s.arena.battles[battle], s.opts.clock()
	if b == nil || b.side(room) == nil || b.state(now) == Ended {
		return false
	}
	b.leave(room, now)
	s.announceDue()
	return true
}

// DestroyRoom makes a room cease to exist, until AddBattle names it again; it leaves its battle.
func (s *Simulator) DestroyRoom(room string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.clock()
	if b := s.arena.current(room, now); b != nil {
		b.leave(room, now)
	}
	s.arena.gone[room] = true
	s.announceDue()
}

// Gift adds another writer's points to a room, as the customer's own gift back end does. It appears in Effects
// with Gift set.
func (s *Simulator) Gift(battle, room string, points int64) error {
	return s.foreign(battle, scoreEntry{room: room, score: points}, Add)
}

// Overwrite sets a room's score as another writer would, which is what settings with sole_overwriter rule out.
// It appears in Effects with Gift set.
func (s *Simulator) Overwrite(battle, room string, score int64) error {
	return s.foreign(battle, scoreEntry{room: room, score: score}, Set)
}

func (s *Simulator) foreign(battle string, entry scoreEntry, op Op) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.clock()
	b, err := s.running(battle, now)
	if err != nil {
		return fmt.Errorf("another writer: %w", err)
	}
	if b.side(entry.room) == nil {
		return fmt.Errorf("another writer: %q: %w", entry.room, ErrNoRoom)
	}
	changes, err := s.weigh(b, op, []scoreEntry{entry})
	if err != nil {
		return fmt.Errorf("another writer: %w", err)
	}
	s.apply(changes[0], Effect{Call: -1, Battle: battle, Op: op, Gift: true, At: now})
	return nil
}

// running returns a battle that scores now. The caller holds the lock.
func (s *Simulator) running(id string, now time.Time) (*battle, error) {
	b := s.arena.battles[id]
	if b == nil {
		return nil, ErrNoBattle
	}
	if b.state(now) != Running {
		return nil, ErrNotRunning
	}
	return b, nil
}
