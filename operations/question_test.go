package operations_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent/simulator"
)

func (s *stand) set(key string, rooms ...ledger.Room) operations.Ask {
	a := s.add(key, rooms...)
	a.Kind = ledger.Set
	return a
}

// propose asks for an overwrite with the scores as they are.
func (s *stand) propose(t *testing.T, a operations.Ask) operations.Question {
	t.Helper()
	snapshot, _ := s.sim.Battle(s.battle)
	var shown []ledger.Standing
	for _, r := range snapshot.Rooms {
		shown = append(shown, ledger.Standing{Room: r.Room, Score: r.Score})
	}
	q, err := s.engine.Propose(t.Context(), a, operations.Terms{Shown: shown, Expires: time.Minute})
	must(t, err)
	return q
}

func allow(context.Context, []ledger.Standing) (ledger.Limit, error) {
	return ledger.Limit{}, nil
}

func (s *stand) confirm(t *testing.T, q operations.Question, button string) (operations.Result, error) {
	t.Helper()
	return s.engine.Confirm(t.Context(), q.Operation, operations.Yes{
		Button: button, By: operations.Person{ID: "console:local"}, Expires: time.Minute, Authorize: allow,
	})
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.sim.Gift(s.battle, "pk-live1", 300))
	q := s.propose(t, s.set("k", room("pk-live1", 500)))
	if s.score(t, "pk-live1") != 300 || q.Operation.State != ledger.Pending {
		t.Fatal("a question already acted")
	}
	must(t, s.sim.Gift(s.battle, "pk-live1", 40))
	got, err := s.confirm(t, q, q.Yes)
	must(t, err)
	if got.Operation.ID != q.Operation.ID || !got.Operation.Has(ledger.Applied) || *got.Operation.Rooms[0].Before != 340 {
		t.Errorf("got %+v", got.Operation)
	}
	if s.score(t, "pk-live1") != 500 {
		t.Errorf("score %d", s.score(t, "pk-live1"))
	}
	var closed *ledger.ClosedError
	if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &closed) || closed.State != ledger.Settled {
		t.Errorf("pressed again: %v", err)
	}
}

func TestManyConfirmsActOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	q := s.propose(t, s.add("k", room("pk-live1", 100)))
	var wg sync.WaitGroup
	won := make(chan string, 20)
	for range cap(won) {
		wg.Go(func() {
			if got, err := s.confirm(t, q, q.Yes); err == nil {
				won <- got.Operation.ID
			}
		})
	}
	wg.Wait()
	if len(won) != 1 || s.score(t, "pk-live1") != 100 {
		t.Errorf("%d presses won, score %d", len(won), s.score(t, "pk-live1"))
	}
}

func TestAnOverwriteWhoseEffectChangedAsksAnew(t *testing.T) {
	t.Parallel()
	for name, gift := range map[string]func(s *stand) error{
		"another leader":       func(s *stand) error { return s.sim.Gift(s.battle, "pk-live2", 600) },
		"much more discarded":  func(s *stand) error { return s.sim.Gift(s.battle, "pk-live1", 1001) },
		"a tie instead of one": func(s *stand) error { return s.sim.Gift(s.battle, "pk-live2", 500) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			q := s.propose(t, s.set("k", room("pk-live1", 500)))
			must(t, gift(s))
			before := s.score(t, "pk-live1")
			var changed *operations.ChangedError
			if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &changed) {
				t.Fatalf("got %v", err)
			}
			if s.score(t, "pk-live1") != before {
				t.Fatal("it was sent")
			}
			anew := changed.Question
			if anew.Yes == q.Yes || anew.Operation.ID != q.Operation.ID {
				t.Errorf("the new preview: %+v", anew)
			}
			var closed *ledger.ClosedError
			if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &closed) || closed.State != ledger.Superseded {
				t.Errorf("the old button, tapped twice: %v", err)
			}
			got, err := s.confirm(t, anew, anew.Yes)
			must(t, err)
			if !got.Operation.Has(ledger.Applied) || s.score(t, "pk-live1") != 500 {
				t.Errorf("the new button: %+v", got.Operation.Rooms)
			}
		})
	}
}

func TestAnOverwriteNeedsItsRead(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	q := s.propose(t, s.set("k", room("pk-live1", 500)))
	s.sim.Script(simulator.BadGateway(simulator.NotApplied).On(simulator.GetBattleInfo).Times(2))
	var unsent *operations.NotSentError
	if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &unsent) || unsent.Step != operations.StepRead {
		t.Fatalf("got %v", err)
	}
	got, err := s.confirm(t, q, q.Yes)
	must(t, err)
	if !got.Operation.Has(ledger.Applied) {
		t.Errorf("pressed again once it can be read: %+v", got.Operation.Rooms)
	}
}

func TestARefusedPressLeavesTheQuestionOpen(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	q := s.propose(t, s.add("k", room("pk-live1", 100)))
	no := errors.New("not you")
	_, err := s.engine.Confirm(t.Context(), q.Operation, operations.Yes{
		Button: q.Yes, By: operations.Person{ID: "somebody"}, Expires: time.Minute,
		Authorize: func(context.Context, []ledger.Standing) (ledger.Limit, error) {
			return ledger.Limit{}, no
		},
	})
	if !errors.Is(err, no) || s.score(t, "pk-live1") != 0 {
		t.Fatalf("got %v", err)
	}
	if _, err := s.confirm(t, q, q.Yes); err != nil {
		t.Errorf("the right person afterwards: %v", err)
	}
}

func TestCancelAndExpire(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	bad, later := newSick(t, s, nil)
	bad.now = bad.now.Add(time.Hour)
	for name, tc := range map[string]struct {
		end  func(op string) error
		want ledger.State
	}{
		"cancel": {func(op string) error {
			return s.engine.Cancel(t.Context(), op, operations.Person{ID: "console:local"})
		}, ledger.Cancelled},
		"expire": {func(op string) error { return later.Expire(t.Context(), op) }, ledger.Expired},
	} {
		q := s.propose(t, s.add(name, room("pk-live1", 100)))
		must(t, tc.end(q.Operation.ID))
		var closed *ledger.ClosedError
		if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &closed) || closed.State != tc.want {
			t.Errorf("%s, then confirm: %v", name, err)
		}
		if err := tc.end(q.Operation.ID); !errors.As(err, &closed) {
			t.Errorf("%s twice: %v", name, err)
		}
	}
	if s.score(t, "pk-live1") != 0 {
		t.Error("something was sent")
	}
}

func TestAnOverwriteExcludesAdditions(t *testing.T) {
	t.Parallel()
	onItsWay := make(chan struct{}, 1)
	s := newStand(t, simulator.WithObserver(func(c simulator.Call) {
		if c.Command == simulator.SetBattleScore {
			onItsWay <- struct{}{}
		}
	}))
	q := s.propose(t, s.set("k", room("pk-live1", 500)))
	s.sim.Script(simulator.Stall(simulator.NotApplied).On(simulator.SetBattleScore))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := s.confirm(t, q, q.Yes); err != nil {
			t.Errorf("the overwrite: %v", err)
		}
	}()
	<-onItsWay
	var held *operations.HeldError
	if _, err := s.engine.Submit(t.Context(), s.add("k2", room("pk-live2", 100))); !errors.As(err, &held) || held.Holder.By != "console:local" {
		t.Errorf("an addition meanwhile: %v", err)
	}
	<-done
}
