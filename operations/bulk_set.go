package operations

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"ringside/ledger"
	"ringside/tencent"
)

// try takes a battle if nobody is in the way or waits to overwrite it, and returns the function that gives it up. Else
// the error is a *HeldError at once.
func (h *holds) try(battle string, exclusive bool, who Holder) (func(), error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.join(battle, exclusive)
	others := b.waiting
	if exclusive {
		others--
	}
	if others > 0 || !b.free(exclusive) {
		holder := b.holder
		h.leave(battle, b, exclusive)
		return nil, &HeldError{Holder: holder}
	}
	b.enter(exclusive, who)
	return sync.OnceFunc(func() { h.giveUp(battle, b, exclusive) }), nil
}

// overwrite sends an overwrite: it holds the battle against every other write from the read by which it is decided until
// it is settled. It takes the battle only where it is free, and keeps it no longer than a person waits.
func (r *bulkRun) overwrite(ctx context.Context, p *bulkPart, owner string) error {
	e := r.engine
	leave, err := e.bulks.overwriting.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	release, err := e.holds.try(p.battle, true, r.holder())
	if err != nil {
		return err
	}
	defer release()
	now := e.now()
	if err := e.store.Hold(ctx, ledger.Hold{Battle: p.battle, Owner: owner, By: r.o.Asker, Since: now, Until: now.Add(e.lease)}); err != nil {
		var held *ledger.HeldError
		if !errors.As(err, &held) {
			e.letGo(ctx, p.battle, owner) // the ledger may have kept it all the same
		}
		return err
	}
	sent, err := r.decideAndSend(ctx, p, owner)
	if !sent {
		e.letGo(ctx, p.battle, owner) // where it was sent, its outcome gives the battle up
	}
	return err
}

// decideAndSend sends an overwrite under its hold if it still does what was confirmed, and else ends it.
func (r *bulkRun) decideAndSend(ctx context.Context, p *bulkPart, owner string) (sent bool, err error) {
	now, err := r.readBattle(ctx, p)
	var refused *tencent.CallError
	switch {
	case errors.As(err, &refused) && refused.Gone():
		rooms := notSent(r.rooms(p), ReasonRefused)
		for i := range rooms {
			rooms[i].Code = refused.Evidence.Code
		}
		return false, r.unsent(ctx, p, rooms, callOf(refused.Evidence))
	case err != nil:
		return false, fmt.Errorf("read the battle: %w", err)
	}
	rooms, moved := r.moved(p, r.rooms(p), now)
	switch {
	case moved:
		return false, r.unsent(ctx, p, notSent(rooms, ReasonMoved), ledger.Call{})
	case !(ledger.Operation{Rooms: rooms}).Has(ledger.Undecided):
		return false, r.unsent(ctx, p, rooms, ledger.Call{})
	}
	soon, cancel := context.WithTimeout(ctx, slotPatience)
	defer cancel()
	leave, err := r.engine.bulks.sending.enter(soon)
	if err != nil {
		return false, &tencent.BusyError{Command: tencent.CommandSetBattleScore, Wait: slotPatience}
	}
	defer leave()
	slot, err := r.engine.scorer.Reserve(soon, tencent.CommandSetBattleScore, tencent.ClassBatch)
	if err != nil {
		return false, err
	}
	defer slot.Release()
	err = r.carryOut(ctx, p, rooms, owner, slot)
	return err == nil, err
}
