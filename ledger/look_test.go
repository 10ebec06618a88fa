package ledger_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
)

// outcomes returns a verdict that gives the rooms of o these outcomes.
func outcomes(o ledger.Operation, at time.Time, each ...ledger.Outcome) ledger.Verdict {
	v := applied(o, o.Owner, at)
	for i, outcome := range each {
		if v.Rooms[i].Outcome = outcome; outcome != ledger.Applied {
			v.Rooms[i].Reason = "timeout"
		}
		if outcome == ledger.Unknown {
			v.LookAfter = at.Add(4 * time.Second)
		}
	}
	return v
}

// settle records an addition and gives its rooms outcomes, a second after the start.
func settle(t *testing.T, l *ledger.Ledger, id string, each ...ledger.Outcome) ledger.Operation {
	t.Helper()
	o := intent(id)
	must(t, l.Record(t.Context(), "", o, nil))
	settled, err := l.Settle(t.Context(), outcomes(o, start.Add(time.Second), each...))
	must(t, err)
	return settled
}

func ids(found []ledger.Operation) string {
	var all []string
	for _, o := range found {
		all = append(all, o.ID)
	}
	return strings.Join(all, " ")
}

// stored reads an operation back, and fails unless it is what a method returned.
func stored(t *testing.T, l *ledger.Ledger, want ledger.Operation) {
	t.Helper()
	got, err := l.Operation(t.Context(), want.ID)
	must(t, err)
	if diff := cmp.Diff(want, got, sameSecret()); diff != "" {
		t.Errorf("read back (-returned +read):\n%s", diff)
	}
}

// lastEvent decodes the body of an operation's last event and returns that event.
func lastEvent(t *testing.T, l *ledger.Ledger, op string, body any) ledger.Event {
	t.Helper()
	events, err := l.Events(t.Context(), op)
	must(t, err)
	last := events[len(events)-1]
	must(t, json.Unmarshal([]byte(last.Body), body))
	return last
}

func TestUnlookedFromItsTimeOn(t *testing.T) {
	t.Parallel()
	l := open(t)
	settle(t, l, "allgod", ledger.Applied, ledger.NotApplied)
	settle(t, l, "second", ledger.Applied, ledger.Unknown)
	first := intent("firsts")
	must(t, l.Record(t.Context(), "", first, nil))
	_, err := l.Settle(t.Context(), outcomes(first, start, ledger.Unknown, ledger.Unknown))
	must(t, err)
	for name, tc := range map[string]struct {
		at   time.Duration
		n    int
		want string
	}{
		"too early":        {at: 4*time.Second - time.Microsecond, n: 10},
		"at the moment":    {at: 4 * time.Second, n: 10, want: "firsts"},
		"the oldest first": {at: time.Minute, n: 10, want: "firsts second"},
		"no more than so":  {at: time.Minute, n: 1, want: "firsts"},
	} {
		found, err := l.Unlooked(t.Context(), start.Add(tc.at), tc.n)
		must(t, err)
		if got := ids(found); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestASweptIntentIsLookedAtAtOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	o := intent("aaaaaa")
	must(t, l.Record(t.Context(), "", o, nil))
	_, err := l.Sweep(t.Context(), o.Lease, "two")
	must(t, err)
	found, err := l.Unlooked(t.Context(), o.Lease, 10)
	must(t, err)
	if ids(found) != "aaaaaa" {
		t.Fatalf("unlooked: %q", ids(found))
	}
	_, err = l.Settle(t.Context(), applied(o, "one", o.Lease.Add(time.Second)))
	must(t, err)
	if found, err = l.Unlooked(t.Context(), o.Lease.Add(time.Hour), 10); err != nil || len(found) != 0 {
		t.Errorf("after the true reply: %q (%v)", ids(found), err)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		disproved []string
		state     ledger.State
		rooms     [2]ledger.Outcome
		took      []string // by the event
	}{
		"nothing disproved":    {state: ledger.Settled, rooms: [2]ledger.Outcome{ledger.Unknown, ledger.Unknown}},
		"one of two":           {disproved: []string{"pk-live2"}, state: ledger.Settled, rooms: [2]ledger.Outcome{ledger.Unknown, ledger.NotApplied}, took: []string{"pk-live2"}},
		"both":                 {disproved: []string{"pk-live1", "pk-live2"}, state: ledger.Resolved, rooms: [2]ledger.Outcome{ledger.NotApplied, ledger.NotApplied}, took: []string{"pk-live1", "pk-live2"}},
		"a room of no concern": {disproved: []string{"pk-live9"}, state: ledger.Settled, rooms: [2]ledger.Outcome{ledger.Unknown, ledger.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			before := settle(t, l, "aaaaaa", ledger.Unknown, ledger.Unknown)
			must(t, l.Told(t.Context(), "aaaaaa", ever(), start.Add(2*time.Second)))
			look := ledger.Look{
				At: start.Add(5 * time.Second), Now: []ledger.Standing{{Room: "pk-live1", Score: 7}}, Overwritten: []string{"pk-live1"},
			}
			got, err := l.Look(t.Context(), "aaaaaa", "one", look, ledger.Proof{Disproved: tc.disproved})
			must(t, err)
			stored(t, l, got)
			if got.State != tc.state || got.Rooms[0].Outcome != tc.rooms[0] || got.Rooms[1].Outcome != tc.rooms[1] || got.ResolvedBy != "" {
				t.Errorf("looked at: %+v", got)
			}
			if diff := cmp.Diff(look, got.Look); diff != "" {
				t.Errorf("what it found (-given +kept):\n%s", diff)
			}
			var body struct {
				Look      ledger.Look
				Disproved []string
			}
			event := lastEvent(t, l, "aaaaaa", &body)
			if diff := cmp.Diff(look, body.Look); diff != "" || !cmp.Equal(tc.took, body.Disproved) || event.Kind != "looked" || event.Actor != "one" {
				t.Errorf("event %s by %s: %s", event.Kind, event.Actor, event.Body)
			}
			if changed := got.Digest != before.Digest; changed != (tc.took != nil) {
				t.Errorf("the digest changed: %v", changed)
			}
			untold, err := l.Untold(t.Context(), start.Add(4*time.Second), start.Add(time.Minute))
			must(t, err)
			if ids(untold) != "aaaaaa" {
				t.Errorf("what was found is not told: untold are %q", ids(untold))
			}
			if found, err := l.Unlooked(t.Context(), start.Add(time.Hour), 10); err != nil || len(found) != 0 {
				t.Errorf("looked at, and still to be: %q (%v)", ids(found), err)
			}
		})
	}
}

func TestALateReplyThatKnowsNoMoreIsNotLookedAtAgain(t *testing.T) {
	t.Parallel()
	l := open(t)
	o := intent("aaaaaa")
	must(t, l.Record(t.Context(), "", o, nil))
	_, err := l.Sweep(t.Context(), o.Lease, "two")
	must(t, err)
	_, err = l.Look(t.Context(), "aaaaaa", "two", ledger.Look{At: o.Lease}, ledger.Proof{})
	must(t, err)
	_, err = l.Settle(t.Context(), outcomes(o, o.Lease.Add(time.Second), ledger.Unknown, ledger.Unknown))
	must(t, err)
	if found, err := l.Unlooked(t.Context(), start.Add(time.Hour), 9); err != nil || len(found) != 0 {
		t.Errorf("unlooked: %q (%v)", ids(found), err)
	}
}
