package slackbot

import (
	"context"
	"time"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

const (
	// maxNotices bounds the refusals that are being told at once, outside the workers.
	maxNotices = 64
	// noticeTimeout bounds the telling of one.
	noticeTimeout = 8 * time.Second
)

// admit decides what becomes of an ask. It returns what the acknowledgement says, which is nothing but to a form, and
// what is to be done after it. It does not wait.
func (b *Bot) admit(ctx context.Context, in inbound) (says any, then func()) {
	if in.form != nil {
		return b.admitForm(in)
	}
	return nil, func() { b.dispatch(ctx, in) }
}

// dispatch hands an acknowledged ask to the workers, or tells the caller at once why not.
func (b *Bot) dispatch(ctx context.Context, in inbound) {
	if r := b.turnedAway(in); r != nil {
		b.tell(ctx, in, *r)
		return
	}
	if !b.take(func(ctx context.Context) { b.work(ctx, in) }) {
		b.tell(ctx, in, edge.Busy())
	}
}

// turnedAway returns what is said to those who may not ask here, or nil.
func (b *Bot) turnedAway(in inbound) *commands.Reply {
	if b.teams[in.team] {
		return nil
	}
	b.count.foreign.Add(1)
	b.log.Warn("an ask from a workspace that is not served", zap.String("team", in.team))
	r := foreign(in.team)
	return &r
}

// take gives a task to the workers, or returns false.
func (b *Bot) take(task func(ctx context.Context)) bool {
	if b.workers.Go(task) {
		return true
	}
	b.count.busy.Add(1)
	b.log.Warn("an ask was turned away: every worker is taken")
	return false
}

// work answers one ask.
func (b *Bot) work(ctx context.Context, in inbound) {
	to := newResponder(b, in)
	defer b.containWork(ctx, to)
	if in.form != nil {
		b.workForm(ctx, in, to)
		return
	}
	if in.press != nil {
		b.count.accepted.Add(1)
		b.handler.Press(ctx, *in.press, to)
		return
	}
	if form, needed := commands.FormFor(*in.ask); needed {
		b.showForm(ctx, in, form, to)
		return
	}
	b.count.accepted.Add(1)
	b.handler.Handle(ctx, *in.ask, to)
}

// tell sends a refusal that no worker is needed for. It does not wait.
func (b *Bot) tell(ctx context.Context, in inbound, r commands.Reply) {
	started := b.notices.Start(func() {
		ctx, cancel := context.WithTimeout(ctx, noticeTimeout)
		defer cancel()
		if err := newResponder(b, in).Answer(ctx, r); err != nil {
			b.log.Warn("a refusal could not be told", zap.Error(err))
		}
	})
	if !started {
		b.log.Error("a refusal was not told: too many are under way")
	}
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

// containEvent keeps a panic over one message from ending the socket.
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

// The few sentences that are Slack's edge's own. They are in English, since a slash command does not
// tell the caller's language.

func foreign(team string) commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "This Ringside does not serve this workspace",
		Notes: []string{
			"Nothing was done. The workspace is " + team + "; whoever runs Ringside can add it to slack.teams.",
		},
	}
}
