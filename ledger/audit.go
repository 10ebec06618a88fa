package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
)

// Audit is a ledger that is only read, to prove what its audit chain holds. A process may hold the ledger meanwhile.
type Audit struct {
	db     *sql.DB
	moment *sql.TxOptions // for reads that belong together
	choose func(f Filter) (query string, args []any)
	ends   func(ctx context.Context, q querier, w *walk) error // holds the chain against what else tells of its end

	path  string
	still fs.FileInfo // the file as it was found while no process had it open; nil beside one that has, and for PostgreSQL
}

// OpenAudit opens the SQLite ledger at path to be read alone: it takes no lock of Ringside's, brings no table up to date
// and makes nothing, above all no ledger where there is none.
func OpenAudit(ctx context.Context, path string) (*Audit, error) {
	path = realName(path)
	found, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("there is no ledger to read: %w", err)
	}
	a := &Audit{path: path, choose: chooseInFile, ends: func(context.Context, querier, *walk) error { return nil }}
	if !a.inUse() {
		a.still = found
	}
	if a.db, err = sql.Open("sqlite", auditAddress(path, a.still != nil)); err != nil {
		return nil, fmt.Errorf("open the ledger %s: %w", path, err)
	}
	a.db.SetMaxOpenConns(1)
	if err := a.probe(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s can't be read as a ledger: %w", path, err), a.db.Close())
	}
	return a, nil
}

// Close gives the ledger up.
func (a *Audit) Close() error { return a.db.Close() }

// auditAddress is the driver's name for a file that is only read. A file that no process has open is immutable to SQLite,
// which then needs no files of its own beside it and leaves none: a back-up may lie where nothing can be written
// (https://www.sqlite.org/uri.html#uriimmutable).
func auditAddress(path string, still bool) string {
	query := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "busy_timeout(5000)", "temp_store(MEMORY)"}}
	if still {
		query.Set("immutable", "1")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
}

// inUse reports whether the file has a write-ahead log, as it has while a process holds it and after a crash.
func (a *Audit) inUse() bool {
	_, err := os.Stat(a.path + "-wal")
	return !errors.Is(err, fs.ErrNotExist)
}

// probe fails unless the file has what an audit reads.
func (a *Audit) probe(ctx context.Context) error {
	for _, query := range []string{
		`SELECT seq, at, op, kind, actor, body, hash FROM events LIMIT 0`,
		`SELECT id, battle, alias, asker, confirmed_by, state, settled, digest FROM operations LIMIT 0`,
	} {
		if _, err := scanAllContext(ctx, a.db, scanString, query); err != nil {
			return err
		}
	}
	return nil
}

// undisturbed fails when a file that no process had open was taken into use while it was read: what was read of an
// immutable file may then be of two different moments.
func (a *Audit) undisturbed() error {
	if a.still == nil {
		return nil
	}
	now, err := os.Stat(a.path)
	if err != nil {
		return fmt.Errorf("look at the ledger again: %w", err)
	}
	if a.inUse() || !now.ModTime().Equal(a.still.ModTime()) || now.Size() != a.still.Size() {
		return fmt.Errorf("the ledger %s was taken into use while it was read; try again", a.path)
	}
	return nil
}
