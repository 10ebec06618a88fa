package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
	"ringside/secret"
)

// bulk returns a bulk that waits for a yes, its buttons, and rows over so many battles with two rooms each.
func bulk(id string, battles int) (ledger.Operation, []ledger.BulkRow, []ledger.Button) {
	o, buttons := pending(id)
	o.Kind, o.Battle, o.Alias, o.Rooms, o.Shown, o.ConfirmOver = ledger.Bulk, "", "", nil, nil, 0
	var rows []ledger.BulkRow
	for part := 1; part <= battles; part++ {
		for _, room := range []string{"a", "b"} {
			rows = append(rows, ledger.BulkRow{
				Line: 2*len(rows) + 1, Part: part, Kind: ledger.Add, Battle: fmt.Sprint(id, part), Alias: "final", Room: room,
				Points: int64(100 + len(rows)), Most: 5000, Over: 1000,
			})
		}
	}
	return o, rows, buttons
}

// running returns a ledger with a bulk that "one/run" sends until 20 s after the start.
func running(t *testing.T, battles int) (*ledger.Ledger, []ledger.BulkRow) {
	t.Helper()
	l := open(t)
	o, rows, buttons := bulk("bulk00", battles)
	must(t, l.RecordBulk(t.Context(), "key", o, rows, buttons))
	_, err := l.StartBulk(t.Context(), "yes-bulk00", "me", start)
	must(t, err)
	_, err = l.TakeBulk(t.Context(), "one/run", start, start.Add(20*time.Second))
	must(t, err)
	return l, rows
}

// part returns the intent of one part of a bulk.
func part(id string, rows []ledger.BulkRow, n int) ledger.Operation {
	o := intent(id)
	o.Bulk, o.Part, o.Owner, o.Rooms = "bulk00", n, "one/run/"+id, nil
	for _, r := range rows {
		if r.Part == n {
			o.Kind, o.Battle = r.Kind, r.Battle
			o.Rooms = append(o.Rooms, ledger.Room{Room: r.Room, Points: r.Points})
		}
	}
	return o
}

func unsent(o ledger.Operation, reason string) ledger.Operation {
	o.State, o.Lease, o.SendBy, o.Sends = "", time.Time{}, time.Time{}, 0
	for i := range o.Rooms {
		o.Rooms[i].Outcome, o.Rooms[i].Reason = ledger.NotApplied, reason
	}
	return o
}

func TestBulkIsKeptAsItWasAsked(t *testing.T) {
	t.Parallel()
	path := ledger.Place(t)
	l, err := ledger.OpenPlace(t.Context(), path, "first run")
	must(t, err)
	want, rows, buttons := bulk("bulk00", 120) // more rows than one statement writes
	want.ReplyTo = secret.New("token-of-the-ask")
	score := int64(7)
	rows[3].Kind, rows[3].Shown, rows[3].Leader = ledger.Set, &score, "a"
	must(t, l.RecordBulk(t.Context(), "key", want, rows, buttons))
	must(t, l.BulkMessage(t.Context(), "bulk00", "slack:T1/C1/123.45"))
	must(t, l.Close())
	l = openAt(t, path)
	want.Message = "slack:T1/C1/123.45"
	got, err := l.Operation(t.Context(), "bulk00")
	must(t, err)
	if diff := cmp.Diff(want, got, sameSecret()); diff != "" {
		t.Errorf("the bulk (-want +got):\n%s", diff)
	}
	kept, err := l.BulkRows(t.Context(), "bulk00")
	must(t, err)
	if diff := cmp.Diff(rows, kept); diff != "" {
		t.Errorf("its rows (-want +got):\n%s", diff)
	}
	var duplicate *ledger.DuplicateError
	want.ID = "bulk01"
	if err := l.RecordBulk(t.Context(), "key", want, rows, nil); !errors.As(err, &duplicate) || duplicate.Operation != "bulk00" {
		t.Errorf("the same ask again: %v", err)
	}
	if err := l.BulkMessage(t.Context(), "nobody", "m"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("the message of no bulk: %v", err)
	}
}

func TestBulkStartsOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	o, rows, buttons := bulk("bulk00", 1)
	must(t, l.RecordBulk(t.Context(), "", o, rows, buttons))
	if _, err := l.TakeBulk(t.Context(), "one/run", start, start.Add(time.Minute)); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("before the yes: %v", err)
	}
	if _, err := l.Claim(t.Context(), claim("yes-bulk00", start)); err == nil {
		t.Fatal("a bulk became an intent")
	}
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			_, err := l.StartBulk(t.Context(), "yes-bulk00", "me", start)
			errs <- err
		}()
	}
	started := 0
	for range cap(errs) {
		var closed *ledger.ClosedError
		switch err := <-errs; {
		case err == nil:
			started++
		case !errors.As(err, &closed) || closed.State != ledger.Running:
			t.Errorf("another yes: %v", err)
		}
	}
	if got, err := l.Operation(t.Context(), "bulk00"); err != nil || started != 1 || got.State != ledger.Running || got.ConfirmedBy != "me" {
		t.Errorf("started %d times, and is %+v (%v)", started, got, err)
	}
}

func TestBulkThatNobodyStarts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		end  func(*testing.T, *ledger.Ledger)
		want ledger.State
	}{
		"cancelled": {func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Dismiss(t.Context(), "bulk00", ledger.Cancelled, "me", start))
		}, ledger.Cancelled},
		"expired": {func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Sweep(t.Context(), start.Add(time.Minute), "one")
			must(t, err)
		}, ledger.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			o, rows, buttons := bulk("bulk00", 1)
			must(t, l.RecordBulk(t.Context(), "", o, rows, buttons))
			tc.end(t, l)
			var closed *ledger.ClosedError
			if _, err := l.StartBulk(t.Context(), "yes-bulk00", "me", start); !errors.As(err, &closed) || closed.State != tc.want {
				t.Errorf("a yes after it: %v", err)
			}
			if _, err := l.StopBulk(t.Context(), "bulk00", "me", start); !errors.As(err, &closed) || closed.State != tc.want {
				t.Errorf("a stop after it: %v", err)
			}
			if _, err := l.TakeBulk(t.Context(), "one/run", start.Add(time.Hour), start); !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("it is to be sent: %v", err)
			}
		})
	}
}

// TestBulkIsSentByOne takes a bulk over after its owner was silent for too long, or gave it up.
func TestBulkIsSentByOne(t *testing.T) {
	t.Parallel()
	l, rows := running(t, 3)
	at := start.Add(19 * time.Second)
	if _, err := l.TakeBulk(t.Context(), "two/run", at, at.Add(time.Minute)); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("while its owner lives: %v", err)
	}
	if state, err := l.KeepBulk(t.Context(), "bulk00", "one/run", at.Add(10*time.Second)); err != nil || state != ledger.Running {
		t.Fatalf("kept: %s, %v", state, err)
	}
	at = at.Add(10 * time.Second)
	o, err := l.TakeBulk(t.Context(), "two/run", at, at.Add(time.Minute))
	if err != nil || o.Owner != "two/run" || o.ID != "bulk00" {
		t.Fatalf("after its lease: %+v, %v", o, err)
	}
	if _, err := l.KeepBulk(t.Context(), "bulk00", "one/run", at.Add(time.Hour)); !errors.Is(err, ledger.ErrNotOwner) {
		t.Errorf("the old owner keeps it: %v", err)
	}
	if err := l.Record(t.Context(), "", part("aaaaaa", rows, 1), nil); !errors.Is(err, ledger.ErrNotOwner) {
		t.Errorf("the old owner sends: %v", err)
	}
	if _, err := l.RecordUnsent(t.Context(), unsent(part("aaaaaa", rows, 1), "moved")); !errors.Is(err, ledger.ErrNotOwner) {
		t.Errorf("the old owner ends a part: %v", err)
	}
	if _, err := l.FinishBulk(t.Context(), "bulk00", "one/run", at); !errors.Is(err, ledger.ErrNotOwner) {
		t.Errorf("the old owner finishes: %v", err)
	}
	must(t, l.LeaveBulk(t.Context(), "bulk00", "one/run"))
	if _, err := l.TakeBulk(t.Context(), "three/run", at, at.Add(time.Minute)); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("the old owner gave up what is not its: %v", err)
	}
	must(t, l.LeaveBulk(t.Context(), "bulk00", "two/run"))
	if _, err := l.TakeBulk(t.Context(), "three/run", at, at.Add(time.Minute)); err != nil {
		t.Errorf("after it was given up: %v", err)
	}
}
