package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// See takes in what somebody told of a battle: it merges b with what is known, see Battle.Merge, and leaves the alias as
// it is. It is harmless to tell the same twice, or in another order than it happened.
func (l *Ledger) See(ctx context.Context, b Battle) error {
	return l.writer.do(ctx, func(t *tx) error { return t.see(b) })
}

func (t *tx) see(b Battle) error {
	fresh, err := rowOf(b)
	if err != nil {
		return err
	}
	known, err := scanOne(t, scanBattle, battleColumns+`WHERE id = ?`, b.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return t.putBattle(b.ID, fresh, b.Seen)
	case err != nil:
		return err
	}
	merged := known.Merge(b)
	before, err := rowOf(known)
	if err != nil {
		return err
	}
	after, err := rowOf(merged)
	if err != nil || after == before { // only heard of again
		return err
	}
	return t.putBattle(b.ID, after, merged.Seen)
}

func (t *tx) putBattle(id string, r battleRow, seen time.Time) error {
	err := t.exec(`INSERT INTO battles (id, alias, rooms, started, ends, ended, seen, duration, note, told, rooms_by, rooms_at,
		final, final_by, final_at, changed) VALUES (?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET rooms = excluded.rooms, started = excluded.started, ends = excluded.ends,
		ended = excluded.ended, seen = excluded.seen, duration = excluded.duration, note = excluded.note, told = excluded.told,
		rooms_by = excluded.rooms_by, rooms_at = excluded.rooms_at, final = excluded.final, final_by = excluded.final_by,
		final_at = excluded.final_at, changed = excluded.changed`,
		id, r.rooms, r.started, r.ends, r.ended, micro(seen), r.duration, r.note, r.told, r.roomsBy, r.roomsAt,
		r.final, r.finalBy, r.finalAt, micro(time.Now()))
	return err
}

// battleRow is what the ledger keeps of a battle, but for its names and when it was heard of.
type battleRow struct {
	rooms, note, final   string
	started, ends, ended int64
	duration             int64 // milliseconds
	told                 Source
	roomsBy, finalBy     Source
	roomsAt, finalAt     int64
}

func rowOf(b Battle) (battleRow, error) {
	rooms, err := json.Marshal(b.Rooms)
	if err != nil {
		return battleRow{}, fmt.Errorf("encode rooms: %w", err)
	}
	r := battleRow{
		rooms: string(rooms), note: b.Note, started: micro(b.Started), ends: micro(b.Ends), ended: micro(b.Ended),
		duration: b.Duration.Milliseconds(), told: b.Told,
		roomsBy: b.RoomsBy.Source, roomsAt: micro(b.RoomsBy.At), finalBy: b.FinalBy.Source, finalAt: micro(b.FinalBy.At),
	}
	if len(b.Final) == 0 {
		return r, nil
	}
	final, err := json.Marshal(b.Final)
	if err != nil {
		return battleRow{}, fmt.Errorf("encode scores: %w", err)
	}
	r.final = string(final)
	return r, nil
}

// Name gives a known battle an alias. ErrTaken says that another running battle has it, and ErrNotFound
// that the battle is not known.
func (l *Ledger) Name(ctx context.Context, battle, alias, by string, at time.Time) error {
	return l.writer.do(ctx, func(t *tx) error {
		holders, err := scanAll(t, scanString, `SELECT id FROM battles WHERE alias = ? AND ended = 0 AND id <> ?`, alias, battle)
		if err != nil {
			return err
		}
		if len(holders) > 0 {
			return ErrTaken
		}
		n, err := t.changed(`UPDATE battles SET alias = ?, changed = ? WHERE id = ?`, alias, micro(time.Now()), battle)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		_, err = t.append(at, "", "named", by, map[string]string{"battle": battle, "alias": alias})
		return err
	})
}

const battleColumns = `SELECT id, alias, rooms, started, ends, ended, seen, duration, note, told, rooms_by, rooms_at,
	final, final_by, final_at FROM battles `

func scanBattle(scan scanner) (Battle, error) {
	var b Battle
	var r battleRow
	var seen int64
	if err := scan(&b.ID, &b.Alias, &r.rooms, &r.started, &r.ends, &r.ended, &seen, &r.duration, &b.Note, &b.Told,
		&r.roomsBy, &r.roomsAt, &r.final, &r.finalBy, &r.finalAt); err != nil {
		return Battle{}, err
	}
	b.Started, b.Ends, b.Ended, b.Seen = fromMicro(r.started), fromMicro(r.ends), fromMicro(r.ended), fromMicro(seen)
	b.Duration = time.Duration(r.duration) * time.Millisecond
	b.RoomsBy = Account{Source: r.roomsBy, At: fromMicro(r.roomsAt)}
	b.FinalBy = Account{Source: r.finalBy, At: fromMicro(r.finalAt)}
	if err := json.Unmarshal([]byte(r.rooms), &b.Rooms); err != nil {
		return Battle{}, fmt.Errorf("decode the rooms of battle %s: %w", b.ID, err)
	}
	if r.final == "" {
		return b, nil
	}
	if err := json.Unmarshal([]byte(r.final), &b.Final); err != nil {
		return Battle{}, fmt.Errorf("decode the scores of battle %s: %w", b.ID, err)
	}
	return b, nil
}

// Battle returns the battle with the id, or ErrNotFound.
func (l *Ledger) Battle(ctx context.Context, id string) (Battle, error) {
	return scanOneContext(ctx, l.readers, scanBattle, battleColumns+`WHERE id = ?`, id)
}

// Running returns the battles that have not ended, the latest seen first.
func (l *Ledger) Running(ctx context.Context, limit int) ([]Battle, error) {
	return scanAllContext(ctx, l.readers, scanBattle, battleColumns+`WHERE ended = 0 ORDER BY seen DESC LIMIT ?`, limit)
}

// Ended returns the battles that ended since the given time, the latest first.
func (l *Ledger) Ended(ctx context.Context, since time.Time, limit int) ([]Battle, error) {
	return scanAllContext(ctx, l.readers, scanBattle,
		battleColumns+`WHERE ended <> 0 AND ended >= ? ORDER BY ended DESC LIMIT ?`, micro(since), limit)
}

// Changed returns the battles that were written since the given time by the writers' clocks, at most so many.
func (l *Ledger) Changed(ctx context.Context, since time.Time, limit int) ([]Battle, error) {
	return scanAllContext(ctx, l.readers, scanBattle, battleColumns+`WHERE changed > ? ORDER BY changed LIMIT ?`, micro(since), limit)
}
