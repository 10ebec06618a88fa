package slackbot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"ringside/commands"
	"ringside/secret"
)

// maxAddress is far above any response address that Slack makes, in bytes.
const maxAddress = 2000

// replyTo writes the response address, with the second in which it ends, as a text that may be kept:
// "1764000000 https://hooks.slack.com/…".
func (in inbound) replyTo() secret.Value {
	if in.reply == "" || len(in.reply) > maxAddress {
		return secret.Value{}
	}
	return secret.New(strconv.FormatInt(in.until.Unix(), 10) + " " + in.reply)
}

// parseReplyTo takes apart what replyTo wrote.
func parseReplyTo(text string) (raw string, until time.Time, ok bool) {
	seconds, raw, found := strings.Cut(text, " ")
	n, err := strconv.ParseUint(seconds, 10, 62)
	if !found || err != nil || raw == "" || len(raw) > maxAddress {
		return "", time.Time{}, false
	}
	return raw, time.Unix(int64(n), 0), true
}

// answerAsk delivers r through the address that came with an ask, if the place has one that still works, and reports
// whether it did. How often that was used is not known here: Slack refuses one that is used up. For all in the channel
// is only what is public and belongs to a channel.
func (b *Bot) answerAsk(ctx context.Context, to commands.Place, where address, r commands.Reply) bool {
	raw, until, ok := parseReplyTo(to.ReplyTo.Reveal())
	if !ok {
		return false
	}
	h := b.newHook(raw, until)
	if h.left(b.clock()) == 0 {
		return false
	}
	public := r.Public && to.Channel != ""
	m := newHookMessage(Render(r), forAll, false)
	var document *commands.Document
	if !public {
		r, document = forOne(r)
		m = b.privateMessage(to.User, &r, false)
	}
	if err := b.postHook(ctx, h.url, m); err != nil {
		b.count.fellBack.Add(1)
		b.log.Info("a message goes another way", zap.String("channel", to.Channel), zap.Error(err))
		return false
	}
	if public {
		b.showFiles(ctx, where.id, to.User, r)
	}
	b.handOver(ctx, to, document)
	return true
}

// privateMessage draws words for one person, which forOne returned, and remembers them by their buttons.
func (b *Bot) privateMessage(user string, r *commands.Reply, replace bool) hookMessage {
	b.memory.keep(user, r)
	return newHookMessage(Render(*r), forCaller, replace)
}
