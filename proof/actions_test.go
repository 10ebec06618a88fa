package proof_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/commands"
	"ringside/ledger"
	"ringside/tencent/simulator"
)

// action is one thing that happens in a history. A new kind of action is one function that draws it.
type action struct {
	says string
	do   func(t *testing.T, w *world)
}

// step is an action with the time that passes before it.
type step struct {
	after time.Duration
	action
}

// GoString keeps what rapid prints of a step short.
func (s step) GoString() string { return s.says }

// draw makes one action; n is the number of its step.
type draw func(t *rapid.T, n int) action

// history is what happens to the program; it is drawn before it is played.
type history []step

// String writes a history so that a person can follow it.
func (h history) String() string {
	lines := make([]string, len(h))
	for i, s := range h {
		lines[i] = fmt.Sprintf("%3d. after %-6v %s", i+1, s.after, s.says)
	}
	return strings.Join(lines, "\n")
}

// drawHistory draws from the given kinds of action; one that is named twice is twice as likely.
func drawHistory(t *rapid.T, kinds []draw) history {
	n, least := 0, rapid.IntRange(1, 16).Draw(t, "least")
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		n++
		after := rapid.SampledFrom([]time.Duration{0, 0, 2 * time.Millisecond, 50 * time.Millisecond, 400 * time.Millisecond, 4 * time.Second}).Draw(t, "after")
		return step{after: after, action: rapid.SampledFrom(kinds).Draw(t, "kind")(t, n)}
	}), least, 24).Draw(t, "history")
}

func drawPerson(t *rapid.T) string {
	return rapid.SampledFrom([]string{ana, ana, ana, ben, ben, anaToo, cam}).Draw(t, "who")
}

func drawRoom(t *rapid.T) string {
	return rapid.SampledFrom([]string{"pk-live1", "pk-live1", "pk-live2", "pk-live3"}).Draw(t, "room")
}

// drawAdd draws an addition, to one room or several, small or so large that it needs a yes, a second person or a refusal.
func drawAdd(t *rapid.T, n int) action {
	points := rapid.SampledFrom([]int{1, 10, 10, 10, 90, 150, 250, 320, 400, 600}).Draw(t, "thousands")*1000 + n
	rooms := []string{drawRoom(t)}
	for _, more := range rapid.SliceOfN(rapid.SampledFrom([]string{"pk-live2", "pk-live3", "pk-ghost"}), 0, 2).Draw(t, "more") {
		if !slices.Contains(rooms, more) {
			rooms = append(rooms, more)
		}
	}
	line := "/battle-score BATTLE add"
	for _, room := range rooms {
		line += fmt.Sprintf(" %s %d", room, points)
	}
	return saying(t, n, line)
}

// drawSet draws an overwrite that is near the score or far from it.
func drawSet(t *rapid.T, n int) action {
	who, room := drawPerson(t), drawRoom(t)
	by := rapid.SampledFrom([]int64{-150, -5, 5, 150, 320, 600}).Draw(t, "by thousands")
	return action{
		says: fmt.Sprintf("%s sets %s by about %d,000", who, room, by),
		do: func(t *testing.T, w *world) {
			t.Helper()
			is, _ := w.sim.Score(w.battle, room)
			w.say(t, n, who, fmt.Sprintf("/battle-score %s set %s %d", w.battle, room, max(0, is/1000+by)*1000+int64(n)))
		},
	}
}

// drawCreate draws a battle between rooms that others may start at the same moment.
func drawCreate(t *rapid.T, n int) action {
	pair := rapid.IntRange(1, 2).Draw(t, "pair")
	length := rapid.SampledFrom([]string{"1m", "2m"}).Draw(t, "length")
	return saying(t, n, fmt.Sprintf("/battle create pk-red%d vs pk-blue%d vs pk-gold%d for %s -- step %d", pair, pair, pair, length, n))
}

// drawLook draws a line that changes nothing yet.
func drawLook(t *rapid.T, n int) action {
	return saying(t, n, rapid.SampledFrom([]string{
		"/battle status last", "/battle log", "/battle-score BATTLE", "/battle-score BATTLE add pk-live1 5000 --dry-run",
		"/battle undo last",
	}).Draw(t, "line"))
}

func saying(t *rapid.T, n int, line string) action {
	who := drawPerson(t)
	return action{
		says: who + " types " + line,
		do: func(t *testing.T, w *world) {
			t.Helper()
			w.say(t, n, who, strings.ReplaceAll(line, "BATTLE", w.battle))
		},
	}
}

// presser is who presses a button, seen from the operation that it belongs to.
type presser string

const (
	asker   presser = "the asker"
	other   presser = "another host"
	twin    presser = "the asker's other account"
	watcher presser = "a watcher"
)

