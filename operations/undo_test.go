package operations_test

import (
	"errors"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent/simulator"
)

func standingsOf(s *stand) []ledger.Standing {
	snapshot, _ := s.sim.Battle(s.battle)
	var now []ledger.Standing
	for _, r := range snapshot.Rooms {
		now = append(now, ledger.Standing{Room: r.Room, Score: r.Score})
	}
	return now
}

// proposeUndo asks to take an operation back on the scores as they are.
func (s *stand) proposeUndo(t *testing.T, key string, o ledger.Operation) operations.Question {
	t.Helper()
	now := standingsOf(s)
	c, err := s.engine.Compensate(t.Context(), o, now)
	must(t, err)
	a := s.add(key, c.Rooms...)
	a.Kind, a.Undoes = c.Kind, o.ID
	q, err := s.engine.Propose(t.Context(), a, operations.Terms{Shown: now, Expires: time.Minute})
	must(t, err)
	return q
}

func TestUndoMovesARoomBackByWhatItWasMoved(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do    func(t *testing.T, s *stand) ledger.Operation // on a score of 1240
		kind  ledger.Kind
		gift  int64 // between the operation and its undo
		late  int64 // between the undo's preview and its confirmation
		after int64
	}{
		"an addition":                       {added(100), ledger.Set, 0, 0, 1240},
		"an addition, gifts since":          {added(100), ledger.Set, 60, 0, 1300},
		"an addition, gifts at the preview": {added(100), ledger.Set, 60, 7, 1307},
		"an overwrite downwards":            {setTo(1000), ledger.Add, 5, 3, 1248},
		"an overwrite upwards":              {setTo(2000), ledger.Set, 5, 3, 1248},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
			o := tc.do(t, s)
			if tc.gift > 0 {
				must(t, s.sim.Gift(s.battle, "pk-live1", tc.gift))
			}
			q := s.proposeUndo(t, "undo", o)
			if q.Operation.Kind != tc.kind || q.Operation.Undoes != o.ID {
				t.Errorf("the way back is %s %+v", q.Operation.Kind, q.Operation.Rooms)
			}
			if tc.late > 0 {
				must(t, s.sim.Gift(s.battle, "pk-live1", tc.late))
			}
			got, err := s.confirm(t, q, q.Yes)
			must(t, err)
			if !got.Operation.Has(ledger.Applied) || s.score(t, "pk-live1") != tc.after {
				t.Errorf("outcome %+v, score %d, want %d", got.Operation.Rooms, s.score(t, "pk-live1"), tc.after)
			}
			kept, err := s.ledger.Operation(t.Context(), got.Operation.ID)
			must(t, err)
			if tc.kind == ledger.Set && kept.Rooms[0].Points != tc.after {
				t.Errorf("the ledger says that it was set to %d", kept.Rooms[0].Points)
			}
		})
	}
}

func added(points int64) func(*testing.T, *stand) ledger.Operation {
	return func(t *testing.T, s *stand) ledger.Operation {
		t.Helper()
		got, err := s.engine.Submit(t.Context(), s.add("do", room("pk-live1", points)))
		must(t, err)
		return got.Operation
	}
}

func setTo(score int64) func(*testing.T, *stand) ledger.Operation {
	return func(t *testing.T, s *stand) ledger.Operation {
		t.Helper()
		q := s.propose(t, s.set("do", room("pk-live1", score)))
		got, err := s.confirm(t, q, q.Yes)
		must(t, err)
		return got.Operation
	}
}

func TestAnUndoIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	o := added(100)(t, s)
	first, second := s.proposeUndo(t, "a", o), s.proposeUndo(t, "b", o)
	done, err := s.confirm(t, first, first.Yes)
	must(t, err)
	var undone *ledger.UndoneError
	if _, err := s.confirm(t, second, second.Yes); !errors.As(err, &undone) || undone.By != done.Operation.ID {
		t.Errorf("the second undo: %v", err)
	}
	if by, err := s.engine.UndoneBy(t.Context(), o.ID); err != nil || by != done.Operation.ID {
		t.Errorf("undone by %q (%v)", by, err)
	}
	if s.score(t, "pk-live1") != 1240 {
		t.Errorf("score %d", s.score(t, "pk-live1"))
	}
}

