// Package ledger keeps what Ringside promises to remember: operations, the questions that wait for a yes,
// the audit chain and the known battles. What a method reports as written has been synced to the disk.
//
// A ledger is a SQLite file, which one process holds, or a PostgreSQL database, which any number of processes share. In
// each process all writes go through one writer, which shares one transaction and one sync among all that wait; its reads
// never wait for a write.
package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"
)

//go:embed migrations
var migrations embed.FS

// Ledger is an open ledger. Its methods may be called at the same time.
type Ledger struct {
	lock    *lock // of a file; nil for PostgreSQL
	readers *pool
	writer  *writer
	side    *sql.DB // for what processes arrange among themselves; nil for a file
}

// Option changes how a Ledger is opened.
type Option func(*options)

type options struct {
	fault func(statement string) error
	now   func() time.Time
}

func optionsOf(opts []Option) options {
	o := options{fault: func(string) error { return nil }, now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WithClock sets the clock that is held against a PostgreSQL server's; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithFault lets a test make any call to the store fail. fault is called before every statement that the writer
// executes, reads and the borders of transactions included, one call at a time; its error is returned instead of
// running the statement.
func WithFault(fault func(statement string) error) Option {
	return func(o *options) { o.fault = fault }
}

// Close writes what was already queued, then gives the ledger up.
func (l *Ledger) Close() error {
	l.writer.close()
	err := l.readers.Close()
	if l.side != nil {
		err = errors.Join(err, l.side.Close())
	}
	if l.lock != nil {
		err = errors.Join(err, l.lock.release())
	}
	return err
}

// Shared reports whether other processes may write to the ledger at the same time.
func (l *Ledger) Shared() bool { return l.lock == nil }

// Reused reports whether another process may have had the ledger, and called the platform, until just now. For those that
// share a ledger their turns tell that.
func (l *Ledger) Reused() bool { return l.lock != nil && l.lock.reused }

// Ready reports whether the ledger takes writes now, a full disk or a database that is away included: it makes one.
func (l *Ledger) Ready(ctx context.Context) error {
	return l.writer.do(ctx, func(t *tx) error {
		err := t.exec(`INSERT INTO health (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, micro(time.Now()))
		return err
	})
}
