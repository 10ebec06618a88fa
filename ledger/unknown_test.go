package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ringside/ledger"
)

func TestUnknownsOfAnEndedBattleBlockNothing(t *testing.T) {
	t.Parallel()
	l := open(t)
	settle(t, l, "aaaaaa", ledger.Unknown, ledger.Applied)
	later := intent("bbbbbb")
	later.Created = start.Add(time.Second)
	must(t, l.Record(t.Context(), "", later, nil))
	_, err := l.Settle(t.Context(), outcomes(later, start.Add(2*time.Second), ledger.Unknown, ledger.Unknown))
	must(t, err)
	other := intent("cccccc")
	other.Battle = "another"
	must(t, l.Record(t.Context(), "", other, nil))
	_, err = l.Settle(t.Context(), outcomes(other, start.Add(2*time.Second), ledger.Unknown))
	must(t, err)
	for _, tc := range []struct {
		name  string
		ended time.Time
		open  bool
	}{{name: "running", open: true}, {name: "ended", ended: start.Add(time.Minute)}} {
		name := tc.name
		must(t, l.See(t.Context(), ledger.Battle{ID: "b+/=", Seen: start, Ended: tc.ended}))
		op, err := l.OpenUnknown(t.Context(), "b+/=", intent("x").Rooms)
		must(t, err)
		if (op != "") != tc.open {
			t.Errorf("%s: open unknown %q", name, op)
		}
		o := intent("dddd" + name[:2])
		o.Limit = ledger.Limit{Askers: []string{"nobody"}, Most: 9999, Unasked: true}
		if err := l.Record(t.Context(), "", o, nil); errors.Is(err, ledger.ErrOpenUnknown) != tc.open {
			t.Errorf("%s: %v", name, err)
		}
		for battle, want := range map[string]string{"b+/=": "bbbbbb aaaaaa", "": "bbbbbb cccccc aaaaaa", "nowhere": ""} {
			found, err := l.Unknown(t.Context(), battle, 9)
			must(t, err)
			if got := ids(found); got != want && got != strings.ReplaceAll(want, "bbbbbb cccccc", "cccccc bbbbbb") {
				t.Errorf("%s, unknown in %q: %q, want %q", name, battle, got, want)
			}
		}
	}
	if found, err := l.Unknown(t.Context(), "b+/=", 1); err != nil || ids(found) != "bbbbbb" {
		t.Errorf("the newest: %q (%v)", ids(found), err)
	}
}

func TestOverwrittenSince(t *testing.T) {
	t.Parallel()
	settled := start.Add(time.Second)
	for name, tc := range map[string]struct {
		kind    ledger.Kind
		outcome ledger.Outcome // Undecided: still under way
		asked   bool           // only a question
		room    string
		undoes  string
		since   time.Time
		want    bool
	}{
		"under way":                  {kind: ledger.Set, since: start.Add(time.Hour), want: true},
		"applied at the time":        {kind: ledger.Set, outcome: ledger.Applied, since: settled, want: true},
		"a compensation":             {kind: ledger.Set, outcome: ledger.Applied, undoes: "first0", since: settled, want: true},
		"applied before":             {kind: ledger.Set, outcome: ledger.Applied, since: settled.Add(time.Microsecond)},
		"unknown":                    {kind: ledger.Set, outcome: ledger.Unknown, since: start, want: true},
		"not applied":                {kind: ledger.Set, outcome: ledger.NotApplied, since: start},
		"another room":               {kind: ledger.Set, outcome: ledger.Applied, room: "pk-live9", since: start},
		"an addition":                {kind: ledger.Add, outcome: ledger.Applied, since: start},
		"a question":                 {kind: ledger.Set, asked: true, since: start},
		"an addition on its way":     {kind: ledger.Add, since: start},
		"a room that it left as was": {kind: ledger.Set, outcome: ledger.NotApplied, room: "pk-live2", since: start},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			o := intent("aaaaaa")
			if tc.asked {
				o, _ = pending("aaaaaa")
			}
			o.Kind, o.Undoes = tc.kind, tc.undoes
			must(t, l.Record(t.Context(), "", o, nil))
			if tc.outcome != ledger.Undecided {
				_, err := l.Settle(t.Context(), outcomes(o, settled, tc.outcome, tc.outcome))
				must(t, err)
			}
			room := tc.room
			if room == "" {
				room = "pk-live1"
			}
			got, err := l.OverwrittenSince(t.Context(), o.Battle, room, tc.since, "")
			must(t, err)
			if got != tc.want {
				t.Errorf("got %v", got)
			}
			if got, err := l.ReplacedSince(t.Context(), o.Battle, room, tc.since, ""); err != nil || got != (tc.want && tc.undoes == "") {
				t.Errorf("replaced: %v (%v)", got, err)
			}
			if got, err := l.OverwrittenSince(t.Context(), "another", room, start, ""); err != nil || got {
				t.Errorf("in another battle: %v (%v)", got, err)
			}
		})
	}
}
