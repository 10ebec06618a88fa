package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"
)

// viewTables returns what stands in the tables of the view.
func viewTables(t *testing.T, l *Ledger) string {
	t.Helper()
	ctx := t.Context()
	watches, err := l.Watches(ctx)
	check(t, "watches", err)
	keys, err := overlayKey(ctx, l.readers, "b1+/=")
	check(t, "keys", err)
	secrets, err := scanAllContext(ctx, l.readers, scanBytes, `SELECT value FROM secrets`)
	check(t, "secrets", err)
	battles, err := scanAllContext(ctx, l.readers, scanBattle, battleColumns+`ORDER BY id`)
	check(t, "battles", err)
	return fmt.Sprintf("%+v\n%d\n%x\n%+v", watches, keys, secrets, battles)
}

// TestEveryFaultInTheViewLeavesAllOrNothing is TestEveryFaultLeavesAllOrNothing for what the view writes.
func TestEveryFaultInTheViewLeavesAllOrNothing(t *testing.T) {
	t.Parallel()
	at := benchStart()
	old := Watch{Channel: "C1", Battle: "old", Message: "m1", By: "me", At: at}
	for name, act := range map[string]func(ctx context.Context, l *Ledger) error{
		"Watch": func(ctx context.Context, l *Ledger) error {
			return l.Watch(ctx, Watch{Channel: "C1", Battle: "new", At: at})
		},
		"Watch again": func(ctx context.Context, l *Ledger) error {
			return l.Watch(ctx, Watch{Channel: "C1", Battle: "old", At: at})
		},
		"Rewatch": func(ctx context.Context, l *Ledger) error { return l.Rewatch(ctx, "C1", "old", "m2") },
		"Unwatch": func(ctx context.Context, l *Ledger) error {
			_, err := l.Unwatch(ctx, "C1", "old", "me", at)
			return err
		},
		"RevokeOverlay": func(ctx context.Context, l *Ledger) error {
			_, err := l.RevokeOverlay(ctx, "b1+/=", "me", at)
			return err
		},
		"Pepper": func(ctx context.Context, l *Ledger) error {
			_, err := l.Pepper(ctx, rand.Reader)
			return err
		},
		"See of a known battle": func(ctx context.Context, l *Ledger) error {
			return l.See(ctx, Battle{ID: "b1+/=", Ended: at.Add(time.Minute), Final: []Standing{{Room: "a", Score: 1}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			l := openPath(t, Place(t), WithFault(f.fault))
			check(t, "watch", l.Watch(t.Context(), old))
			check(t, "see", l.See(t.Context(), Battle{ID: "b1+/=", Rooms: []string{"a"}, Seen: at}))
			before := viewTables(t, l)
			k := 0
			for ; ; k++ {
				check(t, "reopen", l.Ready(t.Context()))
				*f = faults{armed: true, at: k}
				err := act(t.Context(), l)
				f.armed = false
				checkChain(t, l)
				if f.fired == 0 {
					check(t, "without a fault", err)
					break
				}
				if !errors.Is(err, errFault) || viewTables(t, l) != before {
					t.Fatalf("fault %d was answered with %v and left\n%s", k, err, viewTables(t, l))
				}
			}
			if k < 4 || viewTables(t, l) == before {
				t.Errorf("after %d faults the write left no trace", k)
			}
		})
	}
}
