package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"ringside/secret"
)

// OpenAuditPostgres opens the ledger in a PostgreSQL database to be read alone: it takes no lock and brings no table up to
// date.
func OpenAuditPostgres(ctx context.Context, dsn secret.Value) (*Audit, error) {
	config, err := configOf(dsn)
	if err != nil {
		return nil, err
	}
	a := &Audit{
		db:     openPool(config, 1, map[string]string{"default_transaction_read_only": "on", "statement_timeout": "0"}),
		moment: &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		choose: chooseInPostgres,
		ends:   endsAsNoted,
	}
	if err := a.probe(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s can't be read as a ledger: %w", whereOf(config), err), a.db.Close())
	}
	return a, nil
}

// chosenInPostgres is what chosen is for a file.
const chosenInPostgres = `SELECT e.seq, e.at, e.op, e.kind, e.actor, e.body, e.hash, COALESCE(o.battle, ''), COALESCE(o.alias, ''),
	COALESCE((SELECT json_agg(json_build_object('room', room, 'points', points) ORDER BY n)::TEXT FROM op_rooms WHERE op = o.id), '[]')
	FROM events e LEFT JOIN operations o ON o.id = e.op
	WHERE ($1::BIGINT = 0 OR e.at >= $1::BIGINT) AND ($2::BIGINT = 0 OR e.at < $2::BIGINT)
	AND ($3::TEXT = '' OR e.actor = $3
		OR e.op IN (SELECT id FROM operations WHERE asker = $3 OR confirmed_by = $3)
		OR e.op <> '' AND e.op IN (SELECT op FROM events WHERE kind = 'resolved' AND actor = $3))
	AND ($4::TEXT = '' OR e.op IN (SELECT id FROM operations WHERE $4 IN (battle, alias)
			OR battle IN (SELECT id FROM battles WHERE alias = $4))
		OR e.op = '' AND ($4 IN (json_named(e.body, 'battle'), json_named(e.body, 'alias'))
			OR json_named(e.body, 'battle') IN (SELECT id FROM battles WHERE alias = $4)))
	ORDER BY e.seq`

func chooseInPostgres(f Filter) (query string, args []any) {
	return chosenInPostgres, []any{micro(f.From), micro(f.Until), f.Person, f.Battle}
}

// endsAsNoted holds a whole chain against the row that notes its end: it names events that are gone, or that are others
// now.
func endsAsNoted(ctx context.Context, q querier, w *walk) error {
	noted, err := scanOneContext(ctx, q, func(scan scanner) (end head, err error) {
		var hash []byte
		if err := scan(&end.seq, &hash); err != nil {
			return head{}, err
		}
		return end, end.put(hash)
	}, `SELECT seq, hash FROM chain WHERE id = 1`)
	if err != nil {
		return err
	}
	witness := Witness{Anchor: fmt.Sprintf("%d:%s", noted.seq, digest(noted.hash))}
	switch {
	case noted.seq > w.Events:
		w.accuse(CutOff, witness)
	case noted.seq < w.Events || noted.hash != w.Hash:
		w.accuse(Rewritten, witness)
	}
	return nil
}
