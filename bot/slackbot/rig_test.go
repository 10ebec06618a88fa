package slackbot_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
	"ringside/secret"
)

// patience is far above what any test needs; it only turns a hang into a failure.
const patience = 20 * time.Second

// desk is a Handler made of two functions. A missing one answers nothing.
type desk struct {
	handle func(context.Context, commands.Invocation, commands.Responder)
	press  func(context.Context, commands.Press, commands.Responder)
}

func (d desk) Handle(ctx context.Context, ask commands.Invocation, to commands.Responder) {
	if d.handle != nil {
		d.handle(ctx, ask, to)
	}
}

func (d desk) Press(ctx context.Context, press commands.Press, to commands.Responder) {
	if d.press != nil {
		d.press(ctx, press, to)
	}
}

// crew is a Workers of a set size that a test can wait for.
type crew struct{ taken chan struct{} }

func newCrew(n int) *crew { return &crew{taken: make(chan struct{}, n)} }

func (c *crew) Go(task func(ctx context.Context)) bool {
	select {
	case c.taken <- struct{}{}:
	default:
		return false
	}
	go func() {
		defer func() { <-c.taken }()
		task(context.Background())
	}()
	return true
}

func (c *crew) idle() bool { return len(c.taken) == 0 }

// clock is a time that a test moves.
type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time                         { return time.Unix(0, c.now.Load()) }
func (c *clock) pass(d time.Duration)                   { c.now.Add(int64(d)) }
func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// setup is how a rig differs from the usual.
type setup struct {
	mode    string // default: HTTP
	fake    slackfake.Config
	desk    slackbot.Handler
	workers int
	change  func(*slackbot.Settings)
	before  func(*slackfake.Server) // runs before the bot does
	idle    bool                    // do not wait until the bot is ready
	opts    []slackbot.Option
}

// rig is a running bot, its Slack and what was logged.
type rig struct {
	ctx   context.Context
	slack *slackfake.Server
	bot   *slackbot.Bot
	clock *clock
	logs  *observer.ObservedLogs
	crew  *crew
	ended chan error // the result of Run
	stop  context.CancelFunc

	web    string // the address of the bot's own server, in HTTP mode
	client *http.Client
}

func start(t testing.TB, s setup) *rig {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	core, logs := observer.New(zapcore.DebugLevel)
	r := &rig{ctx: ctx, clock: newClock(), logs: logs, crew: newCrew(max(s.workers, 1)), ended: make(chan error, 1)}
	if s.workers == 0 {
		r.crew = newCrew(200)
	}
	s.fake.Clock = r.clock.Now
	r.slack = slackfake.Start(s.fake)
	t.Cleanup(r.slack.Close)
	settings := settingsFor(r.slack, s.mode)
	if s.change != nil {
		s.change(&settings)
	}
	if s.desk == nil {
		s.desk = desk{}
	}
	opts := append([]slackbot.Option{slackbot.WithClock(r.clock.Now), slackbot.WithPause(atOnce)}, s.opts...)
	bot, err := slackbot.New(settings, s.desk, r.crew, zap.New(core), opts...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r.bot = bot
	if s.before != nil {
		s.before(r.slack)
	}
	r.run(t, settings.Mode)
	if !s.idle {
		r.await(t, func() bool { return bot.Ready() == nil })
	}
	return r
}

func (r *rig) run(t testing.TB, mode string) {
	t.Helper()
	ctx, stop := context.WithCancel(r.ctx)
	r.stop = stop
	go func() { r.ended <- r.bot.Run(ctx); close(r.ended) }()
	t.Cleanup(func() {
		stop()
		for range r.ended { // Wait for the end, whether or not the test has read the result.
		}
		r.settle(t)
	})
	if mode == slackbot.ModeHTTP {
		mux := http.NewServeMux()
		for pattern, handler := range r.bot.Routes() {
			mux.Handle(pattern, handler)
		}
		web := httptest.NewServer(mux)
		t.Cleanup(web.Close)
		r.web, r.client = web.URL, web.Client()
		r.slack.UseHTTP(web.URL+"/slack/commands", web.URL+"/slack/interactions")
	}
}

func settingsFor(fake *slackfake.Server, mode string) slackbot.Settings {
	if mode == "" {
		mode = slackbot.ModeHTTP
	}
	c := fake.Config()
	return slackbot.Settings{
		Mode:          mode,
		BotToken:      secret.New(c.BotToken),
		AppToken:      secret.New(c.AppToken),
		SigningSecret: secret.New(c.SigningSecret),
		APIURL:        fake.APIURL(),
		Teams:         []string{c.Team},
	}
}

// await waits until cond holds. Readiness changes without the fake's knowledge, so that it is polled as
// fast as other goroutines let it.
func (r *rig) await(t testing.TB, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-r.ctx.Done():
			t.Fatalf("waited in vain; ready: %v; logs: %v", r.bot.Ready(), r.logs.All())
		}
	}
}

func (r *rig) ask(t testing.TB, a slackfake.Ask) slackfake.Receipt {
	t.Helper()
	receipt, err := r.slack.Ask(r.ctx, a)
	if err != nil {
		t.Fatalf("asking: %v", err)
	}
	return receipt
}

// reads returns the newest message with these words that the usual person sees in the usual channel.
func (r *rig) reads(t testing.TB, words ...string) slackfake.Message {
	t.Helper()
	m, err := r.slack.WaitFor(r.ctx, "U0456", "C0AB", words...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fieldsOf returns the fields of a log entry as text.
func fieldsOf(entry observer.LoggedEntry) string {
	enc := zapcore.NewMapObjectEncoder()
	for _, field := range entry.Context {
		field.AddTo(enc)
	}
	return fmt.Sprint(enc.Fields)
}

// settle waits until every task that the crew has begun has ended.
func (r *rig) settle(t testing.TB) {
	t.Helper()
	r.await(t, r.crew.idle)
}

// bothModes runs a test over a socket and over HTTP.
func bothModes(t *testing.T, test func(t *testing.T, mode string)) {
	t.Helper()
	for _, mode := range []string{slackbot.ModeSocket, slackbot.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			test(t, mode)
		})
	}
}

func readCloser(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }
