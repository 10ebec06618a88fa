// Package ledgertest opens ledgers for the tests of other packages: files, or databases in a run on PostgreSQL, see package
// postgrestest.
package ledgertest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"ringside/ledger"
	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// Place returns where a new ledger of the test can stand: a path, or the URL of a database.
func Place(t testing.TB) string {
	t.Helper()
	if postgrestest.Chosen() {
		return postgrestest.Database(t)
	}
	return filepath.Join(t.TempDir(), "ringside.db")
}

// DSN returns a place as the settings write it.
func DSN(place string) string {
	if isDatabase(place) {
		return place
	}
	return "sqlite:" + place
}

// Open opens the ledger that stands at a place.
func Open(ctx context.Context, place string, opts ...ledger.Option) (*ledger.Ledger, error) {
	if isDatabase(place) {
		return ledger.OpenPostgres(ctx, secret.New(place), opts...)
	}
	return ledger.Open(ctx, place, "the test", opts...)
}

func isDatabase(place string) bool { return strings.HasPrefix(place, "postgres://") }
