package slackbot

import (
	"context"
	"net/http"
	"time"

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
