package console_test

import (
	"strings"
	"testing"

	"ringside/bot/console"
	"ringside/commands"
)

func TestColourFollowsTheEnvironment(t *testing.T) {
	tests := []struct {
		name, noColour string
		terminal, want bool
	}{
		{"a terminal", "", true, true},
		{"a terminal and NO_COLOR", "1", true, false},
		{"a pipe", "", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", tt.noColour)
			h := &handler{handle: answer(t, commands.Reply{Tone: commands.ToneBad, Headline: "Refused."})}
			var opts []console.Option
			if tt.terminal {
				opts = append(opts, console.WithTerminal(&screen{width: 80}))
			}
			out := &buffer{}
			c, err := console.New(h, strings.NewReader("/battle list\n"), out, opts...)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(out.String(), "\x1b[1;31mRefused."); got != tt.want {
				t.Errorf("colour is %v in %q, want %v", got, out.String(), tt.want)
			}
		})
	}
}
