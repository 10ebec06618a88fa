package slackbot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
	"ringside/secret"
)

func TestSocketComesBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		lose func(*slackfake.Server) error
	}{
		{"after it was cut", func(s *slackfake.Server) error { s.DropSockets(); return nil }},
		{"when Slack asks for it", func(s *slackfake.Server) error { return s.AskToReconnect() }},
		{"when opening fails meanwhile", func(s *slackfake.Server) error {
			s.Fail("apps.connections.open", slackfake.Fault{Status: 500}, slackfake.Fault{Error: "internal_error"}, slackfake.Fault{Cut: true})
			s.DropSockets()
			return nil
		}},
		{"when the socket itself is refused meanwhile", func(s *slackfake.Server) error {
			s.Fail("socket", slackfake.Fault{Status: 503}, slackfake.Fault{Cut: true})
			s.DropSockets()
			return nil
		}},
		{"when Slack hangs up before it greets", func(s *slackfake.Server) error {
			s.Fail("hello", slackfake.Fault{Cut: true}, slackfake.Fault{Cut: true}, slackfake.Fault{Cut: true})
			s.DropSockets()
			return nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{mode: slackbot.ModeSocket, desk: d})
			if err := tt.lose(r.slack); err != nil {
				t.Fatal(err)
			}
			if err := r.slack.WaitSockets(r.ctx, 2); err != nil {
				t.Fatal(err)
			}
			r.await(t, func() bool { return r.bot.Ready() == nil })
			r.ask(t, slackfake.Ask{Text: "still there"})
			if got := receive(t, r, asks).Text; got != "still there" {
				t.Errorf("heard %q", got)
			}
		})
	}
}

func TestSocketComesUpAfterAFailedStart(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	var waits pauses
	r := start(t, setup{
		mode: slackbot.ModeSocket, desk: d,
		before: func(s *slackfake.Server) {
			s.Fail("apps.connections.open", slackfake.Fault{Cut: true}, slackfake.Fault{Status: 502}, slackfake.Fault{RetryAfter: "7"}, slackfake.Fault{Status: 404})
			s.Fail("auth.test", slackfake.Fault{Cut: true}, slackfake.Fault{Status: 500})
		},
		opts: []slackbot.Option{slackbot.WithPause(waits.pause)},
	})
	r.ask(t, slackfake.Ask{Text: "hello"})
	receive(t, r, asks)
	if got := waits.longest(); got < 7*time.Second || got > 30*time.Second {
		t.Errorf("the longest wait was %v; Slack asked for 7 s", got)
	}
}

// pauses notes waits instead of waiting.
type pauses struct {
	mu  sync.Mutex
	all []time.Duration
}

func (p *pauses) pause(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, d)
	return ctx.Err()
}

func (p *pauses) longest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	var most time.Duration
	for _, d := range p.all {
		most = max(most, d)
	}
	return most
}

func TestReadySaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	t.Run("before the start", func(t *testing.T) {
		t.Parallel()
		hold := make(chan struct{})
		r := start(t, setup{mode: slackbot.ModeSocket, idle: true, opts: []slackbot.Option{slackbot.WithPause(
			func(ctx context.Context, _ time.Duration) error {
				select {
				case <-hold:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})},
			before: func(s *slackfake.Server) {
				s.Fail("apps.connections.open", slackfake.Fault{Status: 500})
				s.Fail("auth.test", slackfake.Fault{Status: 500})
			},
		})
		r.await(t, func() bool { return strings.Contains(r.bot.Ready().Error(), "not connected: slack server error: 500") })
		if err := r.bot.Ready(); !strings.Contains(err.Error(), "bot token") {
			t.Errorf("it does not speak of the bot token: %v", err)
		}
		close(hold)
		r.await(t, func() bool { return r.bot.Ready() == nil })
	})
	t.Run("over HTTP the token counts", func(t *testing.T) {
		t.Parallel()
		r := start(t, setup{})
		if err := r.bot.Ready(); err != nil {
			t.Errorf("not ready: %v", err)
		}
	})
}

func TestARefusedTokenEndsTheRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		mode   string
		fake   slackfake.Config
		change func(*slackbot.Settings)
		before func(*slackfake.Server)
		want   []string
	}{
		{
			"a wrong app token", slackbot.ModeSocket, slackfake.Config{},
			func(s *slackbot.Settings) { s.AppToken = secret.New("xapp-wrong-hunter2") }, nil,
			[]string{"slack.app_token", "invalid_auth", "connections:write"},
		},
		{
			"a wrong bot token", slackbot.ModeHTTP, slackfake.Config{},
			func(s *slackbot.Settings) { s.BotToken = secret.New("xoxb-wrong-hunter2") }, nil,
			[]string{"slack.bot_token", "invalid_auth", "xoxb-"},
		},
		{
			"a bot token of another workspace", slackbot.ModeHTTP, slackfake.Config{},
			func(s *slackbot.Settings) { s.Teams = []string{"T0999"} }, nil,
			[]string{"slack.bot_token", "T0123", "slack.teams"},
		},
		{
			"a bot token that may not post", slackbot.ModeHTTP, slackfake.Config{Scopes: "commands"}, nil, nil,
			[]string{"slack.bot_token", "chat:write"},
		},
		{
			"an app token without its scope", slackbot.ModeSocket, slackfake.Config{}, nil,
			func(s *slackfake.Server) { s.Fail("apps.connections.open", slackfake.Fault{Error: "missing_scope"}) },
			[]string{"slack.app_token", "missing_scope"},
		},
		{
			"a token that is revoked later", slackbot.ModeSocket, slackfake.Config{}, nil,
			func(s *slackfake.Server) { s.Fail("apps.connections.open", slackfake.Fault{Error: "token_revoked"}) },
			[]string{"slack.app_token", "token_revoked"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{mode: tt.mode, fake: tt.fake, change: tt.change, before: tt.before, idle: true})
			err := receive(t, r, r.ended)
			var fatal interface{ Fatal() bool }
			if !errors.As(err, &fatal) || !fatal.Fatal() {
				t.Fatalf("Run returned %v, which is not fatal", err)
			}
			for _, word := range tt.want {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the token: %v", err)
			}
			if r.bot.Ready() == nil {
				t.Error("it calls itself ready")
			}
		})
	}
}

