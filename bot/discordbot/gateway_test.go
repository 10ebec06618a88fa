package discordbot_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

// connected waits until so many sessions were identified and resumed, and one is up.
func (r *rig) connected(t *testing.T, identified, resumed int) {
	t.Helper()
	err := r.discord.Wait(r.ctx, func() bool {
		now, i, re := r.discord.Sessions()
		return now > 0 && i >= identified && re >= resumed
	})
	if err != nil {
		now, i, re := r.discord.Sessions()
		t.Fatalf("%v: %d up, %d identified, %d resumed; logs: %v", err, now, i, re, r.logs.All())
	}
	r.await(t, func() bool { return r.bot.Ready() == nil })
}

func TestGatewayComesBack(t *testing.T) {
	t.Parallel()
	quick := []discordbot.Option{discordbot.WithGateway(500*time.Millisecond, 5*time.Millisecond, time.Minute)}
	tests := []struct {
		name       string
		lose       func(*discordfake.Server) error
		opts       []discordbot.Option
		identified int
		resumed    int
		abandoned  uint64
	}{
		{"after it was cut", func(s *discordfake.Server) error { s.DropGateway(); return nil }, nil, 1, 1, 0},
		{"when Discord asks for it", func(s *discordfake.Server) error { return s.AskToReconnect() }, nil, 1, 1, 0},
		{"when Discord ends the session", func(s *discordfake.Server) error { return s.EndSessions() }, nil, 2, 0, 0},
		{"when Discord closes with a code that can be resumed", func(s *discordfake.Server) error { s.CloseGateway(4000); return nil }, nil, 1, 1, 0},
		{"when the session is gone meanwhile", func(s *discordfake.Server) error {
			s.ForgetSessions()
			return nil
		}, nil, 2, 0, 0},
		{"when the resume is closed with a code", func(s *discordfake.Server) error {
			s.Fail(discordfake.Resume, discordfake.Fault{Close: 4009})
			s.DropGateway()
			return nil
		}, nil, 2, 0, 0},
		{"when the look-up fails meanwhile", func(s *discordfake.Server) error {
			s.Fail(discordfake.Socket, discordfake.Fault{Status: 503}, discordfake.Fault{Cut: true})
			s.Fail(discordfake.GatewayLookUp, discordfake.Fault{Status: 500}, discordfake.Fault{Cut: true}, discordfake.Fault{Garbage: "{"})
			s.DropGateway()
			return nil
		}, nil, 1, 1, 0},
		{"when Discord hangs up before it greets", func(s *discordfake.Server) error {
			s.Fail(discordfake.Hello, discordfake.Fault{Cut: true}, discordfake.Fault{Raw: "{"}, discordfake.Fault{Raw: `{"op":3}`})
			s.DropGateway()
			return nil
		}, nil, 1, 1, 0},
		{"when Discord greets and then is silent", func(s *discordfake.Server) error {
			s.Fail(discordfake.Resume, discordfake.Fault{Hang: true})
			s.DropGateway()
			return nil
		}, quick, 1, 1, 0},
		{"when the library hangs over a request to reconnect", func(s *discordfake.Server) error {
			s.Fail(discordfake.Resume, discordfake.Fault{Op: 7})
			s.DropGateway()
			return nil
		}, quick, 2, 0, 1},
		{"when the library panics over nothing", func(s *discordfake.Server) error {
			s.Fail(discordfake.Resume, discordfake.Fault{Raw: "null"})
			s.DropGateway()
			return nil
		}, quick, 2, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{mode: discordbot.ModeGateway, desk: d, opts: tt.opts})
			if err := tt.lose(r.discord); err != nil {
				t.Fatal(err)
			}
			r.connected(t, tt.identified, tt.resumed)
			r.ask(t, add(7))
			if got := receive(t, r, asks).Text; got != "demo add pk-live1 7" {
				t.Errorf("heard %q", got)
			}
			if got := r.bot.Stats().Abandoned; got != tt.abandoned {
				t.Errorf("%d sessions were left behind, want %d", got, tt.abandoned)
			}
		})
	}
}

