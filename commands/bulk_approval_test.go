package commands_test

import (
	"testing"
	"time"

	"ringside/commands"
	"ringside/ledger"
	"ringside/operations"
)

// TestBulksTogetherNeedASecondPerson lets one person confirm two bulks that were each within approval_over (3,000) when they
// were previewed, and are not together.
func TestBulksTogetherNeedASecondPerson(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	before := r.score(t, "pk-live1")
	one, two := r.hand(t, ana, "final,add,pk-live1,2900"), r.hand(t, ana, "final,add,pk-live1,2901")
	if row := r.done(t, one); row.Outcome != ledger.Applied {
		t.Fatalf("the first: %+v", row)
	}
	if row := r.done(t, two); row.Outcome != ledger.NotApplied || row.Reason != operations.ReasonTogether {
		t.Errorf("the second: %+v", row)
	}
	if got := r.score(t, "pk-live1") - before; got != 2900 {
		t.Errorf("one person alone put %d on a room", got)
	}
	contains(t, r.say(t, ana, "/battle status "+idOf(t, two)), "it needs a second person", "Use /battle-score for it.")
}

// done confirms a bulk of one row and returns that with its outcome.
func (r *rig) done(t *testing.T, asked commands.Reply) ledger.BulkRow {
	t.Helper()
	r.press(t, ana, asked, "Confirm")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		rows, err := r.ledger.BulkRows(t.Context(), idOf(t, asked))
		must(t, err)
		if rows[0].Outcome != ledger.Undecided {
			return rows[0]
		}
		<-tick.C
	}
	t.Fatal("it has no outcome")
	return ledger.BulkRow{}
}
