package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	pastAge   = 24 * time.Hour // so old that nothing about it is of any concern any more
	recentAge = time.Hour      // in the same show
	pastChunk = 50_000         // operations in one transaction
)

// The past is written by the database itself, in words that SQLite and PostgreSQL share: from $1 to $2 are the numbers of the operations, $3 is
// their battle and $4 their time. Ids lie all over the index, as real ones do.
const (
	pastIDs = `WITH RECURSIVE numbers (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST($2 AS BIGINT)),
	keys AS (SELECT n, (n * 654435761) % 1073741824 AS k FROM numbers),
	past AS (SELECT n, substr(a, CAST(k % 32 + 1 AS INTEGER), 1) || substr(a, CAST(k / 32 % 32 + 1 AS INTEGER), 1) ||
		substr(a, CAST(k / 1024 % 32 + 1 AS INTEGER), 1) || substr(a, CAST(k / 32768 % 32 + 1 AS INTEGER), 1) ||
		substr(a, CAST(k / 1048576 % 32 + 1 AS INTEGER), 1) || substr(a, CAST(k / 33554432 % 32 + 1 AS INTEGER), 1) AS id,
		CAST($3 AS TEXT) AS battle, CAST($4 AS BIGINT) AS at
		FROM keys, (SELECT '0123456789abcdefghjkmnpqrstvwxyz' AS a) AS letters)
	`
	pastOperations = pastIDs + `INSERT INTO operations (id, kind, battle, alias, asker, asker_name, channel, state, created, expires, owner,
		lease, send_by, sends, settled, told, confirmed_by, source, digest, doc, news)
		SELECT id, 'add', battle, '', 'slack:T0BENCH/user/U0', 'mika', 'slack:T0BENCH/C0', 'settled', at, 0, 'run-0',
		at, at, 1, at, at, '', '', '0123456789abcdef', '{"confirm_over":1000,"call":{"written":true,"complete":true,"http_status":200}}', at FROM past`
	pastRooms = pastIDs + `INSERT INTO op_rooms (op, n, battle, room, points, before, outcome, reason, code)
		SELECT id, 0, battle, 'pk-0-0', 1, NULL, 'applied', '', 0 FROM past`
	pastEvents = pastIDs + `INSERT INTO events (seq, at, op, kind, actor, body, hash)
		SELECT 2 * n + $5, at, id, 'settled', 'run-0', '{"kind":"add","battle":"' || battle || '","rooms":[{"room":"pk-0-0","points":1}],"asker":"slack:T0BENCH/user/U0"}',
		CAST($6 AS BYTES) FROM past`
)

// age gives a ledger a past: its battles were written a minute ago, and before there were so many events of operations on
// the battle, two for each. The hashes of the chain are made up: nothing but its end is read when it grows.
func (s benchStore) age(ctx context.Context, age time.Duration, events int, battle string) (err error) {
	driver, address := "pgx", s.DSN.Reveal()
	if s.Path() != "" {
		driver, address = "sqlite", "file:"+s.Path()+"?_pragma=synchronous(OFF)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, `UPDATE battles SET changed = changed - 60000000`); err != nil {
		return err
	}
	at := time.Now().Add(-age).UnixMicro()
	for from := 0; from < events/2; from += pastChunk {
		if err := s.fillChunk(ctx, db, from, min(from+pastChunk, events/2)-1, battle, at); err != nil {
			return fmt.Errorf("fill the ledger: %w", err)
		}
	}
	return s.endPast(ctx, db, events)
}

func (s benchStore) fillChunk(ctx context.Context, db *sql.DB, from, to int, battle string, at int64) error {
	bytes := "BYTEA" // the one type that the two call differently
	if s.Path() != "" {
		bytes = "BLOB"
	}
	events := strings.ReplaceAll(pastEvents, "BYTES", bytes)
	span := []any{from, to, battle, at}
	for _, part := range []struct {
		words string
		args  []any
	}{
		{pastOperations, span},
		{pastRooms, span},
		{events, append(span[:4:4], 1, make([]byte, 32))},
		{events, append(span[:4:4], 2, make([]byte, 32))},
	} {
		if _, err := db.ExecContext(ctx, part.words, part.args...); err != nil {
			return err
		}
	}
	return nil
}

// endPast tells the ledger where its chain ends now, where that is kept apart.
func (s benchStore) endPast(ctx context.Context, db *sql.DB, events int) error {
	if s.Path() != "" || events == 0 {
		return nil
	}
	if _, err := db.ExecContext(ctx, `UPDATE chain SET seq = $1, hash = $2 WHERE id = 1`, events, make([]byte, 32)); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, `VACUUM ANALYZE`)
	return err
}
