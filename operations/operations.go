// Package operations is what Ringside exists for: it carries one change of scores from the question to its
// outcome, and decides the outcome. It alone writes to the live platform. It speaks in values (an ask, the
// evidence, an outcome) and knows no words, no chat and no wire.
//
// The promise it keeps: nothing is sent that was not first written down; at most one write takes effect per
// operation; applied and not applied are never guesses.
package operations

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"sync"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

const (
	maxSends   = 3                      // sends per operation, each recorded before
	sendWindow = 5 * time.Second        // from the intent to the last moment at which a send may begin
	leaseSlack = 5 * time.Second        // what a lease outlives the last possible send by
	patience   = 150 * time.Millisecond // how long a durable write waits for the read before it
	readLimit  = 1500 * time.Millisecond
	// beforeLimit is for the read beside an addition: the ledger's part and patience, and some more.
	beforeLimit = 2 * patience
	writeLimit  = 5 * time.Second // for a write to the ledger that must be made although the caller left
	againLife   = 15 * time.Minute
)

// Store keeps operations; package ledger has it.
type Store interface {
	Record(ctx context.Context, key string, o ledger.Operation, buttons []ledger.Button) error
	Resend(ctx context.Context, op, owner string, at time.Time, why ledger.Call) error
	Settle(ctx context.Context, v ledger.Verdict) (ledger.Operation, error)
	Sweep(ctx context.Context, now time.Time, actor string) ([]ledger.Operation, error)
	Questions
}

// Questions keeps what waits for a person's yes.
type Questions interface {
	Button(ctx context.Context, id string) (ledger.Button, ledger.Operation, error)
	Claim(ctx context.Context, c ledger.Claim) (ledger.Operation, error)
	Renew(ctx context.Context, pressed string, at, expires time.Time, shown []ledger.Standing, buttons []ledger.Button) (ledger.Operation, error)
	Dismiss(ctx context.Context, op string, to ledger.State, by string, at time.Time) error
}

// Scorer sends changes of scores; package tencent has it.
type Scorer interface {
	Reserve(ctx context.Context, c tencent.Command, class tencent.Class) (*tencent.Slot, error)
	SetBattleScore(ctx context.Context, slot *tencent.Slot, change tencent.ScoreChange) ([]tencent.RoomResult, tencent.Evidence)
}

// Reader reads the scores of a battle; package battles has it.
type Reader interface {
	Standings(ctx context.Context, battle string) ([]ledger.Standing, error)
}

// Engine carries operations out. Its methods may be called at the same time.
type Engine struct {
	store  Store
	scorer Scorer
	reader Reader
	owner  string
	lease  time.Duration
	now    func() time.Time
	random io.Reader
	holds  *holds
	reads  sync.WaitGroup

	mu    sync.Mutex
	owing []ledger.Verdict // outcomes that the ledger could not take yet
}

// Option changes how an Engine works.
type Option func(*Engine)

// WithClock sets the clock; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(e *Engine) { e.now = now } }

// WithRandom sets where ids come from; without it, it is the system's secure source.
func WithRandom(r io.Reader) Option { return func(e *Engine) { e.random = r } }

// New returns an Engine. owner names this run of the program among all that share the ledger; timeout is
// how long one send may take, from which an intent's lease follows.
func New(store Store, scorer Scorer, reader Reader, owner string, timeout time.Duration, opts ...Option) (*Engine, error) {
	if owner == "" || timeout <= 0 {
		return nil, errors.New("an engine needs an owner's name and the time a send may take")
	}
	e := &Engine{
		store: store, scorer: scorer, reader: reader, owner: owner, lease: sendWindow + timeout + leaseSlack,
		now: time.Now, random: rand.Reader, holds: newHolds(),
	}
	for _, opt := range opts {
		opt(e)
	}
	return e, nil
}

// Close writes the outcomes that the ledger still owes and waits for reads that are under way. No method may be
// called after it.
func (e *Engine) Close(ctx context.Context) error {
	defer e.reads.Wait()
	return e.pay(ctx)
}

// Person is who asks or answers.
type Person struct {
	ID   string
	Name string // a label
}

// Ask is a change of scores that a person wants and may make.
type Ask struct {
	Key         string // the platform's id of the ask, so that a redelivered one acts once
	Kind        ledger.Kind
	Battle      string // the resolved battle id
	Alias       string
	Rooms       []ledger.Room // room and points
	By          Person
	Vouched     []string // the asker's groups as the platform vouches for them
	Channel     string
	ConfirmOver int64  // from the grant
	Source      string // the operation this one repeats; may be empty
	Limit       ledger.Limit
}

// Result is a carried-out operation with what was read after it.
type Result struct {
	Operation ledger.Operation
	Again     string            // the button that repeats it as a new operation
	Now       []ledger.Standing // the scores after it; nil when they could not be read in time
	// Unwritten reports that the outcome is true but the ledger could not take it yet.
	Unwritten bool
}

// NotSentError says that nothing was sent, and at which step it ended.
type NotSentError struct {
	Step Step
	Err  error
}

// Step is a step before the send.
type Step string

// The steps before the send.
const (
	StepLimiter Step = "limiter" // the queue for the platform's call rate
	StepLedger  Step = "ledger"  // writing the intent down
	StepRead    Step = "read"    // reading the scores that an overwrite needs
)

func (e *NotSentError) Error() string {
	return "nothing was sent: " + string(e.Step) + ": " + e.Err.Error()
}
func (e *NotSentError) Unwrap() error { return e.Err }
