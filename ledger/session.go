package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// session is the writer's connection with its prepared statements and the end of the chain as it read it.
type session struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	head  head
	fault func(statement string) error // called before each statement; its error takes the statement's place
}

// openSession connects to a migrated database and reads the end of its chain.
func openSession(dsn string, fault func(string) error) (*session, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dsn, err)
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect: %w", err), db.Close())
	}
	s := &session{db: db, conn: conn, stmts: map[string]*sql.Stmt{}, fault: fault}
	if err := s.readHead(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) readHead() error {
	const query = `SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1`
	if err := s.fault(query); err != nil {
		return err
	}
	var hash []byte
	err := s.conn.QueryRowContext(context.Background(), query).Scan(&s.head.seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the end of the audit chain: %w", err)
	}
	if len(hash) != len(s.head.hash) {
		return fmt.Errorf("event %d of the audit chain has a hash of %d bytes", s.head.seq, len(hash))
	}
	copy(s.head.hash[:], hash)
	return nil
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
func (s *session) stmt(query string) (*sql.Stmt, error) {
	if err := s.fault(query); err != nil {
		return nil, err
	}
	if prepared, ok := s.stmts[query]; ok {
		return prepared, nil
	}
	prepared, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.stmts[query] = prepared
	return prepared, nil
}

// tx is the open transaction of one batch, with the chain's end as it moves.
type tx struct {
	*session
	head head
}

// exec runs a statement. It takes no context: a batch, once begun, is ended by the disk alone.
func (t *tx) exec(query string, args ...any) (sql.Result, error) {
	prepared, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return prepared.ExecContext(context.Background(), args...)
}

// changed runs a statement and returns how many rows it touched.
func (t *tx) changed(query string, args ...any) (int64, error) {
	result, err := t.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// QueryContext makes a tx a place to read from, like the pool of readers.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	prepared, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return prepared.QueryContext(ctx, args...)
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
