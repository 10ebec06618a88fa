package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named "sqlite", pure Go
)

// Open opens the SQLite ledger at path, makes it where there is none, and brings its tables up to date.
// holder is what another process is told while this one has the file. The error is a *LockedError when
// another process holds it.
func Open(ctx context.Context, path, holder string, opts ...Option) (*Ledger, error) {
	o := optionsOf(opts)
	held, err := acquire(path, holder)
	if err != nil {
		return nil, err
	}
	l, err := open(ctx, path, held, o)
	if err != nil {
		return nil, errors.Join(err, held.release())
	}
	return l, nil
}

func open(ctx context.Context, path string, held *lock, o options) (*Ledger, error) {
	if err := migrate(ctx, path); err != nil {
		return nil, fmt.Errorf("prepare the ledger %s: %w", path, err)
	}
	db, err := sql.Open("sqlite", address(path, "query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("open the ledger %s: %w", path, err)
	}
	db.SetMaxOpenConns(4)
	w, err := newWriter(func() (*session, error) { return openSession(address(path), o.fault) })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger %s: %w", path, err), db.Close())
	}
	return &Ledger{lock: held, readers: &pool{DB: db, words: asWritten}, writer: w}, nil
}

// openSession connects the writer to a migrated file. The end of the chain is read once: nobody else writes
// (https://www.sqlite.org/wal.html).
func openSession(dsn string, fault func(string) error) (*session, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dsn, err)
	}
	end, dialect := head{}, &dialect{words: asWritten}
	dialect.begin = func(t *tx) error {
		t.head = end
		err := t.exec("BEGIN IMMEDIATE")
		return err
	}
	dialect.kept = func(t *tx) { end = t.head }
	s, err := connect(context.Background(), db, dialect, fault)
	if err != nil {
		return nil, err
	}
	if end, err = s.lastEvent(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// address is the driver's name for the file at path, with the settings that the promise rests on: a
// write-ahead log that is synced at every commit. What savepoints could have to take back is kept in memory, not in
// a file: it is of no use once the process is gone.
func address(path string, pragmas ...string) string {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "foreign_keys(1)", "temp_store(MEMORY)",
	}, pragmas...)}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
}

// migrate brings the tables up to date and syncs the folder, so that a power cut can't lose the file's name.
func migrate(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", address(path))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	steps, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return errors.Join(err, db.Close())
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = provider.Up(ctx)
	return errors.Join(err, db.Close(), syncFolder(filepath.Dir(path)))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the folder of the ledger that the settings name
	if err != nil {
		return fmt.Errorf("sync the ledger's folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
