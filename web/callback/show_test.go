package callback_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
	"ringside/web/callback"
)

// clock is the machine's, put forward by a test.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time        { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) pass(by time.Duration) { c.ahead.Add(int64(by)) }

// show is the way of an event from the platform to a book, over sockets, and a book that reads by itself.
type show struct {
	clock  clock
	sim    *simulator.Simulator
	client *tencent.Client
	ledger *ledger.Ledger
	book   atomic.Pointer[battles.Book]
	stop   func()
}

// Hear hears with the present book.
func (s *show) Hear(ctx context.Context, e tencent.Event) error { return s.book.Load().Hear(ctx, e) }

func newShow(t *testing.T, w simulator.Webhooks) *show {
	t.Helper()
	s := &show{stop: func() {}}
	var err error
	s.sim, err = simulator.New(simulator.Settings{SDKAppID: app, Admin: "administrator", SecretKey: "test-key"}, simulator.WithClock(s.clock.now))
	must(t, err)
	host, err := simulator.Listen(t.Context(), s.sim, "127.0.0.1:0")
	must(t, err)
	s.client, err = tencent.New(tencent.Settings{
		SDKAppID: app, Admin: "administrator", SecretKey: secret.New("test-key"), BaseURL: host.URL(), CallsPerSecond: 200,
	})
	must(t, err)
	s.ledger, err = ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ringside.db"), "the test")
	must(t, err)
	h, err := callback.New(signed(), s, callback.WithClock(s.clock.now))
	must(t, err)
	receiver := httptest.NewServer(h)
	s.restart(t)
	w.URL, w.Token = receiver.URL+"/tencent/callback?own=parameter", token
	must(t, s.sim.StartWebhooks(w))
	t.Cleanup(func() {
		must(t, host.Close())
		receiver.Close()
		s.stop()
		s.client.Close()
		must(t, s.ledger.Close())
	})
	return s
}

// restart begins anew with what the ledger has.
func (s *show) restart(t *testing.T) {
	t.Helper()
	s.stop()
	book, err := battles.New(t.Context(), s.client, s.ledger, battles.WithClock(s.clock.now))
	must(t, err)
	s.book.Store(book)
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { must(t, book.Run(ctx)) })
	s.stop = func() { cancel(); run.Wait() }
}

// until waits for a condition.
func (s *show) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("in vain: %s", what)
		}
	}
}

// settled reports whether the book knows the final scores of every battle that it was told of, as they truly are.
func (s *show) settled(t *testing.T) (known int, settled bool) {
	t.Helper()
	settled = true
	for _, truth := range s.sim.Battles() {
		e, ok := s.book.Load().Known(truth.ID)
		if !ok {
			continue
		}
		known++
		if e.Running || !e.Final {
			settled = false
			continue
		}
		for i, room := range truth.Rooms {
			if e.Standings[i].Room != room.Room || e.Standings[i].Score != room.Score {
				t.Fatalf("known: %+v, true: %+v", e.Standings, truth.Rooms)
			}
		}
	}
	return known, settled
}

// TestLostRepeatedAndReorderedWebhooks lets the platform's deliveries go wrong in every way, restarts in the middle, and
// makes sure that in the end every battle's final scores are known as they are.
func TestLostRepeatedAndReorderedWebhooks(t *testing.T) {
	t.Parallel()
	const count = 12
	s := newShow(t, simulator.Webhooks{Seed: 7, Lost: 0.25, Repeated: 0.3, Reordered: 0.3})
	for n := range count {
		id, err := s.sim.AddBattle(simulator.BattleSpec{From: fmt.Sprint("a", n), To: []string{fmt.Sprint("b", n)}, Duration: time.Minute})
		must(t, err)
		must(t, s.sim.Gift(id, fmt.Sprint("a", n), int64(100+n)))
		if n%4 == 0 {
			s.sim.EndBattle(id)
		}
	}
	done := func(events int) func() bool {
		return func() bool {
			d := s.sim.Deliveries()
			return d.Events == events && d.Sent+d.Failed+d.Lost-d.Repeated == events
		}
	}
	s.until(t, "the first events", done(2*count+count/4))
	s.restart(t)
	s.clock.pass(65 * time.Second)
	s.until(t, "all events", done(3*count))
	s.until(t, "all ends", func() bool { _, settled := s.settled(t); return settled })
	if known, _ := s.settled(t); known < count-2 {
		t.Errorf("%d of %d battles are known", known, count)
	}
	if d := s.sim.Deliveries(); d.Lost == 0 || d.Repeated == 0 {
		t.Errorf("nothing went wrong: %+v", d)
	}
	s.restart(t)
	if known, settled := s.settled(t); !settled || known < count-2 {
		t.Error("after a restart something was forgotten")
	}
}

// TestBehindAnotherReceiver forwards the callbacks as a customer's own receiver does.
func TestBehindAnotherReceiver(t *testing.T) {
	t.Parallel()
	e := &ear{}
	own := httptest.NewServer(handler(t, signed(), e, callback.WithClock(time.Now)))
	defer own.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	customer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		on, err := http.NewRequestWithContext(r.Context(), r.Method, own.URL+"/tencent/callback?"+r.URL.RawQuery, r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		answer, err := transport.RoundTrip(on)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = answer.Body.Close() }()
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write([]byte(success))
	}))
	defer customer.Close()
	sim, err := simulator.New(simulator.Settings{SDKAppID: app, Admin: "administrator", SecretKey: "test-key"})
	must(t, err)
	defer sim.Close()
	must(t, sim.StartWebhooks(simulator.Webhooks{URL: customer.URL + "/im", Token: token}))
	id, err := sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b"}, Duration: time.Minute})
	must(t, err)
	sim.EndBattle(id)
	(&show{}).until(t, "three events", func() bool { return sim.Deliveries().Sent+sim.Deliveries().Failed == 3 })
	if e.count() != 3 || sim.Deliveries().Failed != 0 {
		t.Errorf("heard %d, %+v", e.count(), sim.Deliveries())
	}
}