func TestOneUndoDoesNotStandInTheWayOfAnother(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.sim.Gift(s.battle, "pk-live1", 1000))
	first := added(100)(t, s)
	got, err := s.engine.Submit(t.Context(), s.add("second", room("pk-live1", 7)))
	must(t, err)
	q := s.proposeUndo(t, "a", got.Operation)
	_, err = s.confirm(t, q, q.Yes)
	must(t, err)
	q = s.proposeUndo(t, "b", first)
	_, err = s.confirm(t, q, q.Yes)
	must(t, err)
	if s.score(t, "pk-live1") != 1000 {
		t.Errorf("score %d", s.score(t, "pk-live1"))
	}
}

func TestAnUndoThatFailedMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	o := added(100)(t, s)
	q := s.proposeUndo(t, "a", o)
	s.sim.Script(simulator.Code(100006, simulator.NotApplied).On(simulator.SetBattleScore))
	got, err := s.confirm(t, q, q.Yes)
	must(t, err)
	if !got.Operation.Has(ledger.NotApplied) {
		t.Fatalf("outcome %+v", got.Operation.Rooms)
	}
	q = s.proposeUndo(t, "b", o)
	_, err = s.confirm(t, q, q.Yes)
	must(t, err)
	if s.score(t, "pk-live1") != 1240 {
		t.Errorf("score %d", s.score(t, "pk-live1"))
	}
}

// An undo whose preview showed one leader must not make another without asking again.
func TestAnUndoThatWouldChangeTheLeadAsksAnew(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	must(t, s.sim.Gift(s.battle, "pk-live2", 1200))
	o := added(100)(t, s)
	q := s.proposeUndo(t, "a", o)
	must(t, s.sim.Gift(s.battle, "pk-live2", 50))
	var changed *operations.ChangedError
	if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &changed) {
		t.Fatalf("got %v", err)
	}
	_, err := s.confirm(t, changed.Question, changed.Question.Yes)
	must(t, err)
	if s.score(t, "pk-live1") != 1240 {
		t.Errorf("score %d", s.score(t, "pk-live1"))
	}
}

func TestNoSafeWayBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   func(t *testing.T, s *stand) ledger.Operation
		then func(t *testing.T, s *stand)
		want operations.Why
	}{
		"it moved nothing":           {setTo(1240), nil, operations.WhyNothing},
		"it was refused":             {meets(simulator.Code(100006, simulator.NotApplied)), nil, operations.WhyNothing},
		"its outcome is unknown":     {meets(simulator.BadGateway(simulator.Applied)), nil, operations.WhyUnknown},
		"it was overwritten since":   {added(100), overwrite(50), operations.WhyOverwritten},
		"an overwrite, overwritten":  {setTo(700), overwrite(50), operations.WhyOverwritten},
		"nobody read what it wiped":  {unread(setTo(700)), nil, operations.WhyNoBefore},
		"it would be below zero":     {added(100), foreign(20), operations.WhyBelowZero},
		"the room has left the show": {elsewhere(added(100)), nil, operations.WhyGone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
			o := tc.do(t, s)
			if tc.then != nil {
				tc.then(t, s)
			}
			var no *operations.UndoError
			if c, err := s.engine.Compensate(t.Context(), o, standingsOf(s)); !errors.As(err, &no) || no.Why != tc.want {
				t.Errorf("got %+v, %v, want %q", c, err, tc.want)
			}
		})
	}
}

func meets(fault simulator.Fault) func(*testing.T, *stand) ledger.Operation {
	return func(t *testing.T, s *stand) ledger.Operation {
		t.Helper()
		s.sim.Script(fault.On(simulator.SetBattleScore))
		return added(100)(t, s)
	}
}

