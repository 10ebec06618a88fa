package operations

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ringside/ledger"
)

const (
	bulksAtOnce = 4                // in one process
	bulkEvery   = time.Second      // between two looks for bulks to take
	bulkLease   = 10 * time.Second // that a process is believed alive
	keepEvery   = 2 * time.Second  // between two renewals of the lease
	keepLimit   = 2 * time.Second  // for one renewal
	showEvery   = 250 * time.Millisecond
	finishPause = 500 * time.Millisecond
	// lookWait is how long the end of a bulk waits for the looks at its unknown outcomes.
	lookWait = 15 * time.Second
)

var (
	errStopped = errors.New("the bulk was stopped")
	errLost    = errors.New("the lease of the bulk was lost")
)

// RunBulks takes the bulks that run, at most 4 at once, and sends them until ctx ends. What was sent by then is settled
// before it returns, and the rest is left for the next process. report is called now and then for each bulk while it is
// sent, and once when it is done or given up: one call after the other for the same bulk, and at the same time for several.
func (e *Engine) RunBulks(ctx context.Context, report func(BulkProgress)) error {
	var runs sync.WaitGroup
	defer runs.Wait()
	places := make(chan struct{}, bulksAtOnce)
	tick := time.NewTicker(bulkEvery)
	defer tick.Stop()
	for {
		for e.takeBulk(ctx, places, &runs, report) {
		}
		select {
		case <-tick.C:
		case <-e.bulks.work:
		case <-ctx.Done():
			return nil
		}
	}
}

// takeBulk takes one bulk if there is one and a place for it. While the ledger can't tell, there is none: whoever sweeps
// the same ledger says so.
func (e *Engine) takeBulk(ctx context.Context, places chan struct{}, runs *sync.WaitGroup, report func(BulkProgress)) bool {
	select {
	case places <- struct{}{}:
	default:
		return false
	}
	owner, err := e.newOwner()
	var o ledger.Operation
	if err == nil {
		now := e.now()
		o, err = e.store.TakeBulk(ctx, owner, now, now.Add(bulkLease))
	}
	if err != nil {
		<-places
		return false
	}
	runs.Go(func() {
		defer func() { <-places }()
		r := &bulkRun{engine: e, owner: owner, o: o, began: e.now()}
		r.run(ctx, report)
	})
	return true
}

// bulkRun is one bulk while this process sends it.
type bulkRun struct {
	engine *Engine
	o      ledger.Operation // as it was taken
	owner  string           // under which the ledger gave it to this process
	began  time.Time
	stop   context.CancelCauseFunc // ends the sending
	lose   context.CancelCauseFunc // ends all, for another process has the bulk

	mu      sync.Mutex
	settled ledger.Operation // as it ended; zero until then
	rows    []ledger.BulkRow
	parts   []*bulkPart
	earlier int // parts that were done when it began
}

// run takes the bulk as far as it goes, and reports its end.
func (r *bulkRun) run(ctx context.Context, report func(BulkProgress)) {
	var life, sending context.Context
	life, r.lose = context.WithCancelCause(ctx)
	defer r.lose(nil)
	sending, r.stop = context.WithCancelCause(life)
	defer r.stop(nil)
	defer r.engine.bulks.sends(r.o.ID, r.owner, func() { r.stop(errStopped) })()
	if r.o.State == ledger.Stopping {
		r.stop(errStopped)
	}
	var beside sync.WaitGroup
	ended := make(chan struct{})
	beside.Go(func() { r.keep(life, ended) })
	err := r.load(life)
	if err == nil {
		beside.Go(func() { r.show(ended, report) })
		r.sendAll(sending)
		err = r.finish(life)
	}
	close(ended)
	if err != nil {
		r.leave(ctx)
	}
	beside.Wait()
	last := r.progress()
	last.Done, last.Err = err == nil, err
	report(last)
}

// load reads the rows and finds what is left to do.
func (r *bulkRun) load(ctx context.Context) error {
	rows, err := r.engine.store.BulkRows(ctx, r.o.ID)
	if err != nil {
		return fmt.Errorf("read the rows of the bulk: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows, r.parts = rows, partsOf(rows)
	r.earlier = r.done()
	return nil
}

// keep renews the lease until the run has ended. Without it another process takes the bulk up, so that this one stops at
// once.
func (r *bulkRun) keep(life context.Context, ended <-chan struct{}) {
	until := r.o.Lease
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ended:
			return
		case <-life.Done():
			return
		}
		lease := r.engine.now().Add(bulkLease)
		state, err := r.renew(life, lease)
		switch {
		case errors.Is(err, ledger.ErrNotOwner), err != nil && !r.engine.now().Before(until):
			r.lose(fmt.Errorf("%w: %w", errLost, err))
		case err != nil:
			continue
		case state == ledger.Stopping:
			r.stop(errStopped)
		}
		until = lease
	}
}

func (r *bulkRun) renew(ctx context.Context, lease time.Time) (ledger.State, error) {
	ctx, cancel := context.WithTimeout(ctx, keepLimit)
	defer cancel()
	return r.engine.store.KeepBulk(ctx, r.o.ID, r.owner, lease)
}

// leave gives the bulk up, so that another process need not wait for the end of the lease.
func (r *bulkRun) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	_ = r.engine.store.LeaveBulk(ctx, r.o.ID, r.owner)
}

// show reports the progress at once and then as long as it moves.
func (r *bulkRun) show(ended <-chan struct{}, report func(BulkProgress)) {
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	shown := -1
	for {
		if p := r.progress(); p.PartsDone != shown {
			shown = p.PartsDone
			report(p)
		}
		select {
		case <-tick.C:
		case <-ended:
			return
		}
	}
}

func (r *bulkRun) progress() BulkProgress {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := BulkProgress{
		Operation: r.o, Rows: len(r.rows), Parts: len(r.parts), PartsDone: r.done(), Began: r.began, Earlier: r.earlier,
	}
	if r.settled.ID != "" {
		p.Operation = r.settled
	}
	for _, row := range r.rows {
		switch row.Outcome {
		case ledger.Applied:
			p.Applied++
		case ledger.NotApplied:
			p.NotApplied++
		case ledger.Unknown:
			p.Unknown++
		default:
			p.Left++
		}
	}
	return p
}
