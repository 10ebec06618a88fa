package commands_test

import (
	"testing"

	"ringside/ledger/postgrestest"
)

// TestOnPostgres runs every test of this package once more, with the ledger in a real PostgreSQL server.
func TestOnPostgres(t *testing.T) { postgrestest.Rerun(t) } //nolint:paralleltest // a whole run of its own
