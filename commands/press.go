package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// pressed is one press on its way.
type pressed struct {
	Press
	op    ledger.Operation
	voice *voice
}

// Press answers one press of a button, in words, whatever happens.
func (h *Handler) Press(ctx context.Context, p Press, re Responder) {
	v := newVoice(re, h.Log)
	release, wait, ok := h.gate.admit(p.Caller.ID, h.now())
	if !ok {
		v.answer(ctx, tooFast(wait))
		return
	}
	defer release()
	defer h.tellOwed(ctx, p.Caller, v)
	button, o, err := h.Engine.Asked(ctx, p.Button)
	if errors.Is(err, ledger.ErrNotFound) {
		v.amend(ctx, Reply{Tone: ToneBad, Headline: "This button is no longer known, so nothing was done."})
		return
	}
	if err != nil {
		v.answer(ctx, h.refusalOf(&operations.NotSentError{Step: operations.StepLedger, Err: err}))
		return
	}
	if lasts(button.Action) && !h.now().Before(button.Expires) {
		v.answer(ctx, Reply{Tone: ToneBad, Headline: "This button has expired, so nothing was done.", Examples: insteadOf(button.Action, o)})
		return
	}
	stop := v.after(ctx, Reply{Headline: "Under way; Tencent has not answered yet. Please wait."})
	defer stop()
	h.press(ctx, button, pressed{Press: p, op: o, voice: v})
}

// insteadOf returns what to type where a button does nothing any more.
func insteadOf(action string, o ledger.Operation) []string {
	switch action {
	case operations.ActionAgain:
		return []string{lineOf(o)}
	case operations.ActionUndo:
		return []string{"/battle undo " + o.ID}
	}
	return []string{"/battle status " + o.ID}
}

// lasts reports whether a button stands under a result; those of a question end with its deadline.
func lasts(action string) bool {
	switch action {
	case operations.ActionConfirm, operations.ActionApprove, operations.ActionCancel, operations.ActionDecline:
		return false
	}
	return true
}

func (h *Handler) press(ctx context.Context, button ledger.Button, p pressed) {
	switch button.Action {
	case operations.ActionConfirm:
		if p.op.Kind == ledger.Bulk {
			h.bulkYes(ctx, p)
			return
		}
		h.yes(ctx, p, h.authorizeOwn)
	case operations.ActionApprove:
		h.yes(ctx, p, h.authorizeSecond)
	case operations.ActionCancel, operations.ActionDecline:
		h.no(ctx, p)
	case operations.ActionAgain, operations.ActionResend:
		h.again(ctx, button, p)
	case operations.ActionUndo:
		h.undoButton(ctx, p)
	case operations.ActionStop:
		h.stopButton(ctx, p)
	case operations.ActionCounted:
		h.resolveButton(ctx, p, ledger.Applied)
	case operations.ActionNotCounted:
		h.resolveButton(ctx, p, ledger.NotApplied)
	}
}

// yes carries out the operation that a question asks about.
func (h *Handler) yes(ctx context.Context, p pressed, may authorize) {
	if p.op.State != ledger.Pending {
		p.closed(ctx, p.op)
		return
	}
	result, err := h.Engine.Confirm(ctx, p.op, operations.Yes{
		Button: p.Button, By: operations.Person{ID: p.Caller.ID, Name: p.Caller.Name}, Expires: h.expiry(p.op),
		Authorize: func(ctx context.Context, now []ledger.Standing) (ledger.Limit, error) { return may(ctx, p, now) },
	})
	if err != nil {
		h.notDone(ctx, p, err)
		return
	}
	asked := h.questions.settled(p.op.ID)
	h.logOutcome(result)
	h.tellResult(ctx, p, result)
	if p.op.Approval && asked != nil {
		asked.amend(ctx, yesReply(result.Operation))
	}
	h.retire(ctx, result.Operation, yesReply(result.Operation))
}

func (h *Handler) expiry(o ledger.Operation) time.Duration {
	if o.Approval {
		return h.settings.ApprovalExpires
	}
	return h.settings.ConfirmExpires
}

// tellResult gives the outcome to those who wait: in the question's place the bare fact, the result as a
// message of its own, and where the yes came from another channel, there too.
func (h *Handler) tellResult(ctx context.Context, p pressed, result operations.Result) {
	reply := h.resultReply(ctx, result)
	o := result.Operation
	if !reply.Public && !o.Approval {
		if p.voice.amend(ctx, reply) {
			h.told(ctx, o)
		}
		return
	}
	p.voice.amend(ctx, yesReply(o))
	delivered := p.voice.answer(ctx, reply)
	if o.Approval && (!reply.Public || o.Channel != p.Place.Channel) {
		_, err := h.Notifier.Notify(ctx, h.placeOf(o), reply)
		delivered = err == nil
	}
	if delivered {
		h.told(ctx, o)
	}
}

