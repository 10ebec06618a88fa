package battles

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// Snapshot is a battle as the platform told it at one moment.
type Snapshot struct {
	Ref       Ref
	Standings []ledger.Standing // in the platform's order: the initiating room first
	Started   time.Time
	Ends      time.Time // planned or real; zero when not known
	Over      bool
	At        time.Time
}

// Read reads a battle from the platform and remembers it. The error is a *tencent.CallError.
func (b *Book) Read(ctx context.Context, battle string) (Snapshot, error) {
	found, err := b.platform.BattleInfo(ctx, tencent.ClassPerson, tencent.BattleQuery{ID: battle})
	if err != nil {
		return Snapshot{}, fmt.Errorf("read the battle: %w", err)
	}
	if found.ID == "" {
		found.ID = battle
	}
	return b.note(ctx, found), nil
}

// Standings reads the scores of a battle.
func (b *Book) Standings(ctx context.Context, battle string) ([]ledger.Standing, error) {
	s, err := b.Read(ctx, battle)
	return s.Standings, err
}

// note turns the platform's word into a Snapshot, and remembers the battle where something changed.
func (b *Book) note(ctx context.Context, found tencent.Battle) Snapshot {
	s := Snapshot{Ref: Ref{ID: found.ID}, Started: found.Start, Ends: endOf(found), At: b.now()}
	s.Over = found.Status == statusEnded || (!s.Ends.IsZero() && !s.At.Before(s.Ends))
	for _, r := range found.Rooms {
		s.Standings = append(s.Standings, ledger.Standing{Room: r.Room, Score: r.Score})
	}
	s.Ref.Alias = b.remember(ctx, s)
	return s
}

// endOf returns when a battle ends: as told, or as its start and duration say while the platform is silent.
func endOf(found tencent.Battle) time.Time {
	switch {
	case found.End.After(found.Start):
		return found.End
	case !found.Start.IsZero() && found.Duration > 0:
		return found.Start.Add(found.Duration)
	}
	return time.Time{}
}

// remember notes a battle in memory, and in the store when there is news; it returns the battle's alias. A
// store that can't take it costs nothing but the memory of it after a restart.
func (b *Book) remember(ctx context.Context, s Snapshot) string {
	b.mu.Lock()
	known, ok := b.known[s.Ref.ID]
	fresh := ledger.Battle{
		ID: s.Ref.ID, Alias: known.Alias, Rooms: roomsOf(s), Started: s.Started, Ends: s.Ends, Seen: s.At, Ended: known.Ended,
	}
	if s.Over && known.Ended.IsZero() {
		fresh.Ended = s.At
	}
	news := !ok || !fresh.Ended.Equal(known.Ended) || !fresh.Ends.Equal(known.Ends) || !slices.Equal(fresh.Rooms, known.Rooms)
	if ok || len(b.known) < maxRunning {
		b.known[s.Ref.ID] = fresh
		b.last[s.Ref.ID] = s.Standings
	}
	b.mu.Unlock()
	if news {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), seeLimit)
		defer cancel()
		_ = b.store.See(ctx, fresh)
	}
	return fresh.Alias
}

func roomsOf(s Snapshot) []string {
	rooms := make([]string, len(s.Standings))
	for i, standing := range s.Standings {
		rooms[i] = standing.Room
	}
	return rooms
}
