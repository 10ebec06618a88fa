package commands

import (
	"context"
	"fmt"

	"ringside/auth"
	"ringside/battles"
	"ringside/ledger"
)

// maxScanned bounds how many operations are looked through for those that the caller may see.
const maxScanned = 500

// log is `/battle log [<battle>] [N]`: who did what.
func (h *Handler) log(ctx context.Context, t talk) (answer, error) {
	var ref battles.Ref
	q := auth.Question{Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.AuditRead, Channel: t.Place.Channel}
	if t.Battle != "" {
		var err error
		if ref, err = h.battle(ctx, t); err != nil {
			return answer{}, err
		}
		q.Battles = ref.Names()
	}
	if d := h.Policy.Decide(ctx, q); !d.Allowed {
		return answer{}, h.forbidden(d.Refusal)
	}
	found, err := h.History.Log(ctx, ref.ID, maxScanned)
	if err != nil {
		return answer{}, fmt.Errorf("read the log: %w", err)
	}
	return answer{Reply: h.logReply(ctx, t, ref, found)}, nil
}

// logReply shows the operations that a grant of the caller covers. Naming no battle is no way around it.
func (h *Handler) logReply(ctx context.Context, t talk, ref battles.Ref, found []ledger.Operation) Reply {
	r := Reply{Headline: "The latest operations, newest first"}
	if ref.ID != "" {
		r.Headline = "The latest operations in " + ref.Label() + ", newest first"
	}
	for _, o := range found {
		d := h.Policy.Decide(ctx, auth.Question{
			Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.AuditRead, Battles: present(o.Battle, o.Alias), Channel: t.Place.Channel,
		})
		if d.Allowed && len(r.Rows) < t.Count {
			r.Rows = append(r.Rows, logRow(o))
		}
	}
	if len(r.Rows) == 0 {
		r.Headline = "No operations yet that you may see."
	}
	return r
}

// Line is an operation in a few words.
type Line struct {
	Who     string // the person who asked
	What    string // "add 100 to pk-live1"
	Outcome string // "applied", or how far it came
	Battle  string // what people call the battle
}

// Describe says in a few words what an operation is and what became of it.
func Describe(o ledger.Operation) Line {
	outcome := string(o.State)
	switch {
	case o.Kind == ledger.Bulk && bulkOver(o) && o.State != ledger.Cancelled && o.State != ledger.Expired:
		outcome = "finished"
	case o.State == ledger.Settled || o.State == ledger.Resolved:
		outcome = summary(o)
	}
	return Line{Who: short(o.AskerName, o.Asker), What: lowerFirst(doing(o)), Outcome: outcome, Battle: label(o)}
}

func logRow(o ledger.Operation) Row {
	line := Describe(o)
	if o.Bulk != "" {
		line.What += " (of bulk " + o.Bulk + ")"
	}
	return Row{
		Label: line.Outcome, Subject: o.ID, Change: line.What + " in " + line.Battle,
		Detail: "by " + line.Who + " at " + clock(o.Created),
	}
}
