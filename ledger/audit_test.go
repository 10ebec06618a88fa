package ledger

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVerifyBesideAnOpenLedger(t *testing.T) {
	t.Parallel()
	path := story(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	defer l.Close() //nolint:errcheck // a test
	a, err := openAuditAt(t.Context(), path)
	must(t, err)
	defer a.Close() //nolint:errcheck // a test
	for n := range 20 {
		must(t, l.Name(t.Context(), "b+/=", "final", "me", storyAt(float64(100+n))))
		got, err := a.Verify(t.Context(), nil)
		must(t, err)
		if got.Finding != Sound || got.Events != int64(storyEvents+n+1) {
			t.Fatalf("after %d more: %+v", n+1, got)
		}
	}
	done := make(chan error, 1)
	go func() {
		var err error
		for n := 0; n < 200 && err == nil; n++ {
			err = l.Name(t.Context(), "b+/=", "final", "me", storyAt(float64(200+n)))
		}
		done <- err
	}()
	for {
		got, err := a.Verify(t.Context(), nil)
		must(t, err)
		if got.Finding != Sound {
			t.Fatalf("while it is written: %+v", got)
		}
		select {
		case err := <-done:
			must(t, err)
			return
		default:
		}
	}
}

// contentsOf returns what a folder holds.
func contentsOf(t *testing.T, folder string) map[string][sha256.Size]byte {
	t.Helper()
	found := map[string][sha256.Size]byte{}
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		must(t, err)
		found[entry.Name()] = sha256.Sum256(data)
	}
	return found
}

func TestAuditLeavesAStoppedLedgerAsItIs(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := story(t)
	before := contentsOf(t, filepath.Dir(path))
	verify(t, path)
	if diff := cmp.Diff(before, contentsOf(t, filepath.Dir(path))); diff != "" {
		t.Errorf("the folder (-before +after):\n%s", diff)
	}
}

func TestAuditOfWhatACrashLeft(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := story(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	must(t, l.Name(t.Context(), "b+/=", "final", "me", storyAt(100)))
	crashed := t.TempDir()
	// Another process copies, for SQLite's locks are lost when this one closes any file of the ledger.
	must(t, exec.CommandContext(t.Context(), "cp", path, path+"-wal", crashed).Run())
	must(t, l.Close())
	before := contentsOf(t, crashed)
	if got := verify(t, filepath.Join(crashed, "ringside.db")); got.Finding != Sound || got.Events != storyEvents+1 {
		t.Errorf("%+v", got)
	}
	after := contentsOf(t, crashed)
	delete(after, "ringside.db-shm") // SQLite's own, made anew by whoever reads
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the folder (-before +after):\n%s", diff)
	}
}

func TestLedgerThatIsTakenIntoUseMeanwhile(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := story(t)
	a, err := openAuditAt(t.Context(), path)
	must(t, err)
	defer a.Close() //nolint:errcheck // a test
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	if got, err := a.Verify(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("while it is open: %+v and %v", got, err)
	}
	must(t, l.Name(t.Context(), "b+/=", "final", "me", storyAt(100)))
	must(t, l.Close())
	if _, err := a.Export(t.Context(), new(strings.Builder), CSV, Filter{}); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("after it was written: %v", err)
	}
}

func TestOpenAuditOfWhatIsNoLedger(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	missing, text, empty := filepath.Join(folder, "missing.db"), filepath.Join(folder, "text.db"), filepath.Join(folder, "empty.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("no database, ", 1000)), 0o600))
	must(t, os.WriteFile(empty, nil, 0o600))
	for path, want := range map[string]string{missing: "there is no ledger", text: "can't be read as a ledger", empty: "can't be read as a ledger", folder: "can't be read"} {
		if _, err := OpenAudit(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a ledger was made")
	}
}
