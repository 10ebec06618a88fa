package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"ringside/ledger"
)

// ledgerWrite measures one intent after the other.
func ledgerWrite(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.intents(ctx, p, b.timed)
}

// ledgerWrites measures many intents at the same time.
func ledgerWrites(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	const together = 64
	return b.intents(ctx, p, func(ctx context.Context, once measured) (figure, error) {
		return b.crowded(ctx, together, b.pick(500, 2000), once)
	})
}

// intents lets repeat write intents into a ledger that nothing else uses.
func (b *bench) intents(ctx context.Context, p benchPlace, repeat func(context.Context, measured) (figure, error)) (f figure, err error) {
	store, err := b.newStore(ctx, p)
	if err != nil {
		return figure{}, err
	}
	var written atomic.Int64
	err = store.with(ctx, func(l *ledger.Ledger) (err error) {
		f, err = repeat(ctx, func(ctx context.Context) (time.Duration, error) {
			n := written.Add(1)
			began := time.Now()
			err := l.Record(ctx, fmt.Sprintf("slack:trigger:%d", n), benchIntent(n, began), []ledger.Button{
				{ID: fmt.Sprintf("again%d", n), Action: "again", Expires: began.Add(time.Hour)}, {ID: fmt.Sprintf("undo%d", n), Action: "undo", Expires: began.Add(time.Hour)},
			})
			return time.Since(began), err
		})
		return err
	})
	if removed := store.remove(); err == nil {
		err = removed
	}
	return f, err
}

// benchIntent is an addition as the engine writes it down before it is sent.
func benchIntent(n int64, now time.Time) ledger.Operation {
	return ledger.Operation{
		ID: fmt.Sprintf("%06d", n), Kind: ledger.Add, Battle: fmt.Sprintf("bench%d+=", n%benchShows), State: ledger.Intent,
		Rooms: []ledger.Room{{Room: benchRoom(0, 0), Points: 1}}, Asker: benchPerson(n), AskerName: "mika", Channel: benchPlaces,
		Created: now, Owner: "bench", Lease: now.Add(time.Minute), SendBy: now.Add(time.Minute), Sends: 1,
		Limit: ledger.Limit{Askers: []string{benchPerson(n)}, Since: now.Add(-10 * time.Minute), Most: 1_000_000_000, Changes: []int64{1}, Unasked: true},
	}
}
