package discordbot

import (
	"context"
	"fmt"
	"strings"

	"ringside/commands"
)

// spot is a message that can be changed.
type spot struct {
	address // of the channel

	id string
}

// in returns where a message stands that was sent to a channel, or to a thread in it.
func (s sent) in(where address) spot {
	if isID(s.Channel) {
		where.id = s.Channel
	}
	return spot{address: where, id: s.ID}
}

// message writes s as a text that may be kept: "discord:998877/5566/7788". It is empty for what cannot be changed.
func (s spot) message() commands.Message {
	if !isID(s.guild) || !isID(s.address.id) || !isID(s.id) {
		return ""
	}
	return commands.Message(channelID(s.guild, s.address.id) + "/" + s.id)
}

// parseMessage takes apart what message wrote.
func parseMessage(m commands.Message) (spot, error) {
	at := strings.LastIndexByte(string(m), '/')
	if at < 0 || !isID(string(m[at+1:])) {
		return spot{}, fmt.Errorf("%q is not of the form %s:<server>/<channel>/<message>", clip(string(m), maxShown), platform)
	}
	where, err := parseChannel(string(m[:at]))
	return spot{address: where, id: string(m[at+1:])}, err
}

// Revise puts r in the place of a message that Notify delivered, buttons and files included. It wraps
// commands.ErrMessageGone when Discord knows the message no more or lets nobody change it, and commands.ErrNotInvited
// when the channel is closed to the bot. While Discord takes no more changes there, it returns a *LimitedError without
// a wait: by the time there is room, the words may be old.
func (b *Bot) Revise(ctx context.Context, m commands.Message, r commands.Reply) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	at, err := parseMessage(m)
	if _, err = b.served(at.address, err); err != nil {
		return err
	}
	return unchanged(b.update(ctx, at.address.id, at.id, newOutgoing(r), true))
}

// unchanged tells the caller of Revise what can be done about err.
func unchanged(err error) error {
	switch apiCode(err) {
	case codeUnknownMessage, codeForeignMessage:
		return fmt.Errorf("%w: %w", commands.ErrMessageGone, err)
	default:
		return closed(err)
	}
}
