package discordbot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
	"go.uber.org/zap"
)

const (
	// stableAfter is how long a connection must have stood for the next waits to be short again.
	stableAfter = time.Minute
	// hangUpGrace is how long the library may take to notice that its connection is gone; it sleeps for a
	// second when it closes one.
	hangUpGrace = 4 * time.Second
)

var (
	errLost    = errors.New("the connection ended")
	errSlow    = errors.New("no answer from Discord in time")
	errStuck   = errors.New("the library hung while it connected")
	errNotBack = errors.New("the library did not notice that its connection ended")
)

// stayConnected keeps a gateway session until ctx ends, or until Discord refuses it for good. The library
// is told to reconnect never: it would do so for ever after a refusal, and hang after some messages.
func (b *Bot) stayConnected(ctx context.Context) error {
	delays := newDelays()
	var l *link
	for {
		began := b.clock()
		next, err := b.connectOnce(ctx, l)
		l = next
		if over(ctx) {
			return nil
		}
		if refused := refusedSession(err); refused != nil {
			err = refused
		}
		b.health.setLink(fmt.Errorf("not connected: %w", err))
		if isFatal(err) {
			return err
		}
		if errors.Is(err, errLost) && b.clock().Sub(began) >= stableAfter {
			delays.Reset()
		}
		wait := max(delays.NextBackOff(), waitOf(err))
		b.log.Warn("no connection to Discord", zap.Error(err), zap.Duration("next_attempt_in", wait))
		if !b.waited(ctx, wait) {
			return nil
		}
	}
}

// waitOf returns how long Discord asks to wait.
func waitOf(err error) time.Duration {
	var spent *SpentError
	var limited *LimitedError
	switch {
	case errors.As(err, &spent):
		return spent.RetryAfter
	case errors.As(err, &limited):
		return min(limited.RetryAfter, maxStartWait)
	default:
		return 0
	}
}

// connectOnce connects, or resumes the session of l, and serves until the connection ends. It returns the
// link whose session can be resumed, or nil for a new one, and always an error unless ctx has ended.
func (b *Bot) connectOnce(ctx context.Context, l *link) (*link, error) {
	if wait := b.budget.take(b.clock()); wait > 0 {
		return l, &SpentError{RetryAfter: wait}
	}
	if l == nil {
		if err := b.askLimit(ctx); err != nil {
			return nil, err
		}
		fresh, err := b.newLink(ctx)
		if err != nil {
			return nil, err
		}
		l = fresh
	}
	b.count.opened.Add(1)
	if err := b.openLink(ctx, l); err != nil {
		return l.afterwards(b, err), err
	}
	b.health.setLink(nil)
	b.log.Info("connected to Discord")
	err := b.watch(ctx, l)
	return l.afterwards(b, err), err
}

// openLink opens the connection and waits for Discord's READY or RESUMED, under one deadline.
func (b *Bot) openLink(ctx context.Context, l *link) error {
	ctx, cancel := context.WithTimeout(ctx, b.timing.open)
	defer cancel()
	l.prepare()
	opened := make(chan error, 1)
	go func() { opened <- l.open() }()
	select {
	case err := <-opened:
		if errors.Is(err, discordgo.ErrWSAlreadyOpen) {
			return nil // The news of an old loss came late: the connection stands.
		}
		if err != nil {
			return masked(err)
		}
	case <-ctx.Done():
		l.hangUp()
		return l.unstick(opened)
	}
	select {
	case <-l.ready:
		return nil
	case <-l.lost:
		return errLost
	case <-ctx.Done():
		return errors.Join(errSlow, l.end())
	}
}

// watch returns when the connection ends. A connection whose heartbeats are not acknowledged is ended
// without a farewell, so that its session can be resumed.
func (b *Bot) watch(ctx context.Context, l *link) error {
	look := time.NewTicker(b.timing.look)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return l.close()
		case <-l.lost:
			return errLost
		case <-look.C:
			if quiet := l.quiet(); quiet > b.timing.stale {
				b.health.setLink(errors.New("no heartbeat is acknowledged by Discord"))
				b.log.Warn("Discord does not acknowledge heartbeats; connecting again", zap.Duration("for", quiet))
				if err := l.end(); err != nil {
					return err
				}
				return errLost
			}
		}
	}
}

// refusedSession turns the close codes that no new attempt can cure into an error that says what to do.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func refusedSession(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return nil
	}
	switch closed.Code {
	case 4004:
		return &TokenError{Status: closed.Code}
	case 4010, 4011, 4012, 4013, 4014:
		return &GatewayError{Code: closed.Code}
	default:
		return nil
	}
}

// GatewayError says that Discord refuses our sessions for good.
type GatewayError struct {
	Code int // of the close frame, 4010 to 4014
}

// Error says what the code means.
func (e *GatewayError) Error() string {
	meanings := map[int]string{
		4010: "it calls the shard invalid",
		4011: "the bot is in so many servers that it must be sharded: use discord.mode = \"http\"",
		4012: "it no longer speaks this version of the gateway",
		4013: "it calls the intents invalid",
		4014: "the application may not use the intents",
	}
	return fmt.Sprintf("Discord refuses the gateway session (code %d): %s", e.Code, meanings[e.Code])
}

// Fatal returns true: a person has to act.
func (e *GatewayError) Fatal() bool { return true }
