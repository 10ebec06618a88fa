package slackbot

import (
	"context"
	"time"
)

// Sleep is the default of WithPause.
func Sleep(ctx context.Context, d time.Duration) error { return sleep(ctx, d) }

// KnownGroups returns how many groups are remembered.
func KnownGroups(g *Groups) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.known)
}
