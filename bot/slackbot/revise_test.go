package slackbot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

var there = commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"}

// posted posts a message with a button and returns it.
func (r *rig) posted(t *testing.T, to commands.Place) commands.Message {
	t.Helper()
	reply := sure()
	reply.Public = true
	m, err := r.bot.Notify(r.ctx, to, reply)
	if err != nil || m == "" {
		t.Fatalf("Notify returned %q, %v", m, err)
	}
	return m
}

func TestRevise(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		to    commands.Place
		where string
	}{
		"in a channel":        {there, "C0AB"},
		"in a direct message": {commands.Place{User: there.User}, direct},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{})
			m := r.posted(t, tt.to)
			if !strings.HasPrefix(string(m), "slack:T0123/"+tt.where+"/") {
				t.Errorf("the message is %q", m)
			}
			if err := r.restarted(t).Revise(r.ctx, m, saysAll("Approved")); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"public: Approved"}, standingIn(r, "U0456", tt.where)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReviseFails(t *testing.T) {
	t.Parallel()
	fails := func(word string) func(*slackfake.Server) {
		return func(s *slackfake.Server) { s.Fail("chat.update", slackfake.Fault{Error: word}) }
	}
	tests := []struct {
		name   string
		before func(*slackfake.Server)
		want   error // nil for any other
	}{
		{"somebody deleted it", func(s *slackfake.Server) { s.Delete(s.Messages()[0]) }, commands.ErrMessageGone},
		{"it is not ours", fails("cant_update_message"), commands.ErrMessageGone},
		{"too late", fails("edit_window_closed"), commands.ErrMessageGone},
		{"the bot was thrown out", func(s *slackfake.Server) { s.CloseChannel("C0AB") }, commands.ErrNotInvited},
		{"the channel is gone", fails("channel_not_found"), commands.ErrNotInvited},
		{"the channel is archived", fails("is_archived"), commands.ErrNotInvited},
		{"only some may write", fails("restricted_action_read_only_channel"), commands.ErrNotInvited},
		{"another word of Slack's", fails("internal_error"), nil},
		{"Slack is down", func(s *slackfake.Server) { s.Fail("chat.update", slackfake.Fault{Status: 503}) }, nil},
		{"cut off", func(s *slackfake.Server) { s.Fail("chat.update", slackfake.Fault{Cut: true}) }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{})
			m := r.posted(t, there)
			tt.before(r.slack)
			err := r.bot.Revise(r.ctx, m, saysAll("Approved"))
			if err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Fatalf("Revise returned %v, want %v", err, tt.want)
			}
			if tt.want == nil && (errors.Is(err, commands.ErrMessageGone) || errors.Is(err, commands.ErrNotInvited)) {
				t.Errorf("Revise returned %v", err)
			}
			if got := r.slack.Calls("chat.update"); got != 1 {
				t.Errorf("%d calls", got)
			}
		})
	}
}

func TestReviseRefusesOtherMessages(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	for _, m := range []commands.Message{
		"", "slack:T0999/C0AB/1712.0001", "discord:1/2/3", "slack:T0123/C0AB", "slack:T0123/C0AB/", "slack:T0123/C0AB/1712",
		"slack:T0123/C0AB/1712.", "slack:T0123/C0AB/17.1/2.1", "slack:T0123/user/U1/17.1", "slack:T0123//17.1", "slack:T0123/C0AB/17.1 ",
		"slack:T0123/C0AB/-1.1", "slack:T0123/C&ts=1/17.1", commands.Message("slack:T0123/C0AB/1." + strings.Repeat("1", 100)),
	} {
		if err := r.bot.Revise(r.ctx, m, saysAll("x")); err == nil {
			t.Errorf("%q was changed", m)
		}
	}
	if got := r.slack.Calls("chat.update"); got != 0 {
		t.Errorf("%d calls", got)
	}
}

// TestReviseObeysSlacksLimit shows that a change that cannot go now is refused at once, and that Slack is not asked
// again before the time it gave.
func TestReviseObeysSlacksLimit(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	m := r.posted(t, there)
	r.slack.Fail("chat.update", slackfake.Fault{RetryAfter: "1"})
	for range 3 {
		var limited *slack.RateLimitedError
		if err := r.bot.Revise(r.ctx, m, saysAll("Approved")); !errors.As(err, &limited) || limited.RetryAfter > time.Second {
			t.Fatalf("Revise returned %v", err)
		}
	}
	if got := r.slack.Calls("chat.update"); got != 1 {
		t.Errorf("%d calls: the limit was not believed", got)
	}
	r.clock.pass(time.Second)
	if err := r.bot.Revise(r.ctx, m, saysAll("Approved")); err != nil {
		t.Errorf("after the limit: %v", err)
	}
}

func TestNotifySaysWhoMustInvite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		to     commands.Place
		before func(*slackfake.Server)
		want   bool
	}{
		{"nobody else is named", commands.Place{Channel: there.Channel}, func(s *slackfake.Server) { s.CloseChannel("C0AB") }, true},
		{"the person cannot be reached either", there, func(s *slackfake.Server) {
			s.CloseChannel("C0AB")
			s.Fail("conversations.open", slackfake.Fault{Error: "user_disabled"})
		}, true},
		{"Slack is down", there, func(s *slackfake.Server) { s.Fail("chat.postMessage", slackfake.Fault{Status: 503}) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{before: tt.before})
			m, err := r.bot.Notify(r.ctx, tt.to, saysAll("Approve?"))
			if err == nil || m != "" || errors.Is(err, commands.ErrNotInvited) != tt.want {
				t.Errorf("Notify returned %q, %v", m, err)
			}
		})
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, seed := range []string{"slack:T0123/C0AB/1712.0001", "slack:T/C/1.1/2", "slack:/C/1.1", "", "/", "slack:T0123/user/U1/1.1", "slack:T0123/C0AB/1.1\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		again, err := slackbot.ParseMessage(commands.Message(text))
		if err == nil && string(again) != text {
			t.Errorf("%q became %q", text, again)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}
