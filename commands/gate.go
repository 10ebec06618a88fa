package commands

import (
	queue "container/list"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace is how fast Ringside takes asks, presses among them, from one caller. A number that is not above zero stands for
// its default.
type Pace struct {
	PerSecond float64 // asks a second in the long run; 20
	Burst     int     // asks at once after a pause; 100: a script gets there, and no person does
	InFlight  int     // asks that are being answered at the same time; 64
}

func (p Pace) orDefault() Pace {
	if !(p.PerSecond > 0) { // so that what is no number at all has the default too
		p.PerSecond = 20
	}
	if p.Burst <= 0 {
		p.Burst = 100
	}
	if p.InFlight <= 0 {
		p.InFlight = 64
	}
	return p
}

const (
	maxCallers  = 10_000      // that a gate remembers
	crowdedWait = time.Second // until an ask is tried again while too many of its caller are in flight
	longestWait = time.Hour   // that anybody is told
)

// gate lets each caller's asks in at a pace of their own, so that nobody's script keeps others waiting. Of more than
// maxCallers it forgets the idlest, who then begins anew: forgotten is only who did not ask while all of the others did.
type gate struct {
	pace Pace

	mu      sync.Mutex
	latest  time.Time // asks that arrive together may tell their times out of order, and none is counted twice
	callers map[string]*queue.Element
	idle    *queue.List // of *visitor; who asked last is at the front
}

// visitor is one caller at the gate.
type visitor struct {
	id       string
	limit    *rate.Limiter
	inFlight int
}

func newGate(pace Pace) *gate {
	return &gate{pace: pace.orDefault(), callers: map[string]*queue.Element{}, idle: queue.New()}
}

// admit lets one ask of caller in, and release must be called when it was answered. An ask that is refused counts for
// nothing, and wait is how long it takes until the next can be let in.
func (g *gate) admit(caller string, now time.Time) (release func(), wait time.Duration, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.latest) {
		now = g.latest
	}
	g.latest = now
	v := g.visitor(caller)
	if v.inFlight >= g.pace.InFlight {
		return nil, max(crowdedWait, v.untilNext(now)), false
	}
	if !v.limit.AllowN(now, 1) {
		return nil, v.untilNext(now), false
	}
	v.inFlight++
	return sync.OnceFunc(func() { g.leave(v) }), 0, true
}

func (g *gate) leave(v *visitor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v.inFlight--
}

// visitor returns the caller as he is remembered, or as a new one in the place of the idlest.
func (g *gate) visitor(caller string) *visitor {
	if known, ok := g.callers[caller]; ok {
		g.idle.MoveToFront(known)
		return known.Value.(*visitor) //nolint:errcheck // the list holds nothing else
	}
	if g.idle.Len() >= maxCallers {
		idlest := g.idle.Back()
		delete(g.callers, g.idle.Remove(idlest).(*visitor).id) //nolint:errcheck // the list holds nothing else
	}
	v := &visitor{id: caller, limit: rate.NewLimiter(rate.Limit(g.pace.PerSecond), g.pace.Burst)}
	g.callers[caller] = g.idle.PushFront(v)
	return v
}

// untilNext returns how long it takes until the pace lets the caller ask again, at most longestWait.
func (v *visitor) untilNext(now time.Time) time.Duration {
	seconds := (1 - v.limit.TokensAt(now)) / float64(v.limit.Limit())
	return time.Duration(min(seconds, longestWait.Seconds())*float64(time.Second)) + 1 // rounded up
}

// tooFast is the answer to an ask that was not let in.
func tooFast(wait time.Duration) Reply {
	whole := max(time.Second, (wait + time.Second - 1).Truncate(time.Second))
	return refuse("You are sending commands faster than Ringside takes them from one person, so nothing was sent.",
		fmt.Sprintf("Try again in %s.", span(whole))).Reply
}
