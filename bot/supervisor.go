package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// stopGrace is how long platforms may take to return once they were told to stop: the ten seconds in
// which running commands settle, and some room to close connections.
const stopGrace = 15 * time.Second

// Supervisor runs platforms and keeps the failure of one from ending the others.
type Supervisor struct {
	log   *zap.Logger
	lanes []*lane
}

// New returns a Supervisor of the platforms, whose names must differ.
func New(log *zap.Logger, platforms ...Platform) (*Supervisor, error) {
	if log == nil {
		return nil, errors.New("bot: a logger is needed")
	}
	s := &Supervisor{log: log}
	seen := make(map[string]bool, len(platforms))
	for _, p := range platforms {
		if p == nil {
			return nil, errors.New("bot: a platform is nil")
		}
		name := p.Name()
		if seen[name] {
			return nil, fmt.Errorf("bot: two platforms are called %q", name)
		}
		seen[name] = true
		s.lanes = append(s.lanes, newLane(p, log.With(zap.String("platform", name))))
	}
	return s, nil
}

// Run runs every platform until ctx ends and all of them have returned. A platform that fails or
// panics is run again after a growing pause of at most half a minute; one that fails with an error
// whose Fatal method returns true is left alone and stays not ready.
//
// Run returns nil earlier only when there are platforms and each has ended of its own accord, as a
// terminal does at the end of its input. It returns an error when a platform has not returned within
// 15 seconds after the end of ctx. Run must be called once.
func (s *Supervisor) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, l := range s.lanes {
		running.Go(func() { l.supervise(ctx) })
	}
	all := make(chan struct{})
	go func() { running.Wait(); close(all) }()

	select {
	case <-all:
		if !s.ended() {
			<-ctx.Done() // what failed for good stays visible in Ready until someone stops the program
		}
		return nil
	case <-ctx.Done():
		return s.awaitAll(all)
	}
}

func (s *Supervisor) awaitAll(all <-chan struct{}) error {
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-all:
		return nil
	case <-grace.C:
		return fmt.Errorf("bot: not stopped after %v: %s", stopGrace, strings.Join(s.running(), ", "))
	}
}

// ended reports whether there are platforms and all of them ended without an error.
func (s *Supervisor) ended() bool {
	for _, l := range s.lanes {
		if l.phase() != phaseEnded {
			return false
		}
	}
	return len(s.lanes) > 0
}

func (s *Supervisor) running() []string {
	var names []string
	for _, l := range s.lanes {
		if l.phase() == phaseRunning {
			names = append(names, l.platform.Name())
		}
	}
	return names
}

// Ready returns nil while every platform can take commands, and otherwise says of each that cannot why.
func (s *Supervisor) Ready() error {
	var all []error
	for _, l := range s.lanes {
		if err := l.ready(); err != nil {
			all = append(all, fmt.Errorf("%s: %w", l.platform.Name(), err))
		}
	}
	return errors.Join(all...)
}

// Checks returns one Check for each platform, in the order they were given to New. They may be called
// at any time, also before Run.
func (s *Supervisor) Checks() []Check {
	checks := make([]Check, 0, len(s.lanes))
	for _, l := range s.lanes {
		checks = append(checks, Check{
			Name:  l.platform.Name(),
			Ready: func(context.Context) error { return l.ready() },
		})
	}
	return checks
}
