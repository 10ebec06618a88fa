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
	button, o, err := h.Engine.Asked(ctx, p.Button)
	if errors.Is(err, ledger.ErrNotFound) {
		v.amend(ctx, Reply{Tone: ToneBad, Headline: "This button is no longer known, so nothing was done."})
		return
	}
	if err != nil {
		v.answer(ctx, h.refusalOf(&operations.NotSentError{Step: operations.StepLedger, Err: err}))
		return
	}
	stop := v.after(ctx, Reply{Headline: "Under way; Tencent has not answered yet. Please wait."})
	defer stop()
	h.press(ctx, button, pressed{Press: p, op: o, voice: v})
}

func (h *Handler) press(ctx context.Context, button ledger.Button, p pressed) {
	switch button.Action {
	case operations.ActionConfirm:
		h.yes(ctx, p, h.authorizeOwn)
	case operations.ActionApprove:
		h.yes(ctx, p, h.authorizeSecond)
	case operations.ActionCancel, operations.ActionDecline:
		h.no(ctx, p)
	case operations.ActionAgain:
		h.again(ctx, button, p)
	}
}

// yes carries out the operation that a question asks about.
func (h *Handler) yes(ctx context.Context, p pressed, may authorize) {
	if p.op.State != ledger.Pending {
		p.voice.amend(ctx, closedReply(p.op))
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
	reply := h.resultReply(result)
	o := result.Operation
	if !reply.Public && !o.Approval {
		if p.voice.amend(ctx, reply) {
			h.told(ctx, o.ID)
		}
		return
	}
	p.voice.amend(ctx, yesReply(o))
	delivered := p.voice.answer(ctx, reply)
	if o.Approval && (!reply.Public || o.Channel != p.Place.Channel) {
		delivered = h.Notifier.Notify(ctx, h.placeOf(o), reply) == nil
	}
	if delivered {
		h.told(ctx, o.ID)
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
	if closed, ok := isClosed(err); ok {
		o := p.op
		o.State = closed.State
		p.voice.amend(ctx, closedReply(o))
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
		p.voice.amend(ctx, closedReply(p.op))
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
	if p.op.Approval && p.Caller.ID != p.op.Asker {
		r.Headline = fmt.Sprintf("Declined by %s: nothing was sent (operation %s).", nameOf(p.Caller.Name, p.Caller.ID), p.op.ID)
		if err := h.Notifier.Notify(ctx, h.placeOf(p.op), r); err != nil {
			h.Log.Warn("a refusal could not be delivered", zap.String("operation", p.op.ID), zap.Error(err))
		}
	}
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
