package commands

import (
	"context"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"ringside/commands/explain"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// resultReply tells what happened to each room: outcome first, one line a room.
func (h *Handler) resultReply(ctx context.Context, result operations.Result) Reply {
	o := result.Operation
	r := Reply{
		Tone: toneOf(o), Rows: outcomeRows(o, result.Now), Notes: outcomeNotes(o),
		Footer: resultFooter(o), Public: !h.settings.AnnounceToCaller,
	}
	r = meantRooms(o, result.Now, r)
	if result.Late != nil {
		r.Tone, r.Notes = ToneWarn, append(r.Notes, lateWords(o, result.Late))
	}
	if result.Unwritten {
		r.Notes = append(r.Notes, "This is what happened, but the ledger could not take it yet; Ringside keeps trying. The person who runs the bot must look at it.")
	}
	if result.Again != "" && repeatable(o) {
		r.Buttons = append(r.Buttons, Button{ID: result.Again, Label: "Again"})
	}
	if result.Undo != "" && o.Undoes == "" && o.Kind != ledger.Create && o.Has(ledger.Applied) && !o.Has(ledger.Unknown) {
		r.Buttons = append(r.Buttons, Button{ID: result.Undo, Label: "Undo"})
	}
	return h.withChoices(ctx, o, h.creationResult(ctx, o, r))
}

// lateWords tells what a true reply says that came after the operation was decided.
func lateWords(o ledger.Operation, late []ledger.Room) string {
	parts := make([]string, len(late))
	for i, r := range late {
		parts[i] = fmt.Sprintf("%s %s", r.Room, r.Outcome)
	}
	return fmt.Sprintf("Tencent's own answer came only now, after this was decided. It says: %s. Where the two differ, Tencent's is the true one; look at the scores. /battle status %s",
		strings.Join(parts, ", "), o.ID)
}

// repeatable reports whether an operation is worth a button that does all of it once more: where one room counted
// and another did not, or nobody knows, it would be a trap.
func repeatable(o ledger.Operation) bool {
	return o.Undoes == "" && o.Kind != ledger.Create && !o.Has(ledger.Unknown) && !(o.Has(ledger.Applied) && o.Has(ledger.NotApplied))
}

func toneOf(o ledger.Operation) Tone {
	switch {
	case o.Has(ledger.Unknown):
		return ToneWarn
	case o.Has(ledger.NotApplied):
		return ToneBad
	}
	return ToneGood
}

func outcomeRows(o ledger.Operation, now []ledger.Standing) []Row {
	rows := make([]Row, len(o.Rooms))
	for i, room := range o.Rooms {
		rows[i] = Row{
			Label: string(room.Outcome), Subject: room.Room, Change: changeWords(o.Kind, room.Points),
			Detail: standingWords(room, now),
		}
	}
	return rows
}

// standingWords says where a room stands: "now 1,340, leads by 90 (before: 1,240)".
func standingWords(room ledger.Room, now []ledger.Standing) string {
	before := ""
	if room.Before != nil {
		before = "before: " + grammar.FormatInt(*room.Before)
	}
	score, known := operations.ScoreIn(now, room.Room)
	if !known {
		return before
	}
	words := "now " + grammar.FormatInt(score)
	if place := placeWords(room.Room, score, now); place != "" {
		words += ", " + place
	}
	if before != "" {
		words += " (" + before + ")"
	}
	return words
}

func placeWords(room string, score int64, now []ledger.Standing) string {
	lead := operations.LeadOf(now)
	switch {
	case len(now) < 2:
		return ""
	case lead.Room == room:
		return "leads by " + grammar.FormatInt(lead.Gap)
	case lead.Room == "":
		return behind(score, now, "tied for the lead")
	}
	return behind(score, now, "")
}

// behind says how far a room is behind the best score.
func behind(score int64, now []ledger.Standing, atTop string) string {
	best := score
	for _, s := range now {
		best = max(best, s.Score)
	}
	if best == score {
		return atTop
	}
	return "trails by " + grammar.FormatInt(best-score)
}

// outcomeNotes explains whatever did not simply take effect: once per reason, not per room.
func outcomeNotes(o ledger.Operation) []string {
	var notes []string
	seen := map[string]bool{}
	for _, room := range o.Rooms {
		key := fmt.Sprint(room.Reason, room.Code)
		if room.Reason == "" || seen[key] {
			continue
		}
		seen[key] = true
		notes = append(notes, reasonWords(o, room)...)
	}
	notes = append(notes, lookNotes(o)...)
	if len(notes) > 0 && o.Call.RequestID != "" {
		notes = append(notes, requestNote(o.Call.RequestID))
	}
	return notes
}

// unsentReason tells why Ringside itself sent nothing.
func unsentReason(reason string) string {
	switch reason {
	case operations.ReasonTogether:
		return "with what the same person changed in the last 10 minutes it needs a second person. Use /battle-score for it."
	case operations.ReasonMoved:
		return "the scores had moved so far since the preview that the overwrite would have done something else."
	}
	return "Ringside could not write it down in time. Try again."
}

// reasonWords explains one room's outcome: what it means, what to do next, who can fix it.
func reasonWords(o ledger.Operation, room ledger.Room) []string {
	const look = "Look at the scores before you do anything; do not simply repeat it."
	if o.Kind == ledger.Create && (room.Reason == operations.ReasonNoRoom || room.Reason == operations.ReasonUnclearRoom) {
		return creationReason(room)
	}
	switch room.Reason {
	case operations.ReasonNotSent:
		return failureWords(o.Call)
	case operations.ReasonLate, operations.ReasonLedger, operations.ReasonTogether, operations.ReasonMoved:
		return []string{"Nothing was sent: " + unsentReason(room.Reason)}
	case operations.ReasonRefused:
		return refusedWords(o, room)
	case operations.ReasonNoRoom:
		if room.Code == 0 {
			return []string{fmt.Sprintf("%s: nothing was sent, since the room was not in the battle.", room.Room)}
		}
		t, _ := explain.Result(tencent.CommandSetBattleScore, room.Code)
		return present(fmt.Sprintf("%s: %s", room.Room, sentence(t.Meaning, t.Next)))
	case operations.ReasonNoAnswer:
		return failureWords(o.Call)
	case operations.ReasonUnclear:
		return append([]string{"It may or may not have counted. " + look}, refusedWords(o, room)...)
	case ledger.FoundReason:
		return []string{"Found: a battle of just these rooms began then and lasts just so long. Its id is " + o.Battle + "."}
	case ledger.DisprovedReason:
		return []string{disprovedWords(o, room)}
	case ledger.ResolvedReason:
		return []string{fmt.Sprintf("It was unknown until %s said that it %s.", o.ResolvedBy, counted(room.Outcome))}
	case operations.ReasonLease:
		return []string{"It may or may not have counted: Ringside stopped while it was being sent. " + look}
	}
	return []string{fmt.Sprintf("It may or may not have counted for %s: Tencent's answer does not say (%s). %s", room.Room, room.Reason, look)}
}

func refusedWords(o ledger.Operation, room ledger.Room) []string {
	t, listed := explain.Code(commandOf(o), room.Code)
	if !listed {
		return []string{unlisted(room.Code, o.Call.Info)}
	}
	return present(sentence(t.Meaning, t.Next), sentence(fixedBy(t.Who), fmt.Sprintf("Tencent's code: %d.", room.Code)))
}

// commandOf is the platform's command behind an operation.
func commandOf(o ledger.Operation) tencent.Command {
	if o.Kind == ledger.Create {
		return tencent.CommandCreateBattle
	}
	return tencent.CommandSetBattleScore
}

// failureWords explains a call without a complete reply.
func failureWords(c ledger.Call) []string {
	t := explain.Failure(tencent.Evidence{Written: c.Written, Err: &tencent.Failure{Reason: tencent.Reason(c.Reason)}})
	return present(sentence(t.Meaning, t.Next), sentence(fixedBy(t.Who), "("+c.Failure+")"))
}

// resultFooter is the small print: the operation's id, its battle, who asked, who said yes, and the first
// digits of its settling event in the audit chain.
func resultFooter(o ledger.Operation) string {
	parts := []string{"operation " + o.ID, label(o), "asked by " + short(o.AskerName, o.Asker)}
	if o.ConfirmedBy != "" && o.ConfirmedBy != o.Asker {
		parts = append(parts, "approved by "+o.ConfirmedBy)
	}
	if o.Undoes != "" {
		parts = append(parts, "undoes "+o.Undoes)
	}
	if o.Digest != "" {
		parts = append(parts, "audit "+o.Digest)
	}
	return strings.Join(parts, " · ")
}

func short(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// logOutcome leaves the outcome in the log under the operation's id.
func (h *Handler) logOutcome(result operations.Result) {
	o := result.Operation
	fields := []zap.Field{
		zap.String("operation", o.ID), zap.String("kind", string(o.Kind)), zap.String("battle", o.Battle), zap.String("asker", o.Asker),
		zap.Int("sends", o.Sends), zap.Duration("call", o.Call.Took), zap.String("request_id", o.Call.RequestID),
	}
	for _, room := range o.Rooms {
		fields = append(fields, zap.String("room."+room.Room, string(room.Outcome)))
	}
	if o.Call.Failure != "" {
		fields = append(fields, zap.String("failure", o.Call.Failure))
	}
	h.Log.Info("operation settled", fields...)
}
