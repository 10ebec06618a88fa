// Package ledger keeps what Ringside promises to remember: operations, the questions that wait for a yes,
// the audit chain and the known battles. What a method reports as written has been synced to the disk.
//
// One process holds a ledger's file. Its writes go through one writer, which shares one transaction and
// one sync among all that wait (https://www.sqlite.org/wal.html); its reads never wait for a write.
package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named "sqlite", pure Go
)

//go:embed migrations
var migrations embed.FS

// Ledger is an open ledger. Its methods may be called at the same time.
type Ledger struct {
	lock    *lock
	readers *sql.DB
	writer  *writer
}

// Option changes how a Ledger is opened.
type Option func(*options)

type options struct{ fault func(statement string) error }

// WithFault lets a test make any call to the store fail. fault is called before every statement that the writer
// executes, reads and the borders of transactions included, one call at a time; its error is returned instead of
// running the statement.
func WithFault(fault func(statement string) error) Option {
	return func(o *options) { o.fault = fault }
}

// Open opens the SQLite ledger at path, makes it where there is none, and brings its tables up to date.
// holder is what another process is told while this one has the file. The error is a *LockedError when
// another process holds it.
func Open(ctx context.Context, path, holder string, opts ...Option) (*Ledger, error) {
	o := options{fault: func(string) error { return nil }}
	for _, opt := range opts {
		opt(&o)
	}
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
	readers, err := sql.Open("sqlite", address(path, "query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("open the ledger %s: %w", path, err)
	}
	readers.SetMaxOpenConns(4)
	w, err := newWriter(func() (*session, error) { return openSession(address(path), o.fault) })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger %s: %w", path, err), readers.Close())
	}
	return &Ledger{lock: held, readers: readers, writer: w}, nil
}

// Close writes what was already queued, then gives the file up.
func (l *Ledger) Close() error {
	l.writer.close()
	return errors.Join(l.readers.Close(), l.lock.release())
}

// Ready reports whether the ledger takes writes now, a full disk included: it makes one.
func (l *Ledger) Ready(ctx context.Context) error {
	return l.writer.do(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO health (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, micro(time.Now()))
		return err
	})
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
