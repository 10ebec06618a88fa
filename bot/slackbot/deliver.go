package slackbot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"ringside/commands"
)

// Notify delivers a message that nobody is waiting for: through the address of the ask, if to has one that still works,
// or in the channel, for all who read there. When the channel is closed to the bot, or to names no channel, it goes to
// to.User as a direct message. The error names what Slack said, and wraps commands.ErrNotInvited where the channel was
// closed. What went through the address of an ask cannot be changed later.
func (b *Bot) Notify(ctx context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	where, err := b.goal(to)
	if err != nil {
		return "", err
	}
	if b.answerAsk(ctx, to, where, r) {
		return "", nil
	}
	if to.Channel == "" {
		return b.direct(ctx, to, r)
	}
	m, err := b.say(ctx, where, r)
	if err == nil || !isClosed(err) {
		return m, err
	}
	if to.User == "" {
		return "", closed(err)
	}
	b.log.Info("a channel is closed to the bot", zap.String("channel", to.Channel), zap.Error(err))
	m, second := b.direct(ctx, to, moved(r))
	return m, unlessDelivered(second, closed(err))
}

// goal returns the channel that a place names, or else the person, once it is known that Ringside serves there.
func (b *Bot) goal(to commands.Place) (address, error) {
	if to.Channel == "" {
		return b.served(parseUser(to.User))
	}
	return b.served(parseChannel(to.Channel))
}

// postOrDirect posts in the channel of an ask, and when that fails for whatever reason writes to the
// person who asked, so that nobody waits in vain.
func (b *Bot) postOrDirect(ctx context.Context, to commands.Place, r commands.Reply) error {
	where, err := b.served(parseChannel(to.Channel))
	if err != nil {
		return err
	}
	if _, err = b.say(ctx, where, r); err == nil {
		return nil
	}
	_, second := b.direct(ctx, to, moved(r))
	return unlessDelivered(second, err)
}

// postPrivately shows r to the person alone: in the channel, or as a direct message.
func (b *Bot) postPrivately(ctx context.Context, to commands.Place, r commands.Reply) error {
	where, err := b.served(parseChannel(to.Channel))
	if err != nil {
		return err
	}
	who, err := b.served(parseUser(to.User))
	if err != nil {
		return err
	}
	shown, document := forOne(r)
	err = b.postEphemeral(ctx, where.id, who.id, Render(shown))
	if err == nil {
		b.handOver(ctx, to, document)
		return nil
	}
	_, second := b.direct(ctx, to, r)
	return unlessDelivered(second, err)
}

// tellOne shows r to the person alone, also where the place has no channel.
func (b *Bot) tellOne(ctx context.Context, to commands.Place, r commands.Reply) error {
	if to.Channel != "" {
		return b.postPrivately(ctx, to, r)
	}
	_, err := b.direct(ctx, to, r)
	return err
}

// direct writes to the person. Opening a conversation needs the scope im:write; where an older
// installation lacks it, Slack takes the person's id for the channel.
func (b *Bot) direct(ctx context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	who, err := b.served(parseUser(to.User))
	if err != nil {
		return "", err
	}
	channel, err := b.openConversation(ctx, who.id)
	if apiCode(err) == "missing_scope" {
		channel, err = who.id, nil
	}
	if err != nil {
		return "", err
	}
	return b.say(ctx, address{team: who.team, id: channel}, r)
}

// say posts r in a channel, with its files below, and returns the message.
func (b *Bot) say(ctx context.Context, where address, r commands.Reply) (commands.Message, error) {
	at := spot{address: where}
	channel, stamp, err := b.postMessage(ctx, where.id, Render(r))
	if err != nil {
		return "", err
	}
	if isID(channel) {
		at.id = channel // A person's id was taken for the channel of his direct messages.
	}
	at.stamp = stamp
	b.showFiles(ctx, at.id, "", r)
	return at.message(), nil
}

// moved says above a message why it did not appear in its channel.
func moved(r commands.Reply) commands.Reply {
	const why = "Ringside could not write in the channel where this belongs, so it comes to you. Invite the app there to see it in place."
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

// served passes an address on if it is well-formed and its workspace is one of ours.
func (b *Bot) served(a address, err error) (address, error) {
	if err != nil {
		return address{}, err
	}
	if !b.teams[a.team] {
		return address{}, fmt.Errorf("workspace %s is not served", a.team)
	}
	return a, nil
}

// postMessage calls https://docs.slack.dev/reference/methods/chat.postMessage.
func (b *Bot) postMessage(ctx context.Context, to string, m Message) (channel, stamp string, err error) {
	err = b.call(ctx, "posting a message", func(ctx context.Context) (err error) {
		channel, stamp, err = b.api.PostMessageContext(ctx, to, m.options()...)
		return err
	})
	return channel, stamp, err
}

// postEphemeral calls https://docs.slack.dev/reference/methods/chat.postEphemeral.
func (b *Bot) postEphemeral(ctx context.Context, channel, user string, m Message) error {
	return b.call(ctx, "posting a private message", func(ctx context.Context) error {
		_, err := b.api.PostEphemeralContext(ctx, channel, user, m.options()...)
		return err
	})
}

// openConversation calls https://docs.slack.dev/reference/methods/conversations.open.
func (b *Bot) openConversation(ctx context.Context, user string) (channel string, err error) {
	err = b.call(ctx, "opening a direct message", func(ctx context.Context) error {
		opened, _, _, err := b.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err != nil {
			return err
		}
		if opened == nil || opened.ID == "" {
			return errors.New("no conversation in the answer")
		}
		channel = opened.ID
		return nil
	})
	return channel, err
}

// options are those of a message that mentions nobody and previews nothing.
func (m Message) options() []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.Text, false),
		slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionParse(false),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
}

// closed says of err in the house's own word that the bot may not write in a channel, if err says so in Slack's.
func closed(err error) error {
	if isClosed(err) {
		return fmt.Errorf("%w: %w", commands.ErrNotInvited, err)
	}
	return err
}

// isClosed reports whether err says that the bot may not write in a channel.
func isClosed(err error) bool {
	switch code := apiCode(err); code {
	case "not_in_channel", "channel_not_found", "is_archived", "access_denied", "no_permission", "user_not_in_channel":
		return true
	default:
		return strings.HasPrefix(code, "restricted_action")
	}
}
