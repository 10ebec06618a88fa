package slackbot

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"
)

// Run serves until ctx ends and then returns nil. In Socket Mode it connects, and connects again after
// every loss or failed start; in HTTP mode the asks come through Routes. It returns an error only when
// a person has to act, such as a *TokenError; that error's Fatal method returns true.
func (b *Bot) Run(ctx context.Context) error {
	defer b.idle()
	defer b.notices.Wait()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.proveBotToken(ctx) })
	group.Go(func() error {
		if b.settings.Mode == ModeSocket {
			return b.stayConnected(ctx)
		}
		<-ctx.Done()
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	return nil
}

// newDelays returns the waits between attempts: from half a second to half a minute, give or take a fifth.
func newDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     500 * time.Millisecond,
		RandomizationFactor: 0.2,
		Multiplier:          2,
		MaxInterval:         25 * time.Second,
	}
}

// over reports whether ctx has ended, which ends a run without an error.
func over(ctx context.Context) bool { return ctx.Err() != nil }

// waited waits for d and reports whether it did so before ctx ended.
func (b *Bot) waited(ctx context.Context, d time.Duration) bool { return b.pause(ctx, d) == nil }
