package discordbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"ringside/commands"
)

// Notify delivers a message that nobody is waiting for: through the token of the ask, if to has one that still works,
// or in the channel, for all who read there. When the channel is closed to the bot, or to names no channel, it goes to
// to.User as a direct message. The error names what Discord said, and wraps commands.ErrNotInvited where the channel
// was closed. The same message to the same channel or person within a few minutes appears once. What only one person
// sees cannot be changed later.
func (b *Bot) Notify(ctx context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	where, err := b.goal(to)
	if err != nil {
		return "", err
	}
	if m, done := b.answerAsk(ctx, to, where, r); done {
		return m, nil
	}
	m := newOutgoing(r)
	nonce, err := m.nonceFor(to)
	if err != nil {
		return "", err
	}
	if to.Channel == "" {
		return "", b.direct(ctx, to, nonce, r)
	}
	s, err := b.post(ctx, where.id, nonce, m)
	if err == nil {
		return s.in(where).message(), nil
	}
	if !isClosed(err) || to.User == "" {
		return "", closed(err)
	}
	b.log.Info("a channel is closed to the bot", zap.String("channel", to.Channel), zap.Error(err))
	return "", unlessDelivered(b.direct(ctx, to, nonce, moved(r)), closed(err))
}

// goal returns the channel that a place names, or else the person, once it is known that Ringside serves there.
func (b *Bot) goal(to commands.Place) (address, error) {
	if to.Channel == "" {
		return b.served(parseUser(to.User))
	}
	return b.served(parseChannel(to.Channel))
}

// nonceFor returns a nonce that is the same for the same message to the same place.
func (m outgoing) nonceFor(to commands.Place) (string, error) {
	drawn, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("drawing a message: %w", err)
	}
	parts := []string{to.Channel, to.User, string(drawn)}
	for _, f := range m.files {
		parts = append(parts, string(f.Content))
	}
	return nonceOf(parts...), nil
}

// postOrDirect posts where an ask came from, and when that fails for whatever reason writes to the person
// who asked, so that nobody waits in vain.
func (b *Bot) postOrDirect(ctx context.Context, in inbound, nonce string, r commands.Reply) error {
	_, err := b.post(ctx, in.channel, nonce, newOutgoing(r))
	if err == nil {
		return nil
	}
	return unlessDelivered(b.direct(ctx, in.place(), nonce, moved(r)), err)
}

// directOrPoint writes to the person alone, and where that is not possible says in the channel that there
// is an answer, but not which: it was private.
func (b *Bot) directOrPoint(ctx context.Context, in inbound, nonce string, r commands.Reply) error {
	err := b.direct(ctx, in.place(), nonce, r)
	if err == nil {
		return nil
	}
	_, second := b.post(ctx, in.channel, nonce, newOutgoing(pointer(in)))
	return unlessDelivered(second, err)
}

// pointer stands in the channel for an answer that only one person may read.
func pointer(in inbound) commands.Reply {
	name := "somebody here"
	switch {
	case in.ask != nil && in.ask.Caller.Name != "":
		name = in.ask.Caller.Name
	case in.press != nil && in.press.Caller.Name != "":
		name = in.press.Caller.Name
	}
	return commands.Reply{
		Headline: "An answer for " + name + " could not be delivered privately",
		Notes:    []string{"What became of the last operation:"},
		Examples: []string{commands.BattleCommand + " status last"},
	}
}

// direct writes to the person. Buttons are left out: a press outside of a server tells no roles and is
// refused.
func (b *Bot) direct(ctx context.Context, to commands.Place, nonce string, r commands.Reply) error {
	who, err := b.served(parseUser(to.User))
	if err != nil {
		return err
	}
	channel, err := b.open(ctx, who.id)
	if err != nil {
		return err
	}
	_, err = b.post(ctx, channel, nonce, newOutgoing(withoutButtons(r)))
	return err
}

func withoutButtons(r commands.Reply) commands.Reply {
	if len(r.Buttons) > 0 {
		r.Notes = append(append([]string(nil), r.Notes...), "Buttons work in the server only. Type the command there again.")
		r.Buttons = nil
	}
	return r
}

// moved says above a message why it did not appear in its channel.
func moved(r commands.Reply) commands.Reply {
	const why = "Ringside could not write in the channel where this belongs, so it comes to you. Let the bot view the channel and send messages there to see it in place."
	r.Notes = append([]string{why}, r.Notes...)
	return r
}

// unlessDelivered returns nil if the second way worked, and otherwise why both ways failed.
func unlessDelivered(second, first error) error {
	if second == nil {
		return nil
	}
	return errors.Join(first, second)
}

// served passes an address on if it is well-formed and its server is one of ours.
func (b *Bot) served(a address, err error) (address, error) {
	if err != nil {
		return address{}, err
	}
	if !b.guilds[a.guild] {
		return address{}, fmt.Errorf("server %s is not served", a.guild)
	}
	return a, nil
}

// closed says of err in the house's own word that the bot may not write in a channel, if err says so in Discord's.
func closed(err error) error {
	if isClosed(err) {
		return fmt.Errorf("%w: %w", commands.ErrNotInvited, err)
	}
	return err
}

// isClosed reports whether err says that the bot may not write in a channel.
func isClosed(err error) bool {
	switch apiCode(err) {
	case codeUnknownChannel, codeMissingAccess, codeMissingPermissions:
		return true
	default:
		return false
	}
}
