// Package overlay serves a battle's scores as a page for a broadcast: transparent, legible at a distance, fed by
// server-sent events. However many watch a battle, it is followed once and each change is encoded once. The
// package knows no platform: which battles there are and who may see them is given to it.
package overlay

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// The limits of a Server.
const (
	maxViewers   = 2000             // open streams, of all battles together
	maxBattles   = 500              // battles followed at the same time
	maxReference = 256              // bytes of a battle's reference
	maxKey       = 256              // bytes of a key
	beatEvery    = 15 * time.Second // proxies cut off what is silent for a minute
	gateTimeout  = 5 * time.Second  // for one answer of the Gate
	followWait   = 5 * time.Second  // for Feed.Follow, before a viewer is asked to come back
	writeTimeout = 10 * time.Second // for one write to a viewer
	closeTimeout = 2 * time.Second  // for followers to end
)

// View is a battle as it is shown: only what was read.
type View struct {
	Name    string    // an alias or a short form of the id, for people
	Rooms   []Room    // in the platform's order
	Started time.Time // zero when not known
	Ends    time.Time // zero when not known
	Over    bool      // the scores are final
	Read    time.Time // when the scores were read; zero: not yet
}

// Room is one side of a battle.
type Room struct {
	Name  string
	Score int64
}

// Follower hands on the views of one battle as they change. A slow caller skips to the newest.
type Follower interface {
	// Next blocks until there is a view newer than the last one returned; the first call returns what is known.
	// It returns an error when ctx ends, and when nothing more will come.
	Next(ctx context.Context) (View, error)
	// Close is called once, after the last call of Next has returned.
	Close()
}

// Feed follows battles.
type Feed interface {
	// Follow is called at most once at a time for a battle, with the id that the Gate returned.
	Follow(battle string) (Follower, error)
}

// Gate decides who may see.
type Gate interface {
	// Open says whether key opens the overlay of a battle, and the id of the battle that the reference means. It is
	// asked again every 15 seconds: false, or another id, ends what was open. It should answer when ctx ends,
	// after five seconds.
	Open(ctx context.Context, battle, key string) (id string, ok bool)
}

// Option changes how a Server works.
type Option func(*Server)

// WithClock sets the clock that is sent along, so that a viewer's own may be wrong; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithMaxViewers sets how many streams may be open at the same time; without it, 2,000.
func WithMaxViewers(n int) Option { return func(s *Server) { s.maxViewers = n } }

// WithFraming lets pages of the same server show an overlay in a frame, as a rehearsal does; without it, none can.
func WithFraming() Option { return func(s *Server) { s.framing = true } }

// Server serves overlays. Its methods may be called at the same time.
type Server struct {
	feed       Feed
	gate       Gate
	now        func() time.Time
	maxViewers int
	framing    bool
	mux        *http.ServeMux
	ctx        context.Context // ends with Close, and every stage with it
	cancel     context.CancelFunc
	running    sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	viewers int
	stages  map[string]*stage // by the battle's id
}

// New returns a Server. It starts nothing: a battle is followed while somebody watches it.
func New(feed Feed, gate Gate, opts ...Option) (*Server, error) {
	if feed == nil || gate == nil {
		return nil, errors.New("overlay: a feed and a gate are needed")
	}
	s := &Server{feed: feed, gate: gate, now: time.Now, maxViewers: maxViewers, stages: map[string]*stage{}}
	for _, opt := range opts {
		opt(s)
	}
	mux, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.mux = mux
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Handler serves GET /overlay/{battle}, /overlay/{battle}/events and /overlay/assets/…; mount it at "GET /overlay/".
// Beside key, the page's query may hold theme (dark, light, neon, minimal), position (top-left, top, … bottom-right),
// scale (0.25 to 4), names (labels in the rooms' order, with commas) and title (empty: none).
func (s *Server) Handler() http.Handler { return s.mux }

// Close ends all streams at once and takes no more. It waits up to two seconds for the followers to end. A server's
// shutdown waits for open streams, so Close comes before it.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	last := time.NewTimer(closeTimeout)
	defer last.Stop()
	select {
	case <-done:
	case <-last.C:
	}
}
