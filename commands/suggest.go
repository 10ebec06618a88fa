package commands

import (
	"context"
	"strings"

	"ringside/battles"
	"ringside/commands/grammar"
)

const (
	maxChoices     = 25  // what a platform shows (Discord's limit)
	maxChoiceValue = 100 // characters, likewise
)

// Suggest returns ways to go on typing a battle or a room: what Ringside knows and the caller may touch. It reads
// nothing from the platform, and what is chosen is checked again when it is sent.
func (h *Handler) Suggest(ctx context.Context, q Query) []Choice {
	if q.Option == "room" {
		return h.suggestRooms(ctx, q)
	}
	return h.suggestBattles(ctx, q)
}

func (h *Handler) suggestBattles(ctx context.Context, q Query) []Choice {
	var choices []Choice
	for _, e := range h.Book.Recent() {
		if len(choices) == maxChoices {
			break
		}
		fits := len(valueOf(e)) <= maxChoiceValue && matches(q.Typed, append(e.Names(), e.Rooms...))
		if fits && h.maySee(ctx, q.Caller, q.Place, e.Ref, nil) {
			choices = append(choices, Choice{Label: choiceLabel(e), Value: valueOf(e)})
		}
	}
	return choices
}

// suggestRooms offers the rooms of the chosen battle; of all running battles while none is chosen.
func (h *Handler) suggestRooms(ctx context.Context, q Query) []Choice {
	var choices []Choice
	for _, e := range h.Book.Recent() {
		if q.Battle == "" && !e.Running || q.Battle != "" && !isBattle(e, q.Battle) {
			continue
		}
		for _, room := range e.Rooms {
			if len(choices) < maxChoices && matches(q.Typed, []string{room}) && h.maySee(ctx, q.Caller, q.Place, e.Ref, []string{room}) {
				choices = append(choices, Choice{Label: room, Value: room})
			}
		}
		if q.Battle != "" {
			break
		}
	}
	return choices
}

// valueOf is the shortest sure way to name a battle.
func valueOf(e battles.Entry) string {
	if len(e.Label()) > maxChoiceValue && len(e.Rooms) > 0 {
		return battles.RoomPrefix + e.Rooms[0]
	}
	return e.Label()
}

func isBattle(e battles.Entry, typed string) bool {
	room, byRoom := strings.CutPrefix(typed, battles.RoomPrefix)
	for _, r := range e.Rooms {
		if byRoom && r == room {
			return true
		}
	}
	return typed == e.ID || typed == e.Alias
}

func matches(typed string, names []string) bool {
	typed = strings.ToLower(typed)
	for _, name := range names {
		if strings.Contains(strings.ToLower(name), typed) {
			return true
		}
	}
	return false
}

// choiceLabel is "final: pk-live1 1,340, pk-live2 1,250", cut to what a platform shows.
func choiceLabel(e battles.Entry) string {
	label := e.Label() + ": " + strings.Join(e.Rooms, ", ")
	if len(e.Standings) > 0 {
		parts := make([]string, len(e.Standings))
		for i, s := range e.Standings {
			parts[i] = s.Room + " " + grammar.FormatInt(s.Score)
		}
		label = e.Label() + ": " + strings.Join(parts, ", ")
	}
	if !e.Running {
		label += " (over)"
	}
	if len(label) > maxChoiceValue {
		return label[:maxChoiceValue-1] + "…"
	}
	return label
}
