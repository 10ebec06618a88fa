package ledger

import (
	"crypto/sha256"
	"strconv"
	"time"
)

// Finding is what the verification of an audit chain came to.
type Finding string

// The findings. Those after Sound say that something other than Ringside changed the ledger.
const (
	Sound     Finding = "sound"     // every event follows from the one before it, and nothing contradicts the chain
	Altered   Finding = "altered"   // an event is not as it was written, or one before it is missing
	CutOff    Finding = "cut off"   // the chain is whole in itself, but its end is gone
	Rewritten Finding = "rewritten" // the chain is whole in itself, but not the one that Ringside wrote
)

// Flaw is how an altered event was noticed.
type Flaw string

// The flaws.
const (
	FlawContent Flaw = "content" // its hash does not follow from its content and the event before it
	FlawNumber  Flaw = "number"  // its number is not the next one
	FlawHash    Flaw = "hash"    // its hash is none
)

// Report is the result of a verification.
type Report struct {
	Finding     Finding
	Events      int64 // that hold, counted from the first
	First, Last time.Time
	Hash        [sha256.Size]byte // of the last of them
	Bad         Event             // of an altered chain: its first event that does not hold
	Flaw        Flaw              // what is wrong with that event
	Witness     Witness           // against a chain that was cut off or rewritten
}

// Anchor returns the end of the chain in the form in which an anchor is kept.
func (r Report) Anchor() string { return strconv.FormatInt(r.Events, 10) + ":" + digest(r.Hash) }

// Witness is what shows that a whole chain is not all, or not what, Ringside wrote: an anchor, or else an operation whose
// record outlived its event.
type Witness struct {
	Anchor    string    // the anchor; empty when an operation's record shows it
	Event     Event     // the event that has another digest than the anchor; zero when there is none
	Operation string    // the operation whose record shows it
	At        time.Time // when that operation was last settled, or else asked for
	More      int       // how many further operations show the same
	Unsure    bool      // rewritten by all that is known, but cut off is possible too
}
