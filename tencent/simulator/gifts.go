package simulator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Traffic describes gifts that viewers send during a battle.
type Traffic struct {
	PerSecond float64            // gifts a second over all rooms, on average: above 0, at most 1000
	Seed      uint64             // of sizes, pauses and rooms
	Favour    map[string]float64 // how often a room gets the gift, relative to the others; a room not named has 1
}

// Gifts is running gift traffic. It ends with its context, its battle, Stop or the simulator's Close.
type Gifts struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	sent int
	err  error
}

// StartGifts keeps the scores of a battle moving until the battle ends: gifts of uneven sizes, most of them small,
// at uneven pauses. The same traffic makes the same gifts in the same order. The caller ends it with Stop, which
// waits. It fails if the battle is not running or the traffic makes no sense.
func (s *Simulator) StartGifts(ctx context.Context, battle string, t Traffic) (*Gifts, error) {
	if !(t.PerSecond > 0 && t.PerSecond <= 1000) {
		return nil, fmt.Errorf("starting gifts: %v a second", t.PerSecond)
	}
	rooms, err := s.weights(battle, t.Favour)
	if err != nil {
		return nil, fmt.Errorf("starting gifts: %w", err)
	}
	if !s.tasks.begin() {
		return nil, fmt.Errorf("starting gifts: %w", ErrClosed)
	}
	ctx, cancel := context.WithCancel(ctx)
	g := &Gifts{cancel: cancel, done: make(chan struct{})}
	stream := &giftStream{random: newRandom(t.Seed), mean: float64(time.Second) / t.PerSecond, rooms: rooms}
	go func() {
		defer s.tasks.end()
		defer close(g.done)
		defer cancel()
		g.run(ctx, s, battle, stream)
	}()
	return g, nil
}

// weights returns the rooms of a running battle with how often each gets the gift.
func (s *Simulator) weights(battle string, favour map[string]float64) ([]weightedRoom, error) {
	seen, found := s.Battle(battle)
	if !found {
		return nil, ErrNoBattle
	}
	if seen.State != Running {
		return nil, ErrNotRunning
	}
	rooms, total := make([]weightedRoom, 0, len(seen.Rooms)), 0.0
	for _, r := range seen.Rooms {
		weight, named := favour[r.Room]
		if !named {
			weight = 1
		}
		if !(weight >= 0 && weight <= 1e6) {
			return nil, fmt.Errorf("a favour of %v", weight)
		}
		total += weight
		rooms = append(rooms, weightedRoom{room: r.Room, upTo: total})
	}
	if total == 0 {
		return nil, errors.New("no room is favoured")
	}
	return rooms, nil
}

func (g *Gifts) run(ctx context.Context, s *Simulator, battle string, stream *giftStream) {
	for {
		next := stream.next()
		if !s.tasks.pause(ctx, next.pause) {
			return
		}
		err := s.Gift(battle, next.room, next.points)
		switch {
		case errors.Is(err, ErrNotRunning), errors.Is(err, ErrNoBattle): // Over, or over and forgotten.
			return
		case errors.Is(err, ErrNoRoom): // The room has left; the others still get theirs.
			continue
		}
		if !g.count(err) {
			return
		}
	}
}

// count notes a gift and reports whether to go on.
func (g *Gifts) count(err error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.err = err
		return false
	}
	g.sent++
	return true
}

// Stop ends the traffic, waits until it has ended, and returns what ended it early, if anything went wrong.
func (g *Gifts) Stop() error {
	g.cancel()
	<-g.done
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Done is closed when the traffic has ended.
func (g *Gifts) Done() <-chan struct{} { return g.done }

// Sent returns how many gifts have counted so far.
func (g *Gifts) Sent() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sent
}

type gift struct {
	pause  time.Duration // before it
	room   string
	points int64
}

type weightedRoom struct {
	room string
	upTo float64 // its share ends here, the one of the room before it starts it
}

// giftStream draws gifts.
type giftStream struct {
	random *rand.Rand
	mean   float64 // nanoseconds
	rooms  []weightedRoom
}

func (g *giftStream) next() gift {
	pause := time.Duration(min(g.random.ExpFloat64(), 5) * g.mean)
	return gift{pause: pause, room: g.room(), points: g.points()}
}

func (g *giftStream) room() string {
	last := g.rooms[len(g.rooms)-1]
	mark := g.random.Float64() * last.upTo
	for _, r := range g.rooms {
		if mark < r.upTo {
			return r.room
		}
	}
	return last.room
}

// points is uneven as real gifts are: many roses, few castles.
func (g *giftStream) points() int64 {
	switch n := g.random.IntN(100); {
	case n < 70:
		return 1 + g.random.Int64N(9)
	case n < 92:
		return 10 + g.random.Int64N(90)
	case n < 99:
		return 100 + g.random.Int64N(421)
	default:
		return 1314
	}
}
