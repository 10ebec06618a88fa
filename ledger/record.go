package ledger

import (
	"fmt"
	"time"

	"ringside/secret"
)

// Kind is what an operation does to the scores.
type Kind string

// The kinds of operation.
const (
	Add Kind = "add" // to the current score
	Set Kind = "set" // overwrite it
	// Create starts a battle between the rooms, the initiating one first; what it started stands in Battle.
	Create Kind = "create"
)

// State is where an operation is in its life.
type State string

// The states. Only an intent may be sent; only settled and resolved have outcomes.
const (
	Pending   State = "pending"   // waits for a person's yes
	Cancelled State = "cancelled" // a person said no
	Expired   State = "expired"   // nobody said yes in time
	Intent    State = "intent"    // durable; may have been sent
	Settled   State = "settled"   // every room has an outcome
	Resolved  State = "resolved"  // a person settled the last unknown

	// Superseded is the state of a preview, never of an operation: a newer preview took its place.
	Superseded State = "superseded"
)

// Outcome is what happened to one room. NotApplied and Applied are never guesses.
type Outcome string

// The outcomes.
const (
	Undecided  Outcome = ""
	Applied    Outcome = "applied"
	NotApplied Outcome = "not applied"
	Unknown    Outcome = "unknown"
)

// Room is one room's part of an operation.
type Room struct {
	Room    string
	Points  int64   // the number added, or the score set
	Before  *int64  // the score read completely before the write began; nil when no read came in time
	Outcome Outcome // Undecided until settled
	Reason  string  // a word of the operations package that says why; empty for a plain Applied
	Code    int     // the platform's code behind Reason, where there is one
}

// Standing is a room's score as it was shown to a person.
type Standing struct {
	Room  string `json:"room"`
	Score int64  `json:"score"`
}

// Call is what is known of an operation's last send: its evidence, in a form that can be kept.
type Call struct {
	Written    bool          `json:"written"`
	Complete   bool          `json:"complete"`
	HTTPStatus int           `json:"http_status,omitempty"`
	Code       int           `json:"code,omitempty"`
	Info       string        `json:"info,omitempty"`
	RequestID  string        `json:"request_id,omitempty"`
	Reason     string        `json:"reason,omitempty"`  // why no complete reply came: a word of package tencent
	Failure    string        `json:"failure,omitempty"` // the same in a sentence; holds no secret
	LastByte   time.Time     `json:"last_byte,omitzero"`
	Took       time.Duration `json:"took_ns,omitempty"`
}

// Operation is one change of scores that somebody asked for, from the question to its outcome.
type Operation struct {
	ID        string
	Kind      Kind
	Battle    string // the resolved battle id
	Alias     string // the battle's name when it was asked, for people; may be empty
	Rooms     []Room
	Asker     string
	AskerName string
	Channel   string
	State     State
	Created   time.Time
	Expires   time.Time // a pending question's deadline

	Approval    bool          // the yes must come from a second person
	ConfirmOver int64         // the grant's threshold, kept for the press
	Askers      []string      // every id of the human who asked; of a bulk alone
	Vouched     []string      // the asker's groups as the platform vouched for them with the ask
	Shown       []Standing    // the scores that the latest preview showed
	ConfirmedBy string        // who said yes; empty when no yes was needed
	Source      string        // the operation this one repeats; may be empty
	Undoes      string        // the operation this one compensates; may be empty
	Bulk        string        // the bulk that this one is a part of; may be empty
	Part        int           // which part of it, from 1
	Message     string        // of a bulk: where its progress is shown; may be empty
	ReplyTo     secret.Value  // where the asker is answered at best; forgotten once he was told
	Duration    time.Duration // of the battle that is started
	Note        string        // of the battle that is started; may be empty
	Limit       Limit         // what it may not go beyond when it is recorded as an intent; not kept

	Owner   string    // the process that sends it
	Lease   time.Time // after it an intent without outcome is unknown
	SendBy  time.Time // after it nothing more is sent
	Sends   int       // how many sends were recorded
	Call    Call
	Settled time.Time
	Digest  string // the first 16 hexadecimal digits of the settling event's hash

	LookAfter  time.Time // when a read can show more of an unknown room; zero when none is to be made
	Look       Look      // what was read after an outcome was unknown
	ResolvedBy string    // the person who settled the last unknown; empty when evidence did, or nobody
}

