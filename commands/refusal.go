package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/explain"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// refusal is an error that is ready to be read by the caller.
type refusal struct {
	Reply
	err error // for the log
}

func (r *refusal) Error() string { return r.Headline }
func (r *refusal) Unwrap() error { return r.err }

// refuse returns a refusal with a headline and what to know or do about it.
func refuse(headline string, notes ...string) *refusal {
	return &refusal{Reply: Reply{Tone: ToneBad, Headline: headline, Notes: notes}}
}

// typing adds lines to type instead.
func (r *refusal) typing(lines ...string) *refusal {
	r.Examples = append(r.Examples, lines...)
	return r
}

func refuseGrammar(err error) Reply {
	var wrong *grammar.Error
	if !errors.As(err, &wrong) {
		return Reply{Tone: ToneBad, Headline: "This could not be read.", Examples: []string{"/battle help"}}
	}
	r := Reply{Tone: ToneBad, Headline: wrong.Problem, Examples: wrong.Try}
	if wrong.Near != "" {
		r.Notes = append(r.Notes, fmt.Sprintf("Did you mean %q?", wrong.Near))
	}
	return r
}

// refusalOf puts any error of a command into words. What has no words of its own is logged and told as a
// fault of Ringside's own, with nothing of its text: that may hold what a caller should not see.
func (h *Handler) refusalOf(err error) Reply {
	var ready *refusal
	if errors.As(err, &ready) {
		return ready.Reply
	}
	if r, ok := wordsFor(err, h.now()); ok {
		h.Log.Info("refused", zap.Error(err))
		return r
	}
	h.Log.Error("a command failed", zap.Error(err))
	return Reply{
		Tone: ToneBad, Headline: "Something went wrong inside Ringside; nothing was sent.",
		Notes: []string{"The person who runs the bot finds the reason in its log, at " + clock(h.now()) + "."},
	}
}

// wordsFor knows the errors of the layers below.
func wordsFor(err error, now time.Time) (Reply, bool) {
	var held *operations.HeldError
	var unsent *operations.NotSentError
	var failed *tencent.CallError
	var unsure *operations.UnsureError
	switch {
	case errors.As(err, &unsure):
		return unsureWords(unsure), true
	case errors.As(err, &held):
		return refuse("Not done: another change of this battle is under way, so nothing was sent.",
			fmt.Sprintf("It was started by %s %s ago. Try again in a moment.", held.Holder.By, span(now.Sub(held.Holder.Since)))).Reply, true
	case errors.As(err, &unsent):
		return unsentWords(unsent, now), true
	case errors.As(err, &failed):
		return readFailure(failed), true
	case errors.Is(err, battles.ErrNoBattle):
		return refuse("No running battle with that room is known, so nothing was done.",
			"Name the battle by its id or its alias instead.").Reply, true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return refuse("It took too long and was given up; nothing was sent.", "Try again.").Reply, true
	}
	return Reply{}, false
}

// unsureWords answers a yes of which the ledger did not tell whether it kept it.
func unsureWords(e *operations.UnsureError) Reply {
	r := refuse("It is not known whether this has started: Ringside's ledger did not answer in time.",
		"Look what became of it. To be sure that nothing more is sent, stop it.").Reply
	r.Tone, r.Examples = ToneWarn, []string{"/battle status " + e.Operation, "/battle bulk stop " + e.Operation}
	return r
}

func unsentWords(e *operations.NotSentError, now time.Time) Reply {
	switch e.Step {
	case operations.StepLedger:
		return refuse("Not done: Ringside could not write it down first, so nothing was sent.",
			"Its ledger does not take writes (a full disk, often). The person who runs the bot must look at it.").Reply
	case operations.StepRead:
		return refuse("Not done: the scores could not be read, so nothing was sent.",
			"An overwrite is only sent when its effect is known. Press again in a moment, or ask anew.").Reply
	}
	var suspended *tencent.SuspendedError
	if errors.As(e, &suspended) {
		return suspendedWords(suspended, now)
	}
	var busy *tencent.BusyError
	if errors.As(e, &busy) {
		return refuse("Not done: too many calls are waiting, so nothing was sent.", "Try again in a few seconds.").Reply
	}
	return refuse("Not done: there was no room for the call within its time, so nothing was sent.", "Try again in a few seconds.").Reply
}

