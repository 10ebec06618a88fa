package operations

import (
	"context"
	"errors"
	"time"

	"ringside/ledger"
)

// What the press of a button does.
const (
	ActionConfirm = "confirm"
	ActionCancel  = "cancel"
	ActionApprove = "approve"
	ActionDecline = "decline"
	ActionAgain   = "again"
	ActionUndo    = "undo"
	ActionStop    = "stop" // a running bulk

	// What a person says of an unknown outcome.
	ActionCounted    = "counted"
	ActionNotCounted = "not counted"
	ActionResend     = "resend" // do it once more, as a new operation
)

// Question is an operation that waits for a yes, with the two buttons that answer it.
type Question struct {
	Operation ledger.Operation
	Yes, No   string
}

// Terms say what kind of yes an ask needs.
type Terms struct {
	Shown    []ledger.Standing // the scores that the preview shows; an overwrite needs them
	Expires  time.Duration
	Approval bool // the yes must come from a second person
}

// Propose writes an ask down as a question. The error is a *ledger.DuplicateError for a redelivered ask,
// else a *NotSentError.
func (e *Engine) Propose(ctx context.Context, a Ask, terms Terms) (Question, error) {
	if suspended := e.scorer.Suspended(); suspended != nil {
		return Question{}, &NotSentError{StepLimiter, suspended}
	}
	now := e.now()
	o := a.operation()
	o.State, o.Created, o.Expires = ledger.Pending, now, now.Add(terms.Expires)
	o.Shown, o.Approval = terms.Shown, terms.Approval
	q, buttons, err := e.ask(o)
	if err != nil {
		return Question{}, &NotSentError{StepLedger, err}
	}
	q.Operation, err = e.record(ctx, a.Key, o, buttons)
	var duplicate *ledger.DuplicateError
	if err != nil && !errors.As(err, &duplicate) {
		err = &NotSentError{StepLedger, err}
	}
	return q, err
}

// ask makes the two buttons of a question.
func (e *Engine) ask(o ledger.Operation) (Question, []ledger.Button, error) {
	confirm, cancel := ActionConfirm, ActionCancel
	if o.Approval {
		confirm, cancel = ActionApprove, ActionDecline
	}
	buttons, err := e.offers(o.Expires.Sub(e.now()), confirm, cancel)
	if err != nil {
		return Question{}, nil, err
	}
	return Question{Operation: o, Yes: buttons[0].ID, No: buttons[1].ID}, buttons, nil
}

// ChangedError says that an overwrite was not sent because it would now do something else than its preview
// showed. Question is the new preview.
type ChangedError struct{ Question Question }

func (e *ChangedError) Error() string {
	return "the scores have moved since the preview; nothing was sent"
}

// Yes is a person's press on the yes of a question.
type Yes struct {
	Button  string
	By      Person
	Expires time.Duration // how long a new preview waits, if one is needed
	// Authorize is asked with nil before the battle is held or read, and for an overwrite once more with the scores
	// read now, before anything is claimed. It returns the limit of a change that its asker confirms alone. Its
	// error ends the press, and the question stays open.
	Authorize func(ctx context.Context, now []ledger.Standing) (ledger.Limit, error)
}

// Confirm carries out the operation whose yes was pressed. It reads the scores again, asks Authorize, and takes
// the claim and the intent in one transaction. The error is Authorize's, a *ledger.ClosedError, a *ledger.UndoneError,
// ledger.ErrNotFound, ledger.ErrTogether, a *ChangedError, a *HeldError or a *NotSentError; after any error nothing
// was sent.
func (e *Engine) Confirm(ctx context.Context, o ledger.Operation, yes Yes) (Result, error) {
	limit, err := yes.Authorize(ctx, nil)
	if err != nil {
		return Result{}, err
	}
	release, err := e.holds.take(ctx, o.Battle, o.Kind == ledger.Set, Holder{By: yes.By.ID, Since: e.now()})
	if err != nil {
		return Result{}, err
	}
	defer release()
	switch o.Kind {
	case ledger.Create:
		return e.confirmCreate(ctx, o, yes, release)
	case ledger.Set:
		return e.confirmSet(ctx, o, yes, release)
	}
	if o.Undoes != "" {
		return untilFree(ctx, func() (Result, error) { return e.reviewed(ctx, o, yes, release) })
	}
	return untilFree(ctx, func() (Result, error) {
		owner, err := e.newOwner()
		if err != nil {
			return Result{}, &NotSentError{StepLedger, err}
		}
		before := e.startRead(ctx, o.Battle, readLimit)
		return e.finish(ctx, commandOf(o.Kind), release, before, func(ctx context.Context, offers []ledger.Button) (ledger.Operation, error) {
			return e.claim(ctx, o, yes, owner, limit, offers)
		})
	})
}

