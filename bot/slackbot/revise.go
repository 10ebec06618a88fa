package slackbot

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ringside/commands"
)

// spot is a message that can be changed: Slack names one by its channel and the time stamp it was given.
type spot struct {
	address // of the channel

	stamp string
}

// message writes s as a text that may be kept: "slack:T0123/C0AB/1712.0001". It is empty for what cannot be changed.
func (s spot) message() commands.Message {
	if !isID(s.team) || !isID(s.id) || !isStamp(s.stamp) {
		return ""
	}
	return commands.Message(channelID(s.team, s.id) + "/" + s.stamp)
}

// parseMessage takes apart what message wrote.
func parseMessage(m commands.Message) (spot, error) {
	at := strings.LastIndexByte(string(m), '/')
	if at < 0 || !isStamp(string(m[at+1:])) {
		return spot{}, fmt.Errorf("%q is not of the form %s:<workspace>/<channel>/<time stamp>", clip(string(m), maxShown), platform)
	}
	where, err := parseChannel(string(m[:at]))
	return spot{address: where, stamp: string(m[at+1:])}, err
}

// isStamp reports whether s looks like a time stamp of Slack's: digits, a dot and digits.
func isStamp(s string) bool {
	seconds, rest, found := strings.Cut(s, ".")
	return found && len(s) <= maxID && isDigits(seconds) && isDigits(rest)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Revise puts r in the place of a message that Notify delivered; files are put below once more. It wraps
// commands.ErrMessageGone when Slack knows the message no more or lets nobody change it, and commands.ErrNotInvited
// when the channel is closed to the bot. While Slack takes no more changes, it returns a *slack.RateLimitedError
// without a wait: by the time there is room, the words may be old.
func (b *Bot) Revise(ctx context.Context, m commands.Message, r commands.Reply) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	at, err := parseMessage(m)
	if _, err = b.served(at.address, err); err != nil {
		return err
	}
	if wait := b.edits.left(b.clock()); wait > 0 {
		return fmt.Errorf("changing a message: %w", &slack.RateLimitedError{RetryAfter: wait})
	}
	err = b.once(ctx, "changing a message", func(ctx context.Context) error { return b.change(ctx, at.id, at.stamp, Render(r)) })
	if wait, limited := retryAfter(err); limited {
		b.edits.set(b.clock().Add(wait))
	}
	if err != nil {
		return unchanged(err)
	}
	b.showFiles(ctx, at.id, "", r)
	return nil
}

// change calls https://docs.slack.dev/reference/methods/chat.update, which replaces words and blocks as a whole.
func (b *Bot) change(ctx context.Context, channel, stamp string, m Message) error {
	_, _, _, err := b.api.UpdateMessageContext(ctx, channel, stamp, m.options()...)
	return err
}

// unchanged tells the caller of Revise what can be done about err.
func unchanged(err error) error {
	switch apiCode(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed":
		return fmt.Errorf("%w: %w", commands.ErrMessageGone, err)
	default:
		return closed(err)
	}
}

// hold is until when Slack takes no more of one kind of call.
type hold struct {
	mu    sync.Mutex
	until time.Time
}

func (h *hold) left(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until.Sub(now)
}

func (h *hold) set(until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = until
}
