package commands

import (
	"context"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// askSecond asks for the yes of a second person, where operators can see it.
func (h *Handler) askSecond(ctx context.Context, w wish, now *battles.Snapshot, grant auth.Grant) (answer, error) {
	q, err := h.Engine.Propose(ctx, w.ask(grant.ConfirmOver), operations.Terms{
		Shown: standings(now), Expires: h.settings.ApprovalExpires, Approval: true,
	})
	if err != nil {
		return answer{}, err
	}
	if !h.request(ctx, q, h.requestReply(q, now)) {
		return answer{}, h.unreached(ctx, q)
	}
	return answer{Reply: h.waitingReply(q, grant), question: &q}, nil
}

// request posts an approval request where approvers can see it, and remembers where it stands. It reports whether it
// reached anybody.
func (h *Handler) request(ctx context.Context, q operations.Question, request Reply) bool {
	reached := false
	var posted []string
	for _, place := range h.approvers(Place{Channel: q.Operation.Channel}) {
		m, err := h.Notifier.Notify(ctx, place, request)
		if err != nil {
			h.Log.Warn("an approval request could not be delivered", zap.String("operation", q.Operation.ID), zap.Error(err))
			continue
		}
		reached = true
		if m != "" {
			posted = append(posted, string(m))
		}
	}
	if err := h.History.Posted(ctx, q.Operation.ID, posted); err != nil {
		h.Log.Warn("where an approval request stands could not be kept", zap.String("operation", q.Operation.ID), zap.Error(err))
	}
	return reached
}

// retire takes the buttons of a posted approval request away: r stands in its place.
func (h *Handler) retire(ctx context.Context, o ledger.Operation, r Reply) {
	if !o.Approval {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyLimit)
	defer cancel()
	posts, err := h.History.Posts(ctx, o.ID)
	if err != nil {
		h.Log.Warn("where an approval request stands is not known", zap.String("operation", o.ID), zap.Error(err))
		return
	}
	r.Public = true
	for _, m := range posts {
		if err := h.Notifier.Revise(ctx, Message(m), r); err != nil {
			h.Log.Info("an approval request keeps its buttons, which do nothing", zap.String("operation", o.ID), zap.Error(err))
		}
	}
}

func (h *Handler) approvers(asked Place) []Place {
	if len(h.settings.Operators) > 0 {
		return h.settings.Operators
	}
	return []Place{{Channel: asked.Channel}}
}

// unreached takes back a request that nobody can see.
func (h *Handler) unreached(ctx context.Context, q operations.Question) error {
	if err := h.Engine.Cancel(ctx, q.Operation.ID, operations.Person{ID: q.Operation.Asker}); err != nil {
		h.Log.Warn("a request that reached nobody could not be closed", zap.String("operation", q.Operation.ID), zap.Error(err))
	}
	return refuse("This needs a second person, and the request could not be delivered to anybody; nothing was sent.",
		"The bot may not be in the operators' channel. Invite it there, or ask for fewer points.")
}
