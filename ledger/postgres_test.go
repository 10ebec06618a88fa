package ledger_test

import (
	"testing"

	"ringside/ledger"
	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// TestOnPostgres runs every test of this package once more, on a real PostgreSQL server.
func TestOnPostgres(t *testing.T) {
	t.Parallel()
	postgrestest.Rerun(t)
}

func TestOpenPostgresTwice(t *testing.T) {
	t.Parallel()
	dsn := secret.New(postgrestest.Database(t))
	for range 2 {
		l, err := ledger.OpenPostgres(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}
