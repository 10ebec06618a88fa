package main

import (
	"context"

	"ringside/config"
	"ringside/ledger"
	"ringside/secret"
)

// store says where the ledger is: in a file, or else in a PostgreSQL database.
type store struct {
	path string
	dsn  secret.Value
}

func storeOf(l config.Ledger) store { return store{path: l.Path(), dsn: l.DSN} }

func (s store) open(ctx context.Context) (*ledger.Ledger, error) {
	if s.path != "" {
		return ledger.Open(ctx, s.path, holder())
	}
	return ledger.OpenPostgres(ctx, s.dsn)
}

// openAudit opens the ledger to be read alone.
func (s store) openAudit(ctx context.Context) (*ledger.Audit, error) {
	if s.path != "" {
		return ledger.OpenAudit(ctx, s.path)
	}
	return ledger.OpenAuditPostgres(ctx, s.dsn)
}
