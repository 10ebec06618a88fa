package operations_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

// shifty is a clock that a test moves on.
type shifty struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *shifty) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *shifty) on(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// another returns a second engine on the stand's ledger, as another process has one, with a clock of its own.
func (s *stand) another(t *testing.T, owner string, opts ...operations.Option) (*operations.Engine, *shifty) {
	t.Helper()
	client, err := tencent.New(s.settings(), tencent.WithoutBreaker())
	must(t, err)
	book, err := battles.New(t.Context(), client, s.ledger)
	must(t, err)
	clock := &shifty{}
	engine, err := operations.New(s.ledger, client, book, owner, 3100*time.Millisecond, append(opts, operations.WithClock(clock.now), operations.WithPatience(10*time.Second))...)
	must(t, err)
	t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
	return engine, clock
}

// unknown has an addition of 100 to pk-live1 meet a fault, and returns it with its unknown outcome.
func (s *stand) unknown(t *testing.T, engine *operations.Engine, fault simulator.Fault) ledger.Operation {
	t.Helper()
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	s.sim.Script(fault.On(simulator.SetBattleScore))
	got, err := engine.Submit(t.Context(), s.add("k", room("pk-live1", 100)))
	must(t, err)
	if !got.Operation.Has(ledger.Unknown) {
		t.Fatalf("the outcome is %+v", got.Operation.Rooms)
	}
	return got.Operation
}

func TestOnlyProofSettlesAnUnknown(t *testing.T) {
	t.Parallel()
	sole := []operations.Option{operations.WithSoleOverwriter()}
	for name, tc := range map[string]struct {
		opts   []operations.Option
		fault  simulator.Fault
		after  func(t *testing.T, s *stand)
		want   ledger.Outcome
		likely operations.Likely
	}{
		"the score is too low":               {sole, simulator.BadGateway(simulator.NotApplied), nil, ledger.NotApplied, operations.ProbablyNot},
		"gifts, but the score is too low":    {sole, simulator.BadGateway(simulator.NotApplied), gift(99), ledger.NotApplied, operations.ProbablyNot},
		"gifts that could be the addition":   {sole, simulator.BadGateway(simulator.NotApplied), gift(100), ledger.Unknown, operations.ProbablyCounted},
		"it counted":                         {sole, simulator.BadGateway(simulator.Applied), nil, ledger.Unknown, operations.ProbablyCounted},
		"others overwrite scores too":        {nil, simulator.BadGateway(simulator.NotApplied), nil, ledger.Unknown, operations.ProbablyNot},
		"Ringside overwrote it since":        {sole, simulator.BadGateway(simulator.Applied), overwrite(1000), ledger.Unknown, operations.CannotSay},
		"the read before it failed":          {sole, simulator.BadGateway(simulator.NotApplied), nil, ledger.Unknown, operations.CannotSay},
		"the battle cannot be read any more": {sole, simulator.BadGateway(simulator.NotApplied), refuseReads, ledger.Unknown, operations.CannotSay},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			engine, clock := s.another(t, "two", tc.opts...)
			if name == "the read before it failed" {
				s.sim.Script(simulator.BadGateway(simulator.NotApplied).On(simulator.GetBattleInfo).Times(2))
			}
			o := s.unknown(t, engine, tc.fault)
			if tc.after != nil {
				tc.after(t, s)
			}
			if looked, err := engine.Look(t.Context()); err != nil || len(looked) != 0 {
				t.Fatalf("looked at %v (%v) before all that was sent must have arrived", looked, err)
			}
			clock.on(5 * time.Second)
			looked, err := engine.Look(t.Context())
			must(t, err)
			if len(looked) != 1 || looked[0].ID != o.ID || looked[0].Look.At.IsZero() {
				t.Fatalf("looked at %+v", looked)
			}
			r := looked[0].Rooms[0]
			if r.Outcome != tc.want {
				t.Errorf("outcome %q (%s), want %q", r.Outcome, r.Reason, tc.want)
			}
			if guess := operations.GuessOf(looked[0], r); guess.Likely != tc.likely {
				t.Errorf("guess %+v, want %v", guess, tc.likely)
			}
			if again, err := engine.Look(t.Context()); err != nil || len(again) != 0 {
				t.Errorf("looked again at %v (%v)", again, err)
			}
		})
	}
}