// yesReply takes the place of a question that was answered with yes.
func yesReply(o ledger.Operation) Reply {
	words := "Confirmed"
	switch {
	case o.Approval && o.ConfirmedBy != "":
		words = "Approved by " + o.ConfirmedBy
	case o.Approval:
		words = "Approved"
	}
	return Reply{Headline: fmt.Sprintf("%s: %s (operation %s).", words, lowerFirst(doing(o)), o.ID)}
}

// notDone answers a yes that sent nothing.
func (h *Handler) notDone(ctx context.Context, p pressed, err error) {
	var changed *operations.ChangedError
	if errors.As(err, &changed) {
		h.showAnew(ctx, p, changed.Question)
		return
	}
	if errors.Is(err, ledger.ErrTogether) {
		err = nowSecond()
	}
	err = h.undoWords(p.op, err)
	if closed, ok := isClosed(err); ok {
		o := p.op
		o.State = closed.State
		p.closed(ctx, o)
		return
	}
	p.voice.answer(ctx, h.refusalOf(err))
}

// showAnew puts the new preview in the place of the one that is no longer true.
func (h *Handler) showAnew(ctx context.Context, p pressed, q operations.Question) {
	now := battles.Snapshot{Standings: q.Operation.Shown, At: h.now()}
	reply := h.questionReply(q, &now)
	if q.Operation.Approval {
		reply = h.requestReply(q, &now)
	}
	reply.Headline = "The scores have moved, so nothing was sent. " + reply.Headline
	h.expireLater(ctx, q, p.voice)
	p.voice.amend(ctx, reply)
}

// no closes a question: the person who asked may, and of an approval request whoever may approve it.
func (h *Handler) no(ctx context.Context, p pressed) {
	if p.op.State != ledger.Pending {
		p.closed(ctx, p.op)
		return
	}
	if err := h.mayClose(ctx, p); err != nil {
		p.voice.answer(ctx, h.refusalOf(err))
		return
	}
	err := h.Engine.Cancel(ctx, p.op.ID, operations.Person{ID: p.Caller.ID, Name: p.Caller.Name})
	if err != nil {
		h.notDone(ctx, p, err)
		return
	}
	h.questions.settled(p.op.ID)
	h.Log.Info("operation cancelled", zap.String("operation", p.op.ID), zap.String("by", p.Caller.ID))
	r := Reply{Headline: fmt.Sprintf("Cancelled: nothing was sent (operation %s).", p.op.ID)}
	p.voice.amend(ctx, r)
	if !p.op.Approval {
		return
	}
	if p.Caller.ID == p.op.Asker {
		r.Headline = fmt.Sprintf("Withdrawn by %s: nothing was sent (operation %s).", nameOf(p.Caller.Name, p.Caller.ID), p.op.ID)
		h.retire(ctx, p.op, r)
		return
	}
	r.Headline = fmt.Sprintf("Declined by %s: nothing was sent (operation %s).", nameOf(p.Caller.Name, p.Caller.ID), p.op.ID)
	h.retire(ctx, p.op, r)
	if _, err := h.Notifier.Notify(ctx, h.placeOf(p.op), r); err != nil {
		h.Log.Warn("a refusal could not be delivered", zap.String("operation", p.op.ID), zap.Error(err))
	}
}

// closed answers a press on a question that is closed. Its message goes only if nothing else can stand there by now: after a
// new preview or a result, what stands there matters more than what is said of the second tap.
func (p pressed) closed(ctx context.Context, o ledger.Operation) {
	gone := o.State == ledger.Cancelled || o.State == ledger.Expired || o.Approval && o.State != ledger.Superseded
	if gone {
		p.voice.amend(ctx, closedReply(o))
		return
	}
	p.voice.answer(ctx, closedReply(o))
}

// closedReply says what became of a question.
func closedReply(o ledger.Operation) Reply {
	words := map[ledger.State]string{
		ledger.Cancelled:  "It was cancelled; nothing was sent.",
		ledger.Expired:    "Nobody answered in time, so nothing was sent. To do it all the same, type the command again.",
		ledger.Superseded: "A newer question took its place; nothing was sent by this button.",
	}
	r := Reply{Examples: []string{"/battle status " + o.ID}}
	if text, unsent := words[o.State]; unsent {
		r.Headline = fmt.Sprintf("%s (operation %s)", text, o.ID)
		return r
	}
	r.Headline = yesReply(o).Headline
	r.Notes = []string{"It was answered already: a button acts once."}
	return r
}
