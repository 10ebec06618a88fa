package discordbot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"

	"ringside/commands"
)

const (
	// answerTimeout bounds one reply with all its fallbacks.
	answerTimeout = 12 * time.Second
	// tidyTimeout bounds what is only for looks.
	tidyTimeout = 1500 * time.Millisecond
	// tokenLife is a little less than the 15 minutes that an interaction's token works.
	// https://discord.com/developers/docs/interactions/receiving-and-responding
	tokenLife = 14 * time.Minute
	// freshFor is how long Discord may take to know an interaction that it was just told about.
	freshFor = 3 * time.Second
)

// original is the name of a command's placeholder, or of the message that a pressed button sits on.
const original = "@original"

// responder answers one ask or press. It implements commands.Responder.
//
// A command leaves a placeholder that only the caller sees. The first message sent after it would take its
// place, and be private, whatever it says; nor may it be deleted while it is empty. So a public answer
// first turns it into a pointer, and takes that away once the answer stands.
type responder struct {
	bot *Bot
	in  inbound

	mu       sync.Mutex
	closed   bool   // the token works no more
	pending  bool   // the placeholder is still empty
	passing  string // the message in which a passing line or a pointer stands; empty for none
	question string // the message that Amend changes; empty for none
	public   bool   // everybody sees the question
	said     int    // messages so far, for nonces
}

func newResponder(b *Bot, in inbound) *responder {
	p := &responder{bot: b, in: in}
	if in.press != nil {
		p.question, p.public = original, in.public
		return p
	}
	p.pending = true
	return p
}

// alive reports whether the token can still be used.
func (p *responder) alive() bool { return !p.closed && p.bot.clock().Sub(p.in.at) < tokenLife }

func (p *responder) fresh() bool { return p.bot.clock().Sub(p.in.at) < freshFor }

// free returns the message that a private reply may take the place of, or the empty string.
func (p *responder) free() string {
	if p.pending {
		return original
	}
	return p.passing
}

// Progress implements commands.Responder. It says nothing, and that is no error, once the token is dead.
func (p *responder) Progress(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.alive() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	message, err := p.private(ctx, p.free(), r)
	if err != nil {
		return fmt.Errorf("showing progress: %w", err)
	}
	p.pending, p.passing = false, message
	return nil
}

// Answer implements commands.Responder.
func (p *responder) Answer(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	p.said++
	if r.Public {
		return p.answerAll(ctx, r)
	}
	return p.answerCaller(ctx, r)
}

// answerAll sends a new message to the channel.
func (p *responder) answerAll(ctx context.Context, r commands.Reply) error {
	err := p.tellAll(ctx, r)
	if err == nil {
		p.tidy(ctx)
		return nil
	}
	p.fellBack(err)
	err = p.bot.postOrDirect(ctx, p.in, p.nonce(), r)
	p.tidy(ctx)
	return err
}

// tellAll uses the token: first for the pointer, which is the headline, then for the message itself.
func (p *responder) tellAll(ctx context.Context, r commands.Reply) error {
	if !p.alive() {
		return errSpent
	}
	if p.pending {
		if _, err := p.private(ctx, original, commands.Reply{Tone: r.Tone, Headline: r.Headline}); err != nil {
			return err
		}
		p.pending, p.passing = false, original
	}
	message, err := p.follow(ctx, newOutgoing(r))
	if err == nil && message.Flags&discordgo.MessageFlagsEphemeral != 0 {
		_, err = p.follow(ctx, newOutgoing(r)) // Discord took it for the placeholder after all.
	}
	return err
}

// answerCaller sends a private message: in the place of a passing line or the placeholder, or a new one.
func (p *responder) answerCaller(ctx context.Context, r commands.Reply) error {
	message, err := p.privately(ctx, p.free(), r)
	p.pending, p.passing = false, ""
	if p.question == "" {
		p.question = message
	}
	return err
}

// Amend implements commands.Responder.
func (p *responder) Amend(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	p.said++
	if p.question == "" {
		return p.answerCaller(ctx, r)
	}
	defer p.tidy(ctx)
	if !p.public {
		_, err := p.privately(ctx, p.question, r)
		return err
	}
	err := errSpent
	if p.alive() {
		err = p.note(p.bot.edit(ctx, p.in.token, p.question, newOutgoing(r), p.fresh()))
	}
	if err == nil {
		return nil
	}
	p.fellBack(err)
	if p.bot.update(ctx, p.in.channel, p.in.message, newOutgoing(r), false) == nil {
		return nil
	}
	return p.bot.direct(ctx, p.in.place(), p.nonce(), r)
}

var errSpent = errors.New("the interaction token is used up or too old")

// privately shows r to the caller, in the place of a message or as a new one, by whatever way still works.
// It returns the message, if that can be changed later.
func (p *responder) privately(ctx context.Context, instead string, r commands.Reply) (message string, err error) {
	err = errSpent
	if p.alive() {
		message, err = p.private(ctx, instead, r)
	}
	if err != nil && instead != "" && p.alive() {
		message, err = p.private(ctx, "", r) // The caller may have dismissed the message.
	}
	if err == nil {
		return message, nil
	}
	p.fellBack(err)
	return "", p.bot.directOrPoint(ctx, p.in, p.nonce(), r)
}

// private uses the token for a message that only the caller sees.
func (p *responder) private(ctx context.Context, instead string, r commands.Reply) (message string, err error) {
	if instead != "" {
		return instead, p.note(p.bot.edit(ctx, p.in.token, instead, newOutgoing(r), p.fresh()))
	}
	s, err := p.follow(ctx, newOutgoing(r).private())
	return s.ID, err
}

func (p *responder) follow(ctx context.Context, m outgoing) (sent, error) {
	s, err := p.bot.follow(ctx, p.in.token, m, p.fresh())
	return s, p.note(err)
}

// note closes the token once it is known to be dead, and after anything that was not Discord's refusal:
// the next words must not wait for a second disappointment.
func (p *responder) note(err error) error {
	var limited *LimitedError
	switch code := apiCode(err); {
	case err == nil, errors.As(err, &limited), code == codeUnknownMessage:
	case code == codeUnknownWebhook, code == codeUnknownInteraction, code == codeBadWebhookToken, code == 0:
		p.closed = true
	}
	return err
}

func (p *responder) fellBack(err error) {
	p.bot.count.fellBack.Add(1)
	p.bot.log.Info("a reply goes another way", zap.String("channel", channelID(p.in.guild, p.in.parent)), zap.Error(err))
}

func (p *responder) nonce() string { return nonceOf(p.in.key(), strconv.Itoa(p.said)) }

// tidy takes a passing line away.
func (p *responder) tidy(ctx context.Context) {
	passing := p.passing
	p.passing = ""
	if passing == "" || passing == p.question || !p.alive() {
		return
	}
	p.bot.tidy(ctx, p.in.token, passing)
}
