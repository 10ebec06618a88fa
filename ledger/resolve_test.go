package ledger_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
)

func TestOnlyWhatIsOpenCanBeLookedAtOrResolved(t *testing.T) {
	t.Parallel()
	at := start.Add(time.Minute)
	steps := map[string]func(*testing.T, *ledger.Ledger) error{
		"look": func(t *testing.T, l *ledger.Ledger) error {
			t.Helper()
			_, err := l.Look(t.Context(), "aaaaaa", "one", ledger.Look{At: at}, ledger.Proof{Disproved: []string{"pk-live1"}})
			return err
		},
		"resolve": func(t *testing.T, l *ledger.Ledger) error {
			t.Helper()
			_, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "me", At: at, Outcome: ledger.Applied})
			return err
		},
	}
	for name, tc := range map[string]struct {
		before func(*testing.T, *ledger.Ledger)
		closed ledger.State // empty: not in the ledger
	}{
		"nothing there": {before: func(*testing.T, *ledger.Ledger) {}},
		"a question": {closed: ledger.Pending, before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			o, buttons := pending("aaaaaa")
			must(t, l.Record(t.Context(), "", o, buttons))
		}},
		"an intent": {closed: ledger.Intent, before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Record(t.Context(), "", intent("aaaaaa"), nil))
		}},
		"nothing unknown": {closed: ledger.Settled, before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settle(t, l, "aaaaaa", ledger.Applied, ledger.NotApplied)
		}},
		"resolved": {closed: ledger.Resolved, before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settle(t, l, "aaaaaa", ledger.Applied, ledger.Unknown)
			_, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "me", At: at, Outcome: ledger.NotApplied})
			must(t, err)
		}},
		"disproved": {closed: ledger.Resolved, before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settle(t, l, "aaaaaa", ledger.Applied, ledger.Unknown)
			_, err := l.Look(t.Context(), "aaaaaa", "one", ledger.Look{At: at}, ledger.Proof{Disproved: []string{"pk-live2"}})
			must(t, err)
		}},
	} {
		for what, step := range steps {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				tc.before(t, l)
				err := step(t, l)
				var closed *ledger.ClosedError
				if tc.closed == "" {
					if !errors.Is(err, ledger.ErrNotFound) {
						t.Errorf("got %v, want ErrNotFound", err)
					}
				} else if !errors.As(err, &closed) || closed.State != tc.closed || closed.Operation != "aaaaaa" {
					t.Errorf("got %v, want closed as %s", err, tc.closed)
				}
			})
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, to := range []ledger.Outcome{ledger.Applied, ledger.NotApplied} {
		t.Run(string(to), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			before := settle(t, l, "aaaaaa", ledger.NotApplied, ledger.Unknown)
			got, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "slack:T1/user/U2", At: start.Add(time.Minute), Outcome: to})
			must(t, err)
			stored(t, l, got)
			if got.State != ledger.Resolved || got.ResolvedBy != "slack:T1/user/U2" || got.Digest == before.Digest {
				t.Errorf("resolved as %+v", got)
			}
			want := []ledger.Room{before.Rooms[0], before.Rooms[1]}
			want[1].Outcome, want[1].Reason = to, ledger.ResolvedReason
			if diff := cmp.Diff(want, got.Rooms); diff != "" {
				t.Errorf("rooms (-want +got):\n%s", diff)
			}
			var body struct{ Outcome ledger.Outcome }
			if e := lastEvent(t, l, "aaaaaa", &body); e.Kind != "resolved" || e.Actor != "slack:T1/user/U2" || body.Outcome != to {
				t.Errorf("event %s by %s: %s", e.Kind, e.Actor, e.Body)
			}
			for name, read := range map[string]func() ([]ledger.Operation, error){
				"unlooked": func() ([]ledger.Operation, error) { return l.Unlooked(t.Context(), start.Add(time.Hour), 9) },
				"unknown":  func() ([]ledger.Operation, error) { return l.Unknown(t.Context(), "", 9) },
				"untold":   func() ([]ledger.Operation, error) { return l.Untold(t.Context(), start, start.Add(time.Hour)) },
			} {
				if found, err := read(); err != nil || len(found) != 0 {
					t.Errorf("still %s: %q (%v)", name, ids(found), err)
				}
			}
		})
	}
	l := open(t)
	settle(t, l, "aaaaaa", ledger.Unknown)
	for _, wrong := range []ledger.Outcome{ledger.Undecided, ledger.Unknown, "perhaps"} {
		if _, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "me", At: start, Outcome: wrong}); err == nil {
			t.Errorf("resolved as %q", wrong)
		}
	}
}

func TestManyResolveOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	settle(t, l, "aaaaaa", ledger.Unknown, ledger.Unknown)
	results := make(chan error, 64)
	var wg sync.WaitGroup
	for i := range cap(results) {
		wg.Go(func() {
			to := []ledger.Outcome{ledger.Applied, ledger.NotApplied}[i%2]
			_, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "me", At: start.Add(time.Minute), Outcome: to})
			results <- err
		})
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		var closed *ledger.ClosedError
		switch {
		case err == nil:
			won++
		case !errors.As(err, &closed):
			t.Errorf("a loser was told %v", err)
		}
	}
	events, err := l.Events(t.Context(), "aaaaaa")
	must(t, err)
	if won != 1 || len(events) != 3 {
		t.Errorf("%d won and %d events, want 1 and 3", won, len(events))
	}
}

func TestATrueReplyAfterIt(t *testing.T) {
	t.Parallel()
	late := intent("aaaaaa").Lease.Add(time.Minute)
	for name, tc := range map[string]struct {
		before func(*testing.T, *ledger.Ledger)
		owner  bool // whether the reply still settles
		rooms  [2]ledger.Outcome
	}{
		"swept": {before: func(*testing.T, *ledger.Ledger) {}, owner: true, rooms: [2]ledger.Outcome{ledger.Applied, ledger.Applied}},
		"a look that proved nothing": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Look(t.Context(), "aaaaaa", "two", ledger.Look{At: late}, ledger.Proof{})
			must(t, err)
		}, owner: true, rooms: [2]ledger.Outcome{ledger.Applied, ledger.Applied}},
		"a look that disproved one": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Look(t.Context(), "aaaaaa", "two", ledger.Look{At: late}, ledger.Proof{Disproved: []string{"pk-live2"}})
			must(t, err)
		}, owner: true, rooms: [2]ledger.Outcome{ledger.Applied, ledger.NotApplied}},
		"a look that disproved all": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Look(t.Context(), "aaaaaa", "two", ledger.Look{At: late}, ledger.Proof{Disproved: []string{"pk-live1", "pk-live2"}})
			must(t, err)
		}, rooms: [2]ledger.Outcome{ledger.NotApplied, ledger.NotApplied}},
		"a person's word": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "me", At: late, Outcome: ledger.NotApplied})
			must(t, err)
		}, rooms: [2]ledger.Outcome{ledger.NotApplied, ledger.NotApplied}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			o := intent("aaaaaa")
			must(t, l.Record(t.Context(), "", o, nil))
			_, err := l.Sweep(t.Context(), o.Lease, "two")
			must(t, err)
			tc.before(t, l)
			_, err = l.Settle(t.Context(), applied(o, "one", late))
			var decided *ledger.LateError
			if tc.owner != (err == nil) || err != nil && !errors.As(err, &decided) {
				t.Errorf("settled late: %v", err)
			}
			got, err := l.Operation(t.Context(), "aaaaaa")
			must(t, err)
			if got.Rooms[0].Outcome != tc.rooms[0] || got.Rooms[1].Outcome != tc.rooms[1] {
				t.Errorf("rooms: %+v", got.Rooms)
			}
			if found, err := l.Unknown(t.Context(), o.Battle, 9); err != nil || len(found) != 0 {
				t.Errorf("unknown: %q (%v)", ids(found), err)
			}
		})
	}
}
