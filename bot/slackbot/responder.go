package slackbot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

const (
	// answerTimeout bounds one reply with all its fallbacks.
	answerTimeout = 12 * time.Second
	// tidyTimeout bounds what is only for looks.
	tidyTimeout = 1500 * time.Millisecond
)

// The plan for the five uses of a response address. Words come first: a passing line is sent only while
// keepForWords uses remain after it (a question or result, its expiry, a correction), and what merely
// tidies up only while keepForCorrection remain.
const (
	keepForWords      = 3
	keepForCorrection = 1
)

// responder answers one ask or press. It implements commands.Responder.
//
// Slack calls the message that a response address may replace the original. For a press it is the
// message that the button sits on. For a command it is the first private message sent to the address;
// some workspaces are reported not to replace it but to show a new message (slackapi/bolt-js#2287),
// and then the words arrive all the same.
type responder struct {
	bot *Bot
	in  inbound

	mu   sync.Mutex
	hook hook
	orig original
	told bool // a passing line was shown to the sender of a form
}

// original is the message that a response address may replace.
type original struct {
	there   bool
	public  bool
	words   *commands.Reply // what it says, as far as that came from us and without its files; nil if unknown
	passing bool            // a passing line stands in it, alone or under words
}

func newResponder(b *Bot, in inbound) *responder {
	p := &responder{bot: b, in: in, hook: b.newHook(in.reply, in.until)}
	if in.press != nil {
		p.orig = original{there: true, public: in.message != "", words: b.memory.recall(in.press.Caller.ID, in.press.Button)}
	}
	return p
}