func TestUnansweredHeartbeatsEndTheConnection(t *testing.T) {
	t.Parallel()
	r := start(t, setup{
		mode: discordbot.ModeGateway, fake: discordfake.Config{Heartbeat: 20 * time.Millisecond},
		opts: []discordbot.Option{discordbot.WithGateway(5*time.Second, 5*time.Millisecond, 60*time.Millisecond)},
	})
	r.discord.Deafen(true)
	r.await(t, func() bool { return r.bot.Ready() != nil })
	r.discord.Deafen(false)
	r.connected(t, 1, 1)
}

func TestAnInteractionDuringTheDropIsNotLost(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{mode: discordbot.ModeGateway, desk: d})
	r.discord.DropGateway()
	if err := r.discord.Wait(r.ctx, func() bool { now, _, _ := r.discord.Sessions(); return now == 0 }); err != nil {
		t.Fatal(err)
	}
	r.ask(t, add(9)) // it waits for the resume
	if got := receive(t, r, asks).Text; got != "demo add pk-live1 9" {
		t.Errorf("heard %q", got)
	}
}

func TestADropInTheMiddleOfACommand(t *testing.T) {
	t.Parallel()
	failed, held := make(chan error, 1), make(chan struct{})
	run := func(ctx context.Context, to commands.Responder) error {
		<-held
		return to.Answer(ctx, saysAll("Done"))
	}
	r := start(t, setup{mode: discordbot.ModeGateway, desk: playing(run, nil, failed)})
	r.ask(t, add(100))
	r.discord.DropGateway()
	r.connected(t, 1, 1)
	close(held)
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if got := r.standing(discordfake.DefaultUser); len(got) != 1 || got[0] != "public: Done" {
		t.Errorf("there stands %q", got)
	}
	if got := r.bot.Stats().Accepted; got != 1 {
		t.Errorf("it was done %d times", got)
	}
}

func TestARedeliveredInteractionActsOnce(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{mode: discordbot.ModeGateway, desk: d})
	receipt := r.ask(t, add(100))
	receive(t, r, asks)
	if _, err := r.discord.Repeat(r.ctx, receipt); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return r.bot.Stats().Duplicates == 1 })
	r.settle(t)
	if len(asks) != 0 || r.bot.Stats().Accepted != 1 {
		t.Errorf("it was done again: %+v", r.bot.Stats())
	}
}

func TestARefusalEndsTheRun(t *testing.T) {
	t.Parallel()
	hello := func(code int) func(*discordfake.Server) {
		return func(s *discordfake.Server) { s.Fail(discordfake.Identify, discordfake.Fault{Close: code}) }
	}
	tests := []struct {
		name   string
		mode   string
		fake   discordfake.Config
		change func(*discordbot.Settings)
		before func(*discordfake.Server)
		want   []string
	}{
		{"a wrong token", discordbot.ModeHTTP, discordfake.Config{BotToken: "another"}, func(s *discordbot.Settings) { s.BotToken = newSecret("hunter2") }, nil, []string{"discord.bot_token", "401"}},
		{"a token refused by the gateway", discordbot.ModeGateway, discordfake.Config{}, nil, hello(4004), []string{"discord.bot_token", "4004"}},
		{"an invalid shard", discordbot.ModeGateway, discordfake.Config{}, nil, hello(4010), []string{"4010"}},
		{"sharding needed", discordbot.ModeGateway, discordfake.Config{}, nil, hello(4011), []string{"4011", "http"}},
		{"an old version", discordbot.ModeGateway, discordfake.Config{}, nil, hello(4012), []string{"4012"}},
		{"invalid intents", discordbot.ModeGateway, discordfake.Config{}, nil, hello(4013), []string{"4013"}},
		{"intents that are not allowed", discordbot.ModeGateway, discordfake.Config{}, nil, hello(4014), []string{"4014"}},
		{"another application", discordbot.ModeGateway, discordfake.Config{}, func(s *discordbot.Settings) { s.ApplicationID = "222" }, nil, []string{"discord.application_id", "111"}},
		{"another public key", discordbot.ModeHTTP, discordfake.Config{}, func(s *discordbot.Settings) { s.PublicKey = strings.Repeat("ab", 32) }, nil, []string{"discord.public_key"}},
		{"an endpoint that takes everything", discordbot.ModeGateway, discordfake.Config{Endpoint: "https://elsewhere.example"}, nil, nil, []string{"discord.mode", "endpoint"}},
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
			if strings.Contains(err.Error(), "hunter2") || r.bot.Ready() == nil {
				t.Errorf("ready: %v; the error: %v", r.bot.Ready(), err)
			}
		})
	}
}

