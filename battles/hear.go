package battles

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// Hear takes in what the platform tells by a webhook. What it tells of a battle is durable when Hear returns nil; after
// an error the platform may tell it again. Events may come twice and in any order. One that is about no battle is
// let pass.
func (b *Book) Hear(ctx context.Context, e tencent.Event) error {
	now := b.now()
	switch e := e.(type) {
	case tencent.BattleCreated:
		return b.hear(ctx, account(ledger.ToldCreated, e.At, now, createdAs(e)))
	case tencent.BattleStarted:
		return b.hear(ctx, account(ledger.ToldStarted, e.At, now, startedAs(e)))
	case tencent.BattleEnded:
		return b.hear(ctx, account(ledger.ToldEnded, cmp.Or(e.At, e.End), now, endedAs(e, now)))
	}
	return nil
}

// Made takes in a battle that Ringside created: the rooms that joined, the initiating one first, and when it began as
// far as is known. It is durable when Made returns nil.
func (b *Book) Made(ctx context.Context, id string, rooms []string, start time.Time, duration time.Duration, note string) error {
	return b.hear(ctx, account(ledger.ToldMade, start, b.now(), ledger.Battle{
		ID: id, Rooms: rooms, Started: start, Ends: planned(start, duration), Duration: duration, Note: note,
	}))
}

// hear writes an account down before it is believed.
func (b *Book) hear(ctx context.Context, told ledger.Battle) error {
	if err := b.store.See(ctx, told); err != nil {
		return fmt.Errorf("write down what was told of a battle: %w", err)
	}
	b.change(ctx, told.ID, func(c *card) {
		c.Battle = c.Merge(told)
		c.heard = told.Seen
	})
	return nil
}

func createdAs(e tencent.BattleCreated) ledger.Battle {
	told := ledger.Battle{ID: e.BattleID, Duration: e.Duration, Note: e.Extension}
	if e.From != "" {
		told.Rooms = append([]string{e.From}, e.To...)
	}
	return told
}

func startedAs(e tencent.BattleStarted) ledger.Battle {
	return ledger.Battle{
		ID: e.BattleID, Rooms: namesOf(e.Rooms), Started: e.Start, Ends: planned(e.Start, e.Duration), Duration: e.Duration,
	}
}

// endedAs takes the scores of a battle that ran for final.
func endedAs(e tencent.BattleEnded, now time.Time) ledger.Battle {
	told := ledger.Battle{ID: e.BattleID, Rooms: namesOf(e.Rooms), Duration: e.Duration, Ended: cmp.Or(e.End, e.At, now)}
	if e.How == tencent.EndNoAnswer {
		return told
	}
	told.Started, told.Ends = e.Start, planned(e.Start, e.Duration)
	for _, r := range e.Rooms {
		told.Final = append(told.Final, ledger.Standing{Room: r.Room, Score: r.Score})
	}
	return told
}

func namesOf(rooms []tencent.BattleRoom) []string {
	names := make([]string, len(rooms))
	for i, r := range rooms {
		names[i] = r.Room
	}
	return names
}
