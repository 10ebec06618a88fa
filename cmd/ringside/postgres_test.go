package main

import (
	"testing"

	"ringside/ledger/postgrestest"
)

// TestOnPostgres runs every test of this package once more, with the ledger in a real PostgreSQL server.
func TestOnPostgres(t *testing.T) { postgrestest.Rerun(t) } //nolint:paralleltest // a whole run of its own

// onlyFile skips a test about SQLite's file in the run on PostgreSQL.
func onlyFile(t *testing.T) {
	t.Helper()
	if postgrestest.Chosen() {
		t.Skip("it is about SQLite's file") //nolint:forbidigo // it runs where the ledger is a file
	}
}
