package commands

import (
	"context"

	"ringside/auth"
	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// authorize decides anew, at the press, whether a yes may still act. now holds the scores read for an overwrite,
// and nil for an addition; the limit is that of an addition which its asker confirms alone.
type authorize func(ctx context.Context, p pressed, now []ledger.Standing) (ledger.Limit, error)

// authorizeOwn lets only the person who asked confirm, and only while a grant still covers it.
func (h *Handler) authorizeOwn(ctx context.Context, p pressed, now []ledger.Standing) (ledger.Limit, error) {
	if p.Caller.ID != p.op.Asker {
		return ledger.Limit{}, refuse("Only "+nameOf(p.op.AskerName, p.op.Asker)+" can confirm this; nothing was sent.",
			"To do the same, type the command yourself.")
	}
	w, fresh := moved(p, now), snapshotOf(now)
	grant, err := h.mayChange(ctx, w, fresh)
	if err != nil {
		return ledger.Limit{}, err
	}
	second, err := h.needsSecond(ctx, w, fresh, grant)
	if err == nil && second {
		err = nowSecond()
	}
	return h.limit(w, fresh, grant), err
}

// moved is the wish behind a press on the scores as they are now: what takes an operation back moves with them.
func moved(p pressed, now []ledger.Standing) wish {
	p.op.Rooms = operations.Target(p.op, now)
	return wishOf(p)
}

// snapshotOf wraps scores that were read at a press; nil stays nil.
func snapshotOf(now []ledger.Standing) *battles.Snapshot {
	if now == nil {
		return nil
	}
	return &battles.Snapshot{Standings: now}
}

func nowSecond() *refusal {
	return refuse("By now this needs a second person, so nothing was sent.",
		"Type the command again; the request then goes to those who may approve.")
}

// authorizeSecond lets only another human with op.approve for this battle and these rooms approve.
func (h *Handler) authorizeSecond(ctx context.Context, p pressed, now []ledger.Standing) (ledger.Limit, error) {
	if h.Policy.SamePerson(p.Caller.ID, p.op.Asker) {
		return ledger.Limit{}, refuse("You asked for this yourself, so another person must approve it; nothing was sent.")
	}
	w := moved(p, now)
	if err := h.mayApprove(ctx, p, w, now); err != nil {
		return ledger.Limit{}, err
	}
	return ledger.Limit{}, h.stillHis(ctx, p, w, now)
}

func (h *Handler) mayApprove(ctx context.Context, p pressed, w wish, now []ledger.Standing) error {
	d := h.Policy.Decide(ctx, auth.Question{
		Caller: p.Caller.ID, Vouched: p.Caller.Groups, May: auth.OpApprove, Battles: w.ref.Names(), Rooms: w.names(),
		Channel: p.Place.Channel, Points: w.points(snapshotOf(now)),
	})
	if !d.Allowed {
		return h.forbidden(d.Refusal)
	}
	return nil
}

// stillHis checks that the person who asked may still ask for it: the second person's yes takes the place of the
// first one's, not of his grant.
func (h *Handler) stillHis(ctx context.Context, p pressed, w wish, now []ledger.Standing) error {
	w.caller = Caller{ID: p.op.Asker, Groups: p.op.Vouched}
	w.place = Place{Channel: p.op.Channel}
	if _, err := h.mayChange(ctx, w, snapshotOf(now)); err != nil {
		return refuse(nameOf(p.op.AskerName, p.op.Asker)+" may not ask for this any more, so nothing was sent.", "No grant covers it now.")
	}
	return nil
}

func (h *Handler) mayClose(ctx context.Context, p pressed) error {
	if p.Caller.ID == p.op.Asker {
		return nil
	}
	if p.op.Approval {
		return h.mayApprove(ctx, p, wishOf(p), nil)
	}
	return refuse("Only " + nameOf(p.op.AskerName, p.op.Asker) + " can cancel this.")
}