// person returns who that is.
func (p presser) person(asker string) string {
	switch {
	case p == watcher:
		return cam
	case p == other && asker == ben:
		return ana
	case p == other:
		return ben
	case p == twin && asker == anaToo:
		return ana
	case p == twin && asker == ana:
		return anaToo
	}
	return asker
}

// drawPress draws one or several presses at the same moment of a button that stands somewhere in the chat.
func drawPress(t *rapid.T, _ int) action {
	label := rapid.SampledFrom([]string{
		"Confirm", "Confirm", "Confirm", "Approve", "Approve", "Cancel", "Decline", "Again", "Undo", "Undo", "It counted", "Send again as a new operation",
	}).Draw(t, "label")
	right := asker
	if label == "Approve" {
		right = other
	}
	back := rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(t, "messages back")
	people := rapid.SliceOfN(rapid.SampledFrom([]presser{right, right, right, right, asker, other, twin, watcher}), 1, 3).Draw(t, "people")
	says := fmt.Sprintf("%v press %q, %d messages with it before the last", people, label, back)
	through := label != "Confirm" && label != "Approve" && rapid.Bool().Draw(t, "through")
	if through {
		says += ", and confirm what that asks"
	}
	return action{says: says, do: func(t *testing.T, w *world) {
		t.Helper()
		w.press(t, label, back, people)
		if through {
			time.Sleep(400 * time.Millisecond)
			w.press(t, "Confirm", 0, people)
		}
	}}
}

func (w *world) press(t *testing.T, label string, back int, people []presser) {
	t.Helper()
	w.alive(t)
	op, b, ok := w.button(label, back)
	if !ok {
		return
	}
	o, err := w.running().ledger.Operation(t.Context(), op)
	if err != nil {
		return // the process has just died
	}
	w.note("%v press %q of %s", people, b.Label, op)
	for _, p := range people {
		w.push(t, p.person(o.Asker), op, b)
	}
}

// button finds a button, counting messages that have it from the latest. People tell the truth: of an unknown outcome
// they say what they see at the platform, once everything must have arrived there.
func (w *world) button(label string, back int) (op string, b commands.Button, ok bool) {
	for _, m := range slices.Backward(w.standing()) {
		i := slices.IndexFunc(m.buttons, func(b commands.Button) bool { return b.Label == label })
		switch {
		case i < 0:
		case back > 0:
			back--
		case label == "It counted":
			b, ok = w.truth(m)
			return m.op, b, ok
		default:
			return m.op, m.buttons[i], true
		}
	}
	return "", b, false
}

// effects counts what an operation truly did to a room.
func (w *world) effects(o ledger.Operation, r ledger.Room) int {
	n := 0
	for _, e := range w.sim.Effects() {
		if !e.Gift && e.Room == r.Room && e.Score == r.Points && kindOf(e) == o.Kind && e.At.After(o.Created) {
			n = 1
		}
	}
	for _, b := range w.sim.Battles() {
		if o.Kind == ledger.Create && b.Note == o.Note && slices.ContainsFunc(b.Rooms, func(s simulator.RoomScore) bool { return s.Room == r.Room }) {
			n = 1
		}
	}
	return n
}

// standing returns every message with buttons, the oldest first.
func (w *world) standing() []message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.messages)
}

// truth picks what is to be said of an unknown outcome; nothing if one word would not be true of all rooms.
func (w *world) truth(m message) (commands.Button, bool) {
	w.sim.ApplyLate()
	o, err := w.running().ledger.Operation(context.Background(), m.op)
	if err != nil {
		return commands.Button{}, false
	}
	counted, unknown := 0, 0
	for _, r := range o.Rooms {
		if r.Outcome == ledger.Unknown {
			unknown++
			counted += w.effects(o, r)
		}
	}
	label := map[int]string{0: "It did not", unknown: "It counted"}[counted]
	i := slices.IndexFunc(m.buttons, func(b commands.Button) bool { return b.Label == label })
	if i < 0 {
		return commands.Button{}, false
	}
	return m.buttons[i], unknown > 0
}

// drawRedelivery draws a command or a press that the platform delivers once more.
func drawRedelivery(t *rapid.T, _ int) action {
	back := rapid.IntRange(0, 4).Draw(t, "back")
	return rapid.SampledFrom([]action{
		{fmt.Sprintf("the command %d before the last is delivered again", back), func(t *testing.T, w *world) {
			t.Helper()
			// Keys are kept for an hour.
			if i := len(w.asks) - 1 - back; i >= 0 && w.now().Sub(w.asks[i].at) < 50*time.Minute {
				w.deliver(t, w.asks[i])
			}
		}},
		{fmt.Sprintf("the press %d before the last is delivered again", back), func(t *testing.T, w *world) {
			t.Helper()
			if len(w.presses) > back {
				w.deliverPress(t, w.presses[len(w.presses)-1-back])
			}
		}},
	}).Draw(t, "what")
}
