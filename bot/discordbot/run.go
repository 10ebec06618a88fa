package discordbot

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"
)

// Run serves until ctx ends and then returns nil. It tests the token, registers the commands where they
// differ, and in gateway mode connects, and connects again after every loss; in HTTP mode the asks come
// through Routes. It returns an error only when a person has to act, such as a *TokenError; that error's
// Fatal method returns true.
func (b *Bot) Run(ctx context.Context) error {
	defer b.http.CloseIdleConnections()
	defer b.suggests.Wait()
	defer b.notices.Wait()
	group, ctx := errgroup.WithContext(ctx)
	proven := make(chan struct{})
	group.Go(func() error {
		if err := b.prove(ctx); err != nil || over(ctx) {
			return err
		}
		close(proven)
		b.registerAll(ctx)
		return nil
	})
	group.Go(func() error {
		select {
		case <-proven:
		case <-ctx.Done():
			return nil
		}
		if b.settings.Mode == ModeGateway {
			return b.stayConnected(ctx)
		}
		<-ctx.Done()
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	return nil
}

// newDelays returns the waits between attempts: from a second to a minute, give or take a fifth.
func newDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     time.Second,
		RandomizationFactor: 0.2,
		Multiplier:          2,
		MaxInterval:         50 * time.Second,
	}
}

// over reports whether ctx has ended, which ends a run without an error.
func over(ctx context.Context) bool { return ctx.Err() != nil }

// waited waits for d and reports whether it did so before ctx ended.
func (b *Bot) waited(ctx context.Context, d time.Duration) bool { return b.pause(ctx, d) == nil }
