package ledger

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// firstVersion makes a ledger as the first version of the tables left it, and returns its path.
func firstVersion(t *testing.T) string {
	t.Helper()
	dump, err := os.ReadFile(filepath.Join("testdata", "first_version.sql"))
	if err != nil {
		t.Fatal(err)
	}
	path := Place(t)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), string(dump)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func openPath(t *testing.T, path string, opts ...Option) *Ledger {
	t.Helper()
	l, err := OpenPlace(t.Context(), path, "the test", opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// TestOldTablesBecomeTheNewOnes also notices when a migration that is in use is changed.
func TestOldTablesBecomeTheNewOnes(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	schema := func(l *Ledger) []string {
		found, err := scanAllContext(t.Context(), l.readers, func(scan scanner) (string, error) {
			var name, text string
			err := scan(&name, &text)
			return strings.Join(strings.Fields(text), " "), err
		}, `SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if diff := cmp.Diff(schema(openFor(t)), schema(openPath(t, firstVersion(t)))); diff != "" {
		t.Errorf("tables (-made now +brought up to date):\n%s", diff)
	}
}

// TestFirstVersionLivesOn opens a ledger of the first version with operations in every state, twice, and goes on with
// them.
func TestFirstVersionLivesOn(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := firstVersion(t)
	start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	l := openPath(t, path)
	if n := len(checkChain(t, l)); n != 13 {
		t.Errorf("%d events, want 13", n)
	}
	states := map[string]State{
		"told00": Settled, "untold": Settled, "unknwn": Settled, "swept0": Settled, "intent": Intent, "asking": Pending, "cancel": Cancelled,
	}
	for id, want := range states {
		o, err := l.Operation(t.Context(), id)
		if err != nil || o.State != want || len(o.Rooms) != 2 || o.ConfirmOver != 1000 || !o.ReplyTo.Empty() || !o.Look.At.IsZero() {
			t.Errorf("%s: %+v (%v)", id, o, err)
		}
	}
	for name, tc := range map[string]struct {
		read func() ([]Operation, error)
		want string
	}{
		"untold":   {func() ([]Operation, error) { return l.Untold(t.Context(), start, start.Add(time.Minute)) }, "swept0 unknwn untold"},
		"unknown":  {func() ([]Operation, error) { return l.Unknown(t.Context(), "b+/=", 9) }, "swept0 unknwn"},
		"unlooked": {func() ([]Operation, error) { return l.Unlooked(t.Context(), start.Add(time.Hour), 9) }, ""},
	} {
		found, err := tc.read()
		var got []string
		for _, o := range found {
			got = append(got, o.ID)
		}
		if err != nil || strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %q, want %q (%v)", name, got, tc.want, err)
		}
	}
	at := start.Add(10 * time.Second)
	_, err := l.Resolve(t.Context(), Resolution{Operation: "unknwn", By: "me", At: at, Outcome: Applied})
	check(t, "resolve", err)
	_, err = l.Look(t.Context(), "swept0", "one", Look{At: at}, Proof{Disproved: []string{"pk-live1"}})
	check(t, "look", err)
	check(t, "close", l.Close())

	l = openPath(t, path)
	swept, err := l.Sweep(t.Context(), start.Add(time.Minute), "two")
	check(t, "sweep", err)
	if len(swept.Unknown) != 1 || len(swept.Expired) != 1 {
		t.Errorf("swept %+v", swept)
	}
	if n := len(checkChain(t, l)); n != 17 {
		t.Errorf("%d events, want 17", n)
	}
}

func check(t *testing.T, step string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", step, err)
	}
}
