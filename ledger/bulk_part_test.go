package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
)

// TestPartIsRecordedOnceEver asks again after more time than keys are kept.
func TestPartIsRecordedOnceEver(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(*ledger.Ledger, ledger.Operation) error{
		"as an intent": func(l *ledger.Ledger, o ledger.Operation) error { return l.Record(t.Context(), "", o, nil) },
		"as not sent": func(l *ledger.Ledger, o ledger.Operation) error {
			_, err := l.RecordUnsent(t.Context(), unsent(o, "moved"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, rows := running(t, 1)
			first := part("aaaaaa", rows, 1)
			must(t, l.Record(t.Context(), "", first, nil))
			_, err := l.Settle(t.Context(), outcomes(first, start, ledger.Applied))
			must(t, err)
			at := start.Add(2 * time.Hour)
			_, err = l.Sweep(t.Context(), at, "one")
			must(t, err)
			_, err = l.KeepBulk(t.Context(), "bulk00", "one/run", at.Add(time.Minute))
			must(t, err)
			second := part("bbbbbb", rows, 1)
			second.Created = at
			var duplicate *ledger.DuplicateError
			if err := again(l, second); !errors.As(err, &duplicate) || duplicate.Operation != "aaaaaa" {
				t.Errorf("the part again: %v", err)
			}
		})
	}
}

func TestAStoppedBulkBeginsNoPart(t *testing.T) {
	t.Parallel()
	l, rows := running(t, 3)
	first := part("aaaaaa", rows, 1)
	must(t, l.Record(t.Context(), "", first, nil))
	_, err := l.StopBulk(t.Context(), "bulk00", "me", start)
	must(t, err)
	var closed *ledger.ClosedError
	if _, err := l.StopBulk(t.Context(), "bulk00", "me", start); !errors.As(err, &closed) || closed.State != ledger.Stopping {
		t.Errorf("stopped again: %v", err)
	}
	if err := l.Record(t.Context(), "", part("bbbbbb", rows, 2), nil); !errors.As(err, &closed) || closed.State != ledger.Stopping {
		t.Errorf("a part after the stop: %v", err)
	}
	if _, err := l.RecordUnsent(t.Context(), unsent(part("bbbbbb", rows, 2), "moved")); !errors.As(err, &closed) {
		t.Errorf("a part that ends after the stop: %v", err)
	}
	if state, err := l.KeepBulk(t.Context(), "bulk00", "one/run", start.Add(time.Minute)); err != nil || state != ledger.Stopping {
		t.Errorf("its owner is told %s, %v", state, err)
	}
	if _, err := l.FinishBulk(t.Context(), "bulk00", "one/run", start); !errors.Is(err, ledger.ErrEarly) {
		t.Errorf("finished while a part has no outcome: %v", err)
	}
	_, err = l.Settle(t.Context(), outcomes(first, start, ledger.Applied))
	must(t, err)
	o, err := l.FinishBulk(t.Context(), "bulk00", "one/run", start)
	must(t, err)
	events, err := l.Events(t.Context(), "bulk00")
	must(t, err)
	last := events[len(events)-1]
	if o.State != ledger.Settled || last.Body != `{"applied":2,"not_applied":0,"unknown":0,"unsent":4}` || o.Digest != fmt.Sprintf("%x", last.Hash[:8]) {
		t.Errorf("finished as %+v with %s", o, last.Body)
	}
	if err := l.Record(t.Context(), "", part("bbbbbb", rows, 2), nil); !errors.As(err, &closed) || closed.State != ledger.Settled {
		t.Errorf("a part after the end: %v", err)
	}
}

func TestBulkOutcomes(t *testing.T) {
	t.Parallel()
	l, rows := running(t, 3)
	first, second := part("aaaaaa", rows, 1), part("bbbbbb", rows, 2)
	must(t, l.Record(t.Context(), "", first, nil))
	_, err := l.Settle(t.Context(), outcomes(first, start, ledger.Unknown, ledger.Unknown))
	must(t, err)
	moved, err := l.RecordUnsent(t.Context(), unsent(second, "moved"))
	must(t, err)
	if _, err := l.FinishBulk(t.Context(), "bulk00", "one/run", start); !errors.Is(err, ledger.ErrEarly) {
		t.Errorf("finished with a part that was not begun: %v", err)
	}
	got, err := l.BulkRows(t.Context(), "bulk00")
	must(t, err)
	want := rows
	for i := range want {
		switch want[i].Part {
		case 1:
			want[i].Operation, want[i].Outcome, want[i].Reason = "aaaaaa", ledger.Unknown, "timeout"
		case 2:
			want[i].Operation, want[i].Outcome, want[i].Reason = "bbbbbb", ledger.NotApplied, "moved"
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	kept, err := l.Operation(t.Context(), "bbbbbb")
	must(t, err)
	if diff := cmp.Diff(moved, kept, sameSecret()); diff != "" || kept.State != ledger.Settled || kept.Digest == "" {
		t.Errorf("the part that was not sent (-told +kept):\n%s", diff)
	}
	if _, err := l.RecordUnsent(t.Context(), part("cccccc", rows, 3)); err == nil {
		t.Error("a part without outcomes was taken for one that was not sent")
	}
}

// TestAnOverwriteOfABulkNeedsItsHold records one without a hold, beside another's, and under its own.
func TestAnOverwriteOfABulkNeedsItsHold(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		holder string
		want   string
	}{
		"without a hold":      {"", "held by "},
		"beside another hold": {"two/run/xxxxxx", "held by ben"},
		"under its own":       {"one/run/aaaaaa", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, rows := running(t, 1)
			o := part("aaaaaa", rows, 1)
			o.Kind = ledger.Set
			if tc.holder != "" {
				must(t, l.Hold(t.Context(), ledger.Hold{Battle: o.Battle, Owner: tc.holder, By: "ben", Since: start, Until: start.Add(time.Second)}))
			}
			if got := wordOf(l.Record(t.Context(), "", o, nil)); got != tc.want {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			if tc.want != "" {
				return
			}
			other := intent("bbbbbb")
			other.Battle, other.Created = o.Battle, start.Add(10*time.Second)
			if got := wordOf(l.Record(t.Context(), "", other, nil)); got != "held by ben" {
				t.Errorf("before the overwrite's lease has run out: %q", got)
			}
		})
	}
}

// TestPartsAreNotTold looks for parts where people look for their operations.
func TestPartsAreNotTold(t *testing.T) {
	t.Parallel()
	l, rows := running(t, 2)
	first := part("aaaaaa", rows, 1)
	first.Created = start.Add(time.Second)
	must(t, l.Record(t.Context(), "", first, nil))
	_, err := l.Settle(t.Context(), outcomes(first, start, ledger.Unknown, ledger.Unknown))
	must(t, err)
	_, err = l.RecordUnsent(t.Context(), unsent(part("bbbbbb", rows, 2), "moved"))
	must(t, err)
	for name, tc := range map[string]struct {
		read func() ([]ledger.Operation, error)
		want []string
	}{
		"log of all":    {func() ([]ledger.Operation, error) { return l.Log(t.Context(), "", 9) }, []string{"bulk00"}},
		"log of battle": {func() ([]ledger.Operation, error) { return l.Log(t.Context(), first.Battle, 9) }, []string{"aaaaaa"}},
		"untold":        {func() ([]ledger.Operation, error) { return l.Untold(t.Context(), start.Add(-time.Second), ever()) }, nil},
		"last": {func() ([]ledger.Operation, error) {
			o, err := l.Last(t.Context(), first.Asker, first.Channel)
			return []ledger.Operation{o}, err
		}, []string{"bulk00"}},
		"unknown":  {func() ([]ledger.Operation, error) { return l.Unknown(t.Context(), "", 9) }, []string{"aaaaaa"}},
		"unlooked": {func() ([]ledger.Operation, error) { return l.Unlooked(t.Context(), ever(), 9) }, []string{"aaaaaa"}},
	} {
		found, err := tc.read()
		must(t, err)
		var ids []string
		for _, o := range found {
			ids = append(ids, o.ID)
		}
		if diff := cmp.Diff(tc.want, ids); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, err = l.StopBulk(t.Context(), "bulk00", "me", start)
	must(t, err)
	_, err = l.FinishBulk(t.Context(), "bulk00", "one/run", start.Add(time.Minute))
	must(t, err)
	if found, err := l.Untold(t.Context(), start, ever()); err != nil || len(found) != 1 || found[0].ID != "bulk00" {
		t.Errorf("after the end %+v is to be told (%v)", found, err)
	}
}
