package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"ringside/bot"
	"ringside/commands"
)

// post is a commands.Notifier that keeps what it was given.
type post struct {
	got     []commands.Place
	revised []commands.Message
	err     error
}

func (p *post) Notify(_ context.Context, to commands.Place, _ commands.Reply) (commands.Message, error) {
	p.got = append(p.got, to)
	return "slack:T/C/1", p.err
}

func (p *post) Revise(_ context.Context, m commands.Message, _ commands.Reply) error {
	p.revised = append(p.revised, m)
	return p.err
}

func TestCourierRoutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		to   commands.Place
		want string
	}{
		{"slack channel", commands.Place{Channel: "slack:T0123/C0AB"}, "slack"},
		{"discord channel", commands.Place{Channel: "discord:998877/5566"}, "discord"},
		{"the channel goes before the user", commands.Place{Channel: "slack:T/C", User: "discord:1/user/2"}, "slack"},
		{"the user when there is no channel", commands.Place{User: "discord:1/user/2"}, "discord"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			posts := map[string]*post{"slack": {}, "discord": {}}
			c, err := bot.NewCourier(map[string]commands.Notifier{"slack": posts["slack"], "discord": posts["discord"]})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Notify(t.Context(), tt.to, commands.Reply{Headline: "Restarted."}); err != nil {
				t.Fatal(err)
			}
			same := func(p commands.Place) bool { return p.Channel == tt.to.Channel && p.User == tt.to.User }
			for name, p := range posts {
				if want := name == tt.want; slices.ContainsFunc(p.got, same) != want {
					t.Errorf("%s got %v, want the message to go to %s", name, p.got, tt.want)
				}
			}
		})
	}
}

func TestCourierRoutesChanges(t *testing.T) {
	t.Parallel()
	slack, discord := &post{}, &post{err: commands.ErrMessageGone}
	c, err := bot.NewCourier(map[string]commands.Notifier{"slack": slack, "discord": discord})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Revise(t.Context(), "slack:T0123/C0AB/1712.0001", commands.Reply{}); err != nil {
		t.Error(err)
	}
	err = c.Revise(t.Context(), "discord:998877/5566/7788", commands.Reply{})
	if !errors.Is(err, commands.ErrMessageGone) || err.Error() != "change a message on discord: the message is gone" {
		t.Errorf("Revise() = %v", err)
	}
	if !slices.Equal(slack.revised, []commands.Message{"slack:T0123/C0AB/1712.0001"}) || !slices.Equal(discord.revised, []commands.Message{"discord:998877/5566/7788"}) {
		t.Errorf("changed on Slack: %q, on Discord: %q", slack.revised, discord.revised)
	}
	for _, m := range []commands.Message{"", "console:local/s1/1", "T0123/C0AB/1"} {
		var unrouted *bot.UnroutedError
		if err := c.Revise(t.Context(), m, commands.Reply{}); !errors.As(err, &unrouted) || unrouted.Place != string(m) {
			t.Errorf("Revise(%q) = %v", m, err)
		}
	}
}

func TestCourierWithoutRoute(t *testing.T) {
	t.Parallel()
	c, err := bot.NewCourier(map[string]commands.Notifier{"slack": &post{}, "console": &post{}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, channel, want string }{
		{"another platform", "discord:1/2", `no platform delivers to "discord:1/2" (running: console, slack)`},
		{"no prefix", "C0AB", `no platform delivers to "C0AB" (running: console, slack)`},
		{"nowhere", "", `no platform delivers to "" (running: console, slack)`},
		{"a line break", "x:\ny", `no platform delivers to "x:\ny" (running: console, slack)`},
		{"case matters", "Slack:T/C", `no platform delivers to "Slack:T/C" (running: console, slack)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.Notify(t.Context(), commands.Place{Channel: tt.channel}, commands.Reply{})
			var unrouted *bot.UnroutedError
			if !errors.As(err, &unrouted) || unrouted.Place != tt.channel || err.Error() != tt.want {
				t.Errorf("Notify() = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestUnroutedErrorIsBounded(t *testing.T) {
	t.Parallel()
	err := &bot.UnroutedError{Place: strings.Repeat("é", 5000)}
	if n := len(err.Error()); n > 300 {
		t.Errorf("the error is %d bytes long", n)
	}
	if !strings.Contains(err.Error(), "running: none") {
		t.Errorf("want the error to say that nothing runs: %v", err)
	}
}

func TestCourierPassesErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("channel archived")
	c, err := bot.NewCourier(map[string]commands.Notifier{"slack": &post{err: broken}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Notify(t.Context(), commands.Place{Channel: "slack:T/C"}, commands.Reply{})
	if !errors.Is(err, broken) || err.Error() != "notify on slack: channel archived" {
		t.Errorf("Notify() = %v", err)
	}
}

func TestNewCourierRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		routes map[string]commands.Notifier
	}{
		{"no name", map[string]commands.Notifier{"": &post{}}},
		{"a name that no prefix can be", map[string]commands.Notifier{"slack:": &post{}}},
		{"nothing behind a name", map[string]commands.Notifier{"slack": nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := bot.NewCourier(tt.routes); err == nil {
				t.Error("no error")
			}
		})
	}
}