// confirmSet carries out an overwrite: it holds the battle against every other process too, from the read by which
// it is decided until it is settled.
func (e *Engine) confirmSet(ctx context.Context, o ledger.Operation, yes Yes, release func()) (Result, error) {
	owner, err := e.newOwner()
	if err != nil {
		return Result{}, &NotSentError{StepLedger, err}
	}
	letGo, err := e.holdEverywhere(ctx, o.Battle, owner, yes.By)
	if err != nil {
		return Result{}, err
	}
	result, err := e.decided(ctx, o, yes, owner, release)
	if err != nil {
		letGo() // where it was sent, its outcome gives the battle up
	}
	var lost *ledger.HeldError
	if errors.As(err, &lost) {
		err = &HeldError{Holder: Holder{By: lost.By, Since: lost.Since}}
	}
	return result, err
}

// reviewed carries out an addition that is decided by the scores at the press.
func (e *Engine) reviewed(ctx context.Context, o ledger.Operation, yes Yes, release func()) (Result, error) {
	owner, err := e.newOwner()
	if err != nil {
		return Result{}, &NotSentError{StepLedger, err}
	}
	return e.decided(ctx, o, yes, owner, release)
}

// decided carries out what the scores at the press decide.
func (e *Engine) decided(ctx context.Context, o ledger.Operation, yes Yes, owner string, release func()) (Result, error) {
	before := e.startRead(ctx, o.Battle, readLimit)
	o, limit, err := e.review(ctx, o, yes, before)
	if err != nil {
		return Result{}, err
	}
	return e.finish(ctx, commandOf(o.Kind), release, before, func(ctx context.Context, offers []ledger.Button) (ledger.Operation, error) {
		return e.claim(ctx, o, yes, owner, limit, offers)
	})
}

// review decides by the scores read now whether an overwrite or a compensation may still act, and returns it with the
// scores that it will set.
func (e *Engine) review(ctx context.Context, o ledger.Operation, yes Yes, before *reading) (ledger.Operation, ledger.Limit, error) {
	now := before.within(ctx, readLimit)
	if now == nil {
		return o, ledger.Limit{}, &NotSentError{StepRead, errors.New("the scores could not be read")}
	}
	if err := e.stillUndoable(ctx, o, now); err != nil {
		return o, ledger.Limit{}, err
	}
	limit, err := yes.Authorize(ctx, now)
	changed := drifted(o, now)
	o.Rooms = Target(o, now)
	if err == nil && changed {
		err = e.askAnew(ctx, o, yes, now)
	}
	return o, limit, err
}

// stillUndoable asks once more, for a compensation, whether there is a safe way back: its preview may be minutes old.
func (e *Engine) stillUndoable(ctx context.Context, o ledger.Operation, now []ledger.Standing) error {
	if o.Undoes == "" {
		return nil
	}
	undone, err := e.store.Operation(ctx, o.Undoes)
	if err != nil {
		return &NotSentError{StepLedger, err}
	}
	_, err = e.Compensate(ctx, undone, now)
	return err
}

// claim uses the button up and makes its operation an intent. After an error it returns the operation as it
// may stand in the ledger, so that its outcome can be owed.
func (e *Engine) claim(
	ctx context.Context, o ledger.Operation, yes Yes, owner string, limit ledger.Limit, offers []ledger.Button,
) (ledger.Operation, error) {
	now := e.now()
	o.Owner = owner
	claimed, err := e.store.Claim(ctx, ledger.Claim{
		Button: yes.Button, By: yes.By.ID, At: now, Owner: owner, Lease: now.Add(e.lease), SendBy: now.Add(sendWindow),
		Limit: limit, Again: offers, Rooms: o.Rooms,
	})
	if err != nil {
		return o, err
	}
	return claimed, nil
}

// askAnew replaces a preview that is no longer true by one with new buttons.
func (e *Engine) askAnew(ctx context.Context, o ledger.Operation, yes Yes, now []ledger.Standing) error {
	at := e.now()
	o.Shown, o.Expires = now, at.Add(yes.Expires)
	q, buttons, err := e.ask(o)
	if err != nil {
		return &NotSentError{StepLedger, err}
	}
	if q.Operation, err = e.store.Renew(ctx, yes.Button, at, o.Expires, now, o.Rooms, buttons); err != nil {
		return e.notIntended(ledger.Operation{}, err)
	}
	return &ChangedError{Question: q}
}

// Asked returns what a button does and the operation it belongs to; ledger.ErrNotFound if it is not known.
func (e *Engine) Asked(ctx context.Context, button string) (ledger.Button, ledger.Operation, error) {
	return e.store.Button(ctx, button)
}

// Cancel closes a question at a person's wish; the error is a *ledger.ClosedError when it was closed before.
func (e *Engine) Cancel(ctx context.Context, op string, by Person) error {
	return e.store.Dismiss(ctx, op, ledger.Cancelled, by.ID, e.now())
}

// Expire closes a question whose deadline has passed; the error is a *ledger.ClosedError when it was closed
// before, and ledger.ErrEarly when it may still be answered.
func (e *Engine) Expire(ctx context.Context, op string) error {
	return e.store.Dismiss(ctx, op, ledger.Expired, e.owner, e.now())
}
