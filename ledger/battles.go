package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// See writes what is known of a battle now; its alias stays as it is.
func (l *Ledger) See(ctx context.Context, b Battle) error {
	rooms, err := json.Marshal(b.Rooms)
	if err != nil {
		return fmt.Errorf("encode rooms: %w", err)
	}
	return l.writer.do(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO battles (id, alias, rooms, started, ends, ended, seen) VALUES (?, '', ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET rooms = excluded.rooms, started = excluded.started, ends = excluded.ends,
			ended = excluded.ended, seen = excluded.seen`,
			b.ID, string(rooms), micro(b.Started), micro(b.Ends), micro(b.Ended), micro(b.Seen))
		return err
	})
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
		n, err := t.changed(`UPDATE battles SET alias = ? WHERE id = ?`, alias, battle)
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

const battleColumns = `SELECT id, alias, rooms, started, ends, ended, seen FROM battles `

func scanBattle(scan scanner) (Battle, error) {
	var b Battle
	var rooms string
	var started, ends, ended, seen int64
	if err := scan(&b.ID, &b.Alias, &rooms, &started, &ends, &ended, &seen); err != nil {
		return Battle{}, err
	}
	b.Started, b.Ends, b.Ended, b.Seen = fromMicro(started), fromMicro(ends), fromMicro(ended), fromMicro(seen)
	if err := json.Unmarshal([]byte(rooms), &b.Rooms); err != nil {
		return Battle{}, fmt.Errorf("decode the rooms of battle %s: %w", b.ID, err)
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
