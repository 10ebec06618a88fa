package dashboard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
)

// sight is what a look found.
type sight struct {
	Overview
	at     time.Time // when it was looked; zero: never
	broken bool      // the latest look failed, and this is from an earlier one
}

// eyes look at the source for everybody: one look at a time, and none while the last is fresh.
type eyes struct {
	source Source
	now    func() time.Time
	log    *zap.Logger
	turn   chan struct{} // holds one token; whoever has it may touch what follows
	looked time.Time     // the last look, also when it failed
	seen   sight
}

func newEyes(source Source, now func() time.Time, log *zap.Logger) *eyes {
	e := &eyes{source: source, now: now, log: log, turn: make(chan struct{}, 1)}
	e.turn <- struct{}{}
	return e
}

// look returns what there is to see. When ctx ends first, it is nothing and broken.
func (e *eyes) look(ctx context.Context) sight {
	select {
	case <-e.turn:
		defer func() { e.turn <- struct{}{} }()
	case <-ctx.Done():
		return sight{broken: true}
	}
	if now := e.now(); now.Sub(e.looked) >= lookEvery/2 {
		e.looked = now
		e.refresh(ctx)
	}
	return e.seen
}

// refresh asks the source. What was seen before stays when it fails.
func (e *eyes) refresh(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	found, err := e.ask(ctx)
	if err != nil {
		if !errors.Is(err, context.Canceled) && !e.seen.broken {
			e.log.Warn("the overview could not be read", zap.Error(err))
		}
		e.seen.broken = true
		return
	}
	e.seen = sight{Overview: found, at: e.now()}
}

// ask contains a panic: the loop that looks is nobody's request, and would take the program with it.
func (e *eyes) ask(ctx context.Context) (_ Overview, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("the overview panicked with a value of type %T", thrown)
		}
	}()
	return e.source.Overview(ctx)
}
