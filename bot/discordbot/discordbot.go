// Package discordbot puts Ringside on Discord, over the gateway or over HTTP. It only translates: what
// Discord sends becomes a commands.Invocation, a commands.Press or a commands.Query, a
// commands.Form becomes a modal, and a commands.Reply becomes a message of components.
//
// Every ask is deferred, privately, or answered with a form, before anything is done about it, and answered through its
// interaction token, or, when that fails, in the channel, or at last in a direct message.
package discordbot

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
	"ringside/secret"
)

// The two ways by which Discord delivers asks. They exclude each other: an application with an
// interactions endpoint gets nothing over the gateway.
// https://discord.com/developers/docs/interactions/overview
const (
	ModeGateway = "gateway"
	ModeHTTP    = "http"
)

// Handler does what people ask for. Its methods may run many at a time.
type Handler interface {
	// Handle does what a typed command asks for and answers through the Responder.
	Handle(ctx context.Context, ask commands.Invocation, to commands.Responder)
	// Press does what a pressed button stands for and answers through the Responder.
	Press(ctx context.Context, press commands.Press, to commands.Responder)
	// Suggest returns ways to go on typing, best first. It returns when ctx ends, which is soon.
	Suggest(ctx context.Context, typed commands.Query) []commands.Choice
}

// Workers runs tasks in the background, in a bounded number.
type Workers interface {
	// Go starts task and returns true, or returns false at once when there is no room for it.
	Go(task func(ctx context.Context)) bool
}

// Settings are the Discord part of the configuration.
type Settings struct {
	Mode          string       // ModeGateway or ModeHTTP
	BotToken      secret.Value // to connect, to post and to register the commands
	ApplicationID string       // digits
	PublicKey     string       // 64 hexadecimal digits, to check what arrives; HTTP mode only
	Guilds        []string     // ids of the servers that are served; all others are refused
	APIURL        string       // in place of https://discord.com; empty for Discord itself
}

// Stats counts what the outside world did, since the Bot was made.
type Stats struct {
	Accepted    uint64 // asks and presses handed to the Handler
	Suggested   uint64 // questions for ways to go on typing that were answered
	BadSigned   uint64 // requests refused for their signature or its age
	BadMessages uint64 // messages that could not be understood
	Foreign     uint64 // asks from servers that are not served, and direct messages
	Busy        uint64 // asks turned away because every worker was taken
	Panics      uint64 // panics contained at the edge
	FellBack    uint64 // replies that the interaction token did not take
	LostAcks    uint64 // asks that Discord says were answered too late, or whose answer did not arrive
	Duplicates  uint64 // asks that somebody else had answered already
	Opened      uint64 // attempts to connect to the gateway
	Abandoned   uint64 // gateway sessions left behind because the library hung; each keeps a goroutine
}

type counters struct {
	accepted, suggested, badSigned, badMessages, foreign, busy, panics atomic.Uint64
	fellBack, lostAcks, duplicates, opened, abandoned                  atomic.Uint64
}

// Bot is Ringside on Discord.
type Bot struct {
	settings Settings
	guilds   map[string]bool
	key      ed25519.PublicKey // of the application; HTTP mode only
	handler  Handler
	workers  Workers
	log      *zap.Logger
	options

	api    *discordgo.Session // for REST; it never connects
	http   *http.Client
	files  *http.Client // for what people attach
	limits *limits

	notices  edge.Slots
	suggests edge.Slots
	budget   *budget
	health   *health
	count    counters
}

// New returns a Bot. It connects to nothing before Run. The error names every setting that is wrong.
func New(s Settings, h Handler, w Workers, log *zap.Logger, opts ...Option) (*Bot, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if h == nil || w == nil || log == nil {
		return nil, errors.New("discord: a handler, workers and a logger are needed")
	}
	o := gather(opts)
	if o.transport == nil {
		o.transport = newTransport()
	}
	client := newHTTPClient(o.transport, s.base())
	api, err := newSession(s.BotToken, client)
	if err != nil {
		return nil, err
	}
	return &Bot{
		settings: s,
		guilds:   set(s.Guilds),
		key:      s.publicKey(),
		handler:  h,
		workers:  w,
		log:      log,
		options:  o,
		api:      api,
		http:     client,
		files:    newDownloader(o.transport),
		limits:   &limits{},
		notices:  make(edge.Slots, maxNotices),
		suggests: make(edge.Slots, maxSuggests),
		budget:   newBudget(o.clock()),
		health:   newHealth(s.Mode),
	}, nil
}

// Name returns "discord".
func (b *Bot) Name() string { return platform }

// Ready returns nil while asks can arrive and be answered, and otherwise says why not. The error holds
// no secret.
func (b *Bot) Ready() error { return b.health.ready() }

// Stats returns the counts so far.
func (b *Bot) Stats() Stats {
	c := &b.count
	return Stats{
		Accepted:    c.accepted.Load(),
		Suggested:   c.suggested.Load(),
		BadSigned:   c.badSigned.Load(),
		BadMessages: c.badMessages.Load(),
		Foreign:     c.foreign.Load(),
		Busy:        c.busy.Load(),
		Panics:      c.panics.Load(),
		FellBack:    c.fellBack.Load(),
		LostAcks:    c.lostAcks.Load(),
		Duplicates:  c.duplicates.Load(),
		Opened:      c.opened.Load(),
		Abandoned:   c.abandoned.Load(),
	}
}

func set(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
