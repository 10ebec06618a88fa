package operations

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

const (
	// partPatience is how long a part is tried again that is refused before anything of it was sent.
	partPatience = 3 * time.Minute
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
	// slotPatience is how long an overwrite of a bulk keeps a battle from people while it waits for its slot.
	slotPatience = 1500 * time.Millisecond
	// workersShare is how many parts are under way at once for each call a second, those that still read included.
	workersShare = 2
)

// sendAll sends what is left of the bulk until all is done, or sending ends: the parts of one battle one after the other,
// those of different battles side by side.
func (r *bulkRun) sendAll(sending context.Context) {
	queue := make(chan []*bulkPart)
	var workers sync.WaitGroup
	for range max(1, int(workersShare*r.engine.pace())) {
		workers.Go(func() {
			for lane := range queue {
				r.sendLane(sending, lane)
			}
		})
	}
	defer workers.Wait()
	defer close(queue)
	for _, lane := range r.lanes() {
		select {
		case queue <- lane:
		case <-sending.Done():
			return
		}
	}
}

func (r *bulkRun) sendLane(sending context.Context, lane []*bulkPart) {
	for _, p := range lane {
		if sending.Err() != nil {
			return
		}
		r.see(sending, p)
	}
}

// see takes a part to its outcome, however often it is refused before anything of it is sent, unless sending ends.
func (r *bulkRun) see(sending context.Context, p *bulkPart) {
	attempt := func() error { return r.send(sending, p) }
	if op := r.begun(p); op != "" {
		attempt = func() error { return r.await(sending, p, op) }
	}
	var refused time.Time // for the first time
	gaveUp := false
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := attempt()
		var duplicate *ledger.DuplicateError
		var closed *ledger.ClosedError
		var busy *tencent.BusyError
		switch {
		case err == nil:
			return
		case errors.As(err, &duplicate): // another run of this bulk was faster
			attempt = func() error { return r.await(sending, p, duplicate.Operation) }
			continue
		case errors.Is(err, ledger.ErrNotOwner):
			r.lose(errLost)
		case errors.As(err, &closed):
			r.stop(errStopped)
		case errors.Is(err, ledger.ErrTogether):
			attempt = func() error { return r.unsent(sending, p, notSent(r.rooms(p), ReasonTogether), ledger.Call{}) }
			continue
		case errors.As(err, &busy): // it only has to wait
		case refused.IsZero():
			refused = r.engine.now()
		case !gaveUp && r.engine.now().Sub(refused) >= partPatience:
			gaveUp = true
			attempt = func() error { return r.giveUp(sending, p, err) }
		}
		if !sleep(sending, pauseAfter(err, pause, r.engine.now())) {
			return
		}
	}
}

// pauseAfter returns how long to wait after a refusal: while writes are suspended, at least until the next one is let
// through.
func pauseAfter(refusal error, pause time.Duration, now time.Time) time.Duration {
	var suspended *tencent.SuspendedError
	if errors.As(refusal, &suspended) {
		return max(pause, min(suspended.Until.Sub(now), longestPause))
	}
	return pause
}

// send tries to send a part once. After an error nothing was sent.
func (r *bulkRun) send(ctx context.Context, p *bulkPart) error {
	if suspended := r.engine.scorer.Suspended(); suspended != nil {
		return suspended
	}
	owner, err := r.newOwner()
	if err != nil {
		return err
	}
	if p.kind == ledger.Set {
		return r.overwrite(ctx, p, owner)
	}
	return r.add(ctx, p, owner)
}

// newOwner names an intent of this run; the ledger takes it for one by its beginning.
func (r *bulkRun) newOwner() (string, error) {
	id, err := newID(r.engine.random)
	return r.owner + "/" + id, err
}

func (r *bulkRun) holder() Holder { return Holder{By: r.o.Asker, Since: r.engine.now()} }

// add sends an addition. The scores are read while others are sent, and count as those before it only if they are as
// fresh as a person's would be. The battle is held last: what waits for a slot keeps no person from overwriting.
func (r *bulkRun) add(ctx context.Context, p *bulkPart, owner string) error {
	e := r.engine
	read := e.now()
	before, _ := r.readBattle(ctx, p)
	leave, err := e.bulks.sending.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	slot, err := e.scorer.Reserve(ctx, tencent.CommandSetBattleScore, tencent.ClassBatch)
	if err != nil {
		return err
	}
	defer slot.Release()
	release, err := e.holds.try(p.battle, false, r.holder())
	if err != nil {
		return err
	}
	defer release()
	rooms := r.rooms(p)
	if e.now().Sub(read) < sendWindow {
		rooms = withBefore(rooms, before)
	}
	return r.carryOut(ctx, p, rooms, owner, slot)
}

// readBattle reads the scores behind every person who reads.
func (r *bulkRun) readBattle(ctx context.Context, p *bulkPart) ([]ledger.Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	return r.engine.reader.BatchStandings(ctx, p.battle)
}

// carryOut writes the intent of a part and sends it. Once it is written, the part is settled whatever becomes of ctx.
func (r *bulkRun) carryOut(ctx context.Context, p *bulkPart, rooms []ledger.Room, owner string, slot *tencent.Slot) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	ctx = context.WithoutCancel(ctx)
	o, err := r.intend(ctx, r.operation(p, rooms, owner))
	if err != nil {
		return err
	}
	result := r.engine.settle(ctx, o, r.engine.send(ctx, o, slot))
	r.note(p, result.Operation)
	return nil
}

func (r *bulkRun) intend(ctx context.Context, o ledger.Operation) (ledger.Operation, error) {
	e := r.engine
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	o.State, o.Sends = ledger.Intent, 1
	o.Lease, o.SendBy = o.Created.Add(e.lease), o.Created.Add(sendWindow)
	o, err := e.record(ctx, "", o, nil)
	if err != nil && !errors.Is(err, ledger.ErrNotOwner) {
		err = e.notIntended(o, err)
	}
	return o, err
}

// await waits for the outcome of a part that was begun, or until nothing of it can be sent any more: then a sweep settles
// it, and what comes after it in its battle need not wait.
func (r *bulkRun) await(ctx context.Context, p *bulkPart, op string) error {
	for {
		o, err := r.engine.store.Operation(ctx, op)
		if err != nil {
			return fmt.Errorf("see what became of a part: %w", err)
		}
		if o.State != ledger.Intent || r.engine.now().After(o.Lease.Add(clockSlack)) {
			r.note(p, o)
			return nil
		}
		if !sleep(ctx, finishPause) {
			return context.Cause(ctx)
		}
	}
}

// giveUp ends a part that was refused for too long.
func (r *bulkRun) giveUp(ctx context.Context, p *bulkPart, why error) error {
	return r.unsent(ctx, p, notSent(r.rooms(p), ReasonNotSent), ledger.Call{Failure: why.Error()})
}

// unsent writes down a part of which nothing was or will be sent.
func (r *bulkRun) unsent(ctx context.Context, p *bulkPart, rooms []ledger.Room, call ledger.Call) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	owner, err := r.newOwner()
	if err != nil {
		return err
	}
	o := r.operation(p, rooms, owner)
	o.Call = call
	var kept ledger.Operation
	_, err = r.engine.underFreeID(o, func(o ledger.Operation) (err error) {
		kept, err = r.engine.store.RecordUnsent(ctx, o)
		return err
	})
	if err == nil {
		r.note(p, kept)
	}
	return err
}
