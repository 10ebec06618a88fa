package discordbot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

var there = commands.Place{Channel: "discord:998877/" + channel, User: "discord:998877/user/" + user}

// posted posts a message with a button and returns it.
func (r *rig) posted(t *testing.T) commands.Message {
	t.Helper()
	reply := sure()
	reply.Public = true
	m, err := r.bot.Notify(r.ctx, there, reply)
	if err != nil || !strings.HasPrefix(string(m), there.Channel+"/") {
		t.Fatalf("Notify returned %q, %v", m, err)
	}
	return m
}

func TestRevise(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	m := r.posted(t)
	if err := r.restarted(t, nil).Revise(r.ctx, m, saysAll("Approved")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"public: Approved"}, r.standing(user)); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestADirectMessageCannotBeChanged(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	if m, err := r.bot.Notify(r.ctx, commands.Place{User: there.User}, saysAll("Restarted")); err != nil || m != "" {
		t.Errorf("Notify returned %q, %v", m, err)
	}
}

func TestReviseFails(t *testing.T) {
	t.Parallel()
	fails := func(faults ...discordfake.Fault) func(*discordfake.Server) {
		return func(s *discordfake.Server) { s.Fail(discordfake.Update, faults...) }
	}
	tests := []struct {
		name   string
		before func(*discordfake.Server)
		want   error // nil for any other
		calls  int
	}{
		{"somebody deleted it", func(s *discordfake.Server) { s.Dismiss(s.Messages()[0]) }, commands.ErrMessageGone, 1},
		{"it is not ours", fails(discordfake.Fault{Status: 403, Code: 50005}), commands.ErrMessageGone, 1},
		{"the channel is closed", func(s *discordfake.Server) { s.CloseChannel(channel) }, commands.ErrNotInvited, 1},
		{"without the permission", fails(discordfake.Fault{Status: 403, Code: 50013}), commands.ErrNotInvited, 1},
		{"the channel is gone", fails(discordfake.Fault{Status: 404, Code: 10003}), commands.ErrNotInvited, 1},
		{"another code", fails(discordfake.Fault{Status: 400, Code: 50035}), nil, 1},
		{"Discord is down", fails(discordfake.Fault{Status: 503}, discordfake.Fault{Status: 503}), nil, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{})
			m := r.posted(t)
			tt.before(r.discord)
			err := r.bot.Revise(r.ctx, m, saysAll("Approved"))
			if err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Fatalf("Revise returned %v, want %v", err, tt.want)
			}
			if tt.want == nil && (errors.Is(err, commands.ErrMessageGone) || errors.Is(err, commands.ErrNotInvited)) {
				t.Errorf("Revise returned %v", err)
			}
			if got := r.discord.Calls(discordfake.Update); got != tt.calls {
				t.Errorf("%d calls", got)
			}
		})
	}
}

func TestReviseRefusesOtherMessages(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	for _, m := range []commands.Message{
		"", "discord:12/5566/1", "slack:T0123/C0AB/1.1", "discord:998877/5566", "discord:998877/5566/", "discord:998877/user/1",
		"discord:998877/user/5566/1", "discord:998877//1", "discord:998877/5566/1 ", "discord:998877/5566/@original", "discord:998877/../1",
		"discord:998877/5566/7/8", "discord:998877/5566/-1", commands.Message("discord:998877/5566/" + strings.Repeat("1", 21)),
	} {
		if err := r.bot.Revise(r.ctx, m, saysAll("x")); err == nil {
			t.Errorf("%q was changed", m)
		}
	}
	if got := r.discord.Calls(discordfake.Update); got != 0 {
		t.Errorf("%d calls", got)
	}
}

// TestReviseObeysDiscordsLimits shows that a change that cannot go now is refused at once, that Discord is not asked
// again too soon, and that new messages do not wait for changes.
func TestReviseObeysDiscordsLimits(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]discordfake.Fault{
		"too many": {RetryAfter: 2}, "no calls left": {Exhausted: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{})
			m := r.posted(t)
			r.discord.Fail(discordfake.Update, fault)
			var last error
			for range 3 {
				last = r.bot.Revise(r.ctx, m, saysAll("Approved"))
			}
			var limited *discordbot.LimitedError
			if !errors.As(last, &limited) || limited.RetryAfter > 2*time.Second || r.clock.longest() > 0 {
				t.Fatalf("Revise returned %v after a wait of %v", last, r.clock.longest())
			}
			if got := r.discord.Calls(discordfake.Update); got != 1 {
				t.Errorf("%d calls: the limit was not believed", got)
			}
			if _, err := r.bot.Notify(r.ctx, there, saysAll("News")); err != nil || r.clock.longest() > 0 {
				t.Errorf("a new message waited %v: %v", r.clock.longest(), err)
			}
			r.clock.pass(2 * time.Second)
			if err := r.bot.Revise(r.ctx, m, saysAll("Approved")); err != nil {
				t.Errorf("after the limit: %v", err)
			}
		})
	}
}

func TestNotifySaysWhoMustInvite(t *testing.T) {
	t.Parallel()
	down := discordfake.Fault{Status: 503}
	tests := []struct {
		name   string
		to     commands.Place
		before func(*discordfake.Server)
		want   bool
	}{
		{"nobody else is named", commands.Place{Channel: there.Channel}, func(s *discordfake.Server) { s.CloseChannel(channel) }, true},
		{"the person cannot be reached either", there, func(s *discordfake.Server) {
			s.CloseChannel(channel)
			s.CloseDirect(user)
		}, true},
		{"Discord is down", there, func(s *discordfake.Server) { s.Fail(discordfake.Post, down, down) }, false},
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
	for _, seed := range []string{"discord:998877/5566/7788", "discord:1/2/3/4", "discord:/2/3", "", "/", "discord:1/user/2/3", "discord:1/2/3\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		again, err := discordbot.ParseMessage(commands.Message(text))
		if err == nil && string(again) != text {
			t.Errorf("%q became %q", text, again)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}
