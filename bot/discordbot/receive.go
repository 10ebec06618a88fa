package discordbot

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// receiveEvent takes one interaction from the gateway and never waits.
func (b *Bot) receiveEvent(ctx context.Context, payload []byte) {
	if !b.gate() {
		b.log.Warn("an event is left to the replica that has the gateway now")
		return
	}
	in, err := readInteraction(payload, b.clock())
	switch {
	case errors.Is(err, errNotForUs) || in.ping:
	case err != nil:
		b.unread(err)
	case in.query != nil:
		b.suggest(ctx, in)
	default:
		b.receiveAsk(ctx, in)
	}
}

func (b *Bot) receiveAsk(ctx context.Context, in inbound) {
	if refusal := b.turnedAway(in); refusal != nil {
		b.tell(ctx, in, *refusal)
		return
	}
	taken := b.take(in, func(ctx context.Context) error { return b.respond(ctx, in, in.first()) })
	if !taken {
		b.tell(ctx, in, edge.Busy())
	}
}

// tell sends a refusal that no worker is needed for. It does not wait.
func (b *Bot) tell(ctx context.Context, in inbound, r commands.Reply) {
	started := b.notices.Start(func() {
		if err := b.respond(ctx, in, atOnce(r)); err != nil {
			b.log.Warn("a refusal could not be told", zap.Error(err))
		}
	})
	if !started {
		b.log.Error("a refusal was not told: too many are under way")
	}
}

// suggest answers autocomplete in its own time. Where there is no slot, the person goes on typing without.
func (b *Bot) suggest(ctx context.Context, in inbound) {
	started := b.suggests.Start(func() {
		if err := b.respond(ctx, in, b.suggestions(ctx, in)); err != nil {
			b.log.Info("choices could not be shown", zap.Error(err))
		}
	})
	if !started {
		b.count.busy.Add(1)
		b.log.Warn("choices were not shown: too many people type at once")
	}
}
