package commands

import (
	"context"

	"ringside/battles"
)

// battle resolves the battle that an ask names.
func (h *Handler) battle(ctx context.Context, t talk) (battles.Ref, error) {
	if t.Battle == "" {
		named := t.Request
		named.Battle, _, _ = h.example(ctx, t)
		return battles.Ref{}, refuse("Which battle? It must be named: by its alias, its id, or room:<roomId>.").typing(named.Line())
	}
	return h.Book.Resolve(ctx, t.Battle)
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
