package ledger_test

import (
	"errors"
	"testing"
	"time"

	"ringside/ledger"
)

// undoing returns an operation that would take "first0" back.
func undoing(o ledger.Operation) ledger.Operation {
	o.Undoes = "first0"
	return o
}

func mustBeUndone(t *testing.T, err error, by string) {
	t.Helper()
	var undone *ledger.UndoneError
	if !errors.As(err, &undone) || undone.By != by {
		t.Errorf("got %v, want it undone by %s", err, by)
	}
}

// TestUndoneOnce lets a second undo of the same operation begin, at once and by a press, in every state of the first.
func TestUndoneOnce(t *testing.T) {
	t.Parallel()
	settled := func(each ...ledger.Outcome) func(*testing.T, *ledger.Ledger) {
		return func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			o := undoing(intent("undo01"))
			must(t, l.Record(t.Context(), "", o, nil))
			_, err := l.Settle(t.Context(), outcomes(o, start.Add(time.Second), each...))
			must(t, err)
		}
	}
	for name, tc := range map[string]struct {
		before func(*testing.T, *ledger.Ledger)
		undone bool
	}{
		"none":        {before: func(*testing.T, *ledger.Ledger) {}},
		"applied":     {before: settled(ledger.Applied, ledger.Applied), undone: true},
		"in one room": {before: settled(ledger.NotApplied, ledger.Applied), undone: true},
		"unknown":     {before: settled(ledger.Unknown, ledger.NotApplied), undone: true},
		"not applied": {before: settled(ledger.NotApplied, ledger.NotApplied)},
		"under way": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Record(t.Context(), "", undoing(intent("undo01")), nil))
		}, undone: true},
		"asked": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			o, _ := pending("undo01")
			must(t, l.Record(t.Context(), "", undoing(o), nil))
		}},
		"cancelled": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			o, _ := pending("undo01")
			must(t, l.Record(t.Context(), "", undoing(o), nil))
			must(t, l.Dismiss(t.Context(), o.ID, ledger.Cancelled, "me", start))
		}},
		"of another operation": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			o := intent("undo01")
			o.Undoes = "other0"
			must(t, l.Record(t.Context(), "", o, nil))
		}},
		"no undo at all": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Record(t.Context(), "", intent("undo01"), nil))
		}},
		"resolved as not applied": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settled(ledger.Unknown, ledger.NotApplied)(t, l)
			_, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "undo01", By: "me", At: start.Add(time.Minute), Outcome: ledger.NotApplied})
			must(t, err)
		}},
		"resolved as applied": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settled(ledger.Unknown, ledger.NotApplied)(t, l)
			_, err := l.Resolve(t.Context(), ledger.Resolution{Operation: "undo01", By: "me", At: start.Add(time.Minute), Outcome: ledger.Applied})
			must(t, err)
		}, undone: true},
		"disproved": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settled(ledger.Unknown, ledger.NotApplied)(t, l)
			_, err := l.Look(t.Context(), "undo01", "one", ledger.Look{At: start}, ledger.Proof{Disproved: []string{"pk-live1"}})
			must(t, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			question, buttons := pending("asking")
			must(t, l.Record(t.Context(), "", undoing(question), buttons))
			tc.before(t, l)
			by, err := l.UndoneBy(t.Context(), "first0")
			must(t, err)
			if (by == "undo01") != tc.undone || (by == "") == tc.undone {
				t.Errorf("undone by %q", by)
			}
			_, press := l.Claim(t.Context(), claim("yes-asking", start))
			if tc.undone {
				mustBeUndone(t, press, "undo01")
				mustBeUndone(t, l.Record(t.Context(), "", undoing(intent("second")), nil), "undo01")
				return
			}
			must(t, press)
			mustBeUndone(t, l.Record(t.Context(), "", undoing(intent("second")), nil), "asking")
		})
	}
}

func TestNothingIsUndoneByTheEmptyName(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.Record(t.Context(), "", intent("aaaaaa"), nil))
	if by, err := l.UndoneBy(t.Context(), ""); err != nil || by != "" {
		t.Errorf("got %q (%v)", by, err)
	}
}

// TestOnlyAnUndoIsRecounted gives questions other numbers at the press and in a new preview.
func TestOnlyAnUndoIsRecounted(t *testing.T) {
	t.Parallel()
	moved := []ledger.Room{{Room: "pk-live1", Points: 90}, {Room: "pk-live2", Points: 50}}
	other := []ledger.Room{{Room: "pk-live1", Points: 90}, {Room: "pk-live9", Points: 50}}
	for name, tc := range map[string]struct {
		undoes string
		rooms  []ledger.Room
		want   int64 // the points of the first room; 0 for a refusal
	}{
		"an undo":                {undoes: "first0", rooms: moved, want: 90},
		"an undo as it was":      {undoes: "first0", want: 100},
		"what was said yes to":   {rooms: moved},
		"the same numbers":       {rooms: intent("x").Rooms, want: 100},
		"an undo of other rooms": {undoes: "first0", rooms: other},
		"an undo of fewer":       {undoes: "first0", rooms: moved[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for step, do := range map[string]func(*ledger.Ledger) (ledger.Operation, error){
				"claim": func(l *ledger.Ledger) (ledger.Operation, error) {
					c := claim("yes-aaaaaa", start)
					c.Rooms = tc.rooms
					return l.Claim(t.Context(), c)
				},
				"renew": func(l *ledger.Ledger) (ledger.Operation, error) {
					return l.Renew(t.Context(), "yes-aaaaaa", start, start.Add(time.Minute), nil, tc.rooms, nil)
				},
			} {
				l := open(t)
				o, buttons := pending("aaaaaa")
				o.Undoes = tc.undoes
				must(t, l.Record(t.Context(), "", o, buttons))
				got, err := do(l)
				if tc.want == 0 {
					if err == nil {
						t.Errorf("%s: taken as %+v", step, got.Rooms)
					}
					if got, err = l.Operation(t.Context(), "aaaaaa"); err != nil || got.Rooms[0].Points != 100 || got.State != ledger.Pending {
						t.Errorf("%s, after the refusal: %+v (%v)", step, got, err)
					}
					continue
				}
				must(t, err)
				stored(t, l, got)
				var body struct {
					Undoes string
					Rooms  []struct{ Points int64 }
				}
				lastEvent(t, l, "aaaaaa", &body)
				if got.Rooms[0].Points != tc.want || body.Rooms[0].Points != tc.want || body.Undoes != tc.undoes {
					t.Errorf("%s: %+v, and the event says %+v", step, got.Rooms, body)
				}
			}
		})
	}
}

// An overwrite that came after the preview of an undo stands in its way when it is claimed.
func TestAnUndoOfWhatWasReplacedIsNotClaimed(t *testing.T) {
	t.Parallel()
	for name, replaced := range map[string]bool{"overwritten since": true, "nothing since": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			settle(t, l, "first0", ledger.Applied, ledger.Applied)
			question, buttons := pending("asking")
			question.Undoes = "first0"
			must(t, l.Record(t.Context(), "", question, buttons))
			if replaced {
				over := intent("over00")
				over.Kind, over.Created = ledger.Set, start.Add(time.Minute)
				must(t, l.Record(t.Context(), "", over, nil))
				_, err := l.Settle(t.Context(), applied(over, over.Owner, start.Add(time.Minute)))
				must(t, err)
			}
			_, err := l.Claim(t.Context(), claim("yes-asking", start.Add(time.Second)))
			var gone *ledger.ReplacedError
			if errors.As(err, &gone) != replaced || !replaced && err != nil {
				t.Errorf("claimed: %v", err)
			}
		})
	}
}
