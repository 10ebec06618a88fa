package commands

import (
	"context"
	"fmt"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// visible returns the known battles that a caller may see here, running ones first. Nothing else may be hinted at.
func (h *Handler) visible(ctx context.Context, who Caller, where Place) []battles.Entry {
	var seen []battles.Entry
	for _, e := range h.Book.Recent() {
		if h.maySee(ctx, who, where, e.Ref, nil) {
			seen = append(seen, e)
		}
	}
	return seen
}

// maySee reports whether any permission of the caller reaches the battle, and the rooms if there are any.
func (h *Handler) maySee(ctx context.Context, who Caller, where Place, ref battles.Ref, rooms []string) bool {
	permissions := []auth.Permission{auth.ScoreAdd, auth.ScoreSet}
	if rooms == nil {
		permissions = append(permissions, auth.BattleInfo, auth.BattleWatch)
	}
	for _, may := range permissions {
		d := h.Policy.Decide(ctx, auth.Question{
			Caller: who.ID, Vouched: who.Groups, May: may, Battles: ref.Names(), Rooms: rooms, Channel: where.Channel,
		})
		if d.Allowed {
			return true
		}
	}
	return false
}

// nearBattle returns the alias that a caller probably meant.
func (h *Handler) nearBattle(ctx context.Context, who Caller, where Place, typed string) (string, bool) {
	var aliases []string
	for _, e := range h.visible(ctx, who, where) {
		if e.Alias != "" && e.Alias != typed {
			aliases = append(aliases, e.Alias)
		}
	}
	return grammar.Nearest(typed, aliases)
}

// meantBattle adds to a result that was refused throughout the battle that was probably meant, if the typed one
// has no name.
func (h *Handler) meantBattle(ctx context.Context, w wish, o ledger.Operation, r Reply) Reply {
	if o.Alias != "" || !refusedThroughout(o) {
		return r
	}
	near, ok := h.nearBattle(ctx, w.caller, w.place, o.Battle)
	if !ok {
		return r
	}
	o.Alias = near
	r.Notes = append(r.Notes, fmt.Sprintf("Did you mean the battle %q?", near))
	r.Examples = append(r.Examples, lineOf(o))
	return r
}

func refusedThroughout(o ledger.Operation) bool {
	for _, r := range o.Rooms {
		if r.Reason != operations.ReasonRefused {
			return false
		}
	}
	return true
}

// meantRooms adds to a result the rooms that were probably meant by those that were not found, with the line
// to type for them alone.
func meantRooms(o ledger.Operation, now []ledger.Standing, r Reply) Reply {
	meant := o
	meant.Rooms = nil
	for _, room := range o.Rooms {
		near, ok := grammar.Nearest(room.Room, roomsIn(now))
		if ok && room.Reason == operations.ReasonNoRoom {
			r.Notes = append(r.Notes, fmt.Sprintf("Did you mean the room %q?", near))
			room.Room = near
			meant.Rooms = append(meant.Rooms, room)
		}
	}
	if len(meant.Rooms) > 0 {
		r.Examples = append(r.Examples, lineOf(meant))
	}
	return r
}

func roomsIn(standings []ledger.Standing) []string {
	rooms := make([]string, len(standings))
	for i, s := range standings {
		rooms[i] = s.Room
	}
	return rooms
}
