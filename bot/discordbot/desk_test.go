package discordbot_test

import (
	"context"
	"fmt"

	"ringside/commands"
)

// script answers one command or press; the test runs it with the Responder in hand.
type script func(ctx context.Context, to commands.Responder) error

// playing returns a desk that runs command for each command and press for each press.
func playing(command, press script, failed chan<- error) desk {
	return desk{
		handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) { failed <- command(ctx, to) },
		press:  func(ctx context.Context, _ commands.Press, to commands.Responder) { failed <- press(ctx, to) },
	}
}

// heard returns a desk that passes on what it hears.
func heard() (desk, <-chan commands.Invocation, <-chan commands.Press) {
	asks, presses := make(chan commands.Invocation, 100), make(chan commands.Press, 100)
	return desk{
		handle: func(_ context.Context, ask commands.Invocation, _ commands.Responder) { asks <- ask },
		press:  func(_ context.Context, press commands.Press, _ commands.Responder) { presses <- press },
	}, asks, presses
}

// says is the smallest reply.
func says(words string) commands.Reply { return commands.Reply{Headline: words} }

func saysAll(words string) commands.Reply { return commands.Reply{Headline: words, Public: true} }

func sure() commands.Reply {
	return commands.Reply{Headline: "Sure?", Buttons: []commands.Button{{ID: "yes1", Label: "Confirm"}}}
}

// do runs steps in order and returns the first error.
func do(ctx context.Context, steps ...func(context.Context) error) error {
	for i, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func progress(to commands.Responder, r commands.Reply) func(context.Context) error {
	return func(ctx context.Context) error { return to.Progress(ctx, r) }
}

func answer(to commands.Responder, r commands.Reply) func(context.Context) error {
	return func(ctx context.Context) error { return to.Answer(ctx, r) }
}

func amend(to commands.Responder, r commands.Reply) func(context.Context) error {
	return func(ctx context.Context) error { return to.Amend(ctx, r) }
}
