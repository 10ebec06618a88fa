package main

import (
	"context"
	"errors"
	"fmt"

	"ringside/commands"
	"ringside/commands/explain"
	"ringside/tencent"
)

// explained adds to a failed call what its code means and what to do.
func explained(err error) error {
	var failed *tencent.CallError
	if !errors.As(err, &failed) {
		return err
	}
	t := explain.FailedRead(failed.Evidence)
	if failed.Evidence.Complete {
		listed := false
		if t, listed = explain.Code(failed.Command, failed.Evidence.Code); !listed {
			return err
		}
	}
	return fmt.Errorf("%s %s (%w)", t.Meaning, t.Next, err)
}

// nobody stands where a bot that only checks itself needs a handler and workers.
type nobody struct{}

// Handle is never called.
func (nobody) Handle(context.Context, commands.Invocation, commands.Responder) {}

// Press is never called.
func (nobody) Press(context.Context, commands.Press, commands.Responder) {}

// Suggest knows nothing.
func (nobody) Suggest(context.Context, commands.Query) []commands.Choice { return nil }

// Go takes no task.
func (nobody) Go(func(context.Context)) bool { return false }
