package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.uber.org/zap"
)

// The pause before a platform is run again grows from firstPause to lastPause, each give or take a
// quarter, and starts anew after the platform has run for steadyAfter.
const (
	firstPause  = 500 * time.Millisecond
	lastPause   = 24 * time.Second // a quarter more is half a minute
	pauseGrowth = 2
	pauseSpread = 0.25
	steadyAfter = time.Minute
)

type phase int

const (
	phaseWaiting phase = iota // not started
	phaseRunning
	phasePausing // failed, and about to be run again
	phaseFailed  // failed for good
	phaseEnded   // ended of its own accord, or was told to stop
)

// lane is one platform and what became of it so far.
type lane struct {
	platform Platform
	log      *zap.Logger

	mu   sync.Mutex
	now  phase
	last error // why the platform is pausing or has failed
}

func newLane(p Platform, log *zap.Logger) *lane { return &lane{platform: p, log: log} }

// supervise runs the platform until ctx ends, it ends of its own accord, or it fails for good.
func (l *lane) supervise(ctx context.Context) {
	pauses := &backoff.ExponentialBackOff{
		InitialInterval:     firstPause,
		MaxInterval:         lastPause,
		Multiplier:          pauseGrowth,
		RandomizationFactor: pauseSpread,
	}
	for ctx.Err() == nil {
		started := time.Now()
		err := l.runOnce(ctx)
		if l.over(ctx, err) {
			return
		}
		if time.Since(started) >= steadyAfter {
			pauses.Reset()
		}
		pause := pauses.NextBackOff()
		l.log.Warn("platform failed; it will be run again", zap.Error(err), zap.Duration("pause", pause))
		if !sleep(ctx, pause) {
			break
		}
	}
	l.enter(phaseEnded, nil)
}

func (l *lane) runOnce(ctx context.Context) (err error) {
	l.enter(phaseRunning, nil)
	defer func() {
		if thrown := recover(); thrown != nil {
			p := caught(thrown)
			l.log.Error("platform panicked", zap.String("panic", p.Kind), zap.String("stack", p.Stack))
			err = p
		}
	}()
	return l.platform.Run(ctx)
}

// over notes what a finished run means and reports whether it was the last one.
func (l *lane) over(ctx context.Context, err error) bool {
	switch {
	case err == nil:
		l.enter(phaseEnded, nil)
		return true
	case ctx.Err() != nil:
		l.log.Debug("platform ended with an error while stopping", zap.Error(err))
		l.enter(phaseEnded, nil)
		return true
	case isFatal(err):
		l.log.Error("platform failed for good", zap.Error(err))
		l.enter(phaseFailed, err)
		return true
	default:
		l.enter(phasePausing, err)
		return false
	}
}

// sleep waits for d and reports whether it did so before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (l *lane) enter(now phase, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now, l.last = now, why
}

func (l *lane) phase() phase {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *lane) ready() error {
	l.mu.Lock()
	now, last := l.now, l.last
	l.mu.Unlock()
	switch now {
	case phaseRunning:
		return l.ask()
	case phasePausing:
		return fmt.Errorf("failed and will be run again: %w", last)
	case phaseFailed:
		return fmt.Errorf("failed for good: %w", last)
	case phaseEnded:
		return errors.New("has ended")
	default:
		return errors.New("has not been started")
	}
}

// ask is the platform's own word, which may be a panic like any other code of a platform.
func (l *lane) ask() (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = caught(thrown)
		}
	}()
	return l.platform.Ready()
}
