package commands

import (
	"fmt"

	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// hints adds what was probably meant, where a room or a battle was not found: a sentence to the notes, and
// the whole line to type instead. It covers only what was not applied.
func (h *Handler) hints(o ledger.Operation, now []ledger.Standing, notes []string) ([]string, []string) {
	meant := o
	meant.Rooms = nil
	for _, r := range o.Rooms {
		if r.Outcome != ledger.NotApplied {
			continue
		}
		if near, ok := grammar.Nearest(r.Room, roomsIn(now)); ok && r.Reason == operations.ReasonNoRoom {
			notes = append(notes, fmt.Sprintf("Did you mean the room %q?", near))
			r.Room = near
			meant.Rooms = append(meant.Rooms, r)
		}
		if near, ok := h.nearBattle(o); ok && r.Reason == operations.ReasonRefused {
			meant.Alias = near
			meant.Rooms = append(meant.Rooms, r)
		}
	}
	if len(meant.Rooms) == 0 {
		return notes, nil
	}
	if meant.Alias != o.Alias {
		notes = append(notes, fmt.Sprintf("Did you mean the battle %q?", meant.Alias))
	}
	return notes, []string{lineOf(meant)}
}

// nearBattle returns the alias that a battle without one was probably meant to be.
func (h *Handler) nearBattle(o ledger.Operation) (string, bool) {
	if o.Alias != "" {
		return "", false
	}
	aliases, _ := h.Book.Known()
	return grammar.Nearest(o.Battle, aliases)
}

func roomsIn(standings []ledger.Standing) []string {
	rooms := make([]string, len(standings))
	for i, s := range standings {
		rooms[i] = s.Room
	}
	return rooms
}
