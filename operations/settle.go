package operations

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ringside/ledger"
)

// settle writes an outcome down. The outcome is true even where the ledger can't take it: then it is owed,
// and the ledger is asked again until it does.
func (e *Engine) settle(ctx context.Context, o ledger.Operation, v ledger.Verdict) Result {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	settled, err := e.store.Settle(ctx, v)
	var late *ledger.LateError
	switch {
	case err == nil:
		e.noteUnknown(settled)
		return Result{Operation: settled}
	case errors.As(err, &late):
		return Result{Operation: late.Operation, Late: v.Rooms}
	}
	e.owe(v)
	o.State, o.Rooms, o.Call, o.Settled = ledger.Settled, v.Rooms, v.Call, v.At
	return Result{Operation: o, Unwritten: true}
}

func (e *Engine) owe(v ledger.Verdict) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.owing = append(e.owing, v)
}

// Sweep writes outcomes that the ledger owes, then settles as unknown every intent whose lease ran out and
// as expired every question past its deadline. It returns both, but for the parts of bulks.
func (e *Engine) Sweep(ctx context.Context) (ledger.Swept, error) {
	if err := e.Pay(ctx); err != nil {
		return ledger.Swept{}, err
	}
	swept, err := e.store.Sweep(ctx, e.now(), e.owner)
	if err != nil {
		return ledger.Swept{}, fmt.Errorf("sweep: %w", err)
	}
	swept.Unknown = slices.DeleteFunc(swept.Unknown, isPart)
	return swept, nil
}

// isPart reports whether an operation is a part of a bulk, which is told of as a whole.
func isPart(o ledger.Operation) bool { return o.Bulk != "" }

// Pay writes the outcomes that the ledger could not take before. One that the ledger knows nothing of, or that is no longer this
// run's to tell, is owed no more.
func (e *Engine) Pay(ctx context.Context) error {
	e.mu.Lock()
	owing := e.owing
	e.owing = nil
	e.mu.Unlock()
	for i, v := range owing {
		_, err := e.store.Settle(ctx, v)
		var late *ledger.LateError
		if err == nil || errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrNotOwner) || errors.As(err, &late) {
			continue
		}
		e.mu.Lock()
		e.owing = append(owing[i:], e.owing...)
		e.mu.Unlock()
		return fmt.Errorf("write an outcome that is owed: %w", err)
	}
	return nil
}
