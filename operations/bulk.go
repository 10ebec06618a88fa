package operations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/secret"
)

// stopLife is how long the button that stops a bulk works.
const stopLife = 24 * time.Hour

// Bulks keeps what stands for many operations; package ledger has it.
type Bulks interface {
	RecordBulk(ctx context.Context, key string, o ledger.Operation, rows []ledger.BulkRow, buttons []ledger.Button) error
	StartBulk(ctx context.Context, button, by string, at time.Time) (ledger.Operation, error)
	StopBulk(ctx context.Context, op, by string, at time.Time) (ledger.Operation, error)
	BulkRuns
	BulkParts
}

// BulkRuns gives each running bulk to one process at a time.
type BulkRuns interface {
	TakeBulk(ctx context.Context, owner string, now, lease time.Time) (ledger.Operation, error)
	KeepBulk(ctx context.Context, op, owner string, lease time.Time) (ledger.State, error)
	LeaveBulk(ctx context.Context, op, owner string) error
	FinishBulk(ctx context.Context, op, owner string, at time.Time) (ledger.Operation, error)
}

// BulkParts keeps what became of the rows of a bulk.
type BulkParts interface {
	BulkRows(ctx context.Context, op string) ([]ledger.BulkRow, error)
	RecordUnsent(ctx context.Context, o ledger.Operation) (ledger.Operation, error)
}

// BulkAsk is a list of changes that a person wants and may make, row by row.
type BulkAsk struct {
	Key     string
	By      Person
	Askers  []string // every id of the human who asks
	Vouched []string
	Channel string
	ReplyTo secret.Value
	// Rows are what is to be done: Line, Kind, Battle, Alias, Room, Points, Most and Over of each. The rest is filled in.
	Rows []ledger.BulkRow
	// Shown holds, for each battle with a row that overwrites, all of its scores as the preview shows them.
	Shown map[string][]ledger.Standing
}

// ProposeBulk packs the rows into calls and writes them down as a question. The error is a *ledger.DuplicateError for a
// redelivered ask, a *NotSentError, or one that says which row can't be a part of a bulk.
func (e *Engine) ProposeBulk(ctx context.Context, ask BulkAsk, expires time.Duration) (Question, error) {
	rows, err := ask.packed()
	if err != nil {
		return Question{}, err
	}
	now := e.now()
	q, buttons, err := e.ask(ledger.Operation{
		Kind: ledger.Bulk, State: ledger.Pending, Asker: ask.By.ID, AskerName: ask.By.Name, Askers: slices.Clone(ask.Askers), Vouched: slices.Clone(ask.Vouched),
		Channel: ask.Channel, ReplyTo: ask.ReplyTo, Created: now, Expires: now.Add(expires),
	})
	if err != nil {
		return Question{}, &NotSentError{StepLedger, err}
	}
	q.Operation, err = e.underFreeID(q.Operation, func(o ledger.Operation) error {
		return e.store.RecordBulk(ctx, ask.Key, o, rows, buttons)
	})
	var duplicate *ledger.DuplicateError
	if err != nil && !errors.As(err, &duplicate) {
		err = &NotSentError{StepLedger, err}
	}
	return q, err
}

// packed returns the rows with their parts and with what the preview shows of each.
func (a BulkAsk) packed() ([]ledger.BulkRow, error) {
	if len(a.Rows) == 0 {
		return nil, errors.New("a bulk without rows")
	}
	rows := Pack(a.Rows)
	leaders := map[string]string{}
	for i := range rows {
		r := &rows[i]
		r.Shown, r.Leader = nil, ""
		switch r.Kind {
		case ledger.Add:
			continue
		case ledger.Set:
		default:
			return nil, fmt.Errorf("line %d: a bulk can't %s", r.Line, r.Kind)
		}
		shown := a.Shown[r.Battle]
		if shown == nil {
			return nil, fmt.Errorf("line %d: the scores of its battle were not shown", r.Line)
		}
		if _, known := leaders[r.Battle]; !known {
			leaders[r.Battle] = LeadOf(afterRows(shown, rows, r.Battle)).Room
		}
		r.Leader = leaders[r.Battle]
		if score, known := ScoreIn(shown, r.Room); known {
			r.Shown = &score
		}
	}
	return rows, nil
}

