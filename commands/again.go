package commands

import (
	"context"
	"errors"

	"ringside/battles"
	"ringside/ledger"
)

// again does what an operation did once more, as a new operation of the person who pressed. One button
// repeats once: a double tap acts once.
func (h *Handler) again(ctx context.Context, button ledger.Button, p pressed) {
	if !h.now().Before(button.Expires) {
		p.voice.answer(ctx, Reply{Tone: ToneBad, Headline: "This button has expired, so nothing was sent.", Examples: []string{lineOf(p.op)}})
		return
	}
	w := wishOf(p)
	w.key, w.source = "again:"+p.Button, p.op.ID
	a, err := h.pursue(ctx, w)
	var duplicate *ledger.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		p.voice.answer(ctx, Reply{
			Headline: "This button was pressed already, for operation " + duplicate.Operation + "; it acts once, so nothing more was sent.",
			Notes:    []string{"What became of that, and how to do it all the same:"},
			Examples: []string{"/battle status " + duplicate.Operation, lineOf(p.op)},
		})
	case err != nil:
		p.voice.answer(ctx, h.refusalOf(err))
	default:
		h.deliver(ctx, talk{voice: p.voice}, a)
	}
}

// wishOf is the wish behind an operation, as the one who presses has it.
func wishOf(p pressed) wish {
	w := wish{
		caller: p.Caller, place: p.Place, kind: p.op.Kind, ref: battles.Ref{ID: p.op.Battle, Alias: p.op.Alias},
	}
	for _, r := range p.op.Rooms {
		w.rooms = append(w.rooms, ledger.Room{Room: r.Room, Points: r.Points})
	}
	return w
}
