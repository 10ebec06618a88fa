package ledger

import (
	"context"
	"slices"
	"time"
)

const (
	// keyLife is how long the key of an ask is remembered, so that a redelivered one acts once.
	keyLife = time.Hour
	// buttonLife is how long a button is remembered after it expired, so that a late press can be told what became of it.
	buttonLife = 24 * time.Hour
	// replyLife is longer than any platform lets a person be answered through what he was given with his ask.
	replyLife = 35 * time.Minute
	// holdLinger is how long a hold is kept after its end. Nobody asks for it, but clocks differ.
	holdLinger = time.Minute
)

// Swept is what a sweep has found.
type Swept struct {
	Unknown []Operation // intents that it settled as unknown
	Expired []Operation // questions that it closed
}

// Sweep settles as unknown every intent whose lease has run out, and as expired every question whose deadline has
// passed; it forgets keys, buttons, posts, places to reply to and holds that are past use.
func (l *Ledger) Sweep(ctx context.Context, now time.Time, actor string) (Swept, error) {
	return write(ctx, l, func(t *tx) (s Swept, err error) {
		if s.Unknown, err = t.sweepIntents(now, actor); err != nil {
			return Swept{}, err
		}
		if s.Expired, err = t.sweepQuestions(now, actor); err != nil {
			return Swept{}, err
		}
		return s, t.forget(now)
	})
}

// isOpen is the condition of the index operations_open in the index's own words: SQLite does not use a partial index
// for less (https://www.sqlite.org/partialindex.html), and would read every operation there ever was.
const isOpen = `state IN ('pending', 'intent')`

func (t *tx) sweepIntents(now time.Time, actor string) ([]Operation, error) {
	ids, err := scanAll(t, scanString, `SELECT id FROM operations WHERE `+isOpen+` AND state = 'intent' AND lease <= ? LIMIT 500`, micro(now))
	if err != nil {
		return nil, err
	}
	swept := make([]Operation, 0, len(ids))
	for _, id := range ids {
		o, err := operation(t, id)
		if err != nil {
			return nil, err
		}
		if o, err = t.settle(o, unknownVerdict(o, now), actor, "swept"); err != nil {
			return nil, err
		}
		swept = append(swept, o)
	}
	return swept, nil
}

// unknownVerdict is what a sweep makes of an intent. The lease outlived all that could be under way, so that a read
// can show at once what became of it.
func unknownVerdict(o Operation, now time.Time) Verdict {
	v := Verdict{Operation: o.ID, At: now, LookAfter: now, Rooms: slices.Clone(o.Rooms)}
	for i := range v.Rooms {
		v.Rooms[i].Outcome, v.Rooms[i].Reason = Unknown, SweptReason
	}
	return v
}

func (t *tx) sweepQuestions(now time.Time, actor string) ([]Operation, error) {
	ids, err := scanAll(t, scanString, `SELECT id FROM operations WHERE `+isOpen+` AND state = 'pending' AND expires <= ? LIMIT 500`, micro(now))
	if err != nil {
		return nil, err
	}
	expired := make([]Operation, 0, len(ids))
	for _, id := range ids {
		o, err := t.closeQuestion(id, Expired, actor, now)
		if err != nil {
			return nil, err
		}
		expired = append(expired, o)
	}
	return expired, nil
}

// forget deletes what is past use. Each condition is an index's, or reads a table that stays small.
func (t *tx) forget(now time.Time) error {
	if err := t.exec(`DELETE FROM asks WHERE at < ?`, micro(now.Add(-keyLife))); err != nil {
		return err
	}
	if err := t.exec(`UPDATE operations SET reply_to = '' WHERE reply_to <> '' AND created < ?`, micro(now.Add(-replyLife))); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM holds WHERE until < ?`, micro(now.Add(-holdLinger))); err != nil {
		return err
	}
	return t.forgetButtons(now)
}

func (t *tx) forgetButtons(now time.Time) error {
	gone, err := t.changed(`DELETE FROM buttons WHERE expires < ?`, micro(now.Add(-buttonLife)))
	if err != nil || gone == 0 {
		return err
	}
	err = t.exec(`DELETE FROM posts WHERE NOT EXISTS (SELECT 1 FROM buttons WHERE buttons.op = posts.op)`)
	return err
}
