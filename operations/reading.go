package operations

import (
	"context"
	"time"

	"ringside/ledger"
)

// reading is a read of a battle's scores that goes on beside other work.
type reading struct {
	done      chan struct{}
	standings []ledger.Standing // nil if the read failed
}

// startRead begins to read a battle's scores, for at most limit. No outcome depends on whether the read succeeds. Where
// many wait to read, a short limit is refused its turn at once, and nobody waits for a read that would come too late.
func (e *Engine) startRead(ctx context.Context, battle string, limit time.Duration) *reading {
	r := &reading{done: make(chan struct{})}
	e.reads.Go(func() {
		defer close(r.done)
		defer func() { _ = recover() }() // a read that fails, however it fails, is a read that did not come
		r.standings = e.read(ctx, battle, limit)
	})
	return r
}

// within returns what was read if the read ends within d, and nil otherwise: a score that is read later is
// no score from before the write.
func (r *reading) within(ctx context.Context, d time.Duration) []ledger.Standing {
	select {
	case <-r.done:
		return r.standings
	default:
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.done:
		return r.standings
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// readAfter reads a battle's scores for people to see, and returns nil if that takes too long.
func (e *Engine) readAfter(ctx context.Context, battle string) []ledger.Standing {
	return e.read(ctx, battle, readLimit)
}

func (e *Engine) read(ctx context.Context, battle string, limit time.Duration) []ledger.Standing {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	standings, err := e.reader.Standings(ctx, battle)
	if err != nil {
		return nil
	}
	return standings
}
