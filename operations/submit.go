package operations

import (
	"context"
	"errors"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// maxIDs is how many ids are tried for one operation; a clash is a matter of one in a million.
const maxIDs = 5

// Submit carries out an addition that needs no yes. The error is a *ledger.DuplicateError for a redelivered
// ask, ledger.ErrTogether or ledger.ErrOpenUnknown beyond the ask's limit, a *HeldError, or a *NotSentError; after any error nothing was sent.
func (e *Engine) Submit(ctx context.Context, a Ask) (Result, error) {
	release, err := e.holds.take(ctx, a.Battle, a.Kind == ledger.Set, Holder{By: a.By.ID, Since: e.now()})
	if err != nil {
		return Result{}, err
	}
	defer release()
	return untilFree(ctx, func() (Result, error) {
		before := e.startRead(ctx, a.Battle, 2*e.patience) // the ledger's part besides
		return e.finish(ctx, tencent.CommandSetBattleScore, release, before, func(ctx context.Context, offers []ledger.Button) (ledger.Operation, error) {
			return e.recordIntent(ctx, a, offers)
		})
	})
}

// finish carries an operation out under its hold, gives that up, and reads the scores for people to see. intend is
// given the buttons that its result will offer.
func (e *Engine) finish(
	ctx context.Context, c tencent.Command, release func(), before *reading,
	intend func(ctx context.Context, offers []ledger.Button) (ledger.Operation, error),
) (Result, error) {
	offers, err := e.offers(againLife, ActionAgain, ActionUndo)
	if err != nil {
		return Result{}, &NotSentError{StepLedger, err}
	}
	result, err := e.carryOut(ctx, c, before, func(ctx context.Context) (ledger.Operation, error) { return intend(ctx, offers) })
	if err != nil {
		return Result{}, err
	}
	release()
	result.Again, result.Undo = offers[0].ID, offers[1].ID
	if result.Operation.Battle != "" {
		result.Now = e.readAfter(ctx, result.Operation.Battle)
	}
	return result, nil
}

// offers makes one button for each action.
func (e *Engine) offers(life time.Duration, actions ...string) ([]ledger.Button, error) {
	buttons := make([]ledger.Button, len(actions))
	for i, action := range actions {
		id, err := newButton(e.random)
		if err != nil {
			return nil, err
		}
		buttons[i] = ledger.Button{ID: id, Action: action, Expires: e.now().Add(life)}
	}
	return buttons, nil
}

func (e *Engine) recordIntent(ctx context.Context, a Ask, offers []ledger.Button) (ledger.Operation, error) {
	now := e.now()
	o := a.operation()
	owner, err := e.newOwner()
	if err != nil {
		return ledger.Operation{}, err
	}
	o.State, o.Created, o.Owner, o.Sends = ledger.Intent, now, owner, 1
	o.Lease, o.SendBy = now.Add(e.lease), now.Add(sendWindow)
	return e.record(ctx, a.Key, o, offers)
}

// record writes a new operation under an id that is free.
func (e *Engine) record(ctx context.Context, key string, o ledger.Operation, buttons []ledger.Button) (ledger.Operation, error) {
	return e.underFreeID(o, func(o ledger.Operation) error { return e.store.Record(ctx, key, o, buttons) })
}

// underFreeID tries a write with new ids for the operation until one is free.
func (e *Engine) underFreeID(o ledger.Operation, write func(ledger.Operation) error) (ledger.Operation, error) {
	err := error(ledger.ErrTaken)
	for try := 0; try < maxIDs && errors.Is(err, ledger.ErrTaken); try++ {
		if o.ID, err = newID(e.random); err != nil {
			return ledger.Operation{}, err
		}
		err = write(o)
	}
	return o, err
}

func (a Ask) operation() ledger.Operation {
	return ledger.Operation{
		Kind: a.Kind, Battle: a.Battle, Alias: a.Alias, Rooms: slices.Clone(a.Rooms), Asker: a.By.ID, AskerName: a.By.Name,
		Channel: a.Channel, ConfirmOver: a.ConfirmOver, Source: a.Source, Undoes: a.Undoes, Limit: a.Limit,
		Vouched: a.Vouched, ReplyTo: a.ReplyTo, Duration: a.Duration, Note: a.Note,
	}
}

// carryOut takes an operation from the limiter to its outcome. intend writes the intent; once it has, the
// operation is settled whatever becomes of the caller.
func (e *Engine) carryOut(ctx context.Context, c tencent.Command, before *reading, intend func(context.Context) (ledger.Operation, error)) (Result, error) {
	soon, cancel := context.WithTimeout(ctx, sendWindow)
	defer cancel()
	slot, err := e.scorer.Reserve(soon, c, tencent.ClassPerson)
	if err != nil {
		return Result{}, &NotSentError{StepLimiter, err}
	}
	defer slot.Release()
	o, err := intend(soon)
	if err != nil {
		return Result{}, e.notIntended(o, err)
	}
	o.Rooms = withBefore(o.Rooms, before.within(ctx, e.patience))
	verdict := e.send(ctx, o, slot)
	return e.settle(ctx, o, verdict), nil
}

// notIntended sorts the ways in which an intent was not promised. Where the ledger may have kept it all the
// same, its outcome is owed: nothing was sent.
func (e *Engine) notIntended(o ledger.Operation, err error) error {
	if refusedByLedger(err) {
		return err
	}
	if o.ID != "" {
		e.owe(e.verdict(o, notSent(o.Rooms, ReasonLedger), ledger.Call{}))
	}
	return &NotSentError{StepLedger, err}
}

// refusedByLedger reports whether an error is the ledger's own no: then it wrote nothing.
func refusedByLedger(err error) bool {
	var duplicate *ledger.DuplicateError
	var closed *ledger.ClosedError
	var undone *ledger.UndoneError
	var held *ledger.HeldError
	var replaced *ledger.ReplacedError
	return errors.As(err, &replaced) || errors.As(err, &duplicate) || errors.As(err, &closed) || errors.As(err, &undone) || errors.As(err, &held) ||
		errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrTogether) || errors.Is(err, ledger.ErrOpenUnknown)
}

// withBefore notes the scores that were read completely before the write begins.
func withBefore(rooms []ledger.Room, before []ledger.Standing) []ledger.Room {
	noted := slices.Clone(rooms)
	for i := range noted {
		if score, known := ScoreIn(before, noted[i].Room); known {
			noted[i].Before = &score
		}
	}
	return noted
}

func notSent(rooms []ledger.Room, reason string) []ledger.Room {
	decided := slices.Clone(rooms)
	for i := range decided {
		decided[i].Outcome, decided[i].Reason = ledger.NotApplied, reason
	}
	return decided
}

// newOwner names one intent of this run. A verdict is bound to it: one that is owed for an intent which failed can
// never settle a later intent of the same operation.
func (e *Engine) newOwner() (string, error) {
	id, err := newID(e.random)
	return e.owner + "/" + id, err
}

// verdict is what became of an intent. Where a room is unknown it says when a read could show more.
func (e *Engine) verdict(o ledger.Operation, rooms []ledger.Room, call ledger.Call) ledger.Verdict {
	v := ledger.Verdict{Operation: o.ID, Owner: o.Owner, At: e.now(), Rooms: rooms, Call: call}
	if (ledger.Operation{Rooms: rooms}).Has(ledger.Unknown) {
		left := call.LastByte
		if left.IsZero() {
			left = v.At
		}
		v.LookAfter = left.Add(landed)
	}
	return v
}
