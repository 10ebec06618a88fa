// Package postgrestest runs tests on a real PostgreSQL server: one of its own, started from the programs that Debian's
// package postgresql brings, or the one that RINGSIDE_TEST_POSTGRES gives the address of.
package postgrestest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Address is the environment variable with the address of a server, as a URL, whose user may make databases.
const Address = "RINGSIDE_TEST_POSTGRES"

// chosen is set in a run of tests that Rerun has started.
const chosen = "RINGSIDE_TEST_LEDGER"

// Chosen reports whether this run of tests is the one on PostgreSQL.
func Chosen() bool { return os.Getenv(chosen) == "postgres" }

// Rerun runs all tests of the test's package but itself once more, on PostgreSQL: what holds for one store has to hold
// for the other.
func Rerun(t *testing.T) {
	t.Helper()
	if Chosen() {
		t.Skip("this is the run on PostgreSQL") //nolint:forbidigo // which must not start another one
	}
	address := os.Getenv(Address)
	if address == "" {
		address = Start(t).URL
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	again := exec.CommandContext(ctx, os.Args[0], "-test.skip=^"+t.Name()+"$", "-test.count=1", "-test.timeout=15m") //nolint:gosec // this very program
	again.Env = append(os.Environ(), chosen+"=postgres", Address+"="+address)
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("on PostgreSQL: %v\n%s", err, out)
	}
}

// Database makes an empty database for one test and returns its URL. It uses the server of this run of tests.
func Database(t testing.TB) string {
	t.Helper()
	address := os.Getenv(Address)
	if address == "" {
		address = shared(t)
	}
	return newDatabase(t, address)
}

// newDatabase makes a database that the end of the test drops.
func newDatabase(t testing.TB, address string) string {
	t.Helper()
	name := "ringside_" + random(t)
	execute(t, address, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	t.Cleanup(func() { execute(t, address, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func random(t testing.TB) string {
	t.Helper()
	var raw [6]byte
	if _, err := rand.Read(raw[:]); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(raw[:])
}

func execute(t testing.TB, address, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // after the test's own has ended too
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatalf("connect to the test's PostgreSQL: %v", err)
	}
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
	if err := conn.Close(ctx); err != nil {
		t.Errorf("leave the test's PostgreSQL: %v", err)
	}
}

// one is the server that the tests of one process share; its last user stops it.
var one struct { //nolint:gochecknoglobals // as tests have no other place that outlives each of them
	sync.Mutex
	users  int
	server *Server
}

// shared returns the address of this process's server, which lives as long as a test uses it.
func shared(t testing.TB) string {
	t.Helper()
	one.Lock()
	defer one.Unlock()
	if one.users == 0 {
		one.server = launch(t)
	}
	one.users++
	t.Cleanup(func() {
		one.Lock()
		defer one.Unlock()
		if one.users--; one.users == 0 {
			one.server.remove()
		}
	})
	return one.server.URL
}
