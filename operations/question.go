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
	yes, err := newButton(e.random)
	if err != nil {
		return Question{}, nil, err
	}
	no, err := newButton(e.random)
	if err != nil {
		return Question{}, nil, err
	}
	confirm, cancel := ActionConfirm, ActionCancel
	if o.Approval {
		confirm, cancel = ActionApprove, ActionDecline
	}
	return Question{Operation: o, Yes: yes, No: no}, []ledger.Button{
		{ID: yes, Action: confirm, Expires: o.Expires},
		{ID: no, Action: cancel, Expires: o.Expires},
	}, nil
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
// the claim and the intent in one transaction. The error is Authorize's, a *ledger.ClosedError,
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
	before := e.startRead(ctx, o.Battle, readLimit)
	if o.Kind == ledger.Set {
		if limit, err = e.review(ctx, o, yes, before); err != nil {
			return Result{}, err
		}
	}
	return e.finish(ctx, o.Battle, release, before, func(ctx context.Context, again string) (ledger.Operation, error) {
		return e.claim(ctx, o, yes, limit, again)
	})
}

// review decides by the scores read now whether an overwrite may still act. An addition does not wait for them.
func (e *Engine) review(ctx context.Context, o ledger.Operation, yes Yes, before *reading) (ledger.Limit, error) {
	now := before.within(ctx, readLimit)
	if now == nil {
		return ledger.Limit{}, &NotSentError{StepRead, errors.New("the scores could not be read")}
	}
	limit, err := yes.Authorize(ctx, now)
	if err == nil && drifted(o, now) {
		err = e.askAnew(ctx, o, yes, now)
	}
	return limit, err
}

// claim uses the button up and makes its operation an intent. After an error it returns the operation as it
// may stand in the ledger, so that its outcome can be owed.
func (e *Engine) claim(ctx context.Context, o ledger.Operation, yes Yes, limit ledger.Limit, again string) (ledger.Operation, error) {
	now := e.now()
	owner, err := e.newOwner()
	if err != nil {
		return ledger.Operation{}, err
	}
	o.Owner = owner
	claimed, err := e.store.Claim(ctx, ledger.Claim{
		Button: yes.Button, By: yes.By.ID, At: now, Owner: owner, Lease: now.Add(e.lease), SendBy: now.Add(sendWindow),
		Limit: limit, Again: []ledger.Button{{ID: again, Action: ActionAgain, Expires: now.Add(againLife)}},
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
	if q.Operation, err = e.store.Renew(ctx, yes.Button, at, o.Expires, now, buttons); err != nil {
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
