package ledger

import (
	"context"
	"time"
)

// Hold has a battle to itself: while it lives, no intent of another owner begins there.
type Hold struct {
	Battle string
	Owner  string // of the intent it is taken for
	By     string // the person who asked, for those who must wait
	Since  time.Time
	Until  time.Time
}

// Hold takes a battle for one owner, or gives its own hold a new end. The error is a *HeldError while the hold of
// another owner lives or an intent of another owner may still be sent. Settle of the owner's overwrite gives it up.
func (l *Ledger) Hold(ctx context.Context, h Hold) error {
	return l.writer.do(ctx, func(t *tx) error {
		if _, err := t.excluded(h.Battle, h.Owner, h.Since); err != nil {
			return err
		}
		if err := t.underWay(h); err != nil {
			return err
		}
		err := t.exec(`INSERT INTO holds (battle, owner, by, since, until) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (battle) DO UPDATE SET owner = excluded.owner, by = excluded.by, since = excluded.since,
			until = excluded.until`, h.Battle, h.Owner, h.By, micro(h.Since), micro(h.Until))
		return err
	})
}

// Release gives a hold up. It is no error when the owner has none.
func (l *Ledger) Release(ctx context.Context, battle, owner string) error {
	return l.writer.do(ctx, func(t *tx) error { return t.release(battle, owner) })
}

func (t *tx) release(battle, owner string) error {
	err := t.exec(`DELETE FROM holds WHERE battle = ? AND owner = ?`, battle, owner)
	return err
}

// excluded reports whether owner has the battle to itself. The error is a *HeldError while somebody else has.
func (t *tx) excluded(battle, owner string, at time.Time) (own bool, err error) {
	found, err := t.holds(battle, at)
	if err != nil || len(found) == 0 {
		return false, err
	}
	if found[0].Owner != owner {
		return false, &HeldError{By: found[0].By, Since: found[0].Since}
	}
	return true, nil
}

// holds returns the living hold of a battle, if there is one.
func (t *tx) holds(battle string, at time.Time) ([]Hold, error) {
	return scanAll(t, scanHold, `SELECT battle, owner, by, since, until FROM holds WHERE battle = ? AND until > ?`,
		battle, micro(at))
}

func scanHold(scan scanner) (Hold, error) {
	var h Hold
	var since, until int64
	err := scan(&h.Battle, &h.Owner, &h.By, &since, &until)
	h.Since, h.Until = fromMicro(since), fromMicro(until)
	return h, err
}

// underWay returns a *HeldError while an intent of another owner may still be sent. What is added to the battle makes SQLite begin
// with the few open intents of all battles, not with the long past of this one.
func (t *tx) underWay(h Hold) error {
	found, err := scanAll(t, func(scan scanner) (HeldError, error) {
		var held HeldError
		var created int64
		err := scan(&held.By, &created)
		held.Since = fromMicro(created)
		return held, err
	}, `SELECT asker, created FROM operations WHERE `+isOpen+` AND state = 'intent' AND lease > ?
		AND battle || '' = ? AND owner <> ? LIMIT 1`, micro(h.Since), h.Battle, h.Owner)
	if err != nil || len(found) == 0 {
		return err
	}
	return &found[0]
}
