package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"ringside/battles"
	"ringside/commands/card"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

const (
	finalLimit    = 10 * time.Second // for what the last words need from the ledger
	shownChanges  = 5                // of Ringside's, by name
	shownRooms    = 3                // of one change
	lateBeginning = 5 * time.Second  // from which on a picture says that it begins late
)

// finalCard tells how a battle ended: who won, whose word that is, what Ringside changed, and how the scores went. A
// ledger that can't be read takes nothing from it but that.
func (h *Handler) finalCard(ctx context.Context, v battles.View, samples []card.Sample) Reply {
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	r := scoreCard(v)
	r.Headline = result(v)
	r.Notes = []string{wordOf(v)}
	changes, err := h.changesOf(ctx, v.ID)
	if err != nil {
		h.Log.Warn("what was changed in a battle could not be read", zap.Error(err))
		r.Notes = append(r.Notes, "What Ringside changed could not be read just now.")
		r.Examples = []string{logLine(v)}
	}
	r.Notes = append(r.Notes, present(changesNote(v, changes))...)
	r.Notes = append(r.Notes, h.openNotes(ctx, v.ID)...)
	if late := lateFrom(v, samples); late != "" {
		r.Notes = append(r.Notes, "The picture begins at "+late+", when Ringside began to watch.")
	}
	r.Picture = h.picture(v, samples, changes)
	r.Footer = finalFooter(v)
	return r
}

// result is the headline: a winner only where the scores are final.
func result(v battles.View) string {
	lead := operations.LeadOf(v.Standings)
	tied, best := top(v.Standings)
	switch {
	case len(v.Standings) == 0:
		return "The battle is over; its scores are not known"
	case !v.Final:
		return ahead(v.Standings)
	case lead.Room != "":
		return fmt.Sprintf("%s wins by %s", lead.Room, grammar.FormatInt(lead.Gap))
	case len(tied) == len(v.Standings):
		return "A tie at " + grammar.FormatInt(best)
	}
	return list(tied) + " tie at " + grammar.FormatInt(best)
}

// wordOf says how good the scores are.
func wordOf(v battles.View) string {
	switch {
	case v.Final && v.Told:
		return "Final scores as told by Tencent."
	case v.Final:
		return "Final scores as read from Tencent after the end."
	case v.Read.IsZero():
		return "Tencent told no final scores, and none could be read."
	case v.Ends.After(v.Read):
		return fmt.Sprintf("Last scores read, %s before the end: Tencent told no final ones.", span(v.Ends.Sub(v.Read)))
	}
	return "Last scores read, at " + clock(v.Read) + ": Tencent told no final ones."
}

// changesOf returns the operations that changed a score of the battle, the oldest first.
func (h *Handler) changesOf(ctx context.Context, battle string) ([]ledger.Operation, error) {
	all, err := h.History.Log(ctx, battle, maxScanned)
	if err != nil {
		return nil, fmt.Errorf("read what was changed: %w", err)
	}
	var changes []ledger.Operation
	for _, o := range slices.Backward(all) {
		if o.Kind != ledger.Create && o.Has(ledger.Applied) {
			changes = append(changes, o)
		}
	}
	return changes, nil
}

// changesNote lists the latest changes by Ringside, and counts the others.
func changesNote(v battles.View, changes []ledger.Operation) string {
	if len(changes) == 0 {
		return ""
	}
	lines := []string{"Changed by Ringside:"}
	more := max(0, len(changes)-shownChanges)
	for _, o := range changes[more:] {
		lines = append(lines, changeLine(o))
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and %d earlier: %s", more, logLine(v)))
	}
	return strings.Join(lines, "\n")
}

// changeLine is "pk-live1 +100 by ana at 12:03:04 UTC, operation k3f9".
func changeLine(o ledger.Operation) string {
	var rooms []string
	for _, r := range o.Rooms {
		if r.Outcome == ledger.Applied {
			rooms = append(rooms, r.Room+" "+changeWords(o.Kind, r.Points))
		}
	}
	if more := len(rooms) - shownRooms; more > 0 {
		rooms = append(rooms[:shownRooms], counts(more, "more room", "more rooms"))
	}
	line := fmt.Sprintf("%s by %s at %s, operation %s", list(rooms), short(o.AskerName, o.Asker), clock(o.Settled), o.ID)
	if o.Undoes != "" {
		line += ", which undoes " + o.Undoes
	}
	return line
}

func logLine(v battles.View) string {
	return grammar.Request{Verb: grammar.VerbLog, Battle: v.Label(), Count: grammar.MaxCount}.Line()
}

func finalFooter(v battles.View) string {
	if v.Ends.IsZero() {
		return footerOf(v)
	}
	return footerOf(v, "ended "+clock(v.Ends))
}

// picture draws how the scores went; nil where nothing was watched, or it can't be drawn.
func (h *Handler) picture(v battles.View, samples []card.Sample, changes []ledger.Operation) *Picture {
	if len(samples) < 2 {
		return nil
	}
	o := card.Options{Title: result(v), Subtitle: subtitle(v, samples), Start: v.Started, End: v.Ends}
	for _, c := range changes {
		o.Marks = append(o.Marks, c.Settled)
	}
	png, err := card.Draw(samples, o)
	if err != nil {
		h.Log.Error("the scores could not be drawn", zap.String("battle", v.ID), zap.Error(err))
		return nil
	}
	return &Picture{Name: "score.png", Alt: altOf(v), PNG: png}
}

// subtitle says which battle a picture shows, and when that was.
func subtitle(v battles.View, samples []card.Sample) string {
	parts := []string{"battle " + v.Label()}
	if !v.Started.IsZero() && !v.Ends.IsZero() {
		parts = append(parts, fmt.Sprintf("%s to %s", v.Started.UTC().Format("2006-01-02 15:04:05"), clock(v.Ends)))
	}
	if late := lateFrom(v, samples); late != "" {
		parts = append(parts, "watched from "+late)
	}
	return strings.Join(parts, " · ")
}

// lateFrom returns when a picture begins, if that is not with the battle.
func lateFrom(v battles.View, samples []card.Sample) string {
	if len(samples) < 2 || v.Started.IsZero() || samples[0].At.Sub(v.Started) <= lateBeginning {
		return ""
	}
	return clock(samples[0].At)
}

// altOf says in words what a picture shows.
func altOf(v battles.View) string {
	return fmt.Sprintf("The scores of battle %s over time. In the end: %s. %s.", v.Label(), scoresWords(v.Standings), result(v))
}