// suspendedWords says why nothing is sent for a while, and until when.
func suspendedWords(s *tencent.SuspendedError, now time.Time) Reply {
	why := explain.Failure(tencent.Evidence{Written: true, Err: &tencent.Failure{Reason: tencent.Reason(s.Reason)}}).Meaning
	if s.Code != 0 {
		why = fmt.Sprintf("Tencent answers with its internal error (code %d).", s.Code)
	}
	return refuse("Not done: Tencent has been failing, so nothing was sent.",
		sentence("Of the last changes none got an answer.", why),
		fmt.Sprintf("Ringside tries again at %s, in %s; until then changes are refused at once. Scores can still be read.", clock(s.Until), span(s.Until.Sub(now)))).Reply
}

// readFailure explains why a battle could not be read.
func readFailure(failed *tencent.CallError) Reply {
	e := failed.Evidence
	if !e.Complete {
		t := explain.FailedRead(e)
		return refuse(t.Meaning, t.Next, fixedBy(t.Who)).Reply
	}
	t, listed := explain.Code(failed.Command, e.Code)
	if !listed {
		return refuse("The battle could not be read.", unlisted(e.Code, e.Info), requestNote(e.RequestID)).trim()
	}
	return refuse("The battle could not be read.", sentence(t.Meaning, t.Next), fixedBy(t.Who), codeNote(e.Code, e.RequestID)).trim()
}

// trim drops empty notes.
func (r *refusal) trim() Reply {
	r.Notes = present(r.Notes...)
	return r.Reply
}

func present(texts ...string) []string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}

// forbidden puts a decision of the policy into words: the rule that was missing, and the caller's own id.
func (h *Handler) forbidden(r auth.Refusal) *refusal {
	if r.Err != nil {
		h.Log.Warn("a group look-up failed", zap.String("group", r.Group), zap.Error(r.Err))
	}
	headline := "You may not do this, so nothing was sent."
	switch r.Rule {
	case auth.RuleMaxPoints:
		headline = "That is more than you may change at once, so nothing was sent."
	case auth.RuleLookup:
		headline = "Whether you may do this could not be found out, so nothing was sent."
	}
	return refuse(headline, ruleWords(r)+" "+idWords(r.Caller))
}

// idWords tells a caller what a grant has to name.
func idWords(caller string) string {
	return "Your id is " + caller + "; the person who runs the bot can add it to a grant."
}

// ruleWords says which rule was missing.
func ruleWords(r auth.Refusal) string {
	switch r.Rule {
	case auth.RuleCaller:
		return "No grant names you (rule: who)."
	case auth.RuleMay:
		return fmt.Sprintf("Grant %q does not allow %s (rule: may).", r.Grant, r.May)
	case auth.RuleBattles:
		return fmt.Sprintf("Grant %q does not cover the battle %s (rule: battles).", r.Grant, r.Battle)
	case auth.RuleRooms:
		return fmt.Sprintf("Grant %q does not cover the room %s (rule: rooms).", r.Grant, r.Room)
	case auth.RuleChannels:
		return fmt.Sprintf("Grant %q does not hold in this channel, %s (rule: channels).", r.Grant, r.Channel)
	case auth.RuleMaxPoints:
		return fmt.Sprintf("%s points in one room are over the %s that grant %q allows (rule: max_points).",
			grammar.FormatInt(r.Points), grammar.FormatInt(r.MaxPoints), r.Grant)
	}
	return fmt.Sprintf("The group %s could not be looked up (rule: lookup). Try again in a moment.", r.Group)
}

// isClosed returns what became of a question, if err says that it is closed.
func isClosed(err error) (*ledger.ClosedError, bool) {
	var closed *ledger.ClosedError
	ok := errors.As(err, &closed)
	return closed, ok
}

func codeNote(code int, requestID string) string {
	note := fmt.Sprintf("Tencent's code: %d.", code)
	return strings.TrimSpace(note + " " + requestNote(requestID))
}

func requestNote(requestID string) string {
	if requestID == "" {
		return ""
	}
	return "Tencent's request id, for support: " + requestID
}

func unlisted(code int, info string) string {
	if info == "" {
		return fmt.Sprintf("Tencent answered with code %d, which is in none of its lists.", code)
	}
	return fmt.Sprintf("Tencent answered with code %d, which is in none of its lists, and says: %s", code, info)
}

func fixedBy(who string) string {
	if who == "" {
		return ""
	}
	return "Who can fix it: " + who + "."
}
