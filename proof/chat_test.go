package proof_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ringside/commands"
)

// mood is how the chat platform treats what it is given.
type mood int

const (
	listening mood = iota
	deaf           // nothing gets through
	forgetful      // it gets through, and an error comes back
)

// ask is one line that somebody typed, which may be delivered more than once.
type ask struct {
	commands.Invocation
	n  int // its step, which its points name
	at time.Time

	deliveries, refusals int // and how many of them ended in words that nothing was sent
}

// press is one press, which may be delivered more than once.
type press struct{ commands.Press }

// message is something with buttons that stands in the chat, or once stood there.
type message struct {
	op      string // whose outcome it tells; empty for questions
	buttons []commands.Button
}

// ear hears for one conversation, or for the channel, as long as its process lives.
type ear struct {
	process *process
	ask     *ask // nil in a press and for notices
}

func (e *ear) Progress(context.Context, commands.Reply) error                 { return nil }
func (e *ear) Answer(_ context.Context, r commands.Reply) error               { return e.hear(r) }
func (e *ear) Amend(_ context.Context, r commands.Reply) error                { return e.hear(r) }
func (e *ear) Revise(context.Context, commands.Message, commands.Reply) error { return nil }

func (e *ear) Notify(_ context.Context, _ commands.Place, r commands.Reply) (commands.Message, error) {
	return "", e.hear(r)
}

// hear notes what got through. A process may die right before and right after.
func (e *ear) hear(r commands.Reply) error {
	w := e.process.world
	e.process.tick()
	defer e.process.tick()
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.process.dead.Load() || w.mood == deaf {
		return fmt.Errorf("nobody is listening")
	}
	w.heard = append(w.heard, r)
	w.write("  heard: " + strings.ReplaceAll(words(r), "\n", " / "))
	if len(r.Buttons) > 0 {
		w.messages = append(w.messages, message{op: operationIn(r), buttons: r.Buttons})
	}
	if e.ask != nil && claimsNothing(r) {
		e.ask.refusals++
	}
	if w.mood == forgetful {
		return fmt.Errorf("the connection broke")
	}
	return nil
}