func TestRunEndsQuietlyWithItsContext(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		r := start(t, setup{mode: mode})
		r.stop()
		if err := receive(t, r, r.ended); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestBadEnvelopesAreCountedAndSurvived(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{mode: slackbot.ModeSocket, desk: d})
	bad := []string{
		`{`,
		`[]`,
		`{"type":"slash_commands","envelope_id":"e1","payload":"hunter2"}`,
		`{"type":"interactive","envelope_id":"e2","payload":{"actions":"hunter2"}}`,
		`{"type":"unheard_of","envelope_id":"e3","payload":{"text":"hunter2"}}`,
		`{"type":"slash_commands","envelope_id":"e4","payload":{"text":"hunter2","team_id":"T0123"}}`,
		`{"type":"interactive","envelope_id":"e5","payload":{"type":"block_actions","actions":[{"type":"button","block_id":"ringside","value":"hunter2"}]}}`,
	}
	for _, raw := range bad {
		if err := r.slack.SendRaw(raw); err != nil {
			t.Fatal(err)
		}
	}
	r.ask(t, slackfake.Ask{Text: "good"})
	if got := receive(t, r, asks).Text; got != "good" {
		t.Errorf("heard %q", got)
	}
	// The frame that is not even JSON is the library's to drop; the others are ours to count.
	if got := r.bot.Stats().BadMessages; got < 5 {
		t.Errorf("%d bad messages were counted", got)
	}
	r.noneLogged(t, "hunter2")
	if now, ever := r.slack.Sockets(); now != 1 || ever != 1 {
		t.Errorf("%d sockets of %d: a bad message cost the connection", now, ever)
	}
}

func TestEventsAreAcknowledgedAndIgnored(t *testing.T) {
	t.Parallel()
	d, asks, presses := heard()
	r := start(t, setup{mode: slackbot.ModeSocket, desk: d})
	const event = `{"type":"events_api","envelope_id":"ev1","payload":{"type":"event_callback","team_id":"T0123","event":{"type":"app_mention","text":"hi","user":"U1","ts":"1.1","channel":"C1"}}}`
	if err := r.slack.SendRaw(event); err != nil {
		t.Fatal(err)
	}
	acked := func() bool {
		for _, a := range r.slack.Acks() {
			if a.Envelope == "ev1" {
				return true
			}
		}
		return false
	}
	if err := r.slack.Wait(r.ctx, acked); err != nil {
		t.Fatal(err)
	}
	if len(asks)+len(presses) != 0 {
		t.Error("an event reached the handler")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		mode   string
		before func(*slackfake.Server)
		want   string // a word of the error; empty for none
	}{
		{"all is well over a socket", slackbot.ModeSocket, nil, ""},
		{"all is well over HTTP", slackbot.ModeHTTP, nil, ""},
		{"the bot token is refused", slackbot.ModeHTTP, func(s *slackfake.Server) { s.Fail("auth.test", slackfake.Fault{Error: "token_revoked"}) }, "slack.bot_token"},
		{"the app token is refused", slackbot.ModeSocket, func(s *slackfake.Server) { s.Fail("apps.connections.open", slackfake.Fault{Error: "invalid_auth"}) }, "slack.app_token"},
		{"Slack is down", slackbot.ModeHTTP, func(s *slackfake.Server) { s.Fail("auth.test", slackfake.Fault{Status: 503}) }, "503"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{mode: tt.mode})
			if tt.before != nil {
				tt.before(r.slack)
			}
			err := r.bot.Check(r.ctx)
			if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Check returned %v, want %q", err, tt.want)
			}
			if _, ever := r.slack.Sockets(); ever > 1 {
				t.Errorf("the check connected: %d sockets", ever)
			}
		})
	}
}

func TestAnEnvelopeAfterTheReconnect(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{mode: slackbot.ModeSocket, desk: d})
	receipt := r.ask(t, slackfake.Ask{Text: "demo"})
	r.slack.DropSockets()
	if err := r.slack.WaitSockets(r.ctx, 2); err != nil {
		t.Fatal(err)
	}
	again, err := r.slack.Repeat(r.ctx, receipt)
	if err != nil {
		t.Fatal(err)
	}
	if again.Envelope == receipt.Envelope {
		t.Fatal("the fake did not use a new envelope")
	}
	if first, second := receive(t, r, asks), receive(t, r, asks); first.Key != second.Key {
		t.Errorf("the keys differ: %q and %q", first.Key, second.Key)
	}
}

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := slackbot.Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("slept %v: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := slackbot.Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
	})
}

var _ commands.Notifier = (*slackbot.Bot)(nil)
