package battles_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// read is a question that a live platform was asked.
type read struct {
	at    time.Time
	class tencent.Class
	query tencent.BattleQuery
}

// live is a platform whose battles a test changes while they are read.
type live struct {
	mu      sync.Mutex
	battles map[string]tencent.Battle
	err     error
	takes   time.Duration // how long a read takes
	reads   []read
}

func (l *live) BattleInfo(ctx context.Context, class tencent.Class, q tencent.BattleQuery) (tencent.Battle, error) {
	l.mu.Lock()
	l.reads = append(l.reads, read{at: time.Now(), class: class, query: q})
	takes := l.takes
	l.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return tencent.Battle{}, &tencent.CallError{Evidence: tencent.Evidence{Written: true, Err: ctx.Err()}}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return tencent.Battle{}, l.err
	}
	for _, b := range l.battles {
		if b.ID == q.ID || q.Room != "" && b.Rooms[0].Room == q.Room {
			b.Rooms = slices.Clone(b.Rooms)
			return b, nil
		}
	}
	return tencent.Battle{}, refusal(100411)
}

// refusal is a complete answer of the platform with a code.
func refusal(code int) error {
	return &tencent.CallError{Evidence: tencent.Evidence{Written: true, Complete: true, Code: code}}
}

// noNetwork is a read that was never answered.
func noNetwork() error {
	return &tencent.CallError{Evidence: tencent.Evidence{Err: &tencent.Failure{Reason: tencent.ReasonDial}}}
}

func (l *live) set(all ...tencent.Battle) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.battles == nil {
		l.battles = map[string]tencent.Battle{}
	}
	for _, b := range all {
		l.battles[b.ID] = b
	}
}

func (l *live) drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.battles, id)
}

func (l *live) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *live) slow(takes time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.takes = takes
}

// score sets the score of the initiating room.
func (l *live) score(id string, score int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.battles[id]
	b.Rooms = slices.Clone(b.Rooms)
	b.Rooms[0].Score = score
	l.battles[id] = b
}

func (l *live) asked() []read {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.reads)
}

// most returns the most reads in any one second, of one battle or, if it is empty, of all.
func most(reads []read, battle string) int {
	worst := 0
	for i, first := range reads {
		n := 0
		for _, r := range reads[i:] {
			if r.at.Sub(first.at) >= time.Second {
				break
			}
			if battle == "" || r.query.ID == battle {
				n++
			}
		}
		worst = max(worst, n)
	}
	return worst
}

// show is a book with a real ledger and a live platform, on the clock of the machine or of a bubble.
type show struct {
	*battles.Book
	platform *live
	ledger   *ledger.Ledger
}

func newShow(t *testing.T) *show {
	t.Helper()
	l, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ringside.db"), "the test")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	s := &show{platform: &live{}, ledger: l}
	s.restart(t)
	return s
}

func (s *show) restart(t *testing.T) {
	t.Helper()
	book, err := battles.New(t.Context(), s.platform, s.ledger)
	must(t, err)
	s.Book = book
}

// run lets the book run until the test ends.
func (s *show) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-done)
	})
}

// battle is one that began now.
func battle(id string, lasts time.Duration, rooms ...string) tencent.Battle {
	b := tencent.Battle{ID: id, Duration: lasts, Start: time.Now(), End: time.Now().Add(lasts), Status: 2}
	for i, r := range rooms {
		b.Rooms = append(b.Rooms, tencent.BattleRoom{Room: r, Score: int64(10 * i)})
	}
	return b
}

func started(b tencent.Battle) tencent.Event {
	return tencent.BattleStarted{
		CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleStarted, BattleID: b.ID, At: b.Start},
		Duration:     b.Duration, Start: b.Start, Rooms: b.Rooms,
	}
}

// ended tells that b is over now, with its scores.
func ended(b tencent.Battle) tencent.Event {
	return tencent.BattleEnded{
		CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleEnded, BattleID: b.ID, At: time.Now()},
		Duration:     b.Duration, Start: b.Start, End: time.Now(), Rooms: b.Rooms,
	}
}

func known(t *testing.T, s *show, id string) battles.Entry {
	t.Helper()
	e, ok := s.Known(id)
	if !ok {
		t.Fatalf("the battle %s is not known", id)
	}
	return e
}
