package battles

import (
	"cmp"
	"context"
	"time"

	"ringside/tencent"
)

const (
	pollEvery   = 500 * time.Millisecond // the book's own reads: at most two a second, however many battles there are
	pollLimit   = 10 * time.Second       // for one read, its wait for a turn included
	quiet       = time.Minute            // a battle that nobody told of for so long is read
	lateLimit   = 10 * time.Minute       // an end that was planned is believed so long after it, whatever the platform says
	lifeLimit   = 24 * time.Hour         // a battle without a planned end that nobody told of for so long is over
	firstRetry  = 10 * time.Second
	lastRetry   = 5 * time.Minute
	forgetEvery = time.Minute
	endAtOnce   = 50 // ends that are noted in one round
)

// Run fills in what the webhooks don't tell, until ctx ends: it reads battles that nobody told of for a minute, and those
// whose planned end has passed without word of it. It keeps to a gentle pace, whatever there is to do, and never goes
// before a person. It returns nil.
func (b *Book) Run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	forgot := b.now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := b.now()
		if now.Sub(forgot) >= forgetEvery {
			forgot = now
			b.forget(now)
		}
		b.poll(ctx, now)
	}
}

// poll makes one round: it ends what must be over, and reads the battle that needs it most.
func (b *Book) poll(ctx context.Context, now time.Time) {
	late, due := b.chores(now)
	for _, c := range late {
		b.end(ctx, c.ID, cmp.Or(c.Ends, now))
	}
	if due == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	if _, err := b.read(ctx, tencent.ClassBatch, due.ID); err != nil {
		b.putOff(ctx, due.ID)
	}
}

// chores returns the battles that must be over, some of them if there are many, and the one that is to be read next;
// nil if there is none.
func (b *Book) chores(now time.Time) (late []*card, due *card) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, c := range b.known {
		switch {
		case !c.Ended.IsZero():
		case !now.Before(c.latest()):
			if len(late) < endAtOnce {
				late = append(late, c)
			}
		case c.due(now) && (due == nil || c.before(due, now)):
			due = c
		}
	}
	return late, due
}

// latest returns when a battle must be over, whatever can't be read of it.
func (c *card) latest() time.Time {
	if c.Ends.IsZero() {
		return c.heard.Add(lifeLimit)
	}
	return c.Ends.Add(lateLimit)
}

// due reports whether the book should read a battle by itself.
func (c *card) due(now time.Time) bool {
	return !now.Before(c.retry) && (past(c.Ends, now) || now.Sub(c.heard) >= quiet)
}

// before reports whether c is to be read before d: those whose end is overdue first, then those about to end. What people
// follow is read for them, and is not among these.
func (c *card) before(d *card, now time.Time) bool {
	if x, y := past(c.Ends, now), past(d.Ends, now); x != y {
		return x
	}
	if x, y := c.Ends.IsZero(), d.Ends.IsZero(); x != y {
		return x // a read will tell when it ends
	}
	if !c.Ends.Equal(d.Ends) {
		return c.Ends.Before(d.Ends)
	}
	if !c.heard.Equal(d.heard) {
		return c.heard.Before(d.heard)
	}
	return c.ID < d.ID
}

// putOff lets a battle that could not be read wait, the longer the more often that happened.
func (b *Book) putOff(ctx context.Context, id string) {
	b.change(ctx, id, func(c *card) {
		wait := lastRetry
		if c.failed < 5 {
			wait = min(lastRetry, firstRetry<<c.failed)
		}
		c.failed++
		c.retry = b.now().Add(wait)
	})
}
