package operations_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

// process is an engine with a client of its own on a field's ledger and simulator.
func (f *field) process(t testing.TB, store operations.Store, owner string, perSecond int, opts ...operations.Option) *operations.Engine {
	t.Helper()
	return f.dialing(t, store, owner, perSecond, new(net.Dialer).DialContext, opts...)
}

// dialing is a process that opens its connections with dial.
func (f *field) dialing(
	t testing.TB, store operations.Store, owner string, perSecond int, dial tencent.DialFunc, opts ...operations.Option,
) *operations.Engine {
	t.Helper()
	settings := f.settings()
	settings.CallsPerSecond = perSecond
	client, err := tencent.New(settings, tencent.WithoutBreaker(), tencent.WithDial(dial))
	must(t, err)
	book, err := battles.New(t.Context(), client, f.ledger)
	must(t, err)
	engine, err := operations.New(store, client, book, owner, settings.Timeout, opts...)
	must(t, err)
	t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
	return engine
}

// house sweeps and looks as long as the test lasts, as every process does beside its bulks.
func house(t testing.TB, engine *operations.Engine) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			_, _ = engine.Sweep(ctx)
			_, _ = engine.Look(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func moving(p operations.BulkProgress) bool { return p.PartsDone > 0 }

// TestPeopleGoBeforeABulk lets a person ask while a bulk has calls for many seconds.
func TestPeopleGoBeforeABulk(t *testing.T) {
	t.Parallel()
	f := newField(t, 60)
	engine := f.process(t, f.ledger, "two", 10)
	o := f.start(t, f.rows())
	r := run(t, engine)
	r.until(t, moving)
	for range 5 {
		ahead := len(f.sim.Effects())
		got, err := engine.Submit(t.Context(), f.add("", room("pk-live1", 1)))
		must(t, err)
		if !got.Operation.Has(ledger.Applied) {
			t.Fatalf("the person's addition is %+v", got.Operation.Rooms)
		}
		calls := 0
		for _, e := range f.sim.Effects()[ahead:] {
			if e.Room == "pk-live1" {
				break
			}
			if e.Room[len(e.Room)-1] == 'a' {
				calls++
			}
		}
		if calls > 2 { // one that had its slot, and one that got it meanwhile
			t.Errorf("%d calls of the bulk went before the person", calls)
		}
	}
	if _, err := engine.StopBulk(t.Context(), o.ID, ana()); err != nil {
		t.Error(err)
	}
	if p := r.last(t); !p.Done || p.Left == 0 {
		t.Errorf("there was no line to go before: %+v", p)
	}
}

func TestStopABulk(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*testing.T, *field, *operations.Engine, string){
		"in this process": func(t *testing.T, _ *field, sender *operations.Engine, op string) {
			t.Helper()
			_, err := sender.StopBulk(t.Context(), op, ana())
			must(t, err)
		},
		"in another process": func(t *testing.T, f *field, _ *operations.Engine, op string) {
			t.Helper()
			_, err := f.engine.StopBulk(t.Context(), op, ana())
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newField(t, 200)
			f.sim.Plan(1, 1, simulator.Slow(200*time.Millisecond).On(simulator.SetBattleScore)) // so that some are under way at the stop
			engine := f.process(t, f.ledger, "two", 30)
			o := f.start(t, f.rows())
			r := run(t, engine)
			r.until(t, moving)
			button, err := engine.OfferStop(t.Context(), o.ID)
			must(t, err)
			if b, asked, err := engine.Asked(t.Context(), button); err != nil || b.Action != operations.ActionStop || asked.ID != o.ID {
				t.Errorf("the button does %+v to %s (%v)", b, asked.ID, err)
			}
			stop(t, f, engine, o.ID)
			sent := f.sim.Totals().Effects
			p := r.last(t)
			if !p.Done || p.Operation.State != ledger.Settled || p.Left == 0 || p.Applied == 0 || p.Applied+p.Left != 600 {
				t.Errorf("ended as %+v", p)
			}
			if more := f.sim.Totals().Effects - sent; more > 30*3 { // what had its intent
				t.Errorf("%d rows took effect after the stop", more)
			}
			f.checkOnce(t, o.ID)
			var closed *ledger.ClosedError
			if _, err := engine.StopBulk(t.Context(), o.ID, ana()); !errors.As(err, &closed) || closed.State != ledger.Settled {
				t.Errorf("a stop after the end: %v", err)
			}
		})
	}
}

