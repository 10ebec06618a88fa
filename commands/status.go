package commands

import (
	"context"
	"errors"
	"fmt"

	"ringside/auth"
	"ringside/commands/grammar"
	"ringside/ledger"
)

// status is `/battle status <operation>`: what happened. Everybody may ask for his own operations.
func (h *Handler) status(ctx context.Context, t talk) (answer, error) {
	o, err := h.find(ctx, t)
	if err != nil {
		return answer{}, err
	}
	other := !h.Policy.SamePerson(o.Asker, t.Caller.ID)
	if other {
		d := h.Policy.Decide(ctx, auth.Question{
			Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.AuditRead, Battles: present(o.Battle, o.Alias), Channel: t.Place.Channel,
		})
		if !d.Allowed {
			return answer{}, h.forbidden(d.Refusal)
		}
	}
	if o.Kind == ledger.Bulk {
		if other {
			err = h.maySeeBulk(ctx, t, o)
		}
		if err != nil {
			return answer{}, err
		}
		return answer{Reply: h.bulkReply(ctx, o)}, nil
	}
	r := statusReply(o)
	if by, err := h.Engine.UndoneBy(ctx, o.ID); err == nil && by != "" {
		r.Notes = append(r.Notes, h.undoneNote(ctx, by))
	}
	return answer{Reply: h.withChoices(ctx, o, r)}, nil
}

// undoneNote says how far taking an operation back has come.
func (h *Handler) undoneNote(ctx context.Context, by string) string {
	u, err := h.History.Operation(ctx, by)
	if err != nil {
		return "Operation " + by + " takes it back."
	}
	if u.State == ledger.Intent || u.Has(ledger.Unknown) || u.Has(ledger.NotApplied) {
		return fmt.Sprintf("Operation %s takes it back: %s", by, stateWords(u))
	}
	return "It was undone by operation " + by + "."
}

func (h *Handler) find(ctx context.Context, t talk) (ledger.Operation, error) {
	var o ledger.Operation
	var err error
	if t.Operation == grammar.LastOperation {
		o, err = h.History.Last(ctx, t.Caller.ID, t.Place.Channel)
	} else {
		o, err = h.History.Operation(ctx, t.Operation)
	}
	switch {
	case !errors.Is(err, ledger.ErrNotFound):
		return o, err
	case t.Operation == grammar.LastOperation:
		return o, refuse("You have not asked for any change in this channel yet.")
	}
	return o, refuse(fmt.Sprintf("There is no operation %s.", t.Operation), "An operation's id stands under its result.").
		typing("/battle status last", "/battle log")
}

func statusReply(o ledger.Operation) Reply {
	return Reply{
		Tone:     toneOfState(o),
		Headline: fmt.Sprintf("Operation %s in %s: %s", o.ID, label(o), stateWords(o)),
		Rows:     outcomeRows(o, nil),
		Notes:    append(historyOf(o), outcomeNotes(o)...),
		Footer:   resultFooter(o),
	}
}

func toneOfState(o ledger.Operation) Tone {
	if o.State == ledger.Settled || o.State == ledger.Resolved {
		return toneOf(o)
	}
	return ToneNeutral
}

// stateWords says in a few words how far an operation came.
func stateWords(o ledger.Operation) string {
	if o.Kind == ledger.Bulk {
		return bulkState(o)
	}
	switch o.State {
	case ledger.Pending:
		if o.Approval {
			return "waits for a second person; nothing was sent."
		}
		return "waits for a yes; nothing was sent."
	case ledger.Cancelled:
		return "cancelled; nothing was sent."
	case ledger.Expired:
		return "expired; nothing was sent."
	case ledger.Intent:
		return "under way; its outcome is not known yet."
	}
	return summary(o) + "."
}

// summary counts an operation's outcomes.
func summary(o ledger.Operation) string {
	var parts []string
	for _, outcome := range []ledger.Outcome{ledger.Applied, ledger.NotApplied, ledger.Unknown} {
		n := 0
		for _, r := range o.Rooms {
			if r.Outcome == outcome {
				n++
			}
		}
		switch {
		case n == len(o.Rooms):
			return string(outcome)
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return list(parts)
}

// historyOf tells when and by whom.
func historyOf(o ledger.Operation) []string {
	when := o.Created.UTC().Format("2006-01-02 15:04:05 UTC")
	first := fmt.Sprintf("%s, asked by %s at %s.", doing(o), nameOf(o.AskerName, o.Asker), when)
	var second string
	if o.ConfirmedBy != "" {
		second = "Confirmed by " + o.ConfirmedBy + "."
	}
	var third string
	switch {
	case o.Settled.IsZero():
	case o.Sends > 1:
		third = fmt.Sprintf("Settled at %s after %d sends; only the last one could have taken effect.", clock(o.Settled), o.Sends)
	default:
		third = "Settled at " + clock(o.Settled) + "."
	}
	var fourth string
	switch {
	case o.Undoes != "":
		fourth = "It takes operation " + o.Undoes + " back."
	case o.Bulk != "":
		fourth = fmt.Sprintf("It is call %d of bulk %s.", o.Part, o.Bulk)
	case o.Source != "":
		fourth = "It repeats operation " + o.Source + "."
	}
	notes := []string{sentence(first, second, third, fourth)}
	if o.Call.RequestID != "" && !o.Has(ledger.NotApplied) && !o.Has(ledger.Unknown) {
		notes = append(notes, requestNote(o.Call.RequestID))
	}
	return notes
}
