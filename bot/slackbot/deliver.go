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

// Notify delivers a message that nobody is waiting for: to the channel, for all who read there. When the
// channel is closed to the bot, or to names no channel, it goes to to.User as a direct message. The
// error names what Slack said.
func (b *Bot) Notify(ctx context.Context, to commands.Place, r commands.Reply) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	if to.Channel == "" {
		return b.direct(ctx, to, r)
	}
	where, err := b.served(parseChannel(to.Channel))
	if err != nil {
		return err
	}
	err = b.postMessage(ctx, where.id, Render(r))
	if err == nil || !isClosed(err) || to.User == "" {
		return err
	}
	b.log.Info("a channel is closed to the bot", zap.String("channel", to.Channel), zap.Error(err))
	return unlessDelivered(b.direct(ctx, to, moved(r)), err)
}

// postOrDirect posts in the channel of an ask, and when that fails for whatever reason writes to the
// person who asked, so that nobody waits in vain.
func (b *Bot) postOrDirect(ctx context.Context, to commands.Place, r commands.Reply) error {
	where, err := b.served(parseChannel(to.Channel))
	if err != nil {
		return err
	}
	err = b.postMessage(ctx, where.id, Render(r))
	if err == nil {
		return nil
	}
	return unlessDelivered(b.direct(ctx, to, moved(r)), err)
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
	err = b.postEphemeral(ctx, where.id, who.id, Render(r))
	if err == nil {
		return nil
	}
	return unlessDelivered(b.direct(ctx, to, r), err)
}

// direct writes to the person. Opening a conversation needs the scope im:write; where an older
// installation lacks it, Slack takes the person's id for the channel.
func (b *Bot) direct(ctx context.Context, to commands.Place, r commands.Reply) error {
	who, err := b.served(parseUser(to.User))
	if err != nil {
		return err
	}
	channel, err := b.openConversation(ctx, who.id)
	if apiCode(err) == "missing_scope" {
		channel, err = who.id, nil
	}
	if err != nil {
		return err
	}
	return b.postMessage(ctx, channel, Render(r))
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
func (b *Bot) postMessage(ctx context.Context, channel string, m Message) error {
	return b.call(ctx, "posting a message", func(ctx context.Context) error {
		_, _, err := b.api.PostMessageContext(ctx, channel, m.options()...)
		return err
	})
}

// postEphemeral calls https://docs.slack.dev/reference/methods/chat.postEphemeral.
func (b *Bot) postEphemeral(ctx context.Context, channel, user string, m Message) error {
	return b.call(ctx, "posting a private message", func(ctx context.Context) error {
		_, err := b.api.PostEphemeralContext(ctx, channel, user, m.options()...)
		return err
	})
}

// update calls https://docs.slack.dev/reference/methods/chat.update.
func (b *Bot) update(ctx context.Context, channel, stamp string, m Message) error {
	return b.call(ctx, "changing a message", func(ctx context.Context) error {
		_, _, _, err := b.api.UpdateMessageContext(ctx, channel, stamp, m.options()...)
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

// isClosed reports whether err says that the bot may not write in a channel.
func isClosed(err error) bool {
	switch code := apiCode(err); code {
	case "not_in_channel", "channel_not_found", "is_archived", "access_denied", "no_permission", "user_not_in_channel":
		return true
	default:
		return strings.HasPrefix(code, "restricted_action")
	}
}