func TestItComesUpAfterAFailedStart(t *testing.T) {
	t.Parallel()
	r := start(t, setup{
		mode: discordbot.ModeGateway,
		before: func(s *discordfake.Server) {
			s.Fail(discordfake.Application, discordfake.Fault{Cut: true}, discordfake.Fault{Cut: true}, discordfake.Fault{Status: 500}, discordfake.Fault{Garbage: "<html>"}, discordfake.Fault{RetryAfter: 17})
			s.Fail(discordfake.GatewayBot, discordfake.Fault{Status: 502})
			s.Fail(discordfake.CommandsGet, discordfake.Fault{Status: 500}, discordfake.Fault{Status: 500})
			s.Fail(discordfake.CommandsPut, discordfake.Fault{RetryAfter: 1})
		},
	})
	if got := r.clock.longest(); got < 17*time.Second || got > 60*time.Second {
		t.Errorf("the longest wait was %v; Discord asked for 17 s", got)
	}
	if len(r.discord.Commands(discordfake.DefaultGuild)) != 2 {
		t.Error("the commands were not registered")
	}
}

func TestSessionsAreNotBurnt(t *testing.T) {
	t.Parallel()
	t.Run("however the connection behaves", func(t *testing.T) {
		t.Parallel()
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		all := discordbot.Attempts(start, start.Add(72*time.Hour), time.Second)
		for i, from := range all {
			n := 0
			for _, at := range all[i:] {
				if at.Sub(from) >= 24*time.Hour {
					break
				}
				n++
			}
			if n > 850 {
				t.Fatalf("%d attempts in the day from %v", n, from)
			}
		}
		if len(all) < 2000 {
			t.Errorf("only %d attempts in three days", len(all))
		}
	})
	t.Run("when others have used them", func(t *testing.T) {
		t.Parallel()
		block := make(chan struct{})
		pause := func(ctx context.Context, _ time.Duration) error {
			select {
			case <-block:
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		r := start(t, setup{mode: discordbot.ModeGateway, idle: true, fake: discordfake.Config{Sessions: 40}, opts: []discordbot.Option{discordbot.WithPause(pause)}})
		r.await(t, func() bool { return strings.Contains(r.bot.Ready().Error(), "40 more sessions") })
		if _, identified, _ := r.discord.Sessions(); identified != 0 {
			t.Errorf("%d sessions were started all the same", identified)
		}
	})
	t.Run("by a Discord that always hangs up", func(t *testing.T) {
		t.Parallel()
		many := make([]discordfake.Fault, 400)
		for i := range many {
			many[i] = discordfake.Fault{Cut: true}
		}
		var r *rig
		waited := make(chan struct{})
		stuck := func(ctx context.Context, d time.Duration) error {
			if d > time.Minute+15*time.Second {
				close(waited)
				<-ctx.Done()
			}
			return ctx.Err()
		}
		r = start(t, setup{
			mode: discordbot.ModeGateway, idle: true, opts: []discordbot.Option{discordbot.WithPause(stuck)},
			before: func(s *discordfake.Server) { s.Fail(discordfake.Hello, many...) },
		})
		receive(t, r, waited)
		if got := r.bot.Stats().Opened; got != 100 {
			t.Errorf("%d attempts before it paused", got)
		}
	})
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

func TestBadEventsAreCountedAndSurvived(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{mode: discordbot.ModeGateway, desk: d})
	event := func(data string) string { return `{"op":0,"s":2,"t":"INTERACTION_CREATE","d":` + data + `}` }
	for _, raw := range []string{
		`{`, `[]`,
		`{"op":0,"s":2,"t":"UNHEARD_OF","d":{"text":"hunter2"}}`,
		`{"op":0,"s":2,"t":"MESSAGE_CREATE","d":"hunter2"}`,
		event(`"hunter2"`), event(`{}`), event(`{"type":2,"data":"hunter2"}`),
		event(`{"type":2,"id":"1","token":"../../hunter2","channel_id":"1","user":{"id":"1"}}`),
		event(`{"type":2,"id":"1/2","token":"hunter2","channel_id":"1","user":{"id":"1"}}`),
		event(`{"type":3,"id":"1","token":"t","guild_id":"998877","channel_id":"1","member":{"user":{"id":"1"}},"data":{"custom_id":"hunter2","component_type":2}}`),
		event(`{"type":3,"id":"1","token":"t","guild_id":"998877","channel_id":"1","member":{"user":{"id":"1"}},"message":{"id":"4","components":[{"type":99}]},"data":{"custom_id":"hunter2","component_type":3}}`),
		event(`{"type":5,"id":"1","token":"t","guild_id":"998877","channel_id":"1","member":{"user":{"id":"1"}},"data":{"custom_id":"hunter2","components":[{"type":18}]}}`),
	} {
		if err := r.discord.SendRaw(raw); err != nil {
			t.Fatal(err)
		}
	}
	r.ask(t, add(3))
	receive(t, r, asks)
	if got := r.bot.Stats().BadMessages; got < 5 {
		t.Errorf("%d bad messages were counted", got)
	}
	r.noneLogged(t, "hunter2")
	if _, identified, resumed := r.discord.Sessions(); identified != 1 || resumed != 0 {
		t.Errorf("%d identified, %d resumed: a bad message cost the connection", identified, resumed)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		mode   string
		before func(*discordfake.Server)
		guilds []string
		want   string // a word of the error; empty for none
	}{
		{"all is well over the gateway", discordbot.ModeGateway, nil, nil, ""},
		{"all is well over HTTP", discordbot.ModeHTTP, nil, nil, ""},
		{"the token is refused", discordbot.ModeHTTP, func(s *discordfake.Server) { s.Fail(discordfake.Application, discordfake.Fault{Status: 401}) }, nil, "discord.bot_token"},
		{"Discord is down", discordbot.ModeHTTP, func(s *discordfake.Server) {
			s.Fail(discordfake.Application, discordfake.Fault{Status: 503}, discordfake.Fault{Status: 503})
		}, nil, "503"},
		{"a server that has not invited the bot", discordbot.ModeHTTP, nil, []string{discordfake.DefaultGuild, "12"}, "server 12 does not know the bot"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fake := discordfake.Start(discordfake.Config{})
			t.Cleanup(fake.Close)
			if tt.before != nil {
				tt.before(fake)
			}
			s := settingsFor(fake, tt.mode)
			if tt.guilds != nil {
				s.Guilds = tt.guilds
			}
			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			bot, err := discordbot.New(s, desk{}, newCrew(1), zap.NewNop(), discordbot.WithPause(atOnce), discordbot.WithTransport(transport))
			if err != nil {
				t.Fatal(err)
			}
			err = bot.Check(t.Context())
			if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Check returned %v, want %q", err, tt.want)
			}
			if _, identified, _ := fake.Sessions(); identified != 0 || fake.Calls(discordfake.CommandsPut) != 0 {
				t.Error("the check changed something")
			}
		})
	}
}

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := discordbot.Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("slept %v: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := discordbot.Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
	})
}

var _ commands.Notifier = (*discordbot.Bot)(nil)
