package operations

import (
	"context"
	"errors"
	"time"

	"ringside/ledger"
)

// holdPause is the wait before the ledger is asked again for a battle that another process has. Each try of an addition
// reads the scores anew, which counts against the ceiling.
const holdPause = 250 * time.Millisecond

// holdEverywhere takes a battle in the ledger, against every other process, and returns the function that gives it
// up. The error is a *HeldError or a *NotSentError.
func (e *Engine) holdEverywhere(ctx context.Context, battle, owner string, by Person) (func(), error) {
	_, err := untilFree(ctx, func() (struct{}, error) {
		now := e.now()
		return struct{}{}, e.store.Hold(ctx, ledger.Hold{Battle: battle, Owner: owner, By: by.ID, Since: now, Until: now.Add(e.lease)})
	})
	letGo := func() { e.letGo(ctx, battle, owner) }
	var held *HeldError
	switch {
	case errors.As(err, &held):
		return nil, err
	case err != nil:
		letGo() // the ledger may have kept it all the same
		return nil, &NotSentError{StepLedger, err}
	}
	return letGo, nil
}

// letGo gives a hold up. If the ledger can't take that now, the hold ends with its lease.
func (e *Engine) letGo(ctx context.Context, battle, owner string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	_ = e.store.Release(ctx, battle, owner)
}

// untilFree tries a write again, for at most holdWait, while the ledger says that another process has the battle.
func untilFree[T any](ctx context.Context, try func() (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, holdWait)
	defer cancel()
	for {
		result, err := try()
		var held *ledger.HeldError
		if !errors.As(err, &held) {
			return result, err
		}
		if !sleep(ctx, holdPause) {
			var none T
			return none, &HeldError{Holder: Holder{By: held.By, Since: held.Since}}
		}
	}
}
