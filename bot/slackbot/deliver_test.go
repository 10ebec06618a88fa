package slackbot_test

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

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

// direct is the channel in which the bot writes to the usual person alone.
const direct = "DU0456"

func TestWhenTheAddressFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []slackfake.Fault // of the response address
		before func(*slackfake.Server)
		reply  commands.Reply
		where  string   // the channel where the answer ends up
		says   []string // there
		uses   int      // of the response address, as the bot tried it
	}{
		{"a server error: the channel", []slackfake.Fault{{Status: 500}}, nil, saysAll("Done"), "C0AB", []string{"Done"}, 1},
		{"a server error: privately", []slackfake.Fault{{Status: 503}}, nil, says("No"), "C0AB", []string{"No"}, 1},
		{"used up elsewhere", []slackfake.Fault{{Error: "used_url"}}, nil, saysAll("Done"), "C0AB", []string{"Done"}, 1},
		{"a redirect is not followed", []slackfake.Fault{{Redirect: "https://evil.example/"}}, nil, says("No"), "C0AB", []string{"No"}, 1},
		{"cut off: never repeated there", []slackfake.Fault{{Cut: true}}, nil, says("No"), "C0AB", []string{"No"}, 1},
		{"told to wait a moment", []slackfake.Fault{{RetryAfter: "1"}}, nil, saysAll("Done"), "C0AB", []string{"Done"}, 2},
		{"told to wait a moment twice", []slackfake.Fault{{RetryAfter: "1"}, {RetryAfter: "1"}}, nil, saysAll("Done"), "C0AB", []string{"Done"}, 2},
		{"told to wait for long", []slackfake.Fault{{RetryAfter: "60"}}, nil, saysAll("Done"), "C0AB", []string{"Done"}, 1},
		{"told to wait for who knows how long", []slackfake.Fault{{Status: 429}}, nil, saysAll("Done"), "C0AB", []string{"Done"}, 1},
		{
			"the channel is closed: a direct message that says so", []slackfake.Fault{{Status: 500}},
			func(s *slackfake.Server) { s.CloseChannel("C0AB") }, saysAll("Done"), direct, []string{"Done", "could not write in the channel"}, 1,
		},
		{
			"privately in a closed channel: a direct message", []slackfake.Fault{{Status: 500}},
			func(s *slackfake.Server) { s.CloseChannel("C0AB") }, says("No"), direct, []string{"No"}, 1,
		},
		{
			"the channel fails for another reason: a direct message", []slackfake.Fault{{Status: 500}},
			func(s *slackfake.Server) { s.Fail("chat.postMessage", slackfake.Fault{Error: "internal_error"}) },
			saysAll("Done"), direct, []string{"Done"}, 1,
		},
		{
			"the channel is busy for a moment", []slackfake.Fault{{Status: 500}},
			func(s *slackfake.Server) { s.Fail("chat.postMessage", slackfake.Fault{RetryAfter: "1"}) },
			saysAll("Done"), "C0AB", []string{"Done"}, 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, tt.reply) }
			r := start(t, setup{desk: playing(run, nil, failed), before: tt.before})
			r.slack.Fail(slackfake.Reply, tt.faults...)
			r.ask(t, slackfake.Ask{Text: "demo"})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if _, err := r.slack.WaitFor(r.ctx, "U0456", tt.where, tt.says...); err != nil {
				t.Error(err)
			}
			if got := r.slack.Calls(slackfake.Reply); got != tt.uses {
				t.Errorf("the address was called %d times, want %d", got, tt.uses)
			}
		})
	}
}

// TestOneDisappointmentIsEnough shows that an address that failed is not tried again.
func TestOneDisappointmentIsEnough(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error {
		return do(ctx, answer(to, says("First")), answer(to, says("Second")))
	}
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.slack.Fail(slackfake.Reply, slackfake.Fault{Status: 500})
	r.ask(t, slackfake.Ask{})
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if got := r.slack.Calls(slackfake.Reply); got != 1 {
		t.Errorf("the address was called %d times", got)
	}
	if diff := cmp.Diff([]string{"private: First", "private: Second"}, standing(r, "U0456")); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestAnAnswerArrivesAtLeastOnce(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) }
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.slack.Fail(slackfake.Reply, slackfake.Fault{Lost: true})
	r.ask(t, slackfake.Ask{})
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"public: Done", "public: Done"}, standing(r, "U0456")); diff != "" {
		t.Errorf("a lost answer is given again (-want +got):\n%s", diff)
	}
}

func TestWhenNothingWorksTheErrorSaysWhy(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) }
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.slack.Fail(slackfake.Reply, slackfake.Fault{Error: "used_url"})
	r.slack.Fail("chat.postMessage", slackfake.Fault{Error: "is_archived"})
	r.slack.Fail("conversations.open", slackfake.Fault{Error: "user_disabled"})
	r.ask(t, slackfake.Ask{})
	err := receive(t, r, failed)
	if err == nil || !strings.Contains(err.Error(), "is_archived") || !strings.Contains(err.Error(), "user_disabled") {
		t.Fatalf("the error is %v", err)
	}
	var refused *slackbot.APIError
	if !errors.As(err, &refused) || refused.Code != "is_archived" {
		t.Errorf("the error does not hold Slack's word: %#v", refused)
	}
}

