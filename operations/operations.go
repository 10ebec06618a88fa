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
	"ringside/secret"
	"ringside/tencent"
)

// TogetherFor is how long what a person did to a room counts together towards what needs a second person.
const TogetherFor = 10 * time.Minute

const (
	maxSends   = 3                      // sends per operation, each recorded before
	sendWindow = 5 * time.Second        // from the intent to the last moment at which a send may begin
	leaseSlack = 5 * time.Second        // what a lease outlives the last possible send by
	patience   = 150 * time.Millisecond // how long a durable write waits for the read before it
	readLimit  = 1500 * time.Millisecond
	writeLimit = 5 * time.Second // for a write to the ledger that must be made although the caller left
	againLife  = 15 * time.Minute
	// landed is what may pass until all that left this machine has taken effect or never will: the platform's own 3 s
	// (https://trtc.io/document/60027) and a margin.
	landed = 4 * time.Second
)

// Store keeps operations; package ledger has it.
type Store interface {
	Record(ctx context.Context, key string, o ledger.Operation, buttons []ledger.Button) error
	Resend(ctx context.Context, op, owner string, at time.Time, why ledger.Call) error
	Settle(ctx context.Context, v ledger.Verdict) (ledger.Operation, error)
	Sweep(ctx context.Context, now time.Time, actor string) (ledger.Swept, error)
	Questions
	Exclusion
	Unknowns
	Undone
	Bulks
}

// Questions keeps what waits for a person's yes.
type Questions interface {
	Button(ctx context.Context, id string) (ledger.Button, ledger.Operation, error)
	Claim(ctx context.Context, c ledger.Claim) (ledger.Operation, error)
	Renew(ctx context.Context, pressed string, at, expires time.Time, shown []ledger.Standing, rooms []ledger.Room, buttons []ledger.Button) (ledger.Operation, error)
	Dismiss(ctx context.Context, op string, to ledger.State, by string, at time.Time) error
}

// Exclusion keeps overwrites of a battle apart from every other write to it, across processes.
type Exclusion interface {
	Hold(ctx context.Context, h ledger.Hold) error
	Release(ctx context.Context, battle, owner string) error
}

// Unknowns keeps what becomes of unknown outcomes.
type Unknowns interface {
	Unlooked(ctx context.Context, now time.Time, n int) ([]ledger.Operation, error)
	Look(ctx context.Context, op, by string, look ledger.Look, proof ledger.Proof) (ledger.Operation, error)
	Resolve(ctx context.Context, r ledger.Resolution) (ledger.Operation, error)
	Offer(ctx context.Context, op string, buttons []ledger.Button) error
	Meanwhile
}

// Meanwhile knows what else Ringside did to a room; package ledger has it.
type Meanwhile interface {
	OverwrittenSince(ctx context.Context, battle, room string, since time.Time, except string) (bool, error)
	AddedSince(ctx context.Context, battle, room string, since time.Time, except string) (sum int64, sure bool, err error)
}

// Undone knows what a compensation has to know of other operations.
type Undone interface {
	Operation(ctx context.Context, id string) (ledger.Operation, error)
	ReplacedSince(ctx context.Context, battle, room string, since time.Time, except string) (bool, error)
	UndoneBy(ctx context.Context, op string) (string, error)
}

// Scorer sends changes of scores; package tencent has it.
type Scorer interface {
	Reserve(ctx context.Context, c tencent.Command, class tencent.Class) (*tencent.Slot, error)
	SetBattleScore(ctx context.Context, slot *tencent.Slot, change tencent.ScoreChange) ([]tencent.RoomResult, tencent.Evidence)
	Creator
	Suspended() *tencent.SuspendedError
}

// Creator starts battles; package tencent has it.
type Creator interface {
	CreateBattle(ctx context.Context, slot *tencent.Slot, battle tencent.NewBattle) (tencent.CreatedBattle, tencent.Evidence)
}

// Reader reads the scores of a battle; package battles has it.
type Reader interface {
	Standings(ctx context.Context, battle string) ([]ledger.Standing, error)
	// BatchStandings is Standings for work that no person waits for: it lets every person go first.
	BatchStandings(ctx context.Context, battle string) ([]ledger.Standing, error)
	// Find returns the one battle with exactly these rooms, the initiating one first, that began in the given time and
	// lasts so long; false if there is none, or more than one.
	Find(ctx context.Context, rooms []string, from, until time.Time, duration time.Duration) (id string, ok bool, err error)
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
	// patience is how long a durable write waits for the read before it.
	patience time.Duration
	bulks    *bulks
	reads    sync.WaitGroup
	// sole says that nobody but Ringside overwrites scores, so that a score which is too low proves something.
	sole bool

	mu    sync.Mutex
	owing []ledger.Verdict // outcomes that the ledger could not take yet
	// unread tells when a battle that could not be read for an unknown outcome is read again.
	unread map[string]time.Time
}

// Option changes how an Engine works.
type Option func(*Engine)

// WithClock sets the clock; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(e *Engine) { e.now = now } }

// WithRandom sets where ids come from; without it, it is the system's secure source.
func WithRandom(r io.Reader) Option { return func(e *Engine) { e.random = r } }

// WithSoleOverwriter promises that nobody but Ringside overwrites scores: then a read can prove that an addition did
// not count.
func WithSoleOverwriter() Option { return func(e *Engine) { e.sole = true } }

// WithPatience sets how long an intent that is written waits for the read of the scores before it; without it, 150 ms.
func WithPatience(d time.Duration) Option { return func(e *Engine) { e.patience = d } }

// New returns an Engine. owner names this run of the program among all that share the ledger; timeout is
// how long one send may take, from which an intent's lease follows.
func New(store Store, scorer Scorer, reader Reader, owner string, timeout time.Duration, opts ...Option) (*Engine, error) {
	if owner == "" || timeout <= 0 {
		return nil, errors.New("an engine needs an owner's name and the time a send may take")
	}
	e := &Engine{
		store: store, scorer: scorer, reader: reader, owner: owner, lease: sendWindow + timeout + leaseSlack,
		now: time.Now, random: rand.Reader, holds: newHolds(), patience: patience,
		unread: map[string]time.Time{},
	}
	e.bulks = newBulks(e.pace)
	for _, opt := range opts {
		opt(e)
	}
	return e, nil
}

// Close writes the outcomes that the ledger still owes and waits for reads that are under way. No method may be
// called after it.
func (e *Engine) Close(ctx context.Context) error {
	defer e.reads.Wait()
	return e.Pay(ctx)
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
	Undoes      string // the operation this one compensates; may be empty
	ReplyTo     secret.Value
	Duration    time.Duration // of a battle to start
	Note        string        // of a battle to start; may be empty
	Limit       ledger.Limit
}

// Result is a carried-out operation with what was read after it.
type Result struct {
	Operation ledger.Operation
	Again     string            // the button that repeats it as a new operation
	Undo      string            // the button that asks to take it back
	Now       []ledger.Standing // the scores after it; nil when they could not be read in time
	// Unwritten reports that the outcome is true but the ledger could not take it yet.
	Unwritten bool
	// Late holds the rooms as a true reply tells them that came after a person or a read had decided otherwise; nil if none did.
	Late []ledger.Room
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
