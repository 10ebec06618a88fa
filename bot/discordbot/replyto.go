package discordbot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"

	"ringside/commands"
	"ringside/secret"
)

// replyTo writes what it takes to answer an ask, with the second in which that ends, as a text that may be kept:
// "1764000000 <application> <token>".
func (in inbound) replyTo() secret.Value {
	if in.application == "" {
		return secret.Value{}
	}
	return secret.New(strconv.FormatInt(in.at.Add(tokenLife).Unix(), 10) + " " + in.application + " " + in.token)
}

// parseReplyTo takes apart what replyTo wrote.
func parseReplyTo(text string) (application, token string, until time.Time, ok bool) {
	seconds, rest, _ := strings.Cut(text, " ")
	application, token, _ = strings.Cut(rest, " ")
	n, err := strconv.ParseUint(seconds, 10, 62)
	if err != nil || !isID(application) || !isToken(token) {
		return "", "", time.Time{}, false
	}
	return application, token, time.Unix(int64(n), 0), true
}

// answerAsk delivers r through the token that came with an ask, if the place has one that still works, and reports
// whether it did. For all in the channel is only what is public and belongs to a channel.
func (b *Bot) answerAsk(ctx context.Context, to commands.Place, where address, r commands.Reply) (commands.Message, bool) {
	application, token, until, ok := parseReplyTo(to.ReplyTo.Reveal())
	if !ok || application != b.settings.ApplicationID || !b.clock().Before(until) {
		return "", false
	}
	public := r.Public && to.Channel != ""
	say := b.followAll
	if !public {
		say = b.followCaller
	}
	s, err := say(ctx, token, newOutgoing(r))
	if err != nil {
		b.count.fellBack.Add(1)
		b.log.Info("a message goes another way", zap.String("channel", to.Channel), zap.Error(err))
		return "", false
	}
	if !public {
		return "", true
	}
	return s.in(where).message(), true
}

func (b *Bot) followCaller(ctx context.Context, token string, m outgoing) (sent, error) {
	return b.follow(ctx, token, m.private(), false)
}

// followAll sends m to all in the channel. Where nothing has answered the ask yet, Discord puts the first message
// into the caller's private placeholder; then m is sent once more, and the placeholder goes.
func (b *Bot) followAll(ctx context.Context, token string, m outgoing) (sent, error) {
	s, err := b.follow(ctx, token, m, false)
	if err != nil || s.Flags&discordgo.MessageFlagsEphemeral == 0 {
		return s, err
	}
	placeholder := s.ID
	s, err = b.follow(ctx, token, m, false)
	if err == nil && s.Flags&discordgo.MessageFlagsEphemeral != 0 {
		err = errors.New("sending a reply: Discord shows it to the caller alone")
	}
	if err == nil {
		b.tidy(ctx, token, placeholder)
	}
	return s, err
}

// tidy takes away a message that was sent through a token. It is only for looks, so that its failure changes nothing.
func (b *Bot) tidy(ctx context.Context, token, message string) {
	ctx, cancel := context.WithTimeout(ctx, tidyTimeout)
	defer cancel()
	if err := b.remove(ctx, token, message); err != nil {
		b.log.Debug("a passing line stays", zap.Error(err))
	}
}