func TestDirectMessageWithoutScope(t *testing.T) {
	t.Parallel()
	r := start(t, setup{fake: slackfake.Config{Scopes: "commands,chat:write"}})
	_, err := r.bot.Notify(r.ctx, commands.Place{User: "slack:T0123/user/U0456"}, says("Restarted"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.slack.WaitFor(r.ctx, "U0456", direct, "Restarted"); err != nil {
		t.Error(err)
	}
}

func TestAmendOtherwise(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		public bool
		before func(*slackfake.Server)
		want   []string
	}{
		{"a public question is changed through the Web API", true, nil, []string{"public: Approved"}},
		{"a private one is answered anew", false, nil, []string{"private: Sure? [Confirm]", "private: Approved"}},
		{
			"a public one that cannot be changed either", true,
			func(s *slackfake.Server) { s.Fail("chat.update", slackfake.Fault{Error: "edit_window_closed"}) },
			[]string{"public: Sure? [Confirm]", "private: Approved"},
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
			approves := func(ctx context.Context, to commands.Responder) error { return to.Amend(ctx, says("Approved")) }
			r := start(t, setup{desk: playing(asks, approves, failed), before: tt.before})
			r.ask(t, slackfake.Ask{})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			m := r.reads(t, "Sure?")
			r.slack.Fail(slackfake.Reply, slackfake.Fault{Status: 500})
			if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: m, Value: "yes1"}); err != nil {
				t.Fatal(err)
			}
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, standing(r, "U0456")); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNotify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		to    commands.Place
		close bool
		where string // empty for an error
	}{
		{"in the channel", commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"}, false, "C0AB"},
		{"the channel is closed", commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"}, true, direct},
		{"the channel is closed and nobody is named", commands.Place{Channel: "slack:T0123/C0AB"}, true, ""},
		{"to a person", commands.Place{User: "slack:T0123/user/U0456"}, false, direct},
		{"to nobody", commands.Place{}, false, ""},
		{"to a workspace that is not served", commands.Place{Channel: "slack:T0999/C0AB"}, false, ""},
		{"to another platform", commands.Place{Channel: "discord:1/2"}, false, ""},
		{"to a person of another platform", commands.Place{User: "discord:1/user/2"}, false, ""},
		{"to something malformed", commands.Place{Channel: "slack:T0123"}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{})
			if tt.close {
				r.slack.CloseChannel("C0AB")
			}
			_, err := r.bot.Notify(r.ctx, tt.to, says("Restarted"))
			if (err != nil) != (tt.where == "") {
				t.Fatalf("Notify returned %v", err)
			}
			if tt.where == "" {
				if n := len(r.slack.Messages()); n != 0 {
					t.Errorf("%d messages were posted all the same", n)
				}
				return
			}
			if _, err := r.slack.WaitFor(r.ctx, "U0456", tt.where, "Restarted"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNotifyReportsOtherFailures(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	r.slack.Fail("chat.postMessage", slackfake.Fault{Status: 500})
	to := commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"}
	if _, err := r.bot.Notify(r.ctx, to, says("Restarted")); err == nil {
		t.Error("a server error was taken for a closed channel")
	}
}

// refusing fails to connect a set number of times.
type refusing struct {
	next  http.RoundTripper
	left  atomic.Int32
	tried atomic.Int32

	closed atomic.Int32
}

func (t *refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/reply/") {
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
	r := start(t, setup{desk: playing(run, nil, failed), opts: []slackbot.Option{slackbot.WithTransport(transport)}})
	r.ask(t, slackfake.Ask{})
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
	r.slack.Fail(slackfake.Reply, slackfake.Fault{Hang: true})
	r.ask(t, slackfake.Ask{})
	if err := receive(t, r, failed); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

func TestOnlySlackIsAnswered(t *testing.T) {
	t.Parallel()
	// Without api_url nothing but Slack's own hosts may be answered; the transport stands in for the net.
	var hosts recorder
	failed := make(chan error, 1)
	tests := []struct {
		address string
		used    bool
	}{
		{"https://hooks.slack.com/commands/1/2/3", true},
		{"https://HOOKS.slack.com:443/actions/1/2/3", true},
		{"http://hooks.slack.com/commands/1/2/3", false},
		{"https://hooks.slack.com.evil.example/1", false},
		{"https://evilslack.com/1", false},
		{"https://hooks.slack.com:8443/1", false},
		{"https://user@hooks.slack.com/1", false},
		{"https://127.0.0.1/1", false},
		{"::", false},
		{"", false},
	}
	run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, says("Hello")) }
	r := start(t, setup{
		desk:   playing(run, nil, failed),
		change: func(s *slackbot.Settings) { s.APIURL = "" },
		opts:   []slackbot.Option{slackbot.WithTransport(&hosts)},
		idle:   true,
	})
	for _, tt := range tests {
		hosts.replies.Store(0)
		body := goodBody + "&response_url=" + strings.NewReplacer(":", "%3A", "/", "%2F").Replace(tt.address)
		if got := r.post(t, r.commandsURL(), body); got != 200 {
			t.Fatalf("status %d", got)
		}
		if err := receive(t, r, failed); err != nil {
			t.Errorf("%q: %v", tt.address, err)
		}
		if got := hosts.replies.Load() == 1; got != tt.used {
			t.Errorf("%q: used is %v, want %v", tt.address, got, tt.used)
		}
	}
}

// recorder answers everything with success and counts what does not go to the Web API.
type recorder struct{ replies atomic.Int32 }

func (t *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		t.replies.Add(1)
	}
	body := http.NoBody
	w := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		w.Body = readCloser(`{"ok":true,"team_id":"T0123","ts":"1.1"}`)
	}
	return w, nil
}
