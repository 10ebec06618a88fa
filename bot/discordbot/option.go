package discordbot

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"ringside/commands"
)

// Option changes a default of New.
type Option func(*options)

type pauseFunc func(ctx context.Context, d time.Duration) error

type options struct {
	clock     commands.Clock
	transport http.RoundTripper
	pause     pauseFunc
	gate      func() bool
	timing    timing
}

// timing bounds the gateway's connection.
type timing struct {
	open  time.Duration // for one attempt, from the look-up of the address to Discord's READY
	look  time.Duration // between two looks at the heartbeat
	stale time.Duration // without an acknowledged heartbeat for so long, a connection is dead
}

// defaultTiming suits Discord, which asks for a heartbeat about every 41 s.
func defaultTiming() timing {
	return timing{open: 15 * time.Second, look: 5 * time.Second, stale: 95 * time.Second}
}

// WithClock replaces the clock that signatures, tokens and limits are judged by.
func WithClock(c commands.Clock) Option { return func(o *options) { o.clock = c } }

// WithTransport replaces the transport that every call to Discord goes through. The gateway's socket
// does not use it.
func WithTransport(rt http.RoundTripper) Option { return func(o *options) { o.transport = rt } }

// WithPause replaces the waiting between attempts: pause returns nil after d, or the error of ctx.
func WithPause(pause func(ctx context.Context, d time.Duration) error) Option {
	return func(o *options) { o.pause = pause }
}

// WithGate makes the Bot ask before it takes an event from the gateway. One that comes while may says no is left to the
// replica that has the gateway: Discord tells every connection everything.
func WithGate(may func() bool) Option { return func(o *options) { o.gate = may } }

func gather(opts []Option) options {
	o := options{clock: time.Now, pause: sleep, gate: func() bool { return true }, timing: defaultTiming()}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting: %w", ctx.Err())
	}
}
