package commands

import (
	"context"
	"strings"

	"ringside/auth"
	"ringside/battles"
)

// battle resolves the battle that an ask names, or else the one that is watched in the channel.
func (h *Handler) battle(ctx context.Context, t talk) (battles.Ref, error) {
	if t.Battle == "" {
		return h.unnamed(ctx, t)
	}
	if strings.HasPrefix(t.Battle, battles.RoomPrefix) {
		if err := h.anyGrant(ctx, t); err != nil {
			return battles.Ref{}, err
		}
	}
	return h.Book.Resolve(ctx, t.Battle)
}

// anyGrant refuses those whom no grant names, before a look-up by room asks the platform on their behalf.
func (h *Handler) anyGrant(ctx context.Context, t talk) error {
	d := h.Policy.Decide(ctx, auth.Question{Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.BattleInfo, Channel: t.Place.Channel})
	if !d.Allowed && (d.Refusal.Rule == auth.RuleCaller || d.Refusal.Rule == auth.RuleLookup) {
		return h.forbidden(d.Refusal)
	}
	return nil
}

// example is a battle with two of its rooms that may stand in a line to type: one that the caller knows, if
// there is any.
func (h *Handler) example(ctx context.Context, t talk) (battle, first, second string) {
	for _, e := range h.visible(ctx, t.Caller, t.Place) {
		if e.Running && len(e.Rooms) > 1 {
			return valueOf(e), e.Rooms[0], e.Rooms[1]
		}
	}
	return battles.RoomPrefix + "pk-live1", "pk-live1", "pk-live2"
}
