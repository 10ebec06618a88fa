package battles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// statusEnded is the one Status whose meaning the vendor's sample lets us infer
// (https://trtc.io/document/68256).
const statusEnded = 3

// For how long after a battle was last heard of the platform's word that there is none is not taken for its end: the
// part of the platform that answers may not have heard of it yet, and one that was created may wait for the called owners.
const (
	youth      = 10 * time.Second
	youthAwait = 5 * time.Minute // of a battle that is not known to have begun
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
	return b.read(ctx, tencent.ClassPerson, battle)
}

// Standings reads the scores of a battle.
func (b *Book) Standings(ctx context.Context, battle string) ([]ledger.Standing, error) {
	s, err := b.Read(ctx, battle)
	return s.Standings, err
}

func (b *Book) read(ctx context.Context, class tencent.Class, battle string) (Snapshot, error) {
	began := b.now()
	found, err := b.platform.BattleInfo(ctx, class, tencent.BattleQuery{ID: battle})
	if err != nil {
		if isGone(err) {
			b.noteGone(ctx, battle)
		}
		return Snapshot{}, fmt.Errorf("read the battle: %w", err)
	}
	if found.ID == "" {
		found.ID = battle
	}
	return b.note(ctx, found, began), nil
}

// isGone reports whether a read was answered with that there is no such battle, or not any more.
func isGone(err error) bool {
	var failed *tencent.CallError
	return errors.As(err, &failed) && failed.Gone()
}

// note turns the platform's word into a Snapshot, and remembers the battle.
func (b *Book) note(ctx context.Context, found tencent.Battle, began time.Time) Snapshot {
	s := Snapshot{Ref: Ref{ID: found.ID}, Started: found.Start, Ends: endOf(found), At: b.now()}
	s.Over = found.Status == statusEnded || (!s.Ends.IsZero() && !s.At.Before(s.Ends))
	for _, r := range found.Rooms {
		s.Standings = append(s.Standings, ledger.Standing{Room: r.Room, Score: r.Score})
	}
	s.Ref.Alias = b.remember(ctx, s, found, began).Alias
	return s
}

// endOf returns when a battle ends: as told, or as its start and duration say while the platform is silent.
func endOf(found tencent.Battle) time.Time {
	if found.End.After(found.Start) {
		return found.End
	}
	return planned(found.Start, found.Duration)
}

// planned returns when a battle ends that began then and lasts so long; zero when either is not known.
func planned(start time.Time, duration time.Duration) time.Time {
	if start.IsZero() || duration <= 0 {
		return time.Time{}
	}
	return start.Add(duration)
}

// remember notes a read in memory, and in the store when there is news. A store that can't take it now is told again
// with the next read.
func (b *Book) remember(ctx context.Context, s Snapshot, found tencent.Battle, began time.Time) *card {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), seeLimit)
	defer cancel()
	before, after := b.change(ctx, found.ID, func(c *card) {
		c.Battle = c.Merge(account(ledger.ToldRead, s.At, s.At, readAs(c, s, found, began)))
		c.heard, c.failed, c.retry = s.At, 0, time.Time{}
		if !began.Before(c.began) { // a slower read tells of an earlier moment
			c.scores, c.began, c.read = s.Standings, began, s.At
		}
	})
	b.keep(ctx, before, after)
	return after
}

// readAs is a read as an account of the battle. What began after the end, as told or planned, shows scores that can't
// change any more.
func readAs(c *card, s Snapshot, found tencent.Battle, began time.Time) ledger.Battle {
	told := ledger.Battle{ID: found.ID, Rooms: roomsOf(s), Started: s.Started, Ends: s.Ends, Duration: found.Duration}
	last := c.Ends
	if s.Ends.After(last) {
		last = s.Ends
	}
	if s.Over || past(last, began) {
		told.Ended = s.At
		if !last.IsZero() && last.Before(s.At) {
			told.Ended = last
		}
	}
	if found.Status == statusEnded || past(c.Ended, began) || past(last, began) {
		told.Final = s.Standings
	}
	return told
}

// past reports whether an end, if it is known, surely lies behind.
func past(end, now time.Time) bool { return !end.IsZero() && !now.Before(end.Add(endSlack)) }

// noteGone ends a battle of which the platform says that there is none.
func (b *Book) noteGone(ctx context.Context, battle string) {
	c, now := b.card(battle), b.now()
	if c == nil || !c.Ended.IsZero() {
		return
	}
	wait := youth
	if c.Started.IsZero() {
		wait = youthAwait
	}
	if now.Sub(c.heard) >= wait {
		b.end(ctx, battle, now)
	}
}

// end notes that a battle is over since the given time, although nobody told its last scores.
func (b *Book) end(ctx context.Context, battle string, at time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), seeLimit)
	defer cancel()
	before, after := b.change(ctx, battle, func(c *card) { c.Battle = c.Merge(ledger.Battle{ID: battle, Ended: at}) })
	b.keep(ctx, before, after)
}

// keep writes a card down if it says more than the one before it, or that one could not be written.
func (b *Book) keep(ctx context.Context, before, after *card) {
	if before.kept && sameFacts(before.Battle, after.Battle) {
		return
	}
	kept := b.store.See(ctx, after.Battle) == nil
	if kept != after.kept {
		b.change(ctx, after.ID, func(c *card) { c.kept = kept })
	}
}

// sameFacts reports whether two states of a battle differ in nothing but when it was heard of.
func sameFacts(x, y ledger.Battle) bool {
	return slices.Equal(x.Rooms, y.Rooms) && slices.Equal(x.Final, y.Final) && x.Note == y.Note && x.Duration == y.Duration &&
		x.Told == y.Told && x.Started.Equal(y.Started) && x.Ends.Equal(y.Ends) && x.Ended.Equal(y.Ended)
}

func roomsOf(s Snapshot) []string {
	rooms := make([]string, len(s.Standings))
	for i, standing := range s.Standings {
		rooms[i] = standing.Room
	}
	return rooms
}
