package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// session is the writer's connection with its prepared statements.
type session struct {
	*dialect

	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	fault func(statement string) error // called before each statement; its error takes the statement's place
}

// connect opens the writer's connection. If it fails, db is closed.
func connect(ctx context.Context, db *sql.DB, d *dialect, fault func(string) error) (*session, error) {
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect: %w", err), db.Close())
	}
	return &session{dialect: d, db: db, conn: conn, stmts: map[string]*sql.Stmt{}, fault: fault}, nil
}

// lastEvent reads the end of the chain of events.
func (s *session) lastEvent() (end head, err error) {
	const query = `SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1`
	if err := s.fault(query); err != nil {
		return head{}, err
	}
	var hash []byte
	err = s.conn.QueryRowContext(context.Background(), query).Scan(&end.seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return head{}, nil
	}
	if err != nil {
		return head{}, fmt.Errorf("read the end of the audit chain: %w", err)
	}
	return end, end.put(hash)
}

// close gives everything back; what fails here has nothing left to lose.
func (s *session) close() {
	for _, stmt := range s.stmts {
		_ = stmt.Close()
	}
	_ = s.conn.Close()
	_ = s.db.Close()
}

// stmt returns the prepared form of query, made on its first use.
func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if err := t.fault(query); err != nil {
		return nil, err
	}
	if prepared, ok := t.stmts[query]; ok {
		return prepared, nil
	}
	prepared, err := t.conn.PrepareContext(t.ctx, t.words(query))
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	t.stmts[query] = prepared
	return prepared, nil
}

// ready returns the prepared form of a query whose result is wanted now.
func (t *tx) ready(query string) (*sql.Stmt, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.stmt(query)
}

// tx is the open transaction of one batch, with the chain's end as it moves.
type tx struct {
	*session

	ctx  context.Context //nolint:containedctx // no caller ends a batch once it has begun; the dialect's limit does
	head head

	queued []statement // that wait to be sent
	sent   int         // how many times some were
}

// statement is one that was not sent yet.
type statement struct {
	words string
	args  []any
}

// exec runs a statement of which nothing is asked. Where the dialect sends several at a time it may only wait to be sent:
// what comes of it is told by the next query, or by flush.
func (t *tx) exec(query string, args ...any) error {
	if t.send == nil {
		prepared, err := t.stmt(query)
		if err != nil {
			return err
		}
		_, err = prepared.ExecContext(t.ctx, tidy(args)...)
		return err
	}
	if err := t.fault(query); err != nil {
		return err
	}
	t.queued = append(t.queued, statement{t.words(query), tidy(args)})
	return nil
}

// flush sends what waits.
func (t *tx) flush() error {
	if len(t.queued) == 0 {
		return nil
	}
	queued := t.queued
	t.queued = nil
	t.sent++
	return t.send(t, queued)
}

// tidy takes out of texts what PostgreSQL has no place for: the NUL character, and bytes that are no UTF-8.
func tidy(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = tidyText(text)
		}
	}
	return args
}

func tidyText(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// changed runs a statement and returns how many rows it touched.
func (t *tx) changed(query string, args ...any) (int64, error) {
	prepared, err := t.ready(query)
	if err != nil {
		return 0, err
	}
	result, err := prepared.ExecContext(t.ctx, tidy(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// QueryContext makes a tx a place to read from, like the pool of readers. The transaction's own limit holds for it.
func (t *tx) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	prepared, err := t.ready(query)
	if err != nil {
		return nil, err
	}
	return prepared.QueryContext(t.ctx, args...)
}

// querier is what reading needs: the readers' pool, or the open transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