// unread forgets the score that was read before an overwrite.
func unread(do func(*testing.T, *stand) ledger.Operation) func(*testing.T, *stand) ledger.Operation {
	return func(t *testing.T, s *stand) ledger.Operation {
		t.Helper()
		o := do(t, s)
		o.Rooms[0].Before = nil
		return o
	}
}

// elsewhere pretends that an operation was about a room that is no more.
func elsewhere(do func(*testing.T, *stand) ledger.Operation) func(*testing.T, *stand) ledger.Operation {
	return func(t *testing.T, s *stand) ledger.Operation {
		t.Helper()
		o := do(t, s)
		o.Rooms[0].Room = "pk-live9"
		return o
	}
}

func foreign(score int64) func(*testing.T, *stand) {
	return func(t *testing.T, s *stand) {
		t.Helper()
		must(t, s.sim.Overwrite(s.battle, "pk-live1", score))
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	score := func(n int64) *int64 { return &n }
	for name, tc := range map[string]struct {
		kind   ledger.Kind
		points int64
		before *int64
		now    []ledger.Standing
		want   operations.Likely
	}{
		"an addition, as before":          {ledger.Add, 100, score(1240), one(1240), operations.ProbablyNot},
		"an addition, risen less":         {ledger.Add, 100, score(1240), one(1339), operations.ProbablyNot},
		"an addition, risen by it":        {ledger.Add, 100, score(1240), one(1340), operations.ProbablyCounted},
		"an addition, fallen":             {ledger.Add, 100, score(1240), one(1000), operations.CannotSay},
		"an addition, nothing read first": {ledger.Add, 100, nil, one(1340), operations.CannotSay},
		"an addition, nothing read now":   {ledger.Add, 100, score(1240), nil, operations.CannotSay},
		"set higher, as before":           {ledger.Set, 500, score(100), one(120), operations.ProbablyNot},
		"set higher, there":               {ledger.Set, 500, score(100), one(510), operations.ProbablyCounted},
		"set lower, there":                {ledger.Set, 500, score(1000), one(510), operations.ProbablyCounted},
		"set lower, as before":            {ledger.Set, 500, score(1000), one(1010), operations.ProbablyNot},
		"set to what it was":              {ledger.Set, 500, score(500), one(500), operations.CannotSay},
		"set lower, fallen further":       {ledger.Set, 500, score(1000), one(400), operations.CannotSay},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ledger.Room{Room: "a", Points: tc.points, Before: tc.before, Outcome: ledger.Unknown}
			o := ledger.Operation{Kind: tc.kind, Rooms: []ledger.Room{r}, Look: ledger.Look{Now: tc.now}}
			if got := operations.GuessOf(o, r); got.Likely != tc.want {
				t.Errorf("guess %+v, want %v", got, tc.want)
			}
		})
	}
}

func one(score int64) []ledger.Standing { return []ledger.Standing{{Room: "a", Score: score}} }

// What an undo would take back may be overwritten while its preview stands there.
func TestAnUndoIsCheckedAgainAtThePress(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   func(*testing.T, *stand) ledger.Operation
		then func(*testing.T, *stand)
		want operations.Why
	}{
		"an addition, overwritten":          {added(100), overwrite(5000), operations.WhyOverwritten},
		"an overwrite, overwritten":         {setTo(1000), overwrite(5000), operations.WhyOverwritten},
		"an addition, too few points now":   {added(100), foreign(20), operations.WhyBelowZero},
		"an overwrite, too many points now": {setTo(1000), foreign(1<<31 - 100), operations.WhyTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
			q := s.proposeUndo(t, "undo", tc.do(t, s))
			tc.then(t, s)
			before := s.score(t, "pk-live1")
			var no *operations.UndoError
			if _, err := s.confirm(t, q, q.Yes); !errors.As(err, &no) || no.Why != tc.want {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if s.score(t, "pk-live1") != before {
				t.Errorf("the score moved to %d", s.score(t, "pk-live1"))
			}
		})
	}
}
