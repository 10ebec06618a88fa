package operations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

const (
	lookMost  = 50              // unknown outcomes that one round looks at
	lookPause = 5 * time.Second // before a battle that could not be read is read again
	lookLife  = time.Hour       // after it, a battle that can't be read is not read any more
	// clockSlack is by how much the clocks of two processes may differ where one judges by the other's times.
	clockSlack = 10 * time.Second
	// resolveLife is how long the buttons under an unknown outcome work.
	resolveLife = 24 * time.Hour
)

// Look reads the scores for unknown outcomes for which all that was sent must have arrived by now, and settles as not
// applied what that proves. It returns the operations that it looked at, but for the parts of bulks.
func (e *Engine) Look(ctx context.Context) ([]ledger.Operation, error) {
	due, err := e.store.Unlooked(ctx, e.now(), lookMost)
	if err != nil {
		return nil, fmt.Errorf("find unknown outcomes: %w", err)
	}
	var looked []ledger.Operation
	for _, o := range due {
		if !e.mayLook(o) {
			continue
		}
		found, done, err := e.lookOnce(ctx, o)
		if err != nil {
			return looked, err
		}
		if done {
			e.lookedAt(o.ID)
			if !isPart(found) {
				looked = append(looked, found)
			}
		}
	}
	return looked, nil
}

// lookOnce reads the battle of one operation; done is false where it has to be read again later.
func (e *Engine) lookOnce(ctx context.Context, o ledger.Operation) (found ledger.Operation, done bool, err error) {
	if o.Kind == ledger.Create {
		return e.lookForBattle(ctx, o)
	}
	soon, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	at := e.now()
	read := e.reader.Standings
	if isPart(o) {
		read = e.reader.BatchStandings
	}
	now, err := read(soon, o.Battle)
	var refused *tencent.CallError
	gone := errors.As(err, &refused) && refused.Gone()
	if err != nil && !gone && at.Sub(o.Created) <= lookLife {
		e.lookLater(o.ID)
		return o, false, nil
	}
	found, err = e.look(ctx, o, now, at)
	return found, err == nil, err
}

// look notes what a read found, and settles as not applied the rooms for which it is proof.
func (e *Engine) look(ctx context.Context, o ledger.Operation, now []ledger.Standing, at time.Time) (ledger.Operation, error) {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	look := ledger.Look{At: at, Now: now}
	var proof ledger.Proof
	for _, r := range o.Rooms {
		if r.Outcome != ledger.Unknown {
			continue
		}
		overwritten, err := e.meanwhile(ctx, o, r.Room, &look)
		if err != nil {
			return o, fmt.Errorf("find what else was done meanwhile: %w", err)
		}
		if !overwritten && e.sole && disproves(o.Kind, r, now) {
			proof.Disproved = append(proof.Disproved, r.Room)
		}
	}
	return e.store.Look(ctx, o.ID, e.owner, look, proof)
}

// meanwhile notes what else Ringside did to a room since the operation began, and reports whether it may have overwritten
// it.
func (e *Engine) meanwhile(ctx context.Context, o ledger.Operation, room string, look *ledger.Look) (bool, error) {
	began := o.SendBy.Add(-sendWindow)
	overwritten, err := e.store.OverwrittenSince(ctx, o.Battle, room, began.Add(-clockSlack), o.ID)
	if err != nil {
		return false, err
	}
	if overwritten {
		look.Overwritten = append(look.Overwritten, room)
	}
	sum, sure, err := e.store.AddedSince(ctx, o.Battle, room, began, o.ID)
	if sum > 0 {
		look.Added = append(look.Added, ledger.Standing{Room: room, Score: sum})
	}
	if !sure {
		look.Unsure = append(look.Unsure, room)
	}
	return overwritten, err
}

// disproves reports whether a score proves that an addition did not count, provided that nobody overwrote it: scores
// then only grow.
func disproves(kind ledger.Kind, r ledger.Room, now []ledger.Standing) bool {
	score, known := ScoreIn(now, r.Room)
	return kind == ledger.Add && known && r.Before != nil && score < *r.Before+r.Points
}

// mayLook reports whether all that was sent must have arrived. For what this process sent its own steady clock says so; by
// the times of another process only after some slack.
func (e *Engine) mayLook(o ledger.Operation) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	if next, known := e.unread[o.ID]; known {
		return !now.Before(next)
	}
	return !now.Before(o.LookAfter.Add(clockSlack))
}

// noteUnknown remembers by the steady clock when an unknown outcome of this process can be looked at.
func (e *Engine) noteUnknown(o ledger.Operation) {
	if !o.Has(ledger.Unknown) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.unread[o.ID] = e.now().Add(landed)
}

func (e *Engine) lookedAt(op string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.unread, op)
}

// lookLater puts the next read off, and forgets what was put off before.
func (e *Engine) lookLater(op string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	for known, next := range e.unread {
		if next.Before(now.Add(-lookLife)) {
			delete(e.unread, known)
		}
	}
	e.unread[op] = now.Add(lookPause)
}

// Likely is a guess about an unknown outcome, never an outcome.
type Likely int

// The guesses.
const (
	CannotSay Likely = iota
	ProbablyCounted
	ProbablyNot
)

// Guess is what a look suggests about one room.
type Guess struct {
	Before   *int64
	Now      *int64
	Expected *int64 // what the score would be at least, if the change had counted
	Added    int64  // how much of Now Ringside itself added otherwise
	Likely   Likely
}

// GuessOf weighs a room whose outcome is unknown: gifts only raise a score, so of the two scores that it may have risen
// from, the nearer one below it is the likelier.
func GuessOf(o ledger.Operation, r ledger.Room) Guess {
	g := Guess{Before: r.Before}
	if o.Kind == ledger.Set {
		g.Expected = &r.Points
	} else if r.Before != nil {
		sum := *r.Before + r.Points
		g.Expected = &sum
	}
	if now, known := ScoreIn(o.Look.Now, r.Room); known {
		g.Now = &now
	}
	g.Added, _ = ScoreIn(o.Look.Added, r.Room)
	if !slices.Contains(o.Look.Overwritten, r.Room) && !slices.Contains(o.Look.Unsure, r.Room) {
		g.Likely = likely(g)
	}
	return g
}

func likely(g Guess) Likely {
	if g.Before == nil || g.Now == nil || g.Expected == nil || *g.Before == *g.Expected {
		return CannotSay
	}
	risen := *g.Now - g.Added
	canCount, canNot := risen >= *g.Expected, risen >= *g.Before
	switch {
	case canCount && (!canNot || *g.Expected > *g.Before):
		return ProbablyCounted
	case canNot:
		return ProbablyNot
	}
	return CannotSay
}
