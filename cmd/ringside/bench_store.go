package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"

	"ringside/config"
	"ringside/ledger"
	"ringside/secret"
)

// benchDrop is for dropping a database after all else ended.
const benchDrop = 30 * time.Second

// benchStore is an empty ledger of one measurement.
type benchStore struct {
	config.Ledger
	remove func() error
}

// newStore makes a ledger of its own: a file in the folder, or a database on the server.
func (b *bench) newStore(ctx context.Context, p benchPlace) (benchStore, error) {
	if p.store == inPostgres {
		return b.newDatabase(ctx)
	}
	folder, err := os.MkdirTemp(b.folder, "ledger-")
	if err != nil {
		return benchStore{}, err
	}
	return benchStore{
		Ledger: config.Ledger{DSN: secret.New("sqlite:" + filepath.Join(folder, "ringside.db"))},
		remove: func() error { return os.RemoveAll(folder) },
	}, nil
}

func (b *bench) newDatabase(ctx context.Context) (benchStore, error) {
	name := "ringside_bench_" + strings.ToLower(rand.Text()[:12])
	u, err := url.Parse(b.postgres.Reveal())
	if err != nil {
		return benchStore{}, errors.New("the address of the PostgreSQL server can't be read")
	}
	if err := b.onServer(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return benchStore{}, err
	}
	u.Path = "/" + name
	return benchStore{Ledger: config.Ledger{DSN: secret.New(u.String())}, remove: func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), benchDrop)
		defer cancel()
		return b.onServer(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}}, nil
}

// onServer runs one statement on the given server. Its errors show no password.
func (b *bench) onServer(ctx context.Context, statement string) (err error) {
	db, err := sql.Open("pgx", b.postgres.Reveal())
	if err != nil {
		return errors.New("the address of the PostgreSQL server can't be read")
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("on the PostgreSQL server: %w", err)
	}
	return nil
}

// with opens the ledger for as long as use takes.
func (s benchStore) with(ctx context.Context, use func(*ledger.Ledger) error) error {
	l, err := storeOf(s.Ledger).open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(use(l), l.Close())
}
