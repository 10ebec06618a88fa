// Package slackbot puts Ringside on Slack, over Socket Mode or over HTTP. It only translates: what Slack
// sends becomes a commands.Invocation or a commands.Press, a commands.Form becomes a modal, and a commands.Reply becomes
// Block Kit.
//
// Every ask is acknowledged before anything is done about it, and answered through Slack's response
// address, or, when that fails, in the channel, or at last in a direct message.
package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
	"ringside/secret"
)

// The two ways by which Slack delivers asks.
const (
	ModeSocket = "socket"
	ModeHTTP   = "http"
)

// Handler does what people ask for. Its methods may run many at a time.
type Handler interface {
	// Handle does what a typed command asks for and answers through the Responder.
	Handle(ctx context.Context, ask commands.Invocation, to commands.Responder)
	// Press does what a pressed button stands for and answers through the Responder.
	Press(ctx context.Context, press commands.Press, to commands.Responder)
}

// Workers runs tasks in the background, in a bounded number.
type Workers interface {
	// Go starts task and returns true, or returns false at once when there is no room for it.
	Go(task func(ctx context.Context)) bool
}

// Settings are the Slack part of the configuration.
type Settings struct {
	Mode          string       // ModeSocket or ModeHTTP
	BotToken      secret.Value // "xoxb-…", to post and to look up groups
	AppToken      secret.Value // "xapp-…", to open a socket; Socket Mode only
	SigningSecret secret.Value // to check what arrives; HTTP mode only
	APIURL        string       // in place of https://slack.com/api/; empty for Slack itself
	Teams         []string     // ids of the workspaces that are served; all others are refused
}

// Stats counts what the outside world did, since the Bot was made.
type Stats struct {
	Accepted    uint64 // asks and presses handed to the Handler
	BadSigned   uint64 // requests refused for their signature or its age
	BadMessages uint64 // messages that could not be understood
	Foreign     uint64 // asks from workspaces that are not served
	Busy        uint64 // asks turned away because every worker was taken
	Panics      uint64 // panics contained at the edge
	FellBack    uint64 // replies that the response address did not take
	LostAcks    uint64 // acknowledgements that could not be sent
}

type counters struct {
	accepted, badSigned, badMessages, foreign, busy, panics, fellBack, lostAcks atomic.Uint64
}

// Bot is Ringside on Slack.
type Bot struct {
	settings Settings
	teams    map[string]bool
	handler  Handler
	workers  Workers
	log      *zap.Logger
	clock    commands.Clock
	pause    pauseFunc

	apiURL string
	api    *slack.Client
	http   *http.Client // for response addresses
	files  *http.Client // for what people hand in
	idle   func()       // closes idle connections

	notices edge.Slots
	memory  *memory
	edits   hold // of changes to messages
	health  *health
	count   counters
}

// New returns a Bot. It connects to nothing before Run. The error names every setting that is wrong.
func New(s Settings, h Handler, w Workers, log *zap.Logger, opts ...Option) (*Bot, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if h == nil || w == nil || log == nil {
		return nil, errors.New("slack: a handler, workers and a logger are needed")
	}
	apiURL, err := endpoint(s.APIURL)
	if err != nil {
		return nil, err
	}
	o := gather(opts)
	calls, idle := newHTTPClient(o.transport)
	return &Bot{
		settings: s,
		teams:    set(s.Teams),
		handler:  h,
		workers:  w,
		log:      log,
		clock:    o.clock,
		pause:    o.pause,
		apiURL:   apiURL,
		api:      newAPI(s, apiURL, calls),
		http:     calls,
		files:    newDownloader(calls),
		idle:     idle,
		notices:  make(edge.Slots, maxNotices),
		memory:   newMemory(),
		health:   newHealth(s.Mode),
	}, nil
}

// Name returns "slack".
func (b *Bot) Name() string { return platform }

// Ready returns nil while asks can arrive and be answered, and otherwise says why not. The error holds
// no secret.
func (b *Bot) Ready() error { return b.health.ready() }

// Stats returns the counts so far.
func (b *Bot) Stats() Stats {
	c := &b.count
	return Stats{
		Accepted:    c.accepted.Load(),
		BadSigned:   c.badSigned.Load(),
		BadMessages: c.badMessages.Load(),
		Foreign:     c.foreign.Load(),
		Busy:        c.busy.Load(),
		Panics:      c.panics.Load(),
		FellBack:    c.fellBack.Load(),
		LostAcks:    c.lostAcks.Load(),
	}
}

// Option changes a default of New or NewGroups.
type Option func(*options)

type pauseFunc func(ctx context.Context, d time.Duration) error

type options struct {
	clock     commands.Clock
	transport http.RoundTripper
	pause     pauseFunc
}

// WithClock replaces the clock that signatures, response addresses and caches are judged by.
func WithClock(c commands.Clock) Option { return func(o *options) { o.clock = c } }

// WithTransport replaces the transport that every call to Slack goes through. The socket of Socket Mode
// does not use it.
func WithTransport(rt http.RoundTripper) Option { return func(o *options) { o.transport = rt } }

// WithPause replaces the waiting between attempts: pause returns nil after d, or the error of ctx.
func WithPause(pause func(ctx context.Context, d time.Duration) error) Option {
	return func(o *options) { o.pause = pause }
}

func gather(opts []Option) options {
	o := options{clock: time.Now, pause: sleep}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting: %w", ctx.Err())
	}
}

func set(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
