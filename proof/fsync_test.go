package proof_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryChangeIsSyncedBeforeAndAfter counts what the kernel saw: between the line and the call to the platform the
// intent is synced to the disk, and between the call and the answer the outcome is.
func TestEveryChangeIsSyncedBeforeAndAfter(t *testing.T) {
	t.Parallel()
	needStrace(t)
	const changes = 12
	w := newTown(t, 1)
	trace := filepath.Join(w.folder, "trace")
	w.underStrace(t, trace, func(in io.Writer, said *bufio.Scanner) {
		for n := range changes {
			line := fmt.Sprintf("/battle-score %s add pk-0-red %d", w.battles[0], n+1)
			if n%3 == 2 {
				converse(t, in, said, fmt.Sprintf("/battle-score %s set pk-0-red %d", w.battles[0], n+1), "nothing is sent before")
				line = "Confirm"
			}
			converse(t, in, said, line, "applied")
			// When this is answered, nothing of the change is left to do.
			converse(t, in, said, "/battle whoami", "Grant")
		}
	})
	seen := readTrace(t, trace)
	if n := strings.Count(seen, "S"); n < 2*changes {
		t.Errorf("%d syncs for %d changes, want at least two for each: %s", n, changes, seen)
	}
	if n := strings.Count(seen, "P"); n != changes {
		t.Errorf("%d calls to the platform, want %d: %s", n, changes, seen)
	}
	for _, change := range strings.Split(seen, "L")[1:] {
		before, rest, _ := strings.Cut(change, "P")
		between, _, answered := strings.Cut(rest, "A")
		if !strings.Contains(before, "S") {
			t.Errorf("a call left before its intent was synced: L%s", change)
		}
		if !answered || !strings.Contains(between, "S") {
			t.Errorf("an answer was given before its outcome was synced: L%s", change)
		}
	}
}

// needStrace leaves a test out where strace is missing, except in CI, which installs it.
func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("strace is missing; on Debian: apt-get install strace") //nolint:forbidigo // only Linux has it, and not everybody's
	}
}

// underStrace runs the program at its terminal, on a disk slow enough to see what does not wait for it.
func (w *town) underStrace(t *testing.T, trace string, talk func(in io.Writer, said *bufio.Scanner)) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "strace", "-f", "-yy", "-s", "160", "-o", trace, "-e", "trace=fsync,fdatasync,read,write",
		"-e", "inject=fsync,fdatasync:delay_enter=20000", program(t), "console", "--config", w.settings)
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	said := bufio.NewScanner(out)
	talk(in, said)
	must(t, in.Close())
	for said.Scan() {
	}
	must(t, command.Wait())
}

// converse types a line and waits for the words.
func converse(t *testing.T, in io.Writer, said *bufio.Scanner, line, words string) {
	t.Helper()
	_, err := io.WriteString(in, line+"\n")
	must(t, err)
	for said.Scan() {
		if strings.Contains(said.Text(), words) {
			return
		}
	}
	t.Fatalf("no %q after %q", words, line)
}

// readTrace returns what happened as letters: L a line that leads to a change was read, S a sync ended, P a call to change
// a score began, A the answer was written.
func readTrace(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	must(t, err)
	var seen strings.Builder
	for line := range strings.Lines(string(raw)) {
		switch {
		case strings.Contains(line, "read") && (strings.Contains(line, " add pk-") || strings.Contains(line, `"Confirm\n"`)):
			seen.WriteByte('L')
		case strings.Contains(line, "sync") && strings.Contains(line, " = 0"):
			seen.WriteByte('S')
		case strings.Contains(line, "write(") && strings.Contains(line, "/set_battle_score?"):
			seen.WriteByte('P')
		case strings.Contains(line, "write(1<") && strings.Contains(line, "applied"):
			seen.WriteByte('A')
		}
	}
	return seen.String()
}
