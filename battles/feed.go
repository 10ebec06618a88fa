package battles

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ringside/ledger"
)

const (
	readEvery   = time.Second     // between two reads of one battle
	maxFollowed = 1_000           // battles
	defaultPace = 50              // reads a second, of all battles together
	feedLimit   = 5 * time.Second // for one read, its wait for a turn included
	lastPause   = 5 * time.Second // between reads that fail
	wordOfEnd   = 5 * time.Second // how long after an end the webhook about it is waited for
	giveUp      = time.Minute     // after it, an end is shown without last scores
)

// ErrFeed says that a battle can't be followed: the feed is closed, or follows as many as it may.
var ErrFeed = errors.New("the battle can't be followed now")

// View is a battle as those see it who follow it: only what was read.
type View struct {
	Ref
	Rooms     []string          // the initiating one first; empty when not known
	Standings []ledger.Standing // in the platform's order; nil before the first read
	Started   time.Time         // zero when not known
	Ends      time.Time         // as planned, or when it ended; zero when not known
	Over      bool
	Final     bool      // the scores can't change any more: this is the last view
	Told      bool      // the final scores are the platform's own word of the end; false while none are known, or they were read
	Read      time.Time // when the scores were read; zero: not yet
}

// Feed reads the battles that somebody follows, once for all of them: a battle at most once a second, and all together no
// faster than its pace. What is read for others is shared too. Its reads let people's commands go first.
type Feed struct {
	book   *Book
	pace   *rate.Limiter
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.RWMutex
	closed bool
	stages map[string]*stage
}

// FeedOption changes how a Feed works.
type FeedOption func(*Feed) error

// WithPace sets how many reads a second the feed makes at most, of all battles together; without it, 50. When more
// battles are followed, each is read less often.
func WithPace(perSecond float64) FeedOption {
	return func(f *Feed) error {
		if perSecond <= 0 {
			return fmt.Errorf("a pace of %v reads a second", perSecond)
		}
		f.pace.SetLimit(rate.Limit(perSecond))
		return nil
	}
}

// NewFeed returns a Feed of the book's battles. It does nothing while nobody follows one.
func NewFeed(book *Book, opts ...FeedOption) (*Feed, error) {
	f := &Feed{book: book, pace: rate.NewLimiter(defaultPace, 1), stages: map[string]*stage{}}
	for _, opt := range opts {
		if err := opt(f); err != nil {
			return nil, fmt.Errorf("a feed of battles: %w", err)
		}
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	book.mu.Lock()
	defer book.mu.Unlock()
	book.heed = append(book.heed, f.heed)
	return f, nil
}

// Close ends every follower and waits until nothing is read any more.
func (f *Feed) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
	f.work.Wait()
}

// Follow follows the battle with the id. The follower must be closed.
func (f *Feed) Follow(battle string) *Follower {
	f.mu.Lock()
	s := f.stages[battle]
	if s == nil {
		s = newStage(battle)
		if f.closed || len(f.stages) >= maxFollowed {
			f.mu.Unlock()
			return &Follower{feed: f, stage: s, full: true, closed: make(chan struct{})}
		}
		f.stages[battle] = s
		f.work.Go(func() { f.run(s) })
	}
	s.followers++
	f.mu.Unlock()
	f.show(s)
	return &Follower{feed: f, stage: s, closed: make(chan struct{})}
}

// heed is what the book calls when there is something new of a battle.
func (f *Feed) heed(battle string) {
	f.mu.RLock()
	s := f.stages[battle]
	f.mu.RUnlock()
	if s != nil {
		f.show(s)
	}
}

// leave takes one follower away. The stage ends by itself when it finds that it has none.
func (f *Feed) leave(s *stage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.followers--
}

// deserted gives up a stage that nobody follows.
func (f *Feed) deserted(s *stage) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.followers > 0 {
		return false
	}
	f.forget(s)
	return true
}

// forget is called with the mutex held. Another stage may have the battle by now.
func (f *Feed) forget(s *stage) {
	if f.stages[s.id] == s {
		delete(f.stages, s.id)
	}
}

// show lets the followers see what the book knows now.
func (f *Feed) show(s *stage) {
	if s.show(func() (View, bool) {
		c := f.book.card(s.id)
		if c == nil {
			return View{}, false
		}
		now := f.book.now()
		return viewOf(c, now), c.toldOut(now)
	}) {
		f.end(s)
	}
}

// conclude shows what is known for the last time.
func (f *Feed) conclude(s *stage) {
	s.show(func() (View, bool) {
		if c := f.book.card(s.id); c != nil {
			return viewOf(c, f.book.now()), true
		}
		return View{Ref: Ref{ID: s.id}, Over: true}, true
	})
	f.end(s)
}

// end forgets a stage that has shown its last view.
func (f *Feed) end(s *stage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget(s)
}

// toldOut reports whether there is nothing to wait for: the final scores are the webhook's, or that had its time.
func (c *card) toldOut(now time.Time) bool {
	if len(c.Final) == 0 || c.running(now) {
		return false
	}
	return c.FinalBy.Source == ledger.ToldEnded || !now.Before(c.overAt(now).Add(wordOfEnd))
}

func viewOf(c *card, now time.Time) View {
	scores, read, final := c.standings()
	return View{
		Ref: c.ref(), Rooms: c.Rooms, Standings: scores, Started: c.Started, Ends: c.ends(),
		Over: !c.running(now), Final: final && !c.running(now), Read: read,
		Told: final && !c.running(now) && c.FinalBy.Source == ledger.ToldEnded,
	}
}
