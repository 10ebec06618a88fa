package discordbot

import (
	"context"
	"time"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

const (
	// ackTimeout is how long an acknowledgement may take; Discord waits 3 s.
	ackTimeout = 2500 * time.Millisecond
	// maxNotices bounds the refusals that are being told at once, outside the workers.
	maxNotices = 64
	// noticeTimeout bounds the telling of one.
	noticeTimeout = 8 * time.Second
)

// acknowledge makes Discord wait for the answer, and returns once Discord has agreed to.
type acknowledge func(ctx context.Context) error

// turnedAway returns what is said at once, without any work: to those who may not ask here, and where the
// options cannot be used. It returns nil for an ask that is in order.
func (b *Bot) turnedAway(in inbound) *commands.Reply {
	var r commands.Reply
	switch {
	case in.guild == "":
		r = direct()
	case !b.guilds[in.guild]:
		r = foreign(in.guild)
	default:
		return in.refuse
	}
	b.count.foreign.Add(1)
	b.log.Warn("an ask from where Ringside does not serve", zap.String("server", in.guild))
	return &r
}

// take gives an ask to the workers, who acknowledge it before anything else, or returns false.
func (b *Bot) take(in inbound, ack acknowledge) bool {
	if b.workers.Go(func(ctx context.Context) { b.work(ctx, in, ack) }) {
		return true
	}
	b.count.busy.Add(1)
	b.log.Warn("an ask was turned away: every worker is taken")
	return false
}

// work answers one ask. What Discord did not let us acknowledge is not done: its token may be dead, and
// the caller has been told that there is no answer.
func (b *Bot) work(ctx context.Context, in inbound, ack acknowledge) {
	to := newResponder(b, in)
	defer b.containWork(ctx, to)
	if err := ack(ctx); err != nil {
		b.unacknowledged(ctx, to, err)
		return
	}
	if in.form != nil || !b.attached(ctx, in, to) {
		return // What is filled in comes as an ask of its own.
	}
	b.count.accepted.Add(1)
	if in.press != nil {
		b.handler.Press(ctx, *in.press, to)
		return
	}
	b.handler.Handle(ctx, *in.ask, to)
}

// unacknowledged ends an ask that somebody else has answered, or tells the caller of one that came to
// nothing.
func (b *Bot) unacknowledged(ctx context.Context, to *responder, why error) {
	if apiCode(why) == codeAcknowledged {
		b.count.duplicates.Add(1)
		b.log.Info("an ask was answered before, by another delivery or another process", zap.Error(why))
		return
	}
	b.count.lostAcks.Add(1)
	b.log.Warn("an ask could not be acknowledged, so it was not done", zap.Error(why))
	ctx, cancel := context.WithTimeout(ctx, noticeTimeout)
	defer cancel()
	r := late()
	if to.in.form != nil {
		r = notShown()
	}
	if err := to.giveUp(ctx, r); err != nil {
		b.log.Warn("the caller could not be told of it", zap.Error(err))
	}
}

// giveUp tells r without the token.
func (p *responder) giveUp(ctx context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return p.answerCaller(ctx, r)
}

// containWork keeps a panic of the Handler from ending the program, and tells the caller.
func (b *Bot) containWork(ctx context.Context, to *responder) {
	thrown := recover()
	if thrown == nil {
		return
	}
	b.logPanic("a command panicked", thrown)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticeTimeout)
	defer cancel()
	if err := to.Answer(ctx, edge.Broken()); err != nil {
		b.log.Warn("the caller could not be told of a panic", zap.Error(err))
	}
}

// containEvent keeps a panic over one message from ending the program.
func (b *Bot) containEvent(kind string) {
	if thrown := recover(); thrown != nil {
		b.logPanic("an event panicked: "+kind, thrown)
	}
}

// logPanic notes where it happened and what kind of value was thrown, but not the value, which may hold
// anything that the ask held.
func (b *Bot) logPanic(what string, thrown any) {
	b.count.panics.Add(1)
	b.log.Error(what, zap.String("panic", edge.KindOf(thrown)), zap.StackSkip("stack", 2))
}

// The few sentences that are Discord's edge's own, in English.

func foreign(guild string) commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "This Ringside does not serve this server",
		Notes: []string{
			"Nothing was done. The server is " + guild + "; whoever runs Ringside can add it to discord.guilds.",
		},
	}
}

func direct() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "Ringside answers in a server only",
		Notes:    []string{"Nothing was done. In a direct message Discord does not tell your roles, so nobody can be allowed anything here."},
	}
}

func late() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneWarn,
		Headline: "Discord did not take Ringside's answer in time, so this Ringside did nothing about it",
		Notes:    []string{"If it was pressed or typed twice, look before you try again:"},
		Examples: []string{commands.BattleCommand + " status last"},
	}
}