func gift(points int64) func(*testing.T, *stand) {
	return func(t *testing.T, s *stand) {
		t.Helper()
		must(t, s.sim.Gift(s.battle, "pk-live1", points))
	}
}

func overwrite(score int64) func(*testing.T, *stand) {
	return func(t *testing.T, s *stand) {
		t.Helper()
		q := s.propose(t, s.set("o", room("pk-live1", score)))
		_, err := s.confirm(t, q, q.Yes)
		must(t, err)
	}
}

func refuseReads(_ *testing.T, s *stand) {
	s.sim.Script(simulator.Code(100411, simulator.NotApplied).On(simulator.GetBattleInfo).Times(9))
}

func TestABattleThatCannotBeReadIsReadLater(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two", operations.WithSoleOverwriter())
	s.unknown(t, engine, simulator.Reset(simulator.NotApplied))
	clock.on(5 * time.Second)
	s.sim.Script(simulator.BadGateway(simulator.NotApplied).On(simulator.GetBattleInfo).Times(2))
	for range 2 {
		if looked, err := engine.Look(t.Context()); err != nil || len(looked) != 0 {
			t.Fatalf("looked at %v (%v) without having read anything", looked, err)
		}
	}
	clock.on(5 * time.Second)
	looked, err := engine.Look(t.Context())
	must(t, err)
	if len(looked) != 1 || looked[0].Rooms[0].Outcome != ledger.NotApplied || looked[0].State != ledger.Resolved {
		t.Errorf("looked at %+v", looked)
	}
}

func TestResolveOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two")
	o := s.unknown(t, engine, simulator.BadGateway(simulator.Applied))
	if _, err := engine.Resolve(t.Context(), o.ID, ledger.Applied, operations.Person{ID: "console:local"}); !errors.Is(err, ledger.ErrEarly) {
		t.Fatalf("resolved while it may still arrive: %v", err)
	}
	clock.on(5 * time.Second)
	const people = 8
	won := make(chan ledger.Outcome, people)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			outcome := []ledger.Outcome{ledger.Applied, ledger.NotApplied}[i%2]
			_, err := engine.Resolve(t.Context(), o.ID, outcome, operations.Person{ID: "console:local"})
			var closed *ledger.ClosedError
			switch {
			case err == nil:
				won <- outcome
			case !errors.As(err, &closed):
				t.Errorf("resolve: %v", err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d people settled the same unknown", len(won))
	}
	got, err := s.ledger.Operation(t.Context(), o.ID)
	must(t, err)
	if got.State != ledger.Resolved || got.Rooms[0].Outcome != <-won || got.ResolvedBy != "console:local" || got.Digest == o.Digest {
		t.Errorf("resolved as %+v", got)
	}
}

// Two engines on one ledger are two processes: neither knows the other's holds in memory.
func TestAnOverwriteExcludesOtherProcesses(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	other, _ := s.another(t, "two")
	q := s.propose(t, s.set("set", room("pk-live1", 500)))
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := s.engine.Confirm(t.Context(), q.Operation, operations.Yes{
			Button: q.Yes, By: operations.Person{ID: "slack:T1/user/UANA"}, Expires: time.Minute,
			Authorize: func(_ context.Context, now []ledger.Standing) (ledger.Limit, error) {
				if now != nil {
					close(inside)
					<-leave
				}
				return ledger.Limit{}, nil
			},
		})
		done <- err
	}()
	<-inside
	var held *operations.HeldError
	_, err := other.Submit(t.Context(), s.add("add", room("pk-live2", 100)))
	if !errors.As(err, &held) || held.Holder.By != "slack:T1/user/UANA" || held.Holder.Since.IsZero() {
		t.Errorf("an addition of another process: %v", err)
	}
	if points := s.score(t, "pk-live2"); points != 0 {
		t.Errorf("it was sent all the same: %d", points)
	}
	close(leave)
	must(t, <-done)
	_, err = other.Submit(t.Context(), s.add("add", room("pk-live2", 100)))
	must(t, err)
	if s.score(t, "pk-live1") != 500 || s.score(t, "pk-live2") != 100 {
		t.Errorf("scores %d and %d", s.score(t, "pk-live1"), s.score(t, "pk-live2"))
	}
}

