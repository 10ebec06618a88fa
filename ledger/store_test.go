package ledger

import (
	"context"
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// Place returns where a new ledger of the test can stand: a file, or a database in the run on PostgreSQL.
func Place(t testing.TB) string {
	t.Helper()
	if postgrestest.Chosen() {
		return postgrestest.Database(t)
	}
	return filepath.Join(t.TempDir(), "ringside.db")
}

// OpenPlace opens the ledger that stands at a Place.
func OpenPlace(ctx context.Context, place, holder string, opts ...Option) (*Ledger, error) {
	if isDatabase(place) {
		return OpenPostgres(ctx, secret.New(place), opts...)
	}
	return Open(ctx, place, holder, opts...)
}

// OnlyFile skips a test about SQLite's file in the run on PostgreSQL.
func OnlyFile(t testing.TB) {
	t.Helper()
	if postgrestest.Chosen() {
		t.Skip("it is about SQLite's file") //nolint:forbidigo // it runs where the ledger is a file
	}
}

func isDatabase(place string) bool { return strings.HasPrefix(place, "postgres://") }

func openAuditAt(ctx context.Context, place string) (*Audit, error) {
	if isDatabase(place) {
		return OpenAuditPostgres(ctx, secret.New(place))
	}
	return OpenAudit(ctx, place)
}

// rawAt opens what keeps a ledger, for those who should not.
func rawAt(t testing.TB, place string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if isDatabase(place) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, place)
	must(t, err)
	db.SetMaxOpenConns(1)
	return db
}

var bytesInSQL = regexp.MustCompile(`(?i)x'([0-9a-f]*)'`)

// inWordsOf puts a statement with SQLite's bytes into the words of the place's database.
func inWordsOf(place, statement string) string {
	if isDatabase(place) {
		statement = strings.NewReplacer("PRAGMA foreign_keys = 0;", "SET session_replication_role = replica;", "zeroblob(32)", "decode(repeat('00', 32), 'hex')").Replace(statement)
		return bytesInSQL.ReplaceAllString(statement, `'\x$1'::bytea`)
	}
	return statement
}
