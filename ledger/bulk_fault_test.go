package ledger

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bulkTables is tables with the rows of bulks, and with where bulks stand.
func bulkTables(t *testing.T, l *Ledger) string {
	t.Helper()
	bulks, err := scanAllContext(t.Context(), l.readers, scanString, `SELECT id || ' ' || message || ' ' || owner || ' ' || state
		FROM operations WHERE kind = 'bulk' ORDER BY id`)
	check(t, "read bulks", err)
	for _, id := range bulks {
		rows, err := l.BulkRows(t.Context(), strings.Fields(id)[0])
		check(t, "read rows", err)
		for _, r := range rows {
			r.Shown = nil
			bulks = append(bulks, fmt.Sprint(r))
		}
	}
	return tables(t, l) + strings.Join(bulks, "\n")
}

// testBulk returns a pending bulk over two battles.
func testBulk(id string) (Operation, []BulkRow, []Button) {
	at := benchStart()
	rows := make([]BulkRow, 2)
	for i := range rows {
		rows[i] = BulkRow{Line: i + 1, Part: i + 1, Kind: Set, Battle: fmt.Sprint(id, i), Room: "pk-live1", Points: 100, Most: 500}
	}
	o := Operation{ID: id, Kind: Bulk, State: Pending, Asker: "me", Channel: "c", Created: at, Expires: at.Add(time.Minute)}
	return o, rows, []Button{{ID: "yes-" + id, Action: "confirm", Expires: o.Expires}}
}

// testPart returns the intent of a part of the running bulk.
func testPart(id string, part int) Operation {
	o := benchIntent(0)
	o.ID, o.Kind, o.Limit = id, Set, Limit{}
	o.Bulk, o.Part, o.Battle, o.Owner = "run", part, fmt.Sprint("run", part-1), "one/x/"+id
	return o
}

func bulkWrites() map[string]func(ctx context.Context, l *Ledger) error {
	at := benchStart().Add(time.Second)
	return map[string]func(ctx context.Context, l *Ledger) error{
		"RecordBulk": func(ctx context.Context, l *Ledger) error {
			o, rows, buttons := testBulk("new")
			return l.RecordBulk(ctx, "key", o, rows, buttons)
		},
		"StartBulk": func(ctx context.Context, l *Ledger) error {
			_, err := l.StartBulk(ctx, "yes-asked", "me", at)
			return err
		},
		"StopBulk": func(ctx context.Context, l *Ledger) error {
			_, err := l.StopBulk(ctx, "run", "me", at)
			return err
		},
		"TakeBulk": func(ctx context.Context, l *Ledger) error {
			_, err := l.TakeBulk(ctx, "two/x", at.Add(time.Hour), at.Add(2*time.Hour))
			return err
		},
		"KeepBulk": func(ctx context.Context, l *Ledger) error {
			_, err := l.KeepBulk(ctx, "run", "one/x", at.Add(2*time.Hour))
			return err
		},
		"LeaveBulk":   func(ctx context.Context, l *Ledger) error { return l.LeaveBulk(ctx, "run", "one/x") },
		"BulkMessage": func(ctx context.Context, l *Ledger) error { return l.BulkMessage(ctx, "run", "m") },
		"FinishBulk": func(ctx context.Context, l *Ledger) error {
			_, err := l.FinishBulk(ctx, "stopped", "one/y", at)
			return err
		},
		"Record of a part": func(ctx context.Context, l *Ledger) error {
			return l.Record(ctx, "", testPart("part-1", 1), nil)
		},
		"RecordUnsent": func(ctx context.Context, l *Ledger) error {
			o := testPart("part-1", 1)
			o.Rooms[0].Outcome, o.Rooms[0].Reason = NotApplied, "moved"
			_, err := l.RecordUnsent(ctx, o)
			return err
		},
	}
}

// prepareBulks leaves a bulk that is asked for, one that is stopped, and one that runs with a battle held for it.
func prepareBulks(t *testing.T, l *Ledger) {
	t.Helper()
	ctx, at := t.Context(), benchStart()
	for id, owner := range map[string]string{"asked": "", "stopped": "one/y", "run": "one/x"} {
		o, rows, buttons := testBulk(id)
		check(t, "propose", l.RecordBulk(ctx, "", o, rows, buttons))
		if owner == "" {
			continue
		}
		_, err := l.StartBulk(ctx, "yes-"+id, "me", at)
		check(t, "start", err)
		_, err = l.TakeBulk(ctx, owner, at, at.Add(time.Minute))
		check(t, "take", err)
	}
	_, err := l.StopBulk(ctx, "stopped", "me", at)
	check(t, "stop", err)
	check(t, "hold", l.Hold(ctx, Hold{Battle: "run0", Owner: "one/x/part-1", By: "me", Since: at, Until: at.Add(time.Second)}))
}

// TestEveryFaultLeavesAllOrNothingOfABulk is TestEveryFaultLeavesAllOrNothing for what a bulk writes.
func TestEveryFaultLeavesAllOrNothingOfABulk(t *testing.T) {
	t.Parallel()
	for name, act := range bulkWrites() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			l := openPath(t, Place(t), WithFault(f.fault))
			prepareBulks(t, l)
			before := bulkTables(t, l)
			k := 0
			for f.fail(t, l, k, false, act) {
				f.fail(t, l, k, true, act)
				if diff := cmp.Diff(before, bulkTables(t, l)); diff != "" {
					t.Fatalf("fault %d left a part (-before +after):\n%s", k, diff)
				}
				k++
			}
			if k < 4 || bulkTables(t, l) == before {
				t.Errorf("after %d faults the write left no trace", k)
			}
		})
	}
}

// TestSoundChainWithBulks verifies a ledger with bulks in every state of their life.
func TestSoundChainWithBulks(t *testing.T) {
	t.Parallel()
	path := Place(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	check(t, "open", err)
	prepareBulks(t, l)
	check(t, "part", l.Record(t.Context(), "", testPart("part-1", 1), nil))
	o := testPart("part-2", 2)
	o.Rooms[0].Outcome, o.Rooms[0].Reason = NotApplied, "moved"
	_, err = l.RecordUnsent(t.Context(), o)
	check(t, "unsent", err)
	check(t, "close", l.Close())
	if got := verify(t, path); got.Finding != Sound {
		t.Errorf("with open bulks: %+v", got)
	}
	l, err = OpenPlace(t.Context(), path, "the test")
	check(t, "open", err)
	_, err = l.FinishBulk(t.Context(), "stopped", "one/y", benchStart())
	check(t, "finish", err)
	check(t, "cancel", l.Dismiss(t.Context(), "asked", Cancelled, "me", benchStart()))
	check(t, "close", l.Close())
	if got := verify(t, path); got.Finding != Sound || got.Events != 10 {
		t.Errorf("after their end: %+v", got)
	}
}

// TestRowsAreFoundByTheirIndex holds the look-up of a bulk's parts against reading all operations there ever were.
func TestRowsAreFoundByTheirIndex(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	l := openFor(t)
	plan, err := scanAllContext(t.Context(), l.readers, func(scan scanner) (detail string, err error) {
		var skip any
		err = scan(&skip, &skip, &skip, &detail)
		return detail, err
	}, `EXPLAIN QUERY PLAN `+bulkRowsQuery, "run")
	check(t, "explain", err)
	for _, step := range plan {
		if strings.HasPrefix(step, "SCAN") {
			t.Errorf("a table is read whole: %s", strings.Join(plan, "; "))
		}
	}
}
