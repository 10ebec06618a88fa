package discordbot

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"reflect"
	"time"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// Verify checks a signature.
func Verify(h http.Header, body []byte, key ed25519.PublicKey, now time.Time) error {
	return verify(h, body, key, now)
}

// Sleep is the default of WithPause.
func Sleep(ctx context.Context, d time.Duration) error { return sleep(ctx, d) }

// WithGateway replaces the bounds on the gateway's connection.
func WithGateway(open, look, stale time.Duration) Option {
	return func(o *options) { o.timing = timing{open: open, look: look, stale: stale} }
}

// LibraryLog is the hook that RouteLibraryLog installs.
func LibraryLog(log *zap.Logger) func(level, caller int, format string, args ...any) {
	return libraryLog(log)
}

// LogError and LogDebug are the library's levels.
const (
	LogError = discordgo.LogError
	LogDebug = discordgo.LogDebug
)

// Buckets returns how many interactions and channels the library's limiter remembers.
func Buckets(b *Bot) int {
	return reflect.ValueOf(b.api.Ratelimiter).Elem().FieldByName("buckets").Len()
}

// Attempts counts how often one may connect from start to end, asking every step.
func Attempts(start, end time.Time, step time.Duration) []time.Time {
	g := newBudget(start)
	var all []time.Time
	for now := start; now.Before(end); now = now.Add(step) {
		if g.take(now) == 0 {
			all = append(all, now)
		}
	}
	return all
}

// Native writes a line with the names of Discord's options.
func Native(line string) string { return native(line) }

// Definitions returns the commands as they are registered.
func Definitions() any { return definitions() }

// ParseMessage takes a message's name apart and writes it anew.
func ParseMessage(m commands.Message) (commands.Message, error) {
	at, err := parseMessage(m)
	return at.message(), err
}

// ParseReplyTo takes apart what answers an ask.
func ParseReplyTo(text string) (application, token string, until time.Time, ok bool) {
	return parseReplyTo(text)
}

// Late is what is said when Discord did not take the acknowledgement.
func Late() commands.Reply { return late() }

// Read understands a payload and returns what it asks, or the error.
func Read(payload []byte) (ask *commands.Invocation, press *commands.Press, query *commands.Query, refused bool, err error) {
	in, err := readInteraction(payload, time.Time{})
	return in.ask, in.press, in.query, in.refuse != nil, err
}

// ReadMore is Read for what an ask is to be answered with, or is to be read from.
func ReadMore(payload []byte) (form *commands.Form, file *edge.Attachment) {
	in, err := readInteraction(payload, time.Time{})
	if err != nil || in.refuse != nil {
		return nil, nil
	}
	return in.form, in.file
}

// DrawForm draws a form that carries something.
func DrawForm(f commands.Form, carried string) any { return drawForm(f, carried) }

// MayRead reports whether a file may be read from an address.
func MayRead(b *Bot, raw string) bool { return b.mayRead(raw) }
