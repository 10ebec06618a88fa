package slackbot

import (
	"context"
	"net/http"
	"time"

	"ringside/commands"
	"ringside/secret"
)

// Verify checks a signature.
func Verify(h http.Header, body []byte, signing secret.Value, now time.Time) error {
	return verify(h, body, signing, now)
}

// Sleep is the default of WithPause.
func Sleep(ctx context.Context, d time.Duration) error { return sleep(ctx, d) }

// KnownGroups returns how many groups are remembered.
func KnownGroups(g *Groups) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.known)
}

// ParseMessage takes a message's name apart and writes it anew.
func ParseMessage(m commands.Message) (commands.Message, error) {
	at, err := parseMessage(m)
	return at.message(), err
}

// ParseReplyTo takes a kept response address apart.
func ParseReplyTo(text string) (raw string, until time.Time, ok bool) { return parseReplyTo(text) }

// ForOne returns a reply as it can be shown to one person.
func ForOne(r commands.Reply) commands.Reply {
	shown, _ := forOne(r)
	return shown
}

// Missing says that a document could not be sent.
func Missing(name string) commands.Reply { return missing(name) }

// DrawForm draws a form that carries something.
func DrawForm(f commands.Form, carried string) any { return drawForm(f, carried) }

// MayReply reports whether an answer may be sent to an address of Slack's.
func MayReply(raw string) bool { return mayReply(raw, false) }
