package tencent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Turns shares the ceiling among processes; package ledger has it, on the clock of a database.
type Turns interface {
	// Turn reserves the next free moment for one call of command, every so much later than the one before it, and returns
	// how long to wait for it. It grants none that is further away than most: then it is worth asking again after the
	// wait. apart lets the calls count that processes
	// make on their own while they can't ask.
	Turn(ctx context.Context, command string, every, most time.Duration, apart bool) (granted bool, wait time.Duration, err error)
}

const (
	turnLimit = 500 * time.Millisecond // for one ask
	// mostWait is for a call's moment. A call is let go only when few others wait, so that it is met only when other
	// processes are far busier than their part.
	mostWait  = time.Second
	lateBy    = 20 * time.Millisecond // a moment that was missed by more is not used
	maxDenied = 3                     // asks in vain for one call

	// awayAfter is how long the sharing has to be out of reach before a process reads by itself. By then the others count
	// on it.
	awayAfter = 3 * time.Second
	// aloneFor is how long a process that is cut off reads at its whole part: for 10 s longer the others count on it. Then it
	// keeps to what nobody is granted.
	aloneFor = 110 * time.Second
)

// errNoTurn says that a call was not made because the processes that share the ceiling left no room for it.
var errNoTurn = errors.New("other replicas use the call rate up")

// sharing keeps one process to its part of a ceiling that several share. A nil one keeps to nothing.
type sharing struct {
	turns   Turns
	every   time.Duration // between two calls of all processes
	ceiling float64

	mu       sync.Mutex
	reached  time.Time     // when the sharing was last within reach
	sharers  int           // 0: not known
	quickest time.Duration // of the answers to asks for a turn, once there was one
	asked    bool
	alone    map[Command]*rate.Limiter // for reads while it is not
}

func newSharing(turns Turns, ceiling int) *sharing {
	if turns == nil {
		return nil
	}
	p := newPace(ceiling)
	return &sharing{
		turns: turns, every: time.Duration(float64(time.Second) / float64(p.full())), ceiling: float64(ceiling),
		reached: time.Now(), alone: map[Command]*rate.Limiter{},
	}
}

// Shared tells the client how many processes share its ceiling, each time that was asked and answered. While nothing is
// told for some seconds, nothing is written, and each process reads at its part of the ceiling.
func (c *Client) Shared(sharers int) {
	if c.sharing != nil {
		c.sharing.reachedWith(max(1, sharers), time.Now())
	}
}

// Apart reports whether the processes that share the ceiling are out of reach.
func (c *Client) Apart() bool { return c.sharing != nil && c.sharing.apart(time.Now()) }

func (s *sharing) reachedWith(sharers int, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reached, s.sharers = now, sharers
	clear(s.alone)
}

func (s *sharing) apart(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.reached) > awayAfter
}

// await waits for the moment at which a call may leave, and returns until when that is. An error means that it may not.
func (s *sharing) await(ctx context.Context, command Command) (by time.Time, err error) {
	if s == nil {
		return time.Time{}, nil
	}
	if s.apart(time.Now()) {
		return s.awaitAlone(ctx, command)
	}
	for denied := 0; denied < maxDenied && ctx.Err() == nil; {
		asked := time.Now()
		granted, wait, err := s.reserve(ctx, command)
		if err != nil {
			return time.Time{}, err
		}
		by := asked.Add(s.usual(time.Since(asked)) + wait + lateBy)
		if err := pause(ctx, wait); err != nil {
			return time.Time{}, err
		}
		if granted && time.Now().Before(by) {
			return by, nil
		}
		if !granted {
			denied++
		}
	}
	return time.Time{}, errNoTurn
}

// usual takes in how long an answer took and returns how long one takes at best. By that much all calls of this process
// are later than their moments, which harms nobody; what comes on top of it would move some of them into others' moments.
func (s *sharing) usual(took time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked || took < s.quickest {
		s.asked = true
		s.quickest = took
	} else {
		s.quickest += (took - s.quickest) / 64
	}
	return s.quickest
}

func (s *sharing) reserve(ctx context.Context, command Command) (granted bool, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, turnLimit)
	defer cancel()
	granted, wait, err = s.turns.Turn(ctx, string(command), s.every, mostWait, !command.writes())
	if err != nil {
		return false, 0, fmt.Errorf("the call rate that is shared with other replicas: %w", err)
	}
	return granted, wait, nil
}

// awaitAlone lets reads go on at this process's part of the ceiling.
func (s *sharing) awaitAlone(ctx context.Context, command Command) (by time.Time, err error) {
	if command.writes() {
		return time.Time{}, errors.New("the call rate is shared with other replicas, which are out of reach")
	}
	if s.knowsNobody() {
		return time.Time{}, errNoTurn
	}
	now := time.Now()
	wait := s.part(command).ReserveN(now, 1).DelayFrom(now)
	if err := pause(ctx, wait); err != nil {
		return time.Time{}, fmt.Errorf("%w: %w", errNoTurn, err)
	}
	return now.Add(wait + lateBy), nil
}

// knowsNobody reports whether this process was never told with how many others it shares the ceiling.
func (s *sharing) knowsNobody() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sharers == 0
}

func (s *sharing) part(command Command) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	share := 0.97
	if time.Since(s.reached) > aloneFor {
		share = 0.03
	}
	own, known := s.alone[command]
	if !known {
		own = rate.NewLimiter(0, 1)
		s.alone[command] = own
	}
	if limit := rate.Limit(share * s.ceiling / float64(s.sharers)); own.Limit() != limit {
		own.SetLimit(limit)
	}
	return own
}

// pause waits, and returns an error if ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
