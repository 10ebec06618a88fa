package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// TestBackUpAndRestore does what README says: a dump of the database while it is in use, a new database from it, and the
// audit of that. What came after the dump is missing, and an anchor of later tells.
func TestBackUpAndRestore(t *testing.T) {
	t.Parallel()
	address := postgrestest.Database(t)
	l, err := ledger.OpenPostgres(t.Context(), secret.New(address))
	must(t, err)
	apply(t, l, "aaaaaa", auditStart())
	dump := filepath.Join(t.TempDir(), "ringside.dump")
	client(t, "pg_dump", "--format=custom", "--file="+dump, "--dbname="+address)
	apply(t, l, "bbbbbb", auditStart().Add(time.Minute))
	later, err := l.Operation(t.Context(), "bbbbbb")
	must(t, err)
	must(t, l.Close())

	restored := postgrestest.Database(t)
	client(t, "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+restored, dump)
	settings := filepath.Join(t.TempDir(), "ledger.toml")
	must(t, os.WriteFile(settings, fmt.Appendf(nil, "[ledger]\ndsn = %q\n", restored), 0o600))
	got := ringside(t, "", "audit", "verify", "--config", settings)
	contains(t, got.out, "sound: 2 events")
	got = ringside(t, "", "audit", "verify", "--config", settings, "--anchor", "bbbbbb:"+later.Digest)
	if got.status != exitCutOff {
		t.Errorf("an anchor of after the dump: status %d, %s", got.status, got.out)
	}

	again, err := ledger.OpenPostgres(t.Context(), secret.New(restored))
	must(t, err)
	apply(t, again, "cccccc", auditStart().Add(2*time.Minute))
	must(t, again.Close())
	contains(t, ringside(t, "", "audit", "verify", "--config", settings).out, "sound: 4 events")
}

// client runs one of PostgreSQL's programs, of the server's own version.
func client(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), postgrestest.Program(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// TestNoPasswordOfTheDatabaseIsShown lets opening fail in each way that the address can be wrong in.
func TestNoPasswordOfTheDatabaseIsShown(t *testing.T) {
	t.Parallel()
	const hidden = "h1dden-w0rd"
	address, err := url.Parse(postgrestest.Database(t))
	must(t, err)
	address.User = url.UserPassword("nobody", hidden)
	for name, dsn := range map[string]string{
		"no such user":  address.String(),
		"nobody there":  "postgres://ringside:" + hidden + "@127.0.0.1:1/ringside",
		"no such host":  "postgres://ringside:" + hidden + "@nowhere.invalid/ringside",
		"a wrong port":  "postgres://ringside:" + hidden + "@127.0.0.1:port/ringside",
		"a wrong value": "postgres://ringside:" + hidden + "@127.0.0.1/ringside?sslmode=sometimes",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := filepath.Join(t.TempDir(), "ledger.toml")
			must(t, os.WriteFile(settings, fmt.Appendf(nil, "[ledger]\ndsn = \"file:%s\"\n", write(t, dsn)), 0o600))
			got := ringside(t, "", "audit", "verify", "--config", settings)
			if got.status == exitDone || strings.Contains(got.out+got.err, hidden) {
				t.Errorf("status %d: %s%s", got.status, got.out, got.err)
			}
		})
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dsn")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
