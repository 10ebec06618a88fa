package overlay_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/web/overlay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const rightKey = "k3y"

// feed follows made-up battles.
type feed struct {
	mu       sync.Mutex
	battles  map[string]*battle
	follows  map[string]int // how often Follow was called
	open     int            // followers that are not closed
	refusal  error          // what Follow returns
	hesitate chan struct{}  // Follow waits until it is closed
}

func newFeed() *feed { return &feed{battles: map[string]*battle{}, follows: map[string]int{}} }

func (f *feed) Follow(id string) (overlay.Follower, error) {
	f.mu.Lock()
	f.follows[id]++
	refusal, hesitate := f.refusal, f.hesitate
	f.mu.Unlock()
	if hesitate != nil {
		<-hesitate
	}
	if refusal != nil {
		return nil, refusal
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open++
	return &follower{feed: f, battle: f.battleLocked(id)}, nil
}

func (f *feed) refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusal = err
}

func (f *feed) followed(id string) (times, open int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.follows[id], f.open
}

func (f *feed) battle(id string) *battle {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.battleLocked(id)
}

func (f *feed) battleLocked(id string) *battle {
	if f.battles[id] == nil {
		f.battles[id] = &battle{changed: make(chan struct{})}
	}
	return f.battles[id]
}

// battle is the newest view of one.
type battle struct {
	mu      sync.Mutex
	view    overlay.View
	version int
	err     error         // ends the follower
	changed chan struct{} // closed when there is a newer one
}

func (b *battle) show(v overlay.View) { b.change(func() { b.view, b.version = v, b.version+1 }) }

func (b *battle) fail(err error) { b.change(func() { b.err = err }) }

func (b *battle) change(how func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	how()
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *battle) get() (view overlay.View, version int, changed <-chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view, b.version, b.changed, b.err
}

type follower struct {
	feed   *feed
	battle *battle
	seen   int
}

func (f *follower) Next(ctx context.Context) (overlay.View, error) {
	for {
		view, version, changed, err := f.battle.get()
		if version > f.seen {
			f.seen = version
			return view, nil
		}
		if err != nil {
			return overlay.View{}, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return overlay.View{}, ctx.Err()
		}
	}
}

func (f *follower) Close() {
	f.feed.mu.Lock()
	defer f.feed.mu.Unlock()
	f.feed.open--
}

// gate lets rightKey in, until it is told otherwise. A reference means the battle of that id, unless it is an alias.
type gate struct {
	mu      sync.Mutex
	aliases map[string]string
	closed  bool
	asked   int
	seen    []string // every reference and key, as they came
}

func (g *gate) Open(_ context.Context, reference, key string) (string, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	g.seen = append(g.seen, reference, key)
	if id := g.aliases[reference]; id != "" {
		reference = id
	}
	return reference, key == rightKey && !g.closed
}

func (g *gate) shut(closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = closed
}

func (g *gate) name(alias, id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.aliases = map[string]string{alias: id}
}

func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

func newServer(t testing.TB, f overlay.Feed, g overlay.Gate, opts ...overlay.Option) *overlay.Server {
	t.Helper()
	s, err := overlay.New(f, g, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func pagePath(battle string) string {
	return "/overlay/" + url.PathEscape(battle) + "?key=" + rightKey
}

func streamPath(battle string) string {
	return "/overlay/" + url.PathEscape(battle) + "/events?key=" + rightKey
}

// scores is a view with two rooms.
func scores(first, second int64) overlay.View {
	return overlay.View{
		Name: "final", Rooms: []overlay.Room{{Name: "pk-live1", Score: first}, {Name: "pk-live2", Score: second}},
		Started: time.UnixMilli(1_000), Ends: time.UnixMilli(301_000), Read: time.UnixMilli(2_500),
	}
}

var errGone = errors.New("gone")
