package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// TestAClockThatIsOff opens the ledger with clocks that differ from the database's.
func TestAClockThatIsOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		off, ahead time.Duration // ahead: as the error says; 0: it is well
	}{
		"right":             {0, 0},
		"a second fast":     {time.Second, 0},
		"a second slow":     {-time.Second, 0},
		"three seconds off": {3 * time.Second, 3 * time.Second},
		"three back":        {-3 * time.Second, -3 * time.Second},
		"a day off":         {24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openShared(t, WithClock(func() time.Time { return time.Now().Add(test.off) }))
			err := l.Record(t.Context(), "000001", benchIntent(1), nil)
			var skew *SkewError
			switch {
			case test.ahead == 0:
				check(t, "record", err)
			case !errors.As(err, &skew) || (skew.Ahead-test.ahead).Abs() > time.Second:
				t.Errorf("recorded: %v, want a skew of %s", err, test.ahead)
			case !strings.Contains(err.Error(), "NTP"):
				t.Errorf("%q does not say what to do", err)
			}
			if n := len(checkChain(t, l)); n != 1 && test.ahead == 0 || n != 0 && test.ahead != 0 {
				t.Errorf("%d events", n)
			}
			if ready := l.Ready(t.Context()); (ready == nil) != (test.ahead == 0) {
				t.Errorf("ready: %v", ready)
			}
		})
	}
}

// TestSettingsOfTheServer refuses a server that loses what it acknowledged, and asks one that would for more.
func TestSettingsOfTheServer(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	l := openDSN(t, server.URL)
	alter(t, l, `ALTER SYSTEM SET fsync = off`)
	alter(t, l, `ALTER SYSTEM SET synchronous_commit = off`)
	alter(t, l, `SELECT pg_reload_conf()`)
	refused := func() error {
		again, err := OpenPostgres(t.Context(), secret.New(server.URL))
		if err == nil {
			_ = again.Close()
		}
		return err
	}
	var err error
	for began := time.Now(); err == nil && time.Since(began) < 10*time.Second; err = refused() {
		time.Sleep(20 * time.Millisecond)
	}
	if err == nil || !strings.Contains(err.Error(), "fsync = off") {
		t.Errorf("opened: %v", err)
	}
	alter(t, l, `ALTER SYSTEM SET fsync = on`)
	alter(t, l, `SELECT pg_reload_conf()`)
	for began := time.Now(); refused() != nil && time.Since(began) < 10*time.Second; {
		time.Sleep(20 * time.Millisecond)
	}
	careful := openDSN(t, server.URL)
	synced := func(what, got string) {
		if got != "on" {
			t.Errorf("%s: synchronous_commit is %q", what, got)
		}
	}
	var side string
	check(t, "show", careful.side.QueryRowContext(t.Context(), `SHOW synchronous_commit`).Scan(&side))
	synced("what processes arrange", side)
	check(t, "show", careful.writer.do(t.Context(), func(x *tx) error {
		got, err := scanOne(x, scanString, `SHOW synchronous_commit`)
		synced("the writer", got)
		return err
	}))
}

// TestNoErrorShowsThePassword opens ledgers at addresses that are wrong in many ways.
func TestNoErrorShowsThePassword(t *testing.T) {
	t.Parallel()
	const password = "s3cr3t"
	server := postgrestest.Start(t)
	u, err := url.Parse(server.URL)
	check(t, "address", err)
	at, port := u.Host, u.Port()
	for name, dsn := range map[string]string{
		"no such database":       "postgres://ringside:" + password + "@" + at + "/nowhere",
		"no such user":           "postgres://nobody:" + password + "@" + at + "/postgres",
		"nobody listens":         "postgres://ringside:" + password + "@127.0.0.1:1/postgres",
		"no such host":           "postgres://ringside:" + password + "@no-such-host.invalid/postgres",
		"no encryption":          "postgres://ringside:" + password + "@" + at + "/postgres?sslmode=require",
		"a port that is none":    "postgres://ringside:" + password + "@db:port/postgres",
		"a port that is too big": "postgres://ringside:" + password + "@db:99999999/postgres",
		"a broken escape":        "postgres://ringside:" + password + "%zz@db/postgres",
		"a space":                "postgres://ringside:" + password + " x@db/postgres",
		"an @":                   "postgres://ringside:x@" + password + "@db:port/postgres",
		"a slash":                "postgres://ringside:a/" + password + "@db:port/postgres",
		"a hash":                 "postgres://ringside:a#" + password + "@db/postgres",
		"a question mark":        "postgres://ringside:a?" + password + "@db/postgres",
		"a colon":                "postgres://ringside:a:" + password + "@db:port/postgres",
		"a bracket":              "postgres://ringside:" + password + "@[::1/postgres",
		"as a parameter":         "postgres://db/postgres?sslmode=wrong&password=" + password,
		"a wrong sslmode":        "postgres://ringside:" + password + "@db/postgres?sslmode=wrong",
		"no such certificate":    "postgres://ringside:" + password + "@db/postgres?sslmode=verify-full&sslrootcert=/nowhere",
		"a setting":              "host=db password=" + password + " port=x",
		"a setting with spaces":  "host=db password = " + password + " port=x",
		"a quoted setting":       "host=db password='" + password + "' port=x",
		"a quoted one, spaced":   "host=db password = '" + password + "' port=x",
		"an escaped quote":       `host=db password='a\'` + password + `' port=x`,
		"a quote not closed":     "host=db password='" + password,
		"a setting, escaped":     `host=db password=a\ ` + password + ` port=x`,
		"capital letters":        "host=db PASSWORD=" + password + " port=x",
		"a tab":                  "host=db\tpassword\t=\t" + password + "\tport=x",
		"settings, no database":  "host=127.0.0.1 port=" + port + " user=ringside dbname=nowhere password=" + password,
		"no scheme":              "ringside:" + password + "@db/postgres",
		"a misspelt scheme":      "postgre://ringside:" + password + "@db/postgres",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			l, err := OpenPostgres(ctx, secret.New(dsn))
			if err == nil {
				_ = l.Close()
				t.Fatal("it was opened")
			}
			audit, auditErr := OpenAuditPostgres(ctx, secret.New(dsn))
			if auditErr == nil {
				_ = audit.Close()
				t.Fatal("it was opened to be read")
			}
			for _, err := range []error{err, auditErr} {
				for _, shown := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
					if strings.Contains(shown, password) {
						t.Errorf("the password stands in %q", shown)
					}
				}
			}
		})
	}
}