// TestABulkGoesOnInAnotherProcess ends the first process in the middle, as SIGTERM does.
func TestABulkGoesOnInAnotherProcess(t *testing.T) {
	t.Parallel()
	f := newField(t, 100)
	first, second := f.process(t, f.ledger, "one", 50), f.process(t, f.ledger, "two", 200)
	o := f.start(t, f.rows())
	must(t, f.ledger.BulkMessage(t.Context(), o.ID, "the message"))
	r := run(t, first)
	r.until(t, moving)
	r.end()
	if p := r.last(t); p.Done || p.Err == nil || p.PartsDone == 100 {
		t.Fatalf("the first process ended with %+v", p)
	}
	r = run(t, second)
	began := time.Now()
	p := r.until(t, func(operations.BulkProgress) bool { return true })
	if waited := time.Since(began); waited > 5*time.Second || p.Earlier == 0 || p.PartsDone < p.Earlier || p.Operation.Message != "the message" {
		t.Errorf("after %v the second process goes on with %+v", waited, p)
	}
	if p = r.last(t); !p.Done || p.Applied != 300 {
		t.Errorf("ended as %+v", p)
	}
	f.checkOnce(t, o.ID)
}

// TestTwoProcessesDoNotShareABulk lets two processes look for the same work.
func TestTwoProcessesDoNotShareABulk(t *testing.T) {
	t.Parallel()
	f := newField(t, 60)
	first, second := run(t, f.process(t, f.ledger, "one", 100)), run(t, f.process(t, f.ledger, "two", 100))
	o := f.start(t, f.rows())
	var p operations.BulkProgress
	for !p.Done {
		select {
		case p = <-first.progress:
		case p = <-second.progress:
		case <-time.After(time.Minute):
			t.Fatal("the bulk does not come on")
		}
	}
	if p.Applied != 180 || len(first.progress) > 0 && len(second.progress) > 0 {
		t.Errorf("ended as %+v", p)
	}
	f.checkOnce(t, o.ID)
}

// TestABulkThatLostItsLeaseStops takes the bulk from a process that still lives.
func TestABulkThatLostItsLeaseStops(t *testing.T) {
	t.Parallel()
	f := newField(t, 200)
	engine := f.process(t, f.ledger, "one", 20)
	o := f.start(t, f.rows())
	r := run(t, engine)
	r.until(t, moving)
	later := time.Now().Add(time.Minute)
	_, err := f.ledger.TakeBulk(t.Context(), "thief/1", later, later.Add(time.Hour))
	must(t, err)
	if p := r.last(t); p.Done || p.Err == nil || p.PartsDone == 200 {
		t.Errorf("ended as %+v", p)
	}
	sent := f.sim.Totals().Commands[simulator.SetBattleScore]
	r.end()
	if more := f.sim.Totals().Commands[simulator.SetBattleScore] - sent; more != 0 {
		t.Errorf("%d calls after that", more)
	}
	f.checkOnce(t, o.ID)
}

// TestABulkWaitsForABusyBattle keeps a battle for another process for a while.
func TestABulkWaitsForABusyBattle(t *testing.T) {
	t.Parallel()
	for _, kind := range []ledger.Kind{ledger.Add, ledger.Set} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f := newField(t, 2)
			rows := f.rows()
			for i := range rows {
				rows[i].Kind = kind
			}
			now := time.Now()
			must(t, f.ledger.Hold(t.Context(), ledger.Hold{Battle: f.battles[0], Owner: "other", By: "ben", Since: now, Until: now.Add(time.Hour)}))
			o := f.start(t, rows)
			r := run(t, f.engine)
			r.until(t, func(p operations.BulkProgress) bool { return p.PartsDone == 1 })
			must(t, f.ledger.Release(t.Context(), f.battles[0], "other"))
			if p := r.last(t); !p.Done || p.Applied != 6 {
				t.Errorf("ended as %+v", p)
			}
			f.checkOnce(t, o.ID)
		})
	}
}
