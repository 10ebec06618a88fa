package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/secret"
)

var errFault = errors.New("the store failed as it was told to")

// faults makes the store fail at one statement, or from it on.
type faults struct {
	armed bool
	at    int // how many statements still run
	stays bool
	fired int
}

// fault runs on the writer's goroutine, while the test waits for that.
func (f *faults) fault(string) error {
	if !f.armed {
		return nil
	}
	f.at--
	if f.at == -1 || f.stays && f.at < 0 {
		f.fired++
		return errFault
	}
	return nil
}

// tables returns all that the ledger keeps, table by table. The row that Ready writes is not among it.
func tables(t *testing.T, l *Ledger) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"operations", "op_rooms", "asks", "buttons", "events", "battles", "holds", "posts"} {
		rows, err := l.readers.QueryContext(t.Context(), "SELECT * FROM "+table+" ORDER BY 1, 2")
		check(t, table, err)
		columns, err := rows.Columns()
		check(t, table, err)
		for rows.Next() {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			check(t, table, rows.Scan(dest...))
			fmt.Fprintf(&all, "%s %v\n", table, values)
		}
		check(t, table, rows.Err())
	}
	return all.String()
}

// writes are the ledger's methods that write, on the state that prepare makes.
func writes() map[string]func(ctx context.Context, l *Ledger) error {
	at := benchStart().Add(2 * time.Second)
	again := []Button{{ID: "again", Action: "again", Expires: at.Add(time.Hour)}}
	return map[string]func(ctx context.Context, l *Ledger) error{
		"Record": func(ctx context.Context, l *Ledger) error {
			o := benchIntent(100)
			o.Undoes, o.ReplyTo = "000002", secret.New("token")
			return l.Record(ctx, "key", o, again)
		},
		"Record of a question": func(ctx context.Context, l *Ledger) error {
			o := benchIntent(100)
			o.State, o.Owner, o.Expires = Pending, "", at.Add(time.Minute)
			return l.Record(ctx, "key", o, again)
		},
		"Claim": func(ctx context.Context, l *Ledger) error {
			o := benchIntent(4)
			_, err := l.Claim(ctx, Claim{
				Button: "yes-4", By: "me", At: at, Owner: "holder", Lease: at.Add(time.Minute), SendBy: at, Limit: o.Limit, Again: again,
				Rooms: []Room{{Room: "pk-live1", Points: 90}},
			})
			return err
		},
		"Resend": func(ctx context.Context, l *Ledger) error {
			return l.Resend(ctx, "000001", "one", at, Call{Code: 60007})
		},
		"Settle": func(ctx context.Context, l *Ledger) error {
			_, err := l.Settle(ctx, Verdict{
				Operation: "000005", Owner: "setter", At: at, LookAfter: at, Rooms: []Room{{Room: "pk-live1", Points: 100, Outcome: Unknown}},
			})
			return err
		},
		"Look": func(ctx context.Context, l *Ledger) error {
			_, err := l.Look(ctx, "000002", "one", Look{At: at, Now: []Standing{{Room: "pk-live1", Score: 1}}}, Proof{Disproved: []string{"pk-live1"}})
			return err
		},
		"Resolve": func(ctx context.Context, l *Ledger) error {
			_, err := l.Resolve(ctx, Resolution{Operation: "000002", By: "me", At: at, Outcome: Applied})
			return err
		},
		"Dismiss": func(ctx context.Context, l *Ledger) error { return l.Dismiss(ctx, "000004", Cancelled, "me", at) },
		"Renew": func(ctx context.Context, l *Ledger) error {
			_, err := l.Renew(ctx, "yes-4", at, at.Add(time.Minute), []Standing{{Room: "pk-live1", Score: 1}}, []Room{{Room: "pk-live1", Points: 90}}, again)
			return err
		},
		"Told":   func(ctx context.Context, l *Ledger) error { return l.Told(ctx, "000002", ever(), at) },
		"Offer":  func(ctx context.Context, l *Ledger) error { return l.Offer(ctx, "000002", again) },
		"Posted": func(ctx context.Context, l *Ledger) error { return l.Posted(ctx, "000004", []string{"a", "b"}) },
		"Hold": func(ctx context.Context, l *Ledger) error {
			return l.Hold(ctx, Hold{Battle: "new", Owner: "two", By: "me", Since: at, Until: at.Add(time.Minute)})
		},
		"Release": func(ctx context.Context, l *Ledger) error { return l.Release(ctx, "b4+/=", "holder") },
		"See":     func(ctx context.Context, l *Ledger) error { return l.See(ctx, Battle{ID: "new", Seen: at}) },
		"Name":    func(ctx context.Context, l *Ledger) error { return l.Name(ctx, "b1+/=", "semi", "me", at) },
		"Sweep": func(ctx context.Context, l *Ledger) error {
			_, err := l.Sweep(ctx, at.Add(26*time.Hour), "two")
			return err
		},
	}
}

