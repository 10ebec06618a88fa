package discordbot_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
	"ringside/secret"
)

// patience is far above what any test needs; it only turns a hang into a failure.
const patience = 30 * time.Second

// desk is a Handler made of functions. A missing one answers nothing.
type desk struct {
	handle  func(context.Context, commands.Invocation, commands.Responder)
	press   func(context.Context, commands.Press, commands.Responder)
	suggest func(context.Context, commands.Query) []commands.Choice
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

func (d desk) Suggest(ctx context.Context, typed commands.Query) []commands.Choice {
	if d.suggest == nil {
		return nil
	}
	return d.suggest(ctx, typed)
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

// clock is a time that a test moves. A wait moves it as well, and is noted.
type clock struct {
	now  atomic.Int64
	mu   sync.Mutex
	most time.Duration
}

func newClock() *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.now.Load()) }
func (c *clock) pass(d time.Duration) { c.now.Add(int64(d)) }

func (c *clock) pause(ctx context.Context, d time.Duration) error {
	c.pass(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.most = max(c.most, d)
	return ctx.Err()
}

// longest returns the longest wait so far.
func (c *clock) longest() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// setup is how a rig differs from the usual.
type setup struct {
	mode    string // default: HTTP
	fake    discordfake.Config
	desk    discordbot.Handler
	workers int
	change  func(*discordbot.Settings)
	before  func(*discordfake.Server) // runs before the bot does
	idle    bool                      // do not wait until the bot is ready
	opts    []discordbot.Option
}

// rig is a running bot, its Discord and what was logged.
type rig struct {
	ctx     context.Context
	discord *discordfake.Server
	bot     *discordbot.Bot
	clock   *clock
	logs    *observer.ObservedLogs
	crew    *crew
	ended   chan error // the result of Run
	stop    context.CancelFunc

	web    string // the address of the bot's own endpoint, in HTTP mode
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
	r.discord = discordfake.Start(s.fake)
	t.Cleanup(r.discord.Close)
	settings := settingsFor(r.discord, s.mode)
	if s.change != nil {
		s.change(&settings)
	}
	if s.desk == nil {
		s.desk = desk{}
	}
	opts := append([]discordbot.Option{discordbot.WithClock(r.clock.Now), discordbot.WithPause(r.clock.pause)}, s.opts...)
	bot, err := discordbot.New(settings, s.desk, r.crew, zap.New(core), opts...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r.bot = bot
	if s.before != nil {
		s.before(r.discord)
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
	if mode == discordbot.ModeHTTP {
		mux := http.NewServeMux()
		for pattern, handler := range r.bot.Routes() {
			mux.Handle(pattern, handler)
		}
		web := httptest.NewServer(mux)
		t.Cleanup(web.Close)
		r.web, r.client = web.URL+"/discord/interactions", web.Client()
		r.discord.UseHTTP(r.web)
	}
}

func settingsFor(fake *discordfake.Server, mode string) discordbot.Settings {
	if mode == "" {
		mode = discordbot.ModeHTTP
	}
	c := fake.Config()
	return discordbot.Settings{
		Mode:          mode,
		BotToken:      secret.New(c.BotToken),
		ApplicationID: c.Application,
		PublicKey:     fake.PublicKey(),
		APIURL:        fake.APIURL(),
		Guilds:        []string{c.Guild},
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

// add is an Ask of /battle-score for the usual battle and room.
func add(points int) discordfake.Ask {
	return discordfake.Ask{Options: []discordfake.Option{
		{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "pk-live1"}, {Name: "score", Value: points},
	}}
}

func (r *rig) ask(t testing.TB, a discordfake.Ask) discordfake.Receipt {
	t.Helper()
	receipt, err := r.discord.Ask(r.ctx, a)
	if err != nil {
		t.Fatalf("asking: %v; logs: %v", err, r.logs.All())
	}
	return receipt
}

// reads returns the newest message with these words that the usual person sees in the usual channel.
func (r *rig) reads(t testing.TB, words ...string) discordfake.Message {
	t.Helper()
	m, err := r.discord.WaitFor(r.ctx, discordfake.DefaultUser, discordfake.DefaultChannel, words...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// standing lists what the person sees in the channel: "private: words" or "public: words".
func (r *rig) standing(user string) []string { return r.standingIn(user, discordfake.DefaultChannel) }

func (r *rig) standingIn(user, channel string) []string {
	var all []string
	for _, m := range r.discord.Sees(user, channel) {
		kind := "public"
		if m.For != "" {
			kind = "private"
		}
		text := strings.ReplaceAll(strings.Join(m.Lines(), " / "), "**", "")
		for _, b := range m.Buttons() {
			text += " [" + b.Label + "]"
		}
		for _, f := range m.Files {
			text += "{" + f.Name + "}"
		}
		all = append(all, kind+": "+text)
	}
	return all
}

// fieldsOf returns the fields of a log entry as text.
func fieldsOf(entry observer.LoggedEntry) string {
	enc := zapcore.NewMapObjectEncoder()
	for _, field := range entry.Context {
		field.AddTo(enc)
	}
	return fmt.Sprint(enc.Fields)
}

// noneLogged fails if any of the words stands in a log line, in the message or in a field.
func (r *rig) noneLogged(t testing.TB, words ...string) {
	t.Helper()
	for _, entry := range r.logs.All() {
		text := entry.Message + " " + fieldsOf(entry)
		for _, word := range words {
			if strings.Contains(text, word) {
				t.Errorf("the log shows %q: %s", word, text)
			}
		}
	}
}

// settle waits until every task that the crew has begun has ended.
func (r *rig) settle(t testing.TB) {
	t.Helper()
	r.await(t, r.crew.idle)
}

// receive takes a value from c, which must come.
func receive[T any](t testing.TB, r *rig, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-r.ctx.Done():
		t.Fatalf("nothing came; logs: %v", r.logs.All())
		panic("unreachable")
	}
}

// bothModes runs a test over the gateway and over HTTP.
func bothModes(t *testing.T, test func(t *testing.T, mode string)) {
	t.Helper()
	for _, mode := range []string{discordbot.ModeGateway, discordbot.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			test(t, mode)
		})
	}
}

// restarted returns the bot of a later process, which knows nothing but what was kept.
func (r *rig) restarted(t *testing.T, change func(*discordbot.Settings)) *discordbot.Bot {
	t.Helper()
	settings := settingsFor(r.discord, discordbot.ModeHTTP)
	if change != nil {
		change(&settings)
	}
	bot, err := discordbot.New(settings, desk{}, newCrew(1), zap.NewNop(), discordbot.WithClock(r.clock.Now), discordbot.WithPause(r.clock.pause))
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

func newSecret(text string) secret.Value { return secret.New(text) }

// startWith runs a bot against a server that outlives it, in HTTP mode.
func startWith(t *testing.T, fake *discordfake.Server) *rig {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	core, logs := observer.New(zapcore.DebugLevel)
	r := &rig{ctx: ctx, discord: fake, clock: newClock(), logs: logs, crew: newCrew(9), ended: make(chan error, 1)}
	bot, err := discordbot.New(settingsFor(fake, discordbot.ModeHTTP), desk{}, r.crew, zap.New(core), discordbot.WithPause(r.clock.pause))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r.bot = bot
	running, stop := context.WithCancel(ctx)
	r.stop = stop
	go func() { r.ended <- bot.Run(running); close(r.ended) }()
	t.Cleanup(func() {
		stop()
		for range r.ended { // Wait for the end.
		}
	})
	return r
}
