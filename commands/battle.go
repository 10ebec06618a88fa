package commands

import (
	"context"
	"errors"
	"strings"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/operations"
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
	ref, err := h.Book.Resolve(ctx, t.Battle)
	if err == nil && t.Verb != grammar.VerbInfo {
		err = sure(ref)
	}
	return ref, err
}

// errNames says that a name may by now be another battle's.
var errNames = errors.New("the ledger can't be read, so that another replica may have given this name to another battle")

// sure returns an error for a battle that is not surely the one that was meant.
func sure(ref battles.Ref) error {
	if ref.Unsure {
		return &operations.NotSentError{Step: operations.StepLedger, Err: errNames}
	}
	return nil
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