// A process that died in the middle of an addition holds overwrites up until its lease is over.
func TestAnOverwriteWaitsForADeadProcess(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	now := time.Now()
	dead := ledger.Operation{
		ID: "dead", Kind: ledger.Add, Battle: s.battle, Rooms: []ledger.Room{room("pk-live1", 1)}, Asker: "slack:T1/user/UBEN", State: ledger.Intent,
		Created: now, Owner: "dead/1", Lease: now.Add(3 * time.Second), SendBy: now, Sends: 1,
	}
	must(t, s.ledger.Record(t.Context(), "", dead, nil))
	engine, clock := s.another(t, "two")
	q := s.propose(t, s.set("set", room("pk-live1", 500)))
	yes := operations.Yes{Button: q.Yes, By: operations.Person{ID: "console:local"}, Expires: time.Minute, Authorize: allow}
	var held *operations.HeldError
	if _, err := engine.Confirm(t.Context(), q.Operation, yes); !errors.As(err, &held) || held.Holder.By != "slack:T1/user/UBEN" {
		t.Errorf("while the lease runs: %v", err)
	}
	clock.on(4 * time.Second)
	if _, err := engine.Confirm(t.Context(), q.Operation, yes); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestNothingIsAskedWhileTencentFails(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	client, err := tencent.New(s.settings(), tencent.WithBreaker(tencent.Breaker{Failures: 2, OpenFor: time.Hour}))
	must(t, err)
	book, err := battles.New(t.Context(), client, s.ledger)
	must(t, err)
	engine, err := operations.New(s.ledger, client, book, "two", 3100*time.Millisecond)
	must(t, err)
	t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
	s.sim.Script(simulator.InternalError(simulator.NotApplied).On(simulator.SetBattleScore).Times(2))
	for _, key := range []string{"a", "b"} {
		_, err := engine.Submit(t.Context(), s.add(key, room("pk-live1", 1)))
		must(t, err)
	}
	var suspended *tencent.SuspendedError
	if _, err := engine.Submit(t.Context(), s.add("c", room("pk-live1", 1))); !errors.As(err, &suspended) || suspended.Until.IsZero() {
		t.Errorf("an addition: %v", err)
	}
	if _, err := engine.Propose(t.Context(), s.set("d", room("pk-live1", 1)), operations.Terms{Expires: time.Minute}); !errors.As(err, &suspended) {
		t.Errorf("an overwrite: %v", err)
	}
	if _, err := book.Read(t.Context(), s.battle); err != nil {
		t.Errorf("a read: %v", err)
	}
	if _, err := s.ledger.Last(t.Context(), "console:local", filepath.Base("console:local")); err != nil {
		t.Errorf("the ledger: %v", err)
	}
}

// Of what a score has risen by, Ringside knows its own part.
func TestAGuessLeavesOutWhatRingsideAddedItself(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two")
	s.unknown(t, engine, simulator.BadGateway(simulator.NotApplied))
	got, err := s.engine.Submit(t.Context(), s.add("own", room("pk-live1", 500)))
	must(t, err)
	clock.on(5 * time.Second)
	looked, err := engine.Look(t.Context())
	must(t, err)
	if len(looked) != 1 || !got.Operation.Has(ledger.Applied) {
		t.Fatalf("looked at %+v", looked)
	}
	if g := operations.GuessOf(looked[0], looked[0].Rooms[0]); g.Added != 500 || *g.Now != 1740 || g.Likely != operations.ProbablyNot {
		t.Errorf("guess %+v", g)
	}
}

// An unknown overwrite is not in its own way.
func TestAnUnknownOverwriteIsGuessedAt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two")
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	q := s.propose(t, s.set("set", room("pk-live1", 500)))
	s.sim.Script(simulator.BadGateway(simulator.Applied).On(simulator.SetBattleScore))
	_, err := engine.Confirm(t.Context(), q.Operation, operations.Yes{
		Button: q.Yes, By: operations.Person{ID: "console:local"}, Expires: time.Minute, Authorize: allow,
	})
	must(t, err)
	clock.on(5 * time.Second)
	looked, err := engine.Look(t.Context())
	must(t, err)
	if g := operations.GuessOf(looked[0], looked[0].Rooms[0]); g.Likely != operations.ProbablyCounted {
		t.Errorf("guess %+v of %+v", g, looked[0].Look)
	}
}

