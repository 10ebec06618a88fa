package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// resolve is `/battle resolve <operation> applied|not-applied`.
func (h *Handler) resolve(ctx context.Context, t talk) (answer, error) {
	o, err := h.find(ctx, t)
	if err != nil {
		return answer{}, err
	}
	if o.Kind == ledger.Bulk {
		return answer{}, bulkWhole(o, "resolved")
	}
	outcome := ledger.NotApplied
	if t.Outcome == string(ledger.Applied) {
		outcome = ledger.Applied
	}
	r, err := h.settleAs(ctx, o, outcome, t.Caller, t.Place)
	return answer{Reply: r}, err
}

// resolveButton is the same for a press of *It counted* or *It did not*; what it says takes the question's place.
func (h *Handler) resolveButton(ctx context.Context, p pressed, outcome ledger.Outcome) {
	r, err := h.settleAs(ctx, p.op, outcome, p.Caller, p.Place)
	if err != nil {
		p.voice.answer(ctx, h.refusalOf(err))
		return
	}
	p.voice.amend(ctx, r)
}

// settleAs settles the unknown rooms of an operation at the word of somebody who may.
func (h *Handler) settleAs(ctx context.Context, o ledger.Operation, outcome ledger.Outcome, who Caller, where Place) (Reply, error) {
	d := h.Policy.Decide(ctx, auth.Question{
		Caller: who.ID, Vouched: who.Groups, May: auth.OpResolve, Battles: present(o.Battle, o.Alias), Rooms: names(o.Rooms), Channel: where.Channel,
	})
	if !d.Allowed {
		return Reply{}, h.forbidden(d.Refusal)
	}
	unknown := unknownRooms(o)
	resolved, err := h.Engine.Resolve(ctx, o.ID, outcome, operations.Person{ID: who.ID, Name: who.Name})
	if _, closed := isClosed(err); closed {
		return Reply{}, h.nothingUnknown(ctx, o)
	}
	if errors.Is(err, ledger.ErrEarly) {
		return Reply{}, h.tooEarly(o)
	}
	if err != nil {
		return Reply{}, &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	h.Log.Info("unknown outcome resolved", zap.String("operation", o.ID), zap.String("by", who.ID), zap.String("outcome", string(outcome)))
	r := statusReply(resolved)
	r.Public = !h.settings.AnnounceToCaller
	r.Headline = fmt.Sprintf("%s says that operation %s %s for %s.", nameOf(who.Name, who.ID), o.ID, counted(outcome), list(unknown))
	return r, nil
}

// tooEarly refuses a word on what may still be under way.
func (h *Handler) tooEarly(o ledger.Operation) *refusal {
	return refuse("It is too early to say: what was sent may still arrive. Nothing was changed.",
		fmt.Sprintf("In %s Ringside reads the scores and tells what they show; say then.", span(max(time.Second, o.LookAfter.Sub(h.now()))))).
		typing("/battle status " + o.ID)
}

func counted(outcome ledger.Outcome) string {
	if outcome == ledger.Applied {
		return "counted"
	}
	return "did not count"
}

// nothingUnknown refuses to settle what is settled.
func (h *Handler) nothingUnknown(ctx context.Context, o ledger.Operation) *refusal {
	if fresh, err := h.History.Operation(ctx, o.ID); err == nil {
		o = fresh
	}
	r := refuse(fmt.Sprintf("Nothing about operation %s is unknown: %s Nothing was changed.", o.ID, stateWords(o)))
	if o.ResolvedBy != "" {
		r.Notes = append(r.Notes, "It was resolved by "+o.ResolvedBy+".")
	}
	return r.typing("/battle status " + o.ID)
}

func names(rooms []ledger.Room) []string {
	all := make([]string, len(rooms))
	for i, r := range rooms {
		all[i] = r.Room
	}
	return all
}

func unknownRooms(o ledger.Operation) []string {
	var unknown []string
	for _, r := range o.Rooms {
		if r.Outcome == ledger.Unknown {
			unknown = append(unknown, r.Room)
		}
	}
	return unknown
}

// withChoices puts under an unknown outcome what a person can do about it.
func (h *Handler) withChoices(ctx context.Context, o ledger.Operation, r Reply) Reply {
	if !o.Has(ledger.Unknown) {
		return r
	}
	r.Examples = append(r.Examples, "/battle resolve "+o.ID+" applied", "/battle resolve "+o.ID+" not-applied")
	counted, not, resend, err := h.Engine.OfferResolution(ctx, o.ID)
	if err != nil {
		h.Log.Warn("the buttons of an unknown outcome could not be kept", zap.String("operation", o.ID), zap.Error(err))
		return r
	}
	r.Buttons = append(r.Buttons, Button{ID: counted, Label: "It counted"}, Button{ID: not, Label: "It did not"})
	if o.Undoes == "" && o.Kind != ledger.Create { // those are asked for anew, once it is known what became of this one
		r.Buttons = append(r.Buttons, Button{ID: resend, Label: "Send again as a new operation", Style: StyleDanger})
	}
	return r
}

// lookNotes tells what a look at an unknown outcome found: before, now, expected, and what that suggests.
func lookNotes(o ledger.Operation) []string {
	if o.Look.At.IsZero() {
		if o.Has(ledger.Unknown) {
			return []string{"Ringside reads the scores once all that was sent must have arrived, and tells what they show."}
		}
		return nil
	}
	if o.Kind == ledger.Create && o.Has(ledger.Unknown) {
		return []string{"No battle was found that agrees in its rooms, its start and its length. It may exist all the same."}
	}
	var notes []string
	for _, room := range o.Rooms {
		if room.Outcome == ledger.Unknown {
			notes = append(notes, room.Room+": "+guessWords(o, room))
		}
	}
	return notes
}

func guessWords(o ledger.Operation, room ledger.Room) string {
	g := operations.GuessOf(o, room)
	read := fmt.Sprintf("before %s, now %s, expected %s.", scoreWords(g.Before), scoreWords(g.Now), expectedWords(g))
	if g.Added > 0 {
		read = sentence(read, fmt.Sprintf("Of what it is now, Ringside added %s otherwise.", grammar.FormatInt(g.Added)))
	}
	switch {
	case slices.Contains(o.Look.Unsure, room.Room):
		return read + " Another addition to it is unknown too, so the score shows nothing."
	case slices.Contains(o.Look.Overwritten, room.Room):
		return read + " Ringside itself may have overwritten it meanwhile, so the score shows nothing."
	case g.Likely == operations.ProbablyCounted:
		return read + " It probably counted."
	case g.Likely == operations.ProbablyNot:
		return read + " It probably did not count."
	}
	return read + " Nobody can say from that whether it counted."
}

func expectedWords(g operations.Guess) string {
	if g.Expected == nil {
		return "not known"
	}
	return "at least " + scoreWords(g.Expected)
}

func scoreWords(score *int64) string {
	if score == nil {
		return "not read"
	}
	return grammar.FormatInt(*score)
}

// disprovedWords is the reasoning by which an unknown outcome was settled as not applied.
func disprovedWords(o ledger.Operation, room ledger.Room) string {
	now, _ := operations.ScoreIn(o.Look.Now, room.Room)
	var before int64
	if room.Before != nil {
		before = *room.Before
	}
	return fmt.Sprintf("%s: proved by the score. Before it was sent the score was %s; at %s, when it must have arrived, it was %s, which is below %s + %s. "+
		"Only Ringside overwrites scores here, and it did not. It is safe to send it again.",
		room.Room, grammar.FormatInt(before), clock(o.Look.At), grammar.FormatInt(now), grammar.FormatInt(before), grammar.FormatInt(room.Points))
}
