package commands

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"ringside/battles"
)

// watchedHere returns the battles that run and are watched in this very channel. Everybody there sees them already, so
// that naming them tells nobody anything.
func (h *Handler) watchedHere(ctx context.Context, channel string) []battles.Ref {
	kept, err := h.History.Watches(ctx)
	if err != nil {
		h.Log.Warn("the watched battles could not be read", zap.Error(err))
		return nil
	}
	var here []battles.Ref
	for _, k := range kept {
		if e, known := h.Book.Known(k.Battle); k.Channel == channel && known && e.Running {
			here = append(here, e.Ref)
		}
	}
	return here
}

// unnamed returns the battle that is meant by an ask that names none: the one that is watched in the channel.
func (h *Handler) unnamed(ctx context.Context, t talk) (battles.Ref, error) {
	here := h.watchedHere(ctx, t.Place.Channel)
	named := t.Request
	switch len(here) {
	case 0:
		named.Battle, _, _ = h.example(ctx, t)
		return battles.Ref{}, refuse("Which battle? It must be named: by its alias, its id, or room:<roomId>.").typing(named.Line())
	case 1:
		return here[0], nil
	}
	labels := make([]string, len(here))
	r := refuse("Which battle?")
	for i, ref := range here {
		labels[i], named.Battle = ref.Label(), ref.Label()
		r.Examples = append(r.Examples, named.Line())
	}
	r.Notes = []string{fmt.Sprintf("Several are watched in this channel: %s.", list(labels))}
	return battles.Ref{}, r
}
