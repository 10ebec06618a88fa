package ledger

import (
	"context"
	"fmt"
	"time"
)

// Watch is a message in a channel that shows a battle until its end.
type Watch struct {
	Channel string
	Battle  string
	Message string // as the platform knows it again
	By      string
	At      time.Time
}

// watchBody is what an event says of a watch.
type watchBody struct {
	Battle  string `json:"battle"`
	Channel string `json:"channel"`
}

// Watch begins a watch. It takes the place of the one that the channel has on the same battle.
func (l *Ledger) Watch(ctx context.Context, w Watch) error {
	return l.writer.do(ctx, func(t *tx) error {
		if err := t.exec(`INSERT INTO watches (channel, battle, message, by, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (channel, battle) DO UPDATE SET message = excluded.message, by = excluded.by, at = excluded.at`,
			w.Channel, w.Battle, w.Message, w.By, micro(w.At)); err != nil {
			return fmt.Errorf("record a watch: %w", err)
		}
		_, err := t.append(w.At, "", "watched", w.By, watchBody{Battle: w.Battle, Channel: w.Channel})
		return err
	})
}

// Unwatch ends a watch and returns it; by is who ends it. ErrNotFound says that there is none.
func (l *Ledger) Unwatch(ctx context.Context, channel, battle, by string, at time.Time) (Watch, error) {
	return write(ctx, l, func(t *tx) (Watch, error) {
		w, err := scanOne(t, scanWatch, watchColumns+`WHERE channel = ? AND battle = ?`, channel, battle)
		if err != nil {
			return Watch{}, err
		}
		if err := t.exec(`DELETE FROM watches WHERE channel = ? AND battle = ?`, channel, battle); err != nil {
			return Watch{}, err
		}
		_, err = t.append(at, "", "unwatched", by, watchBody{Battle: battle, Channel: channel})
		return w, err
	})
}

// Rewatch goes on with a watch in another message. ErrNotFound says that there is none.
func (l *Ledger) Rewatch(ctx context.Context, channel, battle, message string) error {
	return l.writer.do(ctx, func(t *tx) error {
		n, err := t.changed(`UPDATE watches SET message = ? WHERE channel = ? AND battle = ?`, message, channel, battle)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// Watches returns every watch, the oldest first.
func (l *Ledger) Watches(ctx context.Context) ([]Watch, error) {
	return scanAllContext(ctx, l.readers, scanWatch, watchColumns+`ORDER BY at, channel, battle`)
}

const watchColumns = `SELECT channel, battle, message, by, at FROM watches `

func scanWatch(scan scanner) (Watch, error) {
	var w Watch
	var at int64
	err := scan(&w.Channel, &w.Battle, &w.Message, &w.By, &at)
	w.At = fromMicro(at)
	return w, err
}