// A refusal that may pass, in the midst of an incident, is no reason to give up looking.
func TestARefusalThatMayPassDoesNotEndTheLook(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two", operations.WithSoleOverwriter())
	s.unknown(t, engine, simulator.BadGateway(simulator.NotApplied))
	clock.on(5 * time.Second)
	s.sim.Script(simulator.Code(100001, simulator.NotApplied).On(simulator.GetBattleInfo))
	if looked, err := engine.Look(t.Context()); err != nil || len(looked) != 0 {
		t.Fatalf("looked at %v (%v)", looked, err)
	}
	clock.on(6 * time.Second)
	looked, err := engine.Look(t.Context())
	must(t, err)
	if len(looked) != 1 || !looked[0].Has(ledger.NotApplied) {
		t.Errorf("looked at %+v", looked)
	}
}

// What a person says of an overwrite is no proof about an addition.
func TestAWordIsNoProof(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two", operations.WithSoleOverwriter())
	s.unknown(t, engine, simulator.BadGateway(simulator.Applied))
	q := s.propose(t, s.set("set", room("pk-live1", 500)))
	s.sim.Script(simulator.BadGateway(simulator.Applied).On(simulator.SetBattleScore))
	set, err := engine.Confirm(t.Context(), q.Operation, operations.Yes{
		Button: q.Yes, By: operations.Person{ID: "console:local"}, Expires: time.Minute, Authorize: allow,
	})
	must(t, err)
	clock.on(5 * time.Second)
	_, err = engine.Resolve(t.Context(), set.Operation.ID, ledger.NotApplied, operations.Person{ID: "console:local"})
	must(t, err)
	looked, err := engine.Look(t.Context())
	must(t, err)
	if len(looked) != 1 || !looked[0].Has(ledger.Unknown) {
		t.Errorf("an addition that counted is %+v", looked[0].Rooms)
	}
}

func TestATrueReplyThatComesTooLateIsNotLost(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	o := ledger.Operation{
		ID: "frozen", Kind: ledger.Add, Battle: s.battle, Rooms: []ledger.Room{room("pk-live1", 1)}, Asker: "console:local", State: ledger.Intent,
		Created: time.Now(), Owner: "one/1", Lease: time.Now(), SendBy: time.Now(), Sends: 1,
	}
	must(t, s.ledger.Record(t.Context(), "", o, nil))
	later := time.Now().Add(time.Minute)
	_, err := s.ledger.Sweep(t.Context(), later, "two")
	must(t, err)
	_, err = s.ledger.Resolve(t.Context(), ledger.Resolution{Operation: o.ID, By: "slack:T1/user/UANA", At: later.Add(time.Minute), Outcome: ledger.NotApplied})
	must(t, err)
	o.Rooms[0].Outcome = ledger.Applied
	var late *ledger.LateError
	_, err = s.ledger.Settle(t.Context(), ledger.Verdict{Operation: o.ID, Owner: o.Owner, At: later.Add(2 * time.Minute), Rooms: o.Rooms})
	if !errors.As(err, &late) || !late.Operation.Has(ledger.NotApplied) {
		t.Fatalf("got %v", err)
	}
	events, err := s.ledger.Events(t.Context(), o.ID)
	must(t, err)
	if last := events[len(events)-1]; last.Kind != "late" {
		t.Errorf("the chain ends with %q", last.Kind)
	}
}

// An overwrite that may still land would erase an addition that is told as applied meanwhile.
func TestAnUnknownOverwriteKeepsTheBattleUntilItMustHaveLanded(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	engine, clock := s.another(t, "two")
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	q := s.propose(t, s.set("set", room("pk-live1", 500)))
	s.sim.Script(simulator.BadGateway(simulator.Applied).On(simulator.SetBattleScore))
	_, err := engine.Confirm(t.Context(), q.Operation, operations.Yes{
		Button: q.Yes, By: operations.Person{ID: "slack:T1/user/UANA"}, Expires: time.Minute, Authorize: allow,
	})
	must(t, err)
	var held *operations.HeldError
	if _, err := engine.Submit(t.Context(), s.add("early", room("pk-live2", 1))); !errors.As(err, &held) || held.Holder.By != "slack:T1/user/UANA" {
		t.Errorf("an addition while it may still land: %v", err)
	}
	clock.on(5 * time.Second)
	_, err = engine.Submit(t.Context(), s.add("late", room("pk-live2", 1)))
	must(t, err)
}
