// Package replica lets one of several processes of Ringside do what must be done once: keep house, and listen at Discord's
// gateway. Who does it is decided by a term in the ledger, which ends by itself when the process dies.
package replica

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"ringside/ledger"
)

const (
	life  = 5 * time.Second // of a term, unless it is prolonged
	every = time.Second     // a term is prolonged, or asked for
	// margin is how long before its end a term is given up by a process that could not prolong it: what it does for all
	// has ended before another one begins.
	margin = 1500 * time.Millisecond
)

// Terms decides who has a role; package ledger has it.
type Terms interface {
	Lead(ctx context.Context, role, owner string, life time.Duration) (ledger.Term, error)
	Resign(ctx context.Context, role, owner string) error
}

// Office is one role that one process at a time has. Its methods may be called at the same time.
type Office struct {
	terms       Terms
	role, owner string
	began       time.Time    // what until counts from, so that it is read from the steady clock
	until       atomic.Int64 // until when the role is surely this process's; 0: it is not
	fence       atomic.Int64
}

// New returns the office of a role for the process that is called owner in the ledger.
func New(terms Terms, role, owner string) *Office {
	return &Office{terms: terms, role: role, owner: owner, began: time.Now()}
}

// Held reports whether the role is surely this process's at this moment. After a pause of the process it says no before
// anything else is done.
func (o *Office) Held() bool { return int64(time.Since(o.began)) < o.until.Load() }

// Fence returns the number of the last term, which grows with every new owner.
func (o *Office) Fence() int64 { return o.fence.Load() }

// errLost says that a role could not be kept.
var errLost = errors.New("another replica has the role, or the ledger is out of reach")

// Hold runs work whenever this process has the role, until ctx ends: then, or when the role is lost, the context of work
// ends, and work has to end within a second. It returns the error with which work ends by itself, and nil when it or ctx
// has ended; the role is then free for others.
func (o *Office) Hold(ctx context.Context, work func(ctx context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if o.prolong(ctx) {
			if lost, err := o.serve(ctx, work); !lost {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// prolong asks for a term or for more of it, and reports whether it was given.
func (o *Office) prolong(ctx context.Context) bool {
	asked := time.Since(o.began)
	limit := every
	if left := time.Duration(o.until.Load()) - asked; left > 0 {
		limit = min(limit, left) // what it is asked for must end with the term
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	term, err := o.terms.Lead(ctx, o.role, o.owner, life)
	if err != nil {
		return false
	}
	o.fence.Store(term.Fence)
	o.until.Store(int64(asked + life - margin))
	return true
}

// serve does the work of a term for as long as it is prolonged. lost says that it was not.
func (o *Office) serve(ctx context.Context, work func(ctx context.Context) error) (lost bool, err error) {
	during, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done := make(chan error, 1)
	go func() { done <- work(during) }()
	defer o.giveUp(ctx)
	ended, err := o.keep(ctx, done)
	if ended {
		return false, err
	}
	stop(errLost)
	if err = <-done; ctx.Err() == nil {
		return true, nil
	}
	return false, err
}

// keep prolongs the term until the work is done, which it reports, or the term can't be kept or ctx has ended.
func (o *Office) keep(ctx context.Context, done <-chan error) (ended bool, err error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if !o.Held() {
			return false, nil
		}
		end := time.NewTimer(time.Duration(o.until.Load()) - time.Since(o.began))
		select {
		case err = <-done:
			end.Stop()
			return true, err
		case <-ctx.Done():
			end.Stop()
			return false, nil
		case <-end.C:
			return false, nil
		case <-tick.C:
			end.Stop()
			o.prolong(ctx)
		}
	}
}

// giveUp lets another process have the role at once.
func (o *Office) giveUp(ctx context.Context) {
	o.until.Store(0)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), every)
	defer cancel()
	_ = o.terms.Resign(ctx, o.role, o.owner) // it ends by itself too
}
