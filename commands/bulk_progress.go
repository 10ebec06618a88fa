package commands

import (
	"fmt"
	"strings"
	"time"

	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// progressReply shows how far a bulk is. Its headline alone says it all in one line.
func (h *Handler) progressReply(p operations.BulkProgress, past []mark, stop string) Reply {
	o, done := p.Operation, p.Rows-p.Left
	if o.State == ledger.Stopping {
		past = nil // the rest is not sent
	}
	s := sums{applied: p.Applied, notApplied: p.NotApplied, unknown: p.Unknown, left: p.Left}
	r := Reply{
		Headline: fmt.Sprintf("%s %d %% · %s of %s%s", bar(int64(done), int64(p.Rows)), percent(done, p.Rows),
			grammar.FormatInt(int64(done)), many(p.Rows, "row", "rows"), paceWords(p, past)),
		Rows: s.rows(), Public: !h.settings.AnnounceToCaller,
		Footer: strings.Join([]string{"operation " + o.ID, "asked by " + short(o.AskerName, o.Asker), "updates by itself"}, " · "),
	}
	switch {
	case o.State == ledger.Stopping:
		r.Headline = "Stopping: nothing more is sent, and what was sent is settled. " + r.Headline
		return r
	case p.Err != nil:
		r.Tone, r.Notes = ToneWarn, []string{"It does not go on just now; Ringside tries again by itself."}
	}
	if stop != "" {
		r.Buttons = []Button{{ID: stop, Label: "Stop", Style: StyleDanger}}
	}
	return r
}

// percent is how much is done; 100 only when all is.
func percent(done, all int) int {
	if all <= 0 {
		return 100
	}
	return done * 100 / all
}

// paceWords says how fast a bulk went lately and how long the rest takes at that; nothing while that is not known.
func paceWords(p operations.BulkProgress, past []mark) string {
	if len(past) < 2 {
		return ""
	}
	first, last := past[0], past[len(past)-1]
	took := last.at.Sub(first.at).Seconds()
	if took < 1 || last.parts <= first.parts {
		return ""
	}
	rows, parts := float64(last.rows-first.rows)/took, float64(last.parts-first.parts)/took
	left := time.Duration(float64(p.Parts-last.parts) / parts * float64(time.Second))
	return fmt.Sprintf(" · %.0f rows a second · %s left", rows, span(left))
}
