package proof_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"
	_ "modernc.org/sqlite"             // the driver named "sqlite"
)

// books is a ledger's file, or its database, as an auditor reads it: beside the program, and with none of its code.
type books struct{ db *sql.DB }

func openBooks(path string) (*books, error) {
	if strings.HasPrefix(path, "postgres://") {
		db, err := sql.Open("pgx", path+"&default_transaction_read_only=on")
		return &books{db}, err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	return &books{db}, err
}

func (b *books) close() { _ = b.db.Close() }

// number returns the one number that a query leads to.
func (b *books) number(ctx context.Context, query string) (n int, err error) {
	err = b.db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// verify walks the audit chain: every event's hash is SHA-256 over the hash before it and the event's own fields, each
// text with its length before it. It returns how many events there are.
func (b *books) verify(ctx context.Context) (events int, err error) {
	rows, err := b.db.QueryContext(ctx, `SELECT seq, at, op, kind, actor, body, hash FROM events ORDER BY seq`)
	if err != nil {
		return 0, err
	}
	defer rows.Close() //nolint:errcheck // what Close could say, Err says
	prev := make([]byte, sha256.Size)
	for ; rows.Next(); events++ {
		var seq, at int64
		var texts [4]string
		var hash []byte
		if err := rows.Scan(&seq, &at, &texts[0], &texts[1], &texts[2], &texts[3], &hash); err != nil {
			return events, err
		}
		h := sha256.New()
		h.Write(prev)
		write := func(n int64) { _ = binary.Write(h, binary.BigEndian, n) }
		write(seq)
		write(at)
		for _, text := range texts {
			write(int64(len(text)))
			h.Write([]byte(text))
		}
		prev = h.Sum(nil)
		if seq != int64(events+1) || string(hash) != string(prev) {
			return events, fmt.Errorf("event %d is not what the chain says", seq)
		}
	}
	return events, rows.Err()
}
