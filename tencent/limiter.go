package tencent

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Class says who waits for a slot.
type Class int

// The classes. While a person waits, no batch is served.
const (
	ClassPerson Class = iota
	ClassBatch
)

const (
	maxWaiting = 1024        // of each class
	maxWait    = time.Minute // for a caller without a deadline
)

// limiter grants the slots of one command.
//
// Two measures work together. A token bucket spreads the calls at 97 % of the ceiling; permits keep any
// second, counted by the departures of the requests, at or below the ceiling. No goroutine belongs to it: slots are
// granted when somebody arrives, when a permit changes hands, and by one timer.
type limiter struct {
	command Command

	mu      sync.Mutex
	pace    pace
	bucket  *rate.Limiter
	next    *rate.Reservation // the token for whoever is first in line; nil while nobody waits
	permits permits
	crowd   crowd
	people  *list.List // of *waiter
	batches *list.List
	timer   *time.Timer
	closed  bool
}

// waiter is one caller in line.
type waiter struct {
	line  *list.List
	class Class
	place *list.Element
	done  chan struct{} // closed when slot or err is set
	slot  *Slot
	err   error
}

func newLimiter(command Command, ceiling int) *limiter {
	p := newPace(ceiling)
	return &limiter{
		command: command,
		pace:    p,
		bucket:  rate.NewLimiter(p.current, p.burst()),
		permits: newPermits(ceiling),
		people:  list.New(),
		batches: list.New(),
	}
}

// reserve waits in line for a slot.
func (l *limiter) reserve(ctx context.Context, class Class) (*Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("wait for a turn to call %s: %w", l.command, err)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, maxWait)
		defer cancel()
	}
	w, slot, err := l.arrive(ctx, class)
	if w == nil {
		return slot, err
	}
	select {
	case <-w.done:
		return w.slot, w.err
	case <-ctx.Done():
		return nil, l.leave(w, ctx.Err())
	}
}

// arrive grants a slot at once if nobody else waits, refuses if the wait would be too long, or stands in line.
func (l *limiter) arrive(ctx context.Context, class Class) (*waiter, *Slot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, nil, ErrClosed
	}
	now := time.Now()
	l.keepPace(now)
	if l.first() == nil && l.permits.free(now) > 0 && !l.crowd.full(l.permits.held, class) && l.bucket.AllowN(now, 1) {
		return nil, l.grant(now), nil
	}
	line, ahead := l.people, l.people.Len()
	if class != ClassPerson {
		line, ahead = l.batches, l.people.Len()+l.batches.Len()
	}
	wait := l.estimate(now, ahead)
	deadline, _ := ctx.Deadline()
	if full := line.Len() >= maxWaiting; full || now.Add(wait).After(deadline) {
		return nil, nil, &BusyError{Command: l.command, Wait: wait, Full: full}
	}
	w := &waiter{line: line, class: class, done: make(chan struct{})}
	w.place = line.PushBack(w)
	l.serve(now)
	return w, nil, nil
}

// leave takes a waiter who gave up out of the line. A slot granted at the same moment goes back.
func (l *limiter) leave(w *waiter, why error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case w.err != nil:
		return w.err
	case w.slot != nil:
		l.permits.giveBack()
	default:
		w.line.Remove(w.place)
	}
	l.serve(now)
	if errors.Is(why, context.DeadlineExceeded) {
		return &BusyError{Command: l.command, Wait: l.estimate(now, 0), cause: why}
	}
	return fmt.Errorf("wait for a turn to call %s: %w", l.command, why)
}

// first returns whoever is served next: people before batches, each in order of arrival.
func (l *limiter) first() *waiter {
	front := l.people.Front()
	if front == nil {
		front = l.batches.Front()
	}
	if front == nil {
		return nil
	}
	w, _ := front.Value.(*waiter)
	return w
}

// grant takes a permit; the token was taken before.
func (l *limiter) grant(now time.Time) *Slot {
	l.permits.take()
	return &Slot{limiter: l, granted: now}
}

// serve grants slots as long as there is somebody, a permit and a token, and sets the timer for the rest.
func (l *limiter) serve(now time.Time) {
	l.keepPace(now)
	for w := l.first(); w != nil && l.permits.free(now) > 0 && !l.crowd.full(l.permits.held, w.class); w = l.first() {
		if l.next == nil {
			l.next = l.bucket.ReserveN(now, 1)
		}
		if l.next.DelayFrom(now) > 0 {
			break
		}
		l.next = nil
		w.line.Remove(w.place)
		w.slot = l.grant(now)
		close(w.done)
	}
	if l.first() == nil {
		l.dropToken(now)
	}
	l.setTimer(now)
}

// dropToken puts a token that nobody waits for back into the bucket, as far as it has not come due.
func (l *limiter) dropToken(now time.Time) {
	if l.next != nil {
		l.next.CancelAt(now)
		l.next = nil
	}
}

// setTimer wakes the limiter when the first in line can be served. While all permits are held by calls that have
// not left, their departure will.
func (l *limiter) setTimer(now time.Time) {
	if l.timer != nil {
		l.timer.Stop()
	}
	if w := l.first(); w == nil || l.crowd.full(l.permits.held, w.class) {
		return
	}
	var wait time.Duration
	switch {
	case l.permits.free(now) == 0 && l.permits.used == 0:
		return
	case l.permits.free(now) == 0:
		wait = l.permits.freeAfter(now, 1)
	default:
		wait = l.next.DelayFrom(now)
	}
	if !l.pace.next.IsZero() {
		wait = min(wait, l.pace.next.Sub(now))
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(wait, l.wake)
	} else {
		l.timer.Reset(wait)
	}
}

// wake is what the timer calls.
func (l *limiter) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serve(time.Now())
}

// estimate tells how long somebody with so many ahead will wait at the present pace.
func (l *limiter) estimate(now time.Time, ahead int) time.Duration {
	var wait time.Duration
	missing := float64(ahead) + 1 - l.bucket.TokensAt(now)
	if l.next != nil {
		missing--
		wait = l.next.DelayFrom(now)
	}
	if missing > 0 {
		wait = max(wait, time.Duration(missing/float64(l.pace.current)*float64(time.Second)))
	}
	if short := ahead + 1 - l.permits.free(now); short > 0 {
		wait = max(wait, l.permits.freeAfter(now, short))
	}
	return wait
}

// keepPace takes back the steps of a slow-down that are due.
func (l *limiter) keepPace(now time.Time) {
	if l.pace.recover(now) {
		l.setPace(now)
	}
}

// setPace hands the present pace to the bucket.
func (l *limiter) setPace(now time.Time) {
	l.dropToken(now)
	l.bucket.SetLimitAt(now, l.pace.current)
	l.bucket.SetBurstAt(now, l.pace.burst())
}

// slowDown answers a frequency refusal of the call made with s.
func (l *limiter) slowDown(s *Slot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.pace.recover(now)
	l.pace.cut(now, s.granted)
	l.setPace(now)
	l.serve(now)
}

// giveBack takes back the permit of a call that never left.
func (l *limiter) giveBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.permits.giveBack()
	l.serve(time.Now())
}

// depart notes that a call has left by now.
func (l *limiter) depart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.permits.depart(now)
	l.serve(now)
}

// report returns the present pace.
func (l *limiter) report() (perSecond float64, slowedUntil time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keepPace(time.Now())
	return float64(l.pace.current), l.pace.recovered()
}

// close refuses everybody who waits or will come.
func (l *limiter) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for w := l.first(); w != nil; w = l.first() {
		w.line.Remove(w.place)
		w.err = ErrClosed
		close(w.done)
	}
	l.serve(time.Now())
}