// prepare writes something of everything: intents, one of them an overwrite under its hold, a question, an unknown, a
// battle and a post.
func prepare(t *testing.T, l *Ledger) {
	t.Helper()
	ctx, at := t.Context(), benchStart()
	for n := range 3 {
		o := benchIntent(n)
		o.ReplyTo = secret.New("token")
		check(t, "record", l.Record(ctx, o.ID, o, nil))
	}
	o := benchIntent(2)
	o.Rooms[0].Outcome = Unknown
	_, err := l.Settle(ctx, Verdict{Operation: o.ID, Owner: "one", At: at, LookAfter: at, Rooms: o.Rooms})
	check(t, "settle", err)
	for n, undoes := range map[int]string{4: "000000", 5: "000001"} {
		o = benchIntent(n)
		o.Kind, o.State, o.Owner, o.Undoes, o.Expires = Set, Pending, "", undoes, at.Add(time.Minute)
		yes := Button{ID: fmt.Sprint("yes-", n), Action: "confirm", Expires: o.Expires}
		check(t, "ask", l.Record(ctx, o.ID, o, []Button{yes}))
	}
	check(t, "post", l.Posted(ctx, "000004", []string{"message"}))
	check(t, "hold", l.Hold(ctx, Hold{Battle: "b5+/=", Owner: "setter", By: "me", Since: at, Until: at.Add(time.Minute)}))
	check(t, "hold", l.Hold(ctx, Hold{Battle: "b4+/=", Owner: "holder", By: "me", Since: at, Until: at.Add(time.Minute)}))
	_, err = l.Claim(ctx, Claim{Button: "yes-5", By: "me", At: at, Owner: "setter", Lease: at.Add(time.Minute), SendBy: at})
	check(t, "claim", err)
	check(t, "see", l.See(ctx, Battle{ID: "b1+/=", Rooms: []string{"pk-live1"}, Seen: at}))
}

// TestEveryFaultLeavesAllOrNothing lets each method fail at each of its statements in turn, once at it alone and once
// from it on. What it reports as failed must have left nothing, and what it reports as written must be whole.
func TestEveryFaultLeavesAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, act := range writes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			l := openPath(t, Place(t), WithFault(f.fault))
			prepare(t, l)
			before := tables(t, l)
			k := 0
			for f.fail(t, l, k, false, act) {
				f.fail(t, l, k, true, act)
				if diff := cmp.Diff(before, tables(t, l)); diff != "" {
					t.Fatalf("fault %d left a part (-before +after):\n%s", k, diff)
				}
				k++
			}
			if k < 4 || tables(t, l) == before {
				t.Errorf("after %d faults the write left no trace", k)
			}
		})
	}
}

// checkHead fails unless the writer goes on from the end of the chain that was written.
func checkHead(t *testing.T, l *Ledger) {
	t.Helper()
	check(t, "read the end of the chain", l.writer.do(t.Context(), func(x *tx) error {
		last, err := scanOne(x, func(scan scanner) (seq int64, err error) {
			err = scan(&seq)
			return seq, err
		}, `SELECT MAX(seq) FROM events`)
		if err == nil && x.head.seq != last {
			t.Errorf("the chain ends at %d, and the writer would go on from %d", last, x.head.seq)
		}
		return err
	}))
}

// fail runs a write whose k-th statement fails, and reports whether it has so many.
func (f *faults) fail(t *testing.T, l *Ledger, k int, stays bool, act func(context.Context, *Ledger) error) bool {
	t.Helper()
	check(t, "reopen", l.Ready(t.Context())) // so that every attempt runs the same statements
	*f = faults{armed: true, at: k, stays: stays}
	err := act(t.Context(), l)
	f.armed = false
	checkChain(t, l)
	checkHead(t, l)
	if f.fired == 0 {
		check(t, "without a fault", err)
		return false
	}
	if !errors.Is(err, errFault) {
		t.Fatalf("fault %d was answered with %v", k, err)
	}
	return true
}

// TestNoWriterWithoutItsChain lets the ledger fail to read the end of the chain, when it opens and when it opens again.
func TestNoWriterWithoutItsChain(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := Place(t)
	f := &faults{armed: true, stays: true}
	if _, err := OpenPlace(t.Context(), path, "the test", WithFault(f.fault)); !errors.Is(err, errFault) {
		t.Fatalf("opened: %v", err)
	}
	f.armed = false
	l := openPath(t, path, WithFault(f.fault))
	prepare(t, l)
	before := tables(t, l)
	f.armed = true
	for range 3 {
		if err := l.Told(t.Context(), "000002", ever(), benchStart()); !errors.Is(err, errFault) {
			t.Fatalf("told: %v", err)
		}
	}
	f.armed = false
	if diff := cmp.Diff(before, tables(t, l)); diff != "" {
		t.Errorf("left a part (-before +after):\n%s", diff)
	}
	check(t, "told", l.Told(t.Context(), "000002", ever(), benchStart()))
	checkChain(t, l)
}

// ever is later than all that there is to tell.
func ever() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }
