package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAuditExportToTheOutput(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	got := ringside(t, "", "audit", "export", "--config", a.settings)
	rows, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
	must(t, err)
	if got.status != exitDone || got.err != "" || len(rows) != 7 || rows[6][2] != "cccccc" || rows[6][8] != "pk-live1:applied" {
		t.Errorf("status %d, %s %q", got.status, got.err, rows)
	}
	got = ringside(t, "", "audit", "export", "--config", a.settings, "--format", "jsonl", "--battle", "final", "--person", "slack:T1/user/U1",
		"--from", "2026-11-23", "--until", "2026-11-23T22:00:10+02:00")
	if lines := strings.Count(got.out, "\n"); got.status != exitDone || lines != 2 {
		t.Errorf("status %d and %d lines:\n%s%s", got.status, lines, got.out, got.err)
	}
	for line := range strings.Lines(got.out) {
		var event struct{ Operation, Hash string }
		must(t, json.Unmarshal([]byte(line), &event))
		if event.Operation != "aaaaaa" || len(event.Hash) != 64 {
			t.Errorf("%s", line)
		}
	}
}

func TestAuditExportToAFile(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "audit.csv")
	must(t, os.WriteFile(path, []byte("an older export"), 0o644))
	got := ringside(t, "", "audit", "export", "--config", a.settings, "--out", path)
	if got.status != exitDone || got.out != "6 events written to "+path+"\n" {
		t.Errorf("status %d: %s%s", got.status, got.out, got.err)
	}
	direct := ringside(t, "", "audit", "export", "--config", a.settings).out
	text, err := os.ReadFile(path)
	must(t, err)
	if string(text) != direct {
		t.Errorf("the file holds %q, want %q", text, direct)
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	a.exec(t, `DROP TABLE op_rooms`)
	if got := ringside(t, "", "audit", "export", "--config", a.settings, "--out", path); got.status != exitFailed {
		t.Errorf("an export that fails: status %d", got.status)
	}
	after, err := os.ReadFile(path)
	must(t, err)
	left, err := os.ReadDir(folder)
	must(t, err)
	if string(after) != direct || len(left) != 1 {
		t.Errorf("a failed export left %v and %q", left, after)
	}
}

// A link to the ledger is the ledger.
func TestAuditExportOntoALink(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	link := filepath.Join(t.TempDir(), "audit.csv")
	must(t, os.Symlink(a.path, link))
	if got := ringside(t, "", "audit", "export", "--config", a.settings, "--out", link); got.status != exitUsage {
		t.Errorf("status %d", got.status)
	}
}
