package operations

import (
	"context"

	"ringside/ledger"
)

// Resolve settles the unknown rooms of an operation at a person's word. The error is ledger.ErrNotFound, or a
// *ledger.ClosedError when nothing of it is unknown (any more).
func (e *Engine) Resolve(ctx context.Context, op string, outcome ledger.Outcome, by Person) (ledger.Operation, error) {
	return e.store.Resolve(ctx, ledger.Resolution{Operation: op, By: by.ID, At: e.now(), Outcome: outcome})
}

// OfferResolution returns buttons by which a person says what became of an unknown outcome, or sends it once more as a
// new operation: it counted, it did not, send again.
func (e *Engine) OfferResolution(ctx context.Context, op string) (counted, not, resend string, err error) {
	buttons, err := e.offers(resolveLife, ActionCounted, ActionNotCounted, ActionResend)
	if err == nil {
		err = e.store.Offer(ctx, op, buttons)
	}
	if err != nil {
		return "", "", "", err
	}
	return buttons[0].ID, buttons[1].ID, buttons[2].ID, nil
}
