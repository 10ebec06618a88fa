package browser_test

import (
	"context"
	"encoding/json"
	"sync"

	"ringside/web/overlay"
)

const rightKey = "a-key-that-opens"

// house has made-up battles, and takes orders from the page's test.
type house struct {
	mu      sync.Mutex
	battles map[string]*battle
	revoked map[string]bool
}

func newHouse() *house {
	return &house{battles: map[string]*battle{}, revoked: map[string]bool{}}
}

// orders are what the page's test can tell the house.
func (h *house) orders() map[string]func(*json.Decoder) error {
	return map[string]func(*json.Decoder) error{"view": h.show, "revoke": h.revoke}
}

// order is a view as the page's test writes it: times are milliseconds from now.
type order struct {
	Battle  string         `json:"battle"`
	Name    string         `json:"name"`
	Rooms   []overlay.Room `json:"rooms"`
	Started *int64         `json:"started"`
	Ends    *int64         `json:"ends"`
	Read    *int64         `json:"read"`
	Over    bool           `json:"over"`
}

func (h *house) show(d *json.Decoder) error {
	var o order
	if err := d.Decode(&o); err != nil {
		return err
	}
	h.battle(o.Battle).set(overlay.View{
		Name: o.Name, Rooms: o.Rooms, Over: o.Over,
		Started: afterNow(o.Started), Ends: afterNow(o.Ends), Read: afterNow(o.Read),
	})
	return nil
}

func (h *house) revoke(d *json.Decoder) error {
	var o order
	if err := d.Decode(&o); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked[o.Battle] = true
	return nil
}

// Open lets rightKey in, until it is revoked for the battle.
func (h *house) Open(_ context.Context, name, key string) (string, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return name, key == rightKey && !h.revoked[name]
}

// Follow follows any battle; nothing is known of it before the page's test says so.
func (h *house) Follow(name string) (overlay.Follower, error) {
	return &follower{battle: h.battle(name)}, nil
}

func (h *house) battle(name string) *battle {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.battles[name] == nil {
		h.battles[name] = &battle{changed: make(chan struct{})}
	}
	return h.battles[name]
}

// battle is the newest view of a battle.
type battle struct {
	mu      sync.Mutex
	view    overlay.View
	version int
	changed chan struct{} // closed when there is a newer one
}

func (b *battle) set(v overlay.View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.view = v
	b.version++
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *battle) get() (overlay.View, int, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view, b.version, b.changed
}

type follower struct {
	battle *battle
	seen   int
}

func (f *follower) Next(ctx context.Context) (overlay.View, error) {
	for {
		view, version, changed := f.battle.get()
		if version > f.seen {
			f.seen = version
			return view, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return overlay.View{}, ctx.Err()
		}
	}
}

func (f *follower) Close() {}