// afterRows returns a battle's standings as they would be if all rows about it that are still undecided took effect.
func afterRows(now []ledger.Standing, rows []ledger.BulkRow, battle string) []ledger.Standing {
	for _, r := range rows {
		if r.Battle == battle && r.Outcome == ledger.Undecided {
			now = After(r.Kind, now, []ledger.Room{{Room: r.Room, Points: r.Points}})
		}
	}
	return now
}

// StartBulk lets the bulk run whose yes was pressed. The error is Authorize's, a *ledger.ClosedError, ledger.ErrNotFound
// or a *NotSentError, after which nothing is sent, or an *UnsureError.
func (e *Engine) StartBulk(ctx context.Context, o ledger.Operation, yes Yes) (ledger.Operation, error) {
	if _, err := yes.Authorize(ctx, nil); err != nil {
		return ledger.Operation{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	started, err := e.store.StartBulk(ctx, yes.Button, yes.By.ID, e.now())
	if errors.Is(err, ledger.ErrDoubt) {
		started, err = e.seeStarted(ctx, o.ID, err)
	} else if err != nil {
		err = e.notIntended(ledger.Operation{}, err)
	}
	if err != nil {
		return o, err
	}
	e.bulks.lookForWork()
	return started, nil
}

// UnsureError says that it is not known whether a bulk was started, so that it may be sent.
type UnsureError struct {
	Operation string
	Err       error
}

func (e *UnsureError) Error() string {
	return "it is not known whether bulk " + e.Operation + " was started: " + e.Err.Error()
}
func (e *UnsureError) Unwrap() error { return e.Err }

// seeStarted finds out for a while whether a bulk was started of which the ledger did not tell. That it still waits proves
// nothing.
func (e *Engine) seeStarted(ctx context.Context, op string, why error) (ledger.Operation, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	for {
		o, err := e.store.Operation(ctx, op)
		if err == nil && o.State != ledger.Pending {
			return o, nil
		}
		if !sleep(ctx, finishPause) {
			return o, &UnsureError{Operation: op, Err: why}
		}
	}
}

// StopBulk ends the sending of a bulk: no part of it begins any more, and what was sent is still settled. The error is a
// *ledger.ClosedError when it does not run, or ledger.ErrNotFound.
func (e *Engine) StopBulk(ctx context.Context, op string, by Person) (ledger.Operation, error) {
	stopping, err := e.store.StopBulk(ctx, op, by.ID, e.now())
	if err == nil {
		e.bulks.stop(op)
	}
	return stopping, err
}

// OfferStop returns a button by which a running bulk is stopped.
func (e *Engine) OfferStop(ctx context.Context, op string) (string, error) {
	buttons, err := e.offers(stopLife, ActionStop)
	if err == nil {
		err = e.store.Offer(ctx, op, buttons)
	}
	if err != nil {
		return "", err
	}
	return buttons[0].ID, nil
}

// BulkProgress tells how far a bulk is.
type BulkProgress struct {
	Operation ledger.Operation
	Rows      int
	Parts     int // calls
	PartsDone int // calls with an outcome, or refused before they were sent

	// Rows by what became of them. What is Left was not sent yet, has no outcome yet, or after a stop never will be sent.
	Applied, NotApplied, Unknown, Left int

	Began   time.Time // when this process took the bulk up
	Earlier int       // parts that were done by then
	Done    bool      // Operation is settled: nothing more comes
	Err     error     // why this process gave the bulk up before it was done; another one, or this one, takes it up again
}
