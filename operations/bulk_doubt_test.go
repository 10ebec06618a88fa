package operations_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// doubtful is a ledger that does not tell whether it kept the yes to a bulk.
type doubtful struct {
	*ledger.Ledger
	kept bool
}

func (d *doubtful) StartBulk(ctx context.Context, button, by string, at time.Time) (ledger.Operation, error) {
	if d.kept {
		if _, err := d.Ledger.StartBulk(ctx, button, by, at); err != nil {
			return ledger.Operation{}, err
		}
	}
	return ledger.Operation{}, fmt.Errorf("the line broke: %w", ledger.ErrDoubt)
}

func TestAYesInDoubtIsNeverCalledUnsent(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]bool{"it was kept": true, "it is not known": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newField(t, 1)
			client, err := tencent.New(f.settings())
			must(t, err)
			book, err := battles.New(t.Context(), client, f.ledger)
			must(t, err)
			engine, err := operations.New(&doubtful{f.ledger, kept}, client, book, "doubtful", 3100*time.Millisecond)
			must(t, err)
			t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
			q, err := engine.ProposeBulk(t.Context(), f.ask(f.rows()), time.Minute)
			must(t, err)
			o, err := engine.StartBulk(t.Context(), q.Operation, operations.Yes{Button: q.Yes, By: ana(), Authorize: allow})
			var unsure *operations.UnsureError
			var unsent *operations.NotSentError
			switch {
			case errors.As(err, &unsent):
				t.Errorf("called unsent: %v", err)
			case kept && (err != nil || o.State != ledger.Running):
				t.Errorf("started as %s: %v", o.State, err)
			case !kept && !errors.As(err, &unsure):
				t.Errorf("error %v", err)
			}
		})
	}
}