// Progress implements commands.Responder. It says nothing, and that is no error, when the address has
// to be spared for the answer. It never takes the place of words that it could not bring back.
func (p *responder) Progress(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.in.form != nil {
		return p.progressOnce(ctx, r)
	}
	if p.hook.left(p.bot.clock()) <= keepForWords {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	replaces := p.orig.there && !p.orig.public && (p.orig.words != nil || p.orig.passing)
	if p.orig.words != nil && replaces {
		r = under(*p.orig.words, r)
	}
	if err := p.post(ctx, newHookMessage(Render(r), forCaller, replaces)); err != nil {
		return fmt.Errorf("showing progress: %w", err)
	}
	if replaces || !p.orig.there {
		p.orig.there, p.orig.passing = true, true
	}
	return nil
}

// progressOnce shows the first passing line to the sender of a form, who has nothing before his eyes but the closed form.
// It cannot be taken away again, so that the others are left out.
func (p *responder) progressOnce(ctx context.Context, r commands.Reply) error {
	if p.told {
		return nil
	}
	p.told = true
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return p.bot.postEphemeral(ctx, p.in.channel, p.in.user, Render(edge.InWords(r)))
}

// under puts the passing line p under words, whose buttons go for as long.
func under(words, p commands.Reply) commands.Reply {
	notes := append([]string(nil), words.Notes...)
	words.Notes = append(append(notes, p.Headline), p.Notes...)
	words.Buttons = nil
	return words
}

// Answer implements commands.Responder.
func (p *responder) Answer(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if r.Public {
		return p.answerAll(ctx, r)
	}
	return p.answerCaller(ctx, r)
}

// answerAll sends a new message to the channel. A passing line that stands alone goes before that:
// after it, Slack might take the new message for the original.
func (p *responder) answerAll(ctx context.Context, r commands.Reply) error {
	if p.orig.passing && p.orig.words == nil {
		p.remove(ctx)
	}
	err := p.send(ctx, newHookMessage(Render(r), forAll, false), r, func(ctx context.Context) error {
		return p.bot.postOrDirect(ctx, p.in.place(), r)
	})
	p.restore(ctx)
	return err
}

// answerCaller sends a private message: in the place of a lone passing line, or else a new one.
func (p *responder) answerCaller(ctx context.Context, r commands.Reply) error {
	replaces := p.orig.passing && p.orig.words == nil
	err := p.sendOne(ctx, &r, replaces, func(ctx context.Context) error { return p.bot.postPrivately(ctx, p.in.place(), r) })
	if replaces || !p.orig.there {
		p.orig = original{there: p.hook.left(p.bot.clock()) > 0, words: &r}
		return err
	}
	p.restore(ctx)
	return err
}

// Amend implements commands.Responder.
func (p *responder) Amend(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if !p.orig.there {
		r.Public = false
		return p.answerCaller(ctx, r)
	}
	otherwise := func(ctx context.Context) error { return p.amendOtherwise(ctx, r) }
	var err error
	if p.orig.public {
		err = p.send(ctx, newHookMessage(Render(r), forAll, true), r, otherwise)
	} else {
		err = p.sendOne(ctx, &r, true, otherwise)
	}
	p.orig.words, p.orig.passing = &r, false
	return err
}

// amendOtherwise changes a message that everybody sees, which the Web API can do as well, or else says
// the same in a new message.
func (p *responder) amendOtherwise(ctx context.Context, r commands.Reply) error {
	if p.in.message != "" {
		err := p.bot.call(ctx, "changing a message", func(ctx context.Context) error {
			return p.bot.change(ctx, p.in.channel, p.in.message, Render(r))
		})
		if err == nil {
			p.bot.showFiles(ctx, p.in.channel, userID(p.in.team, p.in.user), r)
			return nil
		}
		p.bot.log.Info("a message could not be changed", zap.Error(err))
	}
	return p.bot.postPrivately(ctx, p.in.place(), r)
}

// sendOne delivers r to the caller alone, and leaves in r what was shown: a document goes to him directly.
func (p *responder) sendOne(ctx context.Context, r *commands.Reply, replace bool, otherwise func(context.Context) error) error {
	shown, document := forOne(*r)
	*r = shown
	err := p.send(ctx, p.bot.privateMessage(userID(p.in.team, p.in.user), r, replace), commands.Reply{}, otherwise)
	if err == nil {
		p.bot.handOver(ctx, p.in.place(), document)
	}
	return err
}

// send delivers words: to the response address, with files below for all in the channel, or by the other way when that
// fails. A form brings no response address.
func (p *responder) send(ctx context.Context, m hookMessage, below commands.Reply, otherwise func(context.Context) error) error {
	if p.in.form != nil {
		return otherwise(ctx)
	}
	err := p.post(ctx, m)
	if err == nil {
		p.bot.showFiles(ctx, p.in.channel, userID(p.in.team, p.in.user), below)
		return nil
	}
	p.bot.count.fellBack.Add(1)
	p.bot.log.Info("a reply goes another way", zap.String("channel", channelID(p.in.team, p.in.channel)), zap.Error(err))
	return otherwise(ctx)
}

var errSpent = errors.New("the response address is used up, too old or not Slack's")

// post uses the response address once. A failure closes it: Slack may have counted the use, and the
// next words must not wait for a second disappointment.
func (p *responder) post(ctx context.Context, m hookMessage) error {
	if p.hook.left(p.bot.clock()) == 0 {
		return errSpent
	}
	p.hook.used++
	err := p.bot.postHook(ctx, p.hook.url, m)
	if err != nil {
		p.hook.closed = true
	}
	return err
}

// remove takes a lone passing line away. It is only for looks, so that its failure changes nothing.
func (p *responder) remove(ctx context.Context) {
	if p.hook.left(p.bot.clock()) < 2+keepForCorrection {
		return
	}
	p.tidy(ctx, hookMessage{DeleteOriginal: true})
	p.orig = original{}
}

// restore brings back the words over which a passing line was shown.
func (p *responder) restore(ctx context.Context) {
	if !p.orig.passing || p.orig.words == nil || p.hook.left(p.bot.clock()) < 1+keepForCorrection {
		return
	}
	p.tidy(ctx, newHookMessage(Render(*p.orig.words), forCaller, true))
	p.orig.passing = false
}

func (p *responder) tidy(ctx context.Context, m hookMessage) {
	ctx, cancel := context.WithTimeout(ctx, tidyTimeout)
	defer cancel()
	p.hook.used++
	if err := p.bot.postHook(ctx, p.hook.url, m); err != nil {
		p.bot.log.Debug("a passing line stays", zap.Error(err))
	}
}
