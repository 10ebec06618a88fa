package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Filter chooses events. What is left empty chooses all.
type Filter struct {
	Battle string    // an id, or an alias that the battle has or had when it was asked for
	Person string    // who caused the event, or asked for, confirmed or resolved its operation
	From   time.Time // the first moment
	Until  time.Time // the first moment no more
}

// chosen selects events by a Filter. An event without an operation, such as that of a new name, tells its battle in its
// body.
const chosen = `SELECT e.seq, e.at, e.op, e.kind, e.actor, e.body, e.hash, COALESCE(o.battle, ''), COALESCE(o.alias, ''),
	(SELECT json_group_array(json_object('room', room, 'points', points) ORDER BY n) FROM op_rooms WHERE op = o.id)
	FROM events e LEFT JOIN operations o ON o.id = e.op
	WHERE (:from = 0 OR e.at >= :from) AND (:until = 0 OR e.at < :until)
	AND (:person = '' OR e.actor = :person
		OR e.op IN (SELECT id FROM operations WHERE asker = :person OR confirmed_by = :person)
		OR e.op <> '' AND e.op IN (SELECT op FROM events WHERE kind = 'resolved' AND actor = :person))
	AND (:battle = '' OR e.op IN (SELECT id FROM operations WHERE :battle IN (battle, alias)
			OR battle IN (SELECT id FROM battles WHERE alias = :battle))
		OR e.op = '' AND json_valid(e.body) AND (:battle IN (e.body ->> '$.battle', e.body ->> '$.alias')
			OR e.body ->> '$.battle' IN (SELECT id FROM battles WHERE alias = :battle)))
	ORDER BY e.seq`

func chooseInFile(f Filter) (query string, args []any) {
	return chosen, []any{
		sql.Named("from", micro(f.From)), sql.Named("until", micro(f.Until)), sql.Named("person", f.Person), sql.Named("battle", f.Battle),
	}
}

// Export writes the events that the filter chooses to w, in the order of the chain, and returns how many they are. It
// takes no more memory for many than for few. It does not verify them, and it knows nothing of reply addresses.
func (a *Audit) Export(ctx context.Context, w io.Writer, as Format, f Filter) (events int64, err error) {
	out, err := as.encoder(w)
	if err != nil {
		return 0, err
	}
	query, args := a.choose(f)
	rows, err := a.db.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("read the audit chain: %w", err)
	}
	defer rows.Close() //nolint:errcheck // what Close could say, Err says
	for ; rows.Next(); events++ {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return events, fmt.Errorf("read the audit chain: %w", err)
		}
		if err := out.write(e); err != nil {
			return events, fmt.Errorf("write event %d: %w", e.Seq, err)
		}
	}
	if err := rows.Err(); err != nil {
		return events, fmt.Errorf("read the audit chain: %w", err)
	}
	return events, errors.Join(out.flush(), a.undisturbed())
}

// entry is an event with what it is about.
type entry struct {
	Event
	battle, alias string
	rooms         []roomContent // with outcomes only where the event itself tells them
	hash          []byte        // whatever stands there
}

// scanEntry takes what the event itself says, and what it leaves out from its operation's record.
func scanEntry(scan scanner) (entry, error) {
	var e entry
	var at int64
	var rooms string
	if err := scan(&e.Seq, &at, &e.Op, &e.Kind, &e.Actor, &e.Body, &e.hash, &e.battle, &e.alias, &rooms); err != nil {
		return entry{}, err
	}
	e.At = fromMicro(at)
	var said struct {
		Battle, Alias string
		Rooms         []roomContent
		Disproved     []string
	}
	_ = json.Unmarshal([]byte(e.Body), &said) // what can't be read is exported as it is
	if said.Battle != "" {
		e.battle = said.Battle
	}
	if said.Alias != "" {
		e.alias = said.Alias
	}
	if e.rooms = said.Rooms; e.rooms == nil {
		_ = json.Unmarshal([]byte(rooms), &e.rooms) // as above
	}
	for i, r := range e.rooms {
		switch { // what a look has proved
		case slices.Contains(said.Disproved, r.Room):
			e.rooms[i].Outcome = NotApplied
		case e.Kind == "looked" && said.Battle != "":
			e.rooms[i].Outcome = Applied
		}
	}
	return e, nil
}
