package discordbot_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

const (
	channel = discordfake.DefaultChannel
	user    = discordfake.DefaultUser
	private = "90" + user // where the bot writes to the usual person alone
)

func TestWhenTheTokenFails(t *testing.T) {
	t.Parallel()
	unknown := discordfake.Fault{Status: 404, Code: 10015, Message: "Unknown Webhook"}
	tests := []struct {
		name   string
		edit   []discordfake.Fault // of the edit of the placeholder
		follow []discordfake.Fault
		before func(*discordfake.Server)
		reply  commands.Reply
		where  string   // the channel where the answer ends up
		says   []string // there
		fell   uint64   // replies that went another way
	}{
		{"told to wait a moment with the edit", []discordfake.Fault{{RetryAfter: 0.7}}, nil, nil, says("No"), channel, []string{"No"}, 0},
		{"told to wait a moment twice", []discordfake.Fault{{RetryAfter: 0.7}, {RetryAfter: 1.3}}, nil, nil, says("No"), channel, []string{"No"}, 0},
		{"told to wait for long with the edit", []discordfake.Fault{{RetryAfter: 60}}, nil, nil, says("No"), private, []string{"No"}, 1},
		{"told to wait for long with the follow-up", nil, []discordfake.Fault{{RetryAfter: 60}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{"told to wait for who knows how long", nil, []discordfake.Fault{{Status: 429}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{"no calls left after the edit: it waits", []discordfake.Fault{{Exhausted: 1.5}}, nil, nil, saysAll("Done"), channel, []string{"Done"}, 0},
		{"the edit is cut off: made again", []discordfake.Fault{{Cut: true}}, nil, nil, says("No"), channel, []string{"No"}, 0},
		{"the edit's answer is lost: made again", []discordfake.Fault{{Lost: true}}, nil, nil, says("No"), channel, []string{"No"}, 0},
		{"Discord does not know the interaction yet", []discordfake.Fault{unknown, unknown}, nil, nil, says("No"), channel, []string{"No"}, 0},
		{"Discord does not know the interaction at all", []discordfake.Fault{unknown, unknown, unknown, unknown}, nil, nil, says("No"), private, []string{"No"}, 1},
		{"a server error at the follow-up", nil, []discordfake.Fault{{Status: 500}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{"a bad gateway at the follow-up is not repeated", nil, []discordfake.Fault{{Status: 502}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{"a redirect is not followed", nil, []discordfake.Fault{{Redirect: "https://evil.example/"}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{"an answer that is no message", nil, []discordfake.Fault{{Garbage: "{}"}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{"an expired token", nil, []discordfake.Fault{{Status: 401, Code: 50027}}, nil, saysAll("Done"), channel, []string{"Done"}, 1},
		{
			"the channel is closed: a direct message that says so", nil, []discordfake.Fault{{Status: 500}},
			func(s *discordfake.Server) { s.CloseChannel(channel) }, saysAll("Done"), private, []string{"Done", "could not write in the channel"}, 1,
		},
		{
			"the channel fails for another reason: a direct message", nil, []discordfake.Fault{{Status: 500}},
			func(s *discordfake.Server) {
				s.Fail(discordfake.Post, discordfake.Fault{Status: 500}, discordfake.Fault{Status: 500})
			},
			saysAll("Done"), private, []string{"Done"}, 1,
		},
		{
			"the person takes no direct messages: the channel tells that there is an answer, not which", []discordfake.Fault{{Status: 500}, {Status: 500}}, nil,
			func(s *discordfake.Server) { s.CloseDirect(user) }, says("Your secret"), channel, []string{"An answer for mika could not be delivered privately"}, 1,
		},
		{
			"buttons do not go into a direct message", []discordfake.Fault{{Status: 500}, {Status: 500}}, nil, nil,
			sure(), private, []string{"Sure?", "Buttons work in the server only"}, 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, tt.reply) }
			r := start(t, setup{desk: playing(run, nil, failed), before: tt.before})
			r.discord.Fail(discordfake.Edit, tt.edit...)
			r.discord.Fail(discordfake.FollowUp, tt.follow...)
			r.ask(t, add(100))
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			m, err := r.discord.WaitFor(r.ctx, user, tt.where, tt.says...)
			if err != nil {
				t.Fatal(err)
			}
			if m.Says("Your secret") || (tt.where == private && len(m.Buttons()) > 0) {
				t.Errorf("there stands %q with %d buttons", m.Lines(), len(m.Buttons()))
			}
			if got := r.bot.Stats().FellBack; got != tt.fell {
				t.Errorf("%d replies went another way, want %d", got, tt.fell)
			}
			if got := r.discord.Calls(discordfake.FollowUp); got > 1+len(tt.follow) || (tt.fell > 0 && len(tt.follow) == 1 && got != 1) {
				t.Errorf("%d follow-ups: a POST was repeated", got)
			}
		})
	}
}

func TestOneDisappointmentIsEnough(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error {
		return do(ctx, answer(to, saysAll("First")), answer(to, saysAll("Second")))
	}
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.discord.Fail(discordfake.FollowUp, discordfake.Fault{Cut: true})
	r.ask(t, add(100))
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if got := r.discord.Calls(discordfake.FollowUp); got != 1 {
		t.Errorf("the token was tried %d times", got)
	}
	if diff := cmp.Diff([]string{"private: First", "public: First", "public: Second"}, r.standing(user)); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestAnAnswerArrivesAtLeastOnce(t *testing.T) {
	t.Parallel()
	t.Run("the follow-up's answer is lost", func(t *testing.T) {
		t.Parallel()
		failed := make(chan error, 1)
		run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) }
		r := start(t, setup{desk: playing(run, nil, failed)})
		r.discord.Fail(discordfake.FollowUp, discordfake.Fault{Lost: true})
		r.ask(t, add(100))
		if err := receive(t, r, failed); err != nil {
			t.Fatal(err)
		}
		if got := r.standing(user); strings.Count(strings.Join(got, "|"), "public: Done") != 2 {
			t.Errorf("a lost answer is not given again: %q", got)
		}
	})
	t.Run("the channel message's answer is lost, and its nonce keeps it single", func(t *testing.T) {
		t.Parallel()
		r := start(t, setup{})
		r.discord.Fail(discordfake.Post, discordfake.Fault{Lost: true})
		to := commands.Place{Channel: "discord:998877/" + channel}
		for range 2 {
			if _, err := r.bot.Notify(r.ctx, to, says("Restarted")); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"public: Restarted"}, r.standing(user)); diff != "" {
			t.Errorf("what stands there (-want +got):\n%s", diff)
		}
		if got := r.discord.Calls(discordfake.Post); got != 3 {
			t.Errorf("%d posts", got)
		}
	})
}

func TestADismissedQuestionIsToldAnew(t *testing.T) {
	t.Parallel()
	failed, dismissed := make(chan error, 1), make(chan struct{})
	run := func(ctx context.Context, to commands.Responder) error {
		if err := to.Answer(ctx, sure()); err != nil {
			return err
		}
		<-dismissed
		return to.Amend(ctx, says("Expired"))
	}
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.ask(t, add(100))
	r.discord.Dismiss(r.reads(t, "Sure?"))
	close(dismissed)
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"private: Expired"}, r.standing(user)); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestWhenNothingWorksTheErrorSaysWhy(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) }
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.discord.Fail(discordfake.FollowUp, discordfake.Fault{Status: 403})
	r.discord.Fail(discordfake.Post, discordfake.Fault{Status: 403, Code: 50013, Message: "Missing Permissions"})
	r.discord.Fail(discordfake.OpenDirect, discordfake.Fault{Status: 403, Code: 50007, Message: "Cannot send messages to this user"})
	r.ask(t, add(100))
	err := receive(t, r, failed)
	if err == nil || !strings.Contains(err.Error(), "Missing Permissions") || !strings.Contains(err.Error(), "50007") {
		t.Fatalf("the error is %v", err)
	}
	var refused *discordbot.APIError
	if !errors.As(err, &refused) || refused.Code != 50013 {
		t.Errorf("the error does not hold Discord's code: %#v", refused)
	}
}

func TestAmendOtherwise(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		public bool
		before func(*discordfake.Server)
		want   []string
		where  string
	}{
		{"a public question is changed as a message of the channel", true, nil, []string{"Approved"}, channel},
		{"a private one is answered in a direct message", false, nil, []string{"Approved"}, private},
		{
			"a public one that cannot be changed either", true,
			func(s *discordfake.Server) {
				s.Fail(discordfake.Update, discordfake.Fault{Status: 403, Code: 50001})
			}, []string{"Approved"}, private,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 2)
			asks := func(ctx context.Context, to commands.Responder) error {
				q := sure()
				q.Public = tt.public
				return to.Answer(ctx, q)
			}
			held := make(chan struct{})
			approves := func(ctx context.Context, to commands.Responder) error {
				<-held
				return to.Amend(ctx, says("Approved"))
			}
			r := start(t, setup{desk: playing(asks, approves, failed), before: tt.before})
			r.ask(t, add(100))
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if _, err := r.discord.Press(r.ctx, discordfake.Press{Message: r.reads(t, "Sure?"), CustomID: "yes1"}); err != nil {
				t.Fatal(err)
			}
			r.clock.pass(15 * time.Minute)
			close(held)
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if _, err := r.discord.WaitFor(r.ctx, user, tt.where, tt.want...); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNotify(t *testing.T) {
	t.Parallel()
	const there, me = "discord:998877/" + channel, "discord:998877/user/" + user
	tests := []struct {
		name  string
		to    commands.Place
		close bool
		where string // empty for an error
	}{
		{"in the channel", commands.Place{Channel: there, User: me}, false, channel},
		{"the channel is closed", commands.Place{Channel: there, User: me}, true, private},
		{"the channel is closed and nobody is named", commands.Place{Channel: there}, true, ""},
		{"to a person", commands.Place{User: me}, false, private},
		{"to nobody", commands.Place{}, false, ""},
		{"to a server that is not served", commands.Place{Channel: "discord:12/" + channel}, false, ""},
		{"to a person of a server that is not served", commands.Place{User: "discord:12/user/1"}, false, ""},
		{"to another platform", commands.Place{Channel: "slack:T0123/C0AB"}, false, ""},
		{"to a path", commands.Place{Channel: "discord:998877/../../users"}, false, ""},
		{"to something malformed", commands.Place{Channel: "discord:998877"}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{})
			if tt.close {
				r.discord.CloseChannel(channel)
			}
			_, err := r.bot.Notify(r.ctx, tt.to, says("Restarted"))
			if (err != nil) != (tt.where == "") {
				t.Fatalf("Notify returned %v", err)
			}
			if tt.where == "" {
				if n := len(r.discord.Messages()); n != 0 {
					t.Errorf("%d messages were posted all the same", n)
				}
				return
			}
			if _, err := r.discord.WaitFor(r.ctx, user, tt.where, "Restarted"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAGlobalLimitHoldsMessagesBackButNoInteraction(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, says("No")) }
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.discord.Fail(discordfake.Post, discordfake.Fault{RetryAfter: 30, Global: true})
	there := commands.Place{Channel: "discord:998877/" + channel}
	for range 3 {
		var limited *discordbot.LimitedError
		if _, err := r.bot.Notify(r.ctx, there, says("Restarted")); !errors.As(err, &limited) {
			t.Fatalf("Notify returned %v", err)
		}
	}
	if got := r.discord.Calls(discordfake.Post); got != 1 {
		t.Errorf("%d posts: a limit was not believed", got)
	}
	var limited *discordbot.LimitedError
	_, err := r.bot.Notify(r.ctx, commands.Place{User: "discord:998877/user/" + user}, says("Restarted"))
	if !errors.As(err, &limited) || r.discord.Calls(discordfake.OpenDirect) != 0 {
		t.Errorf("the global limit does not hold for direct messages: %v", err)
	}
	r.ask(t, add(100))
	if err := receive(t, r, failed); err != nil {
		t.Error(err)
	}
	r.clock.pass(31 * time.Second)
	if _, err := r.bot.Notify(r.ctx, there, says("Restarted")); err != nil {
		t.Errorf("after the limit: %v", err)
	}
}

// refusing fails to connect a set number of times.
type refusing struct {
	next   http.RoundTripper
	left   atomic.Int32
	tried  atomic.Int32
	closed atomic.Int32
}

func (t *refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/webhooks/") {
		t.tried.Add(1)
		if t.left.Add(-1) >= 0 {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
		}
	}
	return t.next.RoundTrip(r)
}

func (t *refusing) CloseIdleConnections() {
	t.closed.Add(1)
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func TestWhatWasNeverSentIsSentAgain(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, says("Hello")) }
	transport := &refusing{next: &http.Transport{}}
	transport.left.Store(1)
	r := start(t, setup{desk: playing(run, nil, failed), opts: []discordbot.Option{discordbot.WithTransport(transport)}})
	r.ask(t, add(100))
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if transport.tried.Load() != 2 || r.bot.Stats().FellBack != 0 {
		t.Errorf("%d tries, stats %+v", transport.tried.Load(), r.bot.Stats())
	}
	r.reads(t, "Hello")
	r.stop()
	if err := receive(t, r, r.ended); err != nil || transport.closed.Load() == 0 {
		t.Errorf("Run returned %v and closed idle connections %d times", err, transport.closed.Load())
	}
}

func TestAnswerObeysItsDeadline(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		return to.Answer(ctx, says("Hello"))
	}
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.discord.Fail(discordfake.Edit, discordfake.Fault{Hang: true})
	r.ask(t, add(100))
	if err := receive(t, r, failed); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}
