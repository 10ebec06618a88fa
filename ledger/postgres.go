package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	sessionlock "github.com/pressly/goose/v3/lock"

	"ringside/secret"
)

const (
	connectLimit = 2 * time.Second
	// writeLimit is for one transaction with its wait for those of other processes. A process that stops in the middle of
	// one loses it after idleLimit, so that it never holds the others up for longer.
	writeLimit = 5 * time.Second
	idleLimit  = 2 * time.Second
	readLimit  = 3 * time.Second // also when the server neither answers nor refuses
	// maxSkew is by how much this machine's clock may differ from the database's. Leases of one process are judged by the
	// clocks of others, with more than twice as much to spare.
	maxSkew = 2 * time.Second
)

// OpenPostgres opens the ledger in a PostgreSQL database, brings its tables up to date, and checks that what the server
// acknowledges is on its disk. dsn is a URL or a list of settings (https://www.postgresql.org/docs/15/libpq-connect.html);
// no error shows its password.
func OpenPostgres(ctx context.Context, dsn secret.Value, opts ...Option) (*Ledger, error) {
	o := optionsOf(opts)
	config, err := configOf(dsn)
	if err != nil {
		return nil, err
	}
	if err := preparePostgres(ctx, config); err != nil {
		return nil, fmt.Errorf("prepare the ledger in %s: %w", whereOf(config), err)
	}
	words := numbered()
	l := &Ledger{
		readers: &pool{DB: openPool(config, 8, map[string]string{"default_transaction_read_only": "on"}), words: words, limit: readLimit},
		side:    openPool(config, 8, nil),
	}
	d := postgresDialect(words, o.now)
	l.writer, err = newWriter(func() (*session, error) {
		ctx, cancel := context.WithTimeout(context.Background(), config.ConnectTimeout)
		defer cancel()
		return connect(ctx, openPool(config, 1, map[string]string{
			"idle_in_transaction_session_timeout": inMillis(idleLimit), "lock_timeout": inMillis(writeLimit),
		}), d, o.fault)
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger in %s: %w", whereOf(config), err), l.readers.Close(), l.side.Close())
	}
	return l, nil
}

// errAddress says no more, since what can't be read may hold the password anywhere.
const errAddress = constError("the address of the ledger's database can't be read; write \"postgres://user:password@host:5432/database\", with %40 for an @ in the password")

func configOf(dsn secret.Value) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn.Reveal())
	if err != nil {
		return nil, errAddress
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectLimit
	}
	return config, nil
}

// whereOf names a database for people, without user and password.
func whereOf(c *pgx.ConnConfig) string {
	return fmt.Sprintf("PostgreSQL at %s:%d/%s", c.Host, c.Port, c.Database)
}

func inMillis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// openPool returns connections to the database, none of which is made before it is needed.
func openPool(config *pgx.ConnConfig, size int, settings map[string]string) *sql.DB {
	own := config.Copy()
	own.RuntimeParams["application_name"] = "ringside"
	own.RuntimeParams["statement_timeout"] = inMillis(2 * writeLimit)
	maps.Copy(own.RuntimeParams, settings)
	db := stdlib.OpenDB(*own, stdlib.OptionAfterConnect(insistOnSync))
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db
}

// insistOnSync lets no commit of a connection be acknowledged before it is on the disk; what asks for more is left as it
// is (https://www.postgresql.org/docs/15/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT).
func insistOnSync(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')`)
	return err
}

// preparePostgres brings the tables up to date, one process at a time, and refuses a server that may lose what it
// acknowledged.
func preparePostgres(ctx context.Context, config *pgx.ConnConfig) (err error) {
	db := openPool(config, 2, map[string]string{"statement_timeout": "0"})
	defer func() { err = errors.Join(err, db.Close()) }()
	var fsync string
	if err := db.QueryRowContext(ctx, `SHOW fsync`).Scan(&fsync); err != nil {
		return err
	}
	if fsync != "on" {
		return errors.New("the server has fsync = off, so that a power cut loses what it acknowledged; set it to on")
	}
	steps, err := fs.Sub(migrations, "migrations/postgres")
	if err != nil {
		return err
	}
	locker, err := sessionlock.NewPostgresSessionLocker(sessionlock.WithLockTimeout(1, 60))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, steps, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// postgresDialect makes every write of every process begin with the lock of the row that holds the end of the chain. What
// a transaction then reads is all that was committed before it, and nothing changes under it.
func postgresDialect(words func(string) string, now func() time.Time) *dialect {
	return &dialect{
		words: words,
		limit: writeLimit,
		send:  sendTogether,
		doubt: 3 * time.Second,
		begin: func(t *tx) error {
			if err := t.exec("BEGIN"); err != nil {
				return err
			}
			return t.lockChain(now)
		},
		end: func(t *tx, began head) error {
			if t.head == began {
				return nil
			}
			err := t.exec(`UPDATE chain SET seq = ?, hash = ? WHERE id = 1`, t.head.seq, t.head.hash[:])
			return err
		},
	}
}

// sendTogether sends statements in one round trip. The first that fails ends the transaction, or takes it back to the job's
// beginning.
func sendTogether(t *tx, queued []statement) error {
	return t.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the driver is a %T", driver)
		}
		var batch pgx.Batch
		for _, s := range queued {
			batch.Queue(s.words, s.args...)
		}
		return conn.Conn().SendBatch(t.ctx, &batch).Close()
	})
}

// lockChain waits for the end of the chain, and holds this machine's clock against the server's.
func (t *tx) lockChain(now func() time.Time) error {
	type end struct {
		head
		at int64
	}
	asked := now()
	row, err := scanOne(t, func(scan scanner) (e end, err error) {
		var hash []byte
		if err := scan(&e.seq, &hash, &e.at); err != nil {
			return end{}, err
		}
		return e, e.put(hash)
	}, `SELECT seq, hash, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT FROM chain WHERE id = 1 FOR UPDATE`)
	if err != nil {
		return err
	}
	t.head = row.head
	return skewed(asked, now(), fromMicro(row.at))
}

// skewed returns a *SkewError when a server's time, read between two moments of this machine, is too far from both.
func skewed(from, until, server time.Time) error {
	switch {
	case server.Before(from.Add(-maxSkew)):
		return &SkewError{Ahead: from.Sub(server)}
	case server.After(until.Add(maxSkew)):
		return &SkewError{Ahead: -server.Sub(until)}
	}
	return nil
}

// SkewError says that this machine's clock is too far from the database's to judge the leases of other processes by it.
// Nothing was written.
type SkewError struct{ Ahead time.Duration } // of the database's; negative: behind it

func (e *SkewError) Error() string {
	where := "ahead of"
	if e.Ahead < 0 {
		where = "behind"
	}
	return fmt.Sprintf("this machine's clock is %s %s the database's, and may differ by %s; let both follow a time server (NTP)",
		e.Ahead.Abs().Round(10*time.Millisecond), where, maxSkew)
}
