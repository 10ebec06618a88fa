package commands

import (
	"fmt"
	"strings"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// questionReply asks the caller for a yes.
func (h *Handler) questionReply(q operations.Question, now *battles.Snapshot) Reply {
	o := q.Operation
	r := previewOf(o.Kind, o.Rooms, now)
	r.Tone = ToneWarn
	r.Headline = fmt.Sprintf("%s in %s?", doing(o), label(o))
	if o.Kind == ledger.Set && o.Undoes != "" {
		r.Notes = append(r.Notes, "Tencent cannot subtract, so this overwrites the score with what is left. Gifts that arrive before you confirm are kept; one that arrives in the very moment of sending is lost.")
	} else if o.Kind == ledger.Set {
		r.Notes = append(r.Notes, "An overwrite replaces the score: a gift that arrives in between is overwritten too.")
	}
	r.Buttons = []Button{
		{ID: q.Yes, Label: "Confirm", Style: styleOf(o.Kind)},
		{ID: q.No, Label: "Cancel"},
	}
	r.Footer = fmt.Sprintf("operation %s · nothing is sent before you confirm · %s to answer", o.ID, span(o.Expires.Sub(h.now())))
	return r
}

// requestReply asks a second person for a yes.
func (h *Handler) requestReply(q operations.Question, now *battles.Snapshot) Reply {
	o := q.Operation
	r := previewOf(o.Kind, o.Rooms, now)
	r.Tone, r.Public = ToneWarn, true
	r.Headline = fmt.Sprintf("%s asks: %s in %s?", nameOf(o.AskerName, o.Asker), lowerFirst(doing(o)), label(o))
	r.Notes = append(r.Notes, "This is above the limit for one person. Another person who may approve must say yes.")
	r.Buttons = []Button{
		{ID: q.Yes, Label: "Approve", Style: styleOf(o.Kind)},
		{ID: q.No, Label: "Decline"},
	}
	r.Footer = fmt.Sprintf("operation %s · nothing is sent before somebody approves · %s to answer", o.ID, span(o.Expires.Sub(h.now())))
	return r
}

// waitingReply tells the caller that a second person was asked; his button withdraws the request.
func (h *Handler) waitingReply(q operations.Question, grant auth.Grant) Reply {
	o := q.Operation
	return Reply{
		Tone:     ToneWarn,
		Headline: fmt.Sprintf("%s in %s needs a second person.", doing(o), label(o)),
		Notes: []string{fmt.Sprintf("Above %s points in 10 minutes (grant %q) another person must approve. The request was posted; nothing is sent until then.",
			grammar.FormatInt(grant.ApprovalOver), grant.Name)},
		Buttons: []Button{{ID: q.No, Label: "Cancel"}},
		Footer:  fmt.Sprintf("operation %s · the request waits %s", o.ID, span(o.Expires.Sub(h.now()))),
	}
}

// dryRunReply shows what would happen.
func dryRunReply(w wish, now *battles.Snapshot, n needs) Reply {
	r := previewOf(w.kind, w.rooms, now)
	r.Headline = "Dry run in " + w.ref.Label() + ": nothing was sent."
	switch {
	case n.second:
		r.Notes = append(r.Notes, "For real, this would need the yes of a second person.")
	case n.yes:
		r.Notes = append(r.Notes, "For real, this would ask you to confirm.")
	default:
		r.Notes = append(r.Notes, "For real, this would be sent at once.")
	}
	return r
}

// previewOf shows now → after for each room, and who leads before and after. Without a read it shows the change alone.
func previewOf(kind ledger.Kind, rooms []ledger.Room, now *battles.Snapshot) Reply {
	var r Reply
	after := operations.After(kind, standings(now), rooms)
	for _, room := range rooms {
		row := Row{Subject: room.Room, Change: changeWords(kind, room.Points)}
		if is, known := operations.ScoreIn(standings(now), room.Room); known {
			then, _ := operations.ScoreIn(after, room.Room)
			row.Detail = grammar.FormatInt(is) + " → " + grammar.FormatInt(then)
		} else if now != nil {
			row.Detail = "not among the battle's rooms now"
		}
		r.Rows = append(r.Rows, row)
	}
	if now == nil {
		r.Notes = append(r.Notes, "The scores could not be read just now.")
		return r
	}
	r.Notes = append(r.Notes, "Now "+leadWords(now.Standings)+"; afterwards "+leadWords(after)+".")
	if now.Over {
		r.Notes = append(r.Notes, "The battle looks over: Tencent will probably refuse.")
	}
	return r
}

// leadWords says who leads.
func leadWords(standings []ledger.Standing) string {
	lead := operations.LeadOf(standings)
	switch {
	case len(standings) == 0:
		return "no scores are known"
	case lead.Room == "":
		return "it is a tie"
	}
	return fmt.Sprintf("%s leads by %s", lead.Room, grammar.FormatInt(lead.Gap))
}

// doing writes an operation as a deed: "Add 100 to pk-live1", "Set pk-live1 to 500 and pk-live2 to 0".
func doing(o ledger.Operation) string {
	switch o.Kind {
	case ledger.Create:
		return doingCreation(o)
	case ledger.Bulk:
		return "Change many scores at once"
	}
	parts := make([]string, len(o.Rooms))
	for i, r := range o.Rooms {
		if o.Kind == ledger.Set {
			parts[i] = r.Room + " to " + grammar.FormatInt(r.Points)
		} else {
			parts[i] = grammar.FormatInt(r.Points) + " to " + r.Room
		}
	}
	verb := "Add "
	if o.Kind == ledger.Set {
		verb = "Set "
	}
	deed := verb + list(parts)
	if o.Undoes != "" {
		return "Undo operation " + o.Undoes + " (" + lowerFirst(deed) + ")"
	}
	return deed
}

// list writes several things as people do: "a", "a and b", "a, b and c".
func list(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

func styleOf(kind ledger.Kind) Style {
	if kind == ledger.Set {
		return StyleDanger
	}
	return StylePrimary
}
