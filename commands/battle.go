package commands

import (
	"context"

	"ringside/battles"
)

// battle resolves the battle that an ask names.
func (h *Handler) battle(ctx context.Context, t talk) (battles.Ref, error) {
	if t.Battle == "" {
		named := t.Request
		named.Battle = h.example()
		return battles.Ref{}, refuse("Which battle? It must be named: by its alias, its id, or room:<roomId>.").typing(named.Line())
	}
	return h.Book.Resolve(ctx, t.Battle)
}

// example is a battle that may stand in a line to type: a running one's alias, if there is any.
func (h *Handler) example() string {
	if aliases, _ := h.Book.Known(); len(aliases) > 0 {
		return aliases[0]
	}
	return "room:pk-live1"
}
