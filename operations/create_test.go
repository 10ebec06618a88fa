package operations_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

func (s *stand) creation(key string, rooms ...string) operations.Ask {
	a := s.add(key)
	a.Kind, a.Battle, a.Alias, a.Duration, a.Note = ledger.Create, "", "", 5*time.Minute, "Final"
	for _, name := range rooms {
		a.Rooms = append(a.Rooms, ledger.Room{Room: name})
	}
	return a
}

func (s *stand) start(t *testing.T, engine *operations.Engine, rooms ...string) ledger.Operation {
	t.Helper()
	q, err := engine.Propose(t.Context(), s.creation("create", rooms...), operations.Terms{Expires: time.Minute})
	must(t, err)
	got, err := engine.Confirm(t.Context(), q.Operation, operations.Yes{
		Button: q.Yes, By: operations.Person{ID: "console:local"}, Expires: time.Minute, Authorize: allow,
	})
	must(t, err)
	kept, err := s.ledger.Operation(t.Context(), got.Operation.ID)
	must(t, err)
	return kept
}

func outcomes(o ledger.Operation) map[string]ledger.Outcome {
	all := map[string]ledger.Outcome{}
	for _, r := range o.Rooms {
		all[r.Room] = r.Outcome
	}
	return all
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rooms  []string
		faults []simulator.Fault
		want   []ledger.Outcome
		made   bool
	}{
		"two rooms":              {[]string{"a", "b"}, nil, []ledger.Outcome{ledger.Applied, ledger.Applied}, true},
		"a called room is taken": {[]string{"a", "b", "pk-live1"}, nil, []ledger.Outcome{ledger.Applied, ledger.Applied, ledger.NotApplied}, true},
		"every called room is":   {[]string{"a", "pk-live1"}, nil, []ledger.Outcome{ledger.NotApplied, ledger.NotApplied}, false},
		"the first room is":      {[]string{"pk-live1", "b"}, nil, []ledger.Outcome{ledger.NotApplied, ledger.NotApplied}, false},
		"60007 once":             {[]string{"a", "b"}, []simulator.Fault{simulator.TooFrequent(1)}, []ledger.Outcome{ledger.Applied, ledger.Applied}, true},
		"reset, made":            {[]string{"a", "b"}, []simulator.Fault{simulator.Reset(simulator.Applied)}, []ledger.Outcome{ledger.Unknown, ledger.Unknown}, true},
		"reset, not made":        {[]string{"a", "b"}, []simulator.Fault{simulator.Reset(simulator.NotApplied)}, []ledger.Outcome{ledger.Unknown, ledger.Unknown}, false},
		"100001, made":           {[]string{"a", "b"}, []simulator.Fault{simulator.InternalError(simulator.Applied)}, []ledger.Outcome{ledger.Unknown, ledger.Unknown}, true},
		"a room is missing":      {[]string{"a", "b"}, []simulator.Fault{simulator.RoomMissing(simulator.Applied)}, []ledger.Outcome{ledger.Unknown, ledger.Unknown}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			for _, f := range tc.faults {
				s.sim.Script(f.On(simulator.CreateBattle))
			}
			o := s.start(t, s.engine, tc.rooms...)
			for i, r := range o.Rooms {
				if r.Outcome != tc.want[i] {
					t.Errorf("%s is %q (%s, %d), want %q", r.Room, r.Outcome, r.Reason, r.Code, tc.want[i])
				}
			}
			if made := len(s.sim.Battles()) == 2; made != tc.made {
				t.Errorf("a battle was made: %v, want %v", made, tc.made)
			}
			if o.Battle == "" && tc.want[0] == ledger.Applied || o.Battle != "" && !tc.made {
				t.Errorf("the battle is %q", o.Battle)
			}
			if b, ok := s.sim.Battle(o.Battle); o.Battle != "" && (!ok || b.End.Sub(b.Start) != 5*time.Minute) {
				t.Errorf("the battle %q is %+v", o.Battle, b)
			}
		})
	}
}

// finder finds what a test lays before it.
type finder struct {
	operations.Reader
	id    string
	found bool
	err   error
	asked chan []string
}

func (f *finder) Find(_ context.Context, rooms []string, from, until time.Time, duration time.Duration) (string, bool, error) {
	if !from.Before(until) || duration != 5*time.Minute {
		return "", false, errors.New("the wrong question")
	}
	f.asked <- rooms
	return f.id, f.found, f.err
}

func TestOnlyABattleThatAgreesSettlesAnUnknownCreation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		finder finder
		want   ledger.Outcome
		looked int
	}{
		"found":             {finder{id: "the battle", found: true}, ledger.Applied, 1},
		"not found":         {finder{}, ledger.Unknown, 1},
		"could not be read": {finder{err: errors.New("no answer")}, ledger.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			client, err := tencent.New(s.settings(), tencent.WithoutBreaker())
			must(t, err)
			clock := &shifty{}
			tc.finder.asked = make(chan []string, 1)
			engine, err := operations.New(s.ledger, client, &tc.finder, "two", 3100*time.Millisecond, operations.WithClock(clock.now))
			must(t, err)
			t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
			s.sim.Script(simulator.BadGateway(simulator.Applied).On(simulator.CreateBattle))
			o := s.start(t, engine, "a", "b")
			clock.on(5 * time.Second)
			looked, err := engine.Look(t.Context())
			must(t, err)
			if rooms := <-tc.finder.asked; len(rooms) != 2 || rooms[0] != "a" || len(looked) != tc.looked {
				t.Fatalf("asked for %v, looked at %+v", rooms, looked)
			}
			kept, err := s.ledger.Operation(t.Context(), o.ID)
			must(t, err)
			if got := outcomes(kept); got["a"] != tc.want || got["b"] != tc.want || kept.Battle != tc.finder.id {
				t.Errorf("settled as %+v in %q", kept.Rooms, kept.Battle)
			}
		})
	}
}
