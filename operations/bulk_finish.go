package operations

import (
	"context"
	"errors"
	"fmt"

	"ringside/ledger"
)

// finish settles the bulk once all that was sent has an outcome and unknown ones had their look.
func (r *bulkRun) finish(life context.Context) error {
	if err := r.awaitLooks(life); err != nil {
		return err
	}
	for {
		if err := life.Err(); err != nil {
			return fmt.Errorf("finish the bulk: %w", context.Cause(life))
		}
		o, err := r.engine.store.FinishBulk(life, r.o.ID, r.owner, r.engine.now())
		if err == nil {
			r.mu.Lock()
			r.settled = o
			r.mu.Unlock()
			_ = r.refresh(life) // the outcomes are true without it, and may be older
			return nil
		}
		if errors.Is(err, ledger.ErrNotOwner) {
			return fmt.Errorf("%w: %w", errLost, err)
		}
		sleep(life, finishPause)
	}
}

// awaitLooks gives the unknown outcomes some time for their look.
func (r *bulkRun) awaitLooks(life context.Context) error {
	soon, cancel := context.WithTimeout(life, lookWait)
	defer cancel()
	for {
		if err := r.refresh(life); err == nil && !r.unlooked(life) {
			return nil
		}
		if !sleep(soon, finishPause) {
			break
		}
	}
	if life.Err() != nil {
		return fmt.Errorf("the bulk was given up: %w", context.Cause(life))
	}
	return nil
}

// refresh reads the outcomes as they stand now.
func (r *bulkRun) refresh(ctx context.Context) error {
	rows, err := r.engine.store.BulkRows(ctx, r.o.ID)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = rows
	return nil
}

// unlooked reports whether there is an unknown outcome of this bulk that nobody has looked at yet.
func (r *bulkRun) unlooked(ctx context.Context) bool {
	last := ""
	for _, row := range r.rows { // nothing else changes them any more
		if row.Outcome != ledger.Unknown || row.Operation == last {
			continue
		}
		last = row.Operation
		o, err := r.engine.store.Operation(ctx, row.Operation)
		if err != nil || o.Look.At.IsZero() && o.Has(ledger.Unknown) {
			return true
		}
	}
	return false
}
