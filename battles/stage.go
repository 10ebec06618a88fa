package battles

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"ringside/tencent"
)

// stage is one battle that is followed.
type stage struct {
	id        string
	followers int // the Feed's mutex guards it
	showing   sync.Mutex
	scene     atomic.Pointer[scene]
	ended     chan struct{} // closed after the last scene

	// What follows is the reading goroutine's alone.
	since  time.Time // when it began
	tried  time.Time // when the last read began
	failed int       // how many reads failed in a row
	gone   bool      // the platform says that there is no such battle
	turn   *rate.Reservation
}

// scene is what is to be seen at one moment. It never changes; a follower who is late skips to the newest.
type scene struct {
	seq  uint64 // 0 before the first view
	view View
	last bool
	next chan struct{} // closed when a newer one is there
}

func newStage(id string) *stage {
	s := &stage{id: id, ended: make(chan struct{})}
	s.scene.Store(&scene{next: make(chan struct{})})
	return s
}

// show puts a view before the followers, unless it shows nothing new; look returns it, and whether it is the last one.
// A view without an id is none. show reports whether the last one was shown now.
func (s *stage) show(look func() (v View, last bool)) bool {
	s.showing.Lock()
	defer s.showing.Unlock()
	old := s.scene.Load()
	v, last := look()
	v.Final, v.Told = v.Final && last, v.Told && last // until then a better word may come
	if v.ID == "" || old.last || !last && old.seq > 0 && sameView(old.view, v) {
		return false
	}
	s.scene.Store(&scene{seq: old.seq + 1, view: v, last: last, next: make(chan struct{})})
	close(old.next)
	if last {
		close(s.ended)
	}
	return last
}

func sameView(x, y View) bool {
	return x.Ref == y.Ref && x.Over == y.Over && x.Read.Equal(y.Read) && x.Started.Equal(y.Started) &&
		x.Ends.Equal(y.Ends) && slices.Equal(x.Rooms, y.Rooms) && slices.Equal(x.Standings, y.Standings)
}

// Follower hands on the views of one battle. A slow one skips to the newest.
type Follower struct {
	feed  *Feed
	stage *stage
	full  bool // there is no place for the battle
	seen  uint64

	once   sync.Once
	closed chan struct{}
}

// Next returns the newest view that it has not returned yet, and waits for one if there is none. The first call returns
// what is known; a battle of which nothing is known is read first. A read that fails ends nothing: the view stays, and
// gets older. The error is io.EOF after the last view of a battle, ctx's when that ends, and ErrFeed when the
// follower or the feed was closed. Only one call may be made at a time.
func (f *Follower) Next(ctx context.Context) (View, error) {
	for {
		now := f.stage.scene.Load()
		switch {
		case now.seq > f.seen:
			f.seen = now.seq
			return now.view, nil
		case now.last:
			return View{}, io.EOF
		case f.full:
			return View{}, ErrFeed
		}
		select {
		case <-now.next:
		case <-ctx.Done():
			return View{}, ctx.Err()
		case <-f.closed:
			return View{}, ErrFeed
		case <-f.feed.ctx.Done():
			return View{}, ErrFeed
		}
	}
}

// Close ends the follower, and a call of Next that waits. It may be called more than once.
func (f *Follower) Close() {
	f.once.Do(func() {
		close(f.closed)
		if !f.full {
			f.feed.leave(f.stage)
		}
	})
}

// run reads a battle until its last view was shown, nobody follows it, or the feed is closed.
func (f *Feed) run(s *stage) {
	s.since = f.book.now()
	defer func() { s.giveBack(f.book.now()) }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.ended:
			return
		case <-f.ctx.Done():
			return
		}
		if f.deserted(s) {
			return
		}
		f.show(s) // that the clock has passed the end
		timer.Reset(f.step(s))
	}
}

// step does what is due for a battle, and returns when to do the next.
func (f *Feed) step(s *stage) time.Duration {
	now, c := f.book.now(), f.book.card(s.id)
	over := overAt(c, now)
	if wait := over.Add(wordOfEnd).Sub(now); !over.IsZero() && wait > 0 {
		return wait
	}
	if s.concluded(c, over, now) {
		f.conclude(s)
		return 0
	}
	wait := s.due(c).Sub(now)
	if wait > 0 {
		s.giveBack(now)
		return untilEnd(c, now, wait)
	}
	if s.turn == nil {
		s.turn = f.pace.ReserveN(now, 1)
	}
	if wait = s.turn.DelayFrom(now); wait > 0 {
		return untilEnd(c, now, wait)
	}
	f.read(s, now)
	return 0
}

func overAt(c *card, now time.Time) time.Time {
	if c == nil {
		return time.Time{}
	}
	return c.overAt(now)
}

// untilEnd shortens a wait so that the planned end is not missed.
func untilEnd(c *card, now time.Time, wait time.Duration) time.Duration {
	if c == nil || !c.running(now) || c.Ends.IsZero() {
		return wait
	}
	return min(wait, c.Ends.Sub(now))
}

// concluded reports whether nothing more can be learned of a battle. The word of its end was waited for.
func (s *stage) concluded(c *card, over, now time.Time) bool {
	switch {
	case c == nil:
		return s.gone
	case over.IsZero():
		return false
	case s.gone || c.toldOut(now):
		return true
	}
	return s.failed > 0 && now.Sub(over) > giveUp && now.Sub(s.since) > giveUp
}

// due returns when the battle is to be read next: a second after any read, and later after those that failed.
func (s *stage) due(c *card) time.Time {
	if c != nil && c.began.After(s.tried) {
		return c.began.Add(readEvery)
	}
	if s.failed > 1 {
		return s.tried.Add(min(lastPause, readEvery<<min(s.failed-1, 8)))
	}
	return s.tried.Add(readEvery)
}

// giveBack returns a turn that is not used.
func (s *stage) giveBack(now time.Time) {
	if s.turn != nil {
		s.turn.CancelAt(now)
		s.turn = nil
	}
}

// read reads the battle; the book shows what came of it.
func (f *Feed) read(s *stage, now time.Time) {
	s.turn, s.tried = nil, now
	ctx, cancel := context.WithTimeout(f.ctx, feedLimit)
	defer cancel()
	_, err := f.book.read(ctx, tencent.ClassBatch, s.id)
	s.gone = isGone(err)
	if s.failed++; err == nil {
		s.failed = 0
	}
}
