package overlay

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// stage is one battle that is followed, and the room in front of it.
type stage struct {
	id     string
	opened chan struct{} // closed once Follow has answered
	err    error         // what it answered; set before opened is closed
	done   chan struct{} // closed when the battle is no longer followed
	groups map[pass]*group

	publishing sync.Mutex
	current    atomic.Pointer[scene]
}

// group is all viewers of a battle with the same pass, so that the gate is asked once for all of them. The
// Server's mutex guards it, and the stage's map of groups.
type group struct {
	size   int
	closed chan struct{} // closed when the pass is no longer good
}

// scene is what is to be seen at one moment. It never changes; a viewer who is late skips to the newest.
type scene struct {
	seq   uint64
	view  frame // empty before the first view
	clock frame // empty before the first heartbeat
	next  chan struct{}
}

func newStage(id string) *stage {
	st := &stage{id: id, opened: make(chan struct{}), done: make(chan struct{}), groups: map[pass]*group{}}
	st.current.Store(&scene{next: make(chan struct{})})
	return st
}

// publish puts a new scene in the place of the current one, and wakes the viewers.
func (st *stage) publish(change func(*scene)) {
	st.publishing.Lock()
	defer st.publishing.Unlock()
	old := st.current.Load()
	fresh := &scene{seq: old.seq + 1, view: old.view, clock: old.clock, next: make(chan struct{})}
	change(fresh)
	st.current.Store(fresh)
	close(old.next)
}

// run follows the battle until nobody watches, the Server is closed, or the follower fails.
func (s *Server) run(st *stage) {
	defer s.end(st)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	follower, err := s.feed.Follow(st.id)
	st.err = err
	close(st.opened)
	if err != nil {
		return
	}
	defer follower.Close()
	s.running.Go(func() {
		defer cancel()
		s.keep(ctx, st)
	})
	s.follow(ctx, st, follower)
}

// follow publishes every view. After the last one of a battle nothing newer is due, so the final scores stay.
func (s *Server) follow(ctx context.Context, st *stage, follower Follower) {
	for over := false; ; {
		view, err := follower.Next(ctx)
		if err != nil {
			if over {
				<-ctx.Done()
			}
			return
		}
		over = view.Over
		st.publish(func(sc *scene) { sc.view = viewFrame(sc.seq, view, s.now()) })
	}
}

// keep beats the heart of every stream and asks the gate again, until nobody watches. As long lives a stage without
// viewers that one who loses his connection does not make the feed begin anew.
func (s *Server) keep(ctx context.Context, st *stage) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.dropIdle(st) {
			return
		}
		s.recheck(ctx, st)
		st.publish(func(sc *scene) { sc.clock = clockFrame(sc.seq, s.now()) })
	}
}

// recheck ends the streams whose pass is no longer good, or means another battle now.
func (s *Server) recheck(ctx context.Context, st *stage) {
	for _, p := range s.passes(st) {
		if id, ok := s.admit(ctx, p); ok && id == st.id {
			continue
		}
		s.expel(st, p)
	}
}
