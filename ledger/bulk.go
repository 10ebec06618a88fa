package ledger

// Bulk is the kind of an operation that stands for many: it has no battle and no rooms of its own, but BulkRows. Each call
// that it comes to is an operation of its own, whose Bulk and Part lead back to it.
const Bulk Kind = "bulk"

// The states of a bulk after its yes. Once everything was sent, or nothing more will be, it is Settled.
const (
	Running  State = "running"  // a process sends it, or is to take it up
	Stopping State = "stopping" // a person said stop; what was sent is still settled
)

// BulkRow is one line of a bulk.
type BulkRow struct {
	Line   int // in what the person handed in, from 1
	Part   int // the call that it belongs to, from 1: all rows of a part are of one battle and one kind
	Kind   Kind
	Battle string // the resolved id
	Alias  string // as it was typed, where that was not the id
	Room   string
	Points int64
	Most   int64  // max_points of the grant that covers it
	Over   int64  // confirm_over of the grant that covers it
	Shown  *int64 // the score at the preview; nil for an addition

	Operation string  // that carried its part out; empty while there is none
	Outcome   Outcome // of that operation's room; Undecided while there is none
	Reason    string
	Code      int
}