// Look is what a read of the scores found, after a room's outcome was unknown and all that was sent must have arrived.
type Look struct {
	At          time.Time  `json:"at"`                    // zero: nobody has looked yet
	Now         []Standing `json:"now,omitempty"`         // nil when the battle could not be read any more
	Added       []Standing `json:"added,omitempty"`       // what other operations of Ringside added to rooms since
	Unsure      []string   `json:"unsure,omitempty"`      // rooms that others, of which the outcome is not known, may have added to
	Overwritten []string   `json:"overwritten,omitempty"` // rooms that Ringside itself may have overwritten since
}

// Limit bounds by how much one human changes a room within some time without a second person. The zero Limit bounds
// nothing.
type Limit struct {
	Askers  []string // every id of the human
	Since   time.Time
	Most    int64
	Each    []int64 // instead of Most, of each room of the operation; may be empty
	Changes []int64 // of each room of the operation: the points added, or how far it is set from where it is
	Unasked bool    // nobody said yes: then no room may have an open unknown
}

// Has reports whether any room of the operation has the outcome.
func (o Operation) Has(want Outcome) bool {
	for _, r := range o.Rooms {
		if r.Outcome == want {
			return true
		}
	}
	return false
}

// Button is a choice that a message offers; it works once and until it expires.
type Button struct {
	ID      string
	Action  string // what a press does; a word of the operations package
	Expires time.Time
}

// Event is one change of an operation's state, as it stands in the audit chain.
type Event struct {
	Seq   int64
	At    time.Time
	Op    string
	Kind  string
	Actor string // who caused it: a person's id, or a process
	Body  string // JSON
	Hash  [32]byte
}

// DuplicateError says that the same ask was recorded before, within the hour that keys are kept, or the same part of a
// bulk, ever.
type DuplicateError struct{ Operation string }

func (e *DuplicateError) Error() string {
	return "the same ask was already recorded as operation " + e.Operation
}

// ClosedError says that a question can no longer be answered, because the operation has moved on.
type ClosedError struct {
	Operation string
	State     State
}

func (e *ClosedError) Error() string {
	return fmt.Sprintf("operation %s is no longer waiting for an answer: it is %s", e.Operation, e.State)
}

// LockedError says that another process holds the ledger's file.
type LockedError struct {
	Path   string
	Holder string // as the holder wrote it down: process, host, since when
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("the ledger %s is in use by %s; one process may hold it", e.Path, e.Holder)
}

// HeldError says that another write has the battle.
type HeldError struct {
	By    string // a person's id; empty when only the own hold is known to be lost
	Since time.Time
}

func (e *HeldError) Error() string {
	if e.By == "" {
		return "the battle is no longer held for this change"
	}
	return "another change of this battle by " + e.By + " is under way"
}

// ReplacedError says that a room was overwritten since the operation that is to be undone.
type ReplacedError struct{ Room string }

func (e *ReplacedError) Error() string { return "the score of " + e.Room + " was overwritten since" }

// LateError says that a true reply came after the operation had been decided otherwise. What came is kept in the chain.
type LateError struct{ Operation Operation } // as it stands

func (e *LateError) Error() string {
	return "operation " + e.Operation.ID + " was decided before its reply came"
}

// UndoneError says that an operation is undone already, or about to be.
type UndoneError struct{ By string } // the compensating operation

func (e *UndoneError) Error() string { return "it is undone by operation " + e.By + " already" }

// sentinel errors of the package.
const (
	// ErrNotFound says that there is no such operation, button or battle.
	ErrNotFound = constError("not in the ledger")
	// ErrTaken says that an operation's id or an alias is in use; another one will do.
	ErrTaken = constError("already taken")
	// ErrTogether says that a change, with what its asker changed lately, is beyond its limit.
	ErrTogether = constError("together with the last minutes it is beyond the limit for one person")
	// ErrOpenUnknown says that a room has an open unknown, so that somebody must say yes first.
	ErrOpenUnknown = constError("an earlier change of the room has an unknown outcome")
	// ErrEarly says that it is too early: a question may still be answered, or what was sent may still arrive.
	ErrEarly = constError("it is too early for that")
	// ErrFull says that more writes wait than the ledger takes; nothing was recorded.
	ErrFull = constError("the ledger has too many writes waiting")
	// ErrDoubt says that it is not known whether the ledger kept what it was given.
	ErrDoubt = constError("it is not known whether the ledger kept it")
	// ErrClosed says that the ledger was closed; nothing was recorded.
	ErrClosed = constError("the ledger is closed")
	// ErrNotOwner says that the operation is not this process's to settle.
	ErrNotOwner = constError("another process owns the operation")
)

type constError string

func (e constError) Error() string { return string(e) }
