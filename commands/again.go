package commands

import (
	"context"
	"errors"

	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// again does what an operation did once more, as a new operation of the person who pressed. One button
// repeats once: a double tap acts once.
func (h *Handler) again(ctx context.Context, button ledger.Button, p pressed) {
	w := wishOf(p)
	w.key, w.source = "again:"+p.Button, p.op.ID
	if button.Action == operations.ActionResend {
		w.sure, w.rooms = true, stillUnknown(p.op)
		if len(w.rooms) == 0 {
			p.voice.answer(ctx, h.refusalOf(h.nothingUnknown(ctx, p.op).typing(lineOf(p.op))))
			return
		}
	}
	a, err := h.pursue(ctx, w)
	h.answerOnce(ctx, p, a, err, func(op string) Reply {
		return Reply{
			Headline: "This button was pressed already, for operation " + op + "; it acts once, so nothing more was sent.",
			Notes:    []string{"What became of that, and how to do it all the same:"},
			Examples: []string{"/battle status " + op, lineOf(p.op)},
		}
	})
}

// answerOnce answers the press of a button that makes a new operation; already says what to tell of the one that an
// earlier press made.
func (h *Handler) answerOnce(ctx context.Context, p pressed, a answer, err error, already func(op string) Reply) {
	var duplicate *ledger.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		p.voice.answer(ctx, already(duplicate.Operation))
	case err != nil:
		p.voice.answer(ctx, h.refusalOf(err))
	default:
		h.deliver(ctx, talk{voice: p.voice}, a)
	}
}

// stillUnknown returns the rooms of an operation that are worth sending once more: those that counted are not.
func stillUnknown(o ledger.Operation) []ledger.Room {
	var rooms []ledger.Room
	for _, r := range o.Rooms {
		if r.Outcome == ledger.Unknown {
			rooms = append(rooms, ledger.Room{Room: r.Room, Points: r.Points})
		}
	}
	return rooms
}

// wishOf is the wish behind an operation, as the one who presses has it.
func wishOf(p pressed) wish {
	w := wish{
		caller: p.Caller, place: p.Place, kind: p.op.Kind, ref: battles.Ref{ID: p.op.Battle, Alias: p.op.Alias},
		undoes: p.op.Undoes, duration: p.op.Duration, note: p.op.Note,
	}
	for _, r := range p.op.Rooms {
		w.rooms = append(w.rooms, ledger.Room{Room: r.Room, Points: r.Points})
	}
	return w
}
