package operations

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ringside/tencent"
)

const (
	// anyPace is assumed of a Scorer that does not tell its pace, in calls a second.
	anyPace = 100
	// sendingShare is how much of a second's calls may be on their way at once, those that wait for their slot included:
	// enough for answers that take 500 ms, and few enough that a platform which falls silent leaves few outcomes unknown.
	sendingShare = 0.66
	// overwritingShare is the same for overwrites, which read before they are on their way.
	overwritingShare = 1.1
)

// Pacer is a Scorer that tells how fast it may be called at present.
type Pacer interface {
	Pace(c tencent.Command) (callsPerSecond float64, slowedUntil time.Time)
}

func (e *Engine) pace() float64 {
	pacer, ok := e.scorer.(Pacer)
	if !ok {
		return anyPace
	}
	perSecond, _ := pacer.Pace(tencent.CommandSetBattleScore)
	return perSecond
}

// bulks is what the bulks that a process sends share.
type bulks struct {
	work        chan struct{} // tells that there may be a bulk to take
	sending     *gate
	overwriting *gate

	mu    sync.Mutex
	stops map[string]bulkStop // of the bulks that this process sends, by the name under which it has each
}

type bulkStop struct {
	op   string
	stop func()
}

func newBulks(pace func() float64) *bulks {
	share := func(of float64) func() int { return func() int { return max(1, int(of*pace())) } }
	return &bulks{
		work: make(chan struct{}, 1), stops: map[string]bulkStop{},
		sending: newGate(share(sendingShare)), overwriting: newGate(share(overwritingShare)),
	}
}

func (b *bulks) lookForWork() {
	select {
	case b.work <- struct{}{}:
	default:
	}
}

// sends notes how a bulk is stopped here, until the returned function is called.
func (b *bulks) sends(op, owner string, stop func()) (over func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stops[owner] = bulkStop{op, stop}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.stops, owner)
	}
}

// stop lets this process know at once what the ledger tells it soon.
func (b *bulks) stop(op string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.stops {
		if s.op == op {
			s.stop()
		}
	}
}

// gate lets a number inside at once that may change.
type gate struct {
	most func() int

	mu      sync.Mutex
	inside  int
	changed chan struct{} // closed when somebody leaves
}

func newGate(most func() int) *gate { return &gate{most: most, changed: make(chan struct{})} }

// enter waits for its turn and returns the function that leaves.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	for {
		changed, ok := g.try()
		if ok {
			return g.leave, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for a turn: %w", context.Cause(ctx))
		}
	}
}

func (g *gate) try() (changed <-chan struct{}, ok bool) {
	most := g.most()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside >= most {
		return g.changed, false
	}
	g.inside++
	return nil, true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	close(g.changed)
	g.changed = make(chan struct{})
}
