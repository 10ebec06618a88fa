package commands

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"ringside/commands/grammar"
	"ringside/ledger"
)

const (
	readAtOnce    = 64          // reads of a check in flight: enough for 100 a second that take 500 ms
	readOnce      = time.Minute // for one read, its wait for people's reads included
	progressEvery = 2 * time.Second
)

// reading is what a read of a battle came to.
type reading struct {
	now []ledger.Standing
	err error
}

// readScores reads each battle of which a score is overwritten, once and after people's own reads, and judges the
// overwrites by what it finds.
func (c *check) readScores(ctx context.Context) {
	var ids []string
	reads := map[string]*reading{}
	for _, r := range c.rows {
		if r.Verb == grammar.VerbSet && reads[r.ref.ID] == nil {
			reads[r.ref.ID] = &reading{}
			ids = append(ids, r.ref.ID)
		}
	}
	c.readAll(ctx, ids, reads)
	c.keep(func(r *candidate) string {
		if r.Verb != grammar.VerbSet {
			return ""
		}
		return c.judge(ctx, r, *reads[r.ref.ID])
	})
}

// readAll reads many battles at a time.
func (c *check) readAll(ctx context.Context, ids []string, into map[string]*reading) {
	var done atomic.Int64
	defer c.telling(ctx, "Reading the scores", len(ids), &done)()
	todo := make(chan string)
	var work sync.WaitGroup
	for range min(c.readers(), len(ids)) {
		work.Go(func() {
			for id := range todo {
				c.readOne(ctx, id, into[id])
				done.Add(1)
			}
		})
	}
	for _, id := range ids {
		todo <- id
	}
	close(todo)
	work.Wait()
}

// readers is how many battles are read at the same time: no more than a second's calls, so that none waits long.
func (c *check) readers() int {
	if ceiling := c.settings.CallsPerSecond; ceiling > 0 {
		return min(readAtOnce, ceiling)
	}
	return readAtOnce
}

// readOne reads one battle.
func (c *check) readOne(ctx context.Context, id string, into *reading) {
	ctx, cancel := context.WithTimeout(ctx, readOnce)
	defer cancel()
	into.now, into.err = c.Book.BatchStandings(ctx, id)
}

// telling tells now and then how far a part of a check is, until stop is called.
func (c *check) telling(ctx context.Context, doing string, all int, done *atomic.Int64) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for began := c.now(); ; {
			select {
			case <-tick.C:
				c.t.voice.progress(ctx, Reply{Headline: fmt.Sprintf("%s: %s of %s%s. Nothing is sent yet.", doing,
					grammar.FormatInt(done.Load()), grammar.FormatInt(int64(all)), leftWords(done.Load(), int64(all), c.now().Sub(began)))})
			case <-ctx.Done():
				return
			}
		}
	})
	return func() { cancel(); work.Wait() }
}

// leftWords says how long the rest will take if it goes on as it did; nothing while that is not known.
func leftWords(done, all int64, took time.Duration) string {
	if done <= 0 {
		return ""
	}
	return ", about " + span(time.Duration(float64(took)/float64(done)*float64(all-done))) + " left"
}

// progress shows a passing line while there is no answer yet.
func (v *voice) progress(ctx context.Context, r Reply) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.answered {
		return
	}
	if err := v.re.Progress(ctx, r); err != nil {
		v.log.Debug("progress could not be shown", zap.Error(err))
	}
}
