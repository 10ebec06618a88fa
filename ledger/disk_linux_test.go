package ledger

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// onDisk is the variable that tells a copy of this test program to be the part that has a disk to itself.
const onDisk = "RINGSIDE_TEST_ON_DISK"

// alone runs one test in a process of its own, in the given folder and under the given program if there is one.
func alone(t *testing.T, test, folder string, under ...string) {
	t.Helper()
	program, err := os.Executable()
	check(t, "find this program", err)
	words := append(slices.Clone(under), program, "-test.run=^"+test+"$", "-test.v")
	command := exec.CommandContext(t.Context(), words[0], words[1:]...)
	command.Dir, command.Env = folder, append(os.Environ(), onDisk+"=1")
	output, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: "+test) {
		t.Errorf("%s: %v\n%s", words, err, output)
	}
}

// TestAFullDisk fills a real disk under a ledger. Mounting a small one needs a namespace of its own.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	var refusals []string
	for _, under := range [][]string{{"unshare", "-rm"}, {"unshare", "-m"}} {
		if output, err := exec.CommandContext(t.Context(), under[0], append(under[1:], "true")...).CombinedOutput(); err != nil {
			refusals = append(refusals, fmt.Sprintf("%v: %v %s", under, err, output))
			continue
		}
		alone(t, "TestOnTheFullDisk", t.TempDir(), under...)
		return
	}
	t.Skipf("no disk of our own can be mounted here: %s", strings.Join(refusals, "; ")) //nolint:forbidigo // a container may forbid it
}

// TestOnTheFullDisk is what TestAFullDisk runs where it may mount a disk.
func TestOnTheFullDisk(t *testing.T) {
	t.Parallel()
	if os.Getenv(onDisk) == "" {
		return
	}
	const folder = "disk"
	check(t, "make a folder", os.Mkdir(folder, 0o700))
	check(t, "mount a small disk", syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=2m"))
	path := filepath.Join(folder, "ringside.db")
	l := openPath(t, path)
	prepare(t, l)
	filler := filepath.Join(folder, "filler")
	fillDisk(t, filler)

	recorded, refused := recordUntilRefused(t, l)
	before := tables(t, l)
	for name, write := range writes() {
		if name == "Told" || name == "Release" { // what only takes away may still fit
			continue
		}
		err := write(t.Context(), l)
		after := tables(t, l)
		if err != nil && after != before {
			t.Errorf("%s failed with %v and left a part:\n%s", name, err, cmp.Diff(before, after))
		}
		before = after
	}
	if err := l.Ready(t.Context()); err == nil {
		t.Error("a ledger on a full disk calls itself ready")
	}
	checkChain(t, l)

	check(t, "free the disk", os.Remove(filler))
	for n := range 3 {
		check(t, "record again", l.Record(t.Context(), "", benchIntent(refused+n), nil))
	}
	check(t, "ready", l.Ready(t.Context()))
	before = tables(t, l)
	check(t, "close", l.Close())
	l = openPath(t, path)
	checkChain(t, l)
	if diff := cmp.Diff(before, tables(t, l)); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
	for n := 10; n < refused+3; n++ {
		if _, err := l.Operation(t.Context(), benchIntent(n).ID); err != nil {
			t.Errorf("operation %d of %d is lost: %v", n, recorded, err)
		}
	}
	check(t, "close", l.Close())
	check(t, "unmount", syscall.Unmount(folder, 0))
}

// fillDisk writes to a file until the disk takes no more.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	check(t, "fill the disk", err)
	for size := 1 << 16; size > 0; {
		if _, err := file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else {
			check(t, "fill the disk", err)
		}
	}
	check(t, "fill the disk", file.Close())
}

// recordUntilRefused records intents from number 10 on until one is refused, and returns how many were recorded and
// the number of the refused one. Some may fit into what the files have already taken of the disk.
func recordUntilRefused(t *testing.T, l *Ledger) (recorded, refused int) {
	t.Helper()
	for n := 10; n < 1000; n++ {
		before := tables(t, l)
		o := benchIntent(n)
		o.Limit = Limit{}
		if err := l.Record(t.Context(), "", o, nil); err != nil {
			t.Logf("after %d: %v", n-10, err)
			if diff := cmp.Diff(before, tables(t, l)); diff != "" {
				t.Errorf("what was refused left a part (-before +after):\n%s", diff)
			}
			return n - 10, n
		}
	}
	t.Fatal("the full disk refused nothing")
	return 0, 0
}

// TestASealedFile takes the right to write to a ledger's file away. A person who may do everything may write all the
// same, so it runs as nobody.
func TestASealedFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if os.Geteuid() == 0 {
		check(t, "open the way", os.Chmod(filepath.Dir(folder), 0o755))
		check(t, "give the folder away", os.Chown(folder, nobody, nobody))
	}
	alone(t, "TestInTheSealedFile", folder)
}

const nobody = 65534

// TestInTheSealedFile is what TestASealedFile runs in a process of its own.
func TestInTheSealedFile(t *testing.T) {
	t.Parallel()
	if os.Getenv(onDisk) == "" {
		return
	}
	if os.Geteuid() == 0 {
		check(t, "become nobody", errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)))
	}
	var broken atomic.Bool
	l := openPath(t, "ringside.db", WithFault(func(statement string) error {
		if statement == "COMMIT" && broken.Swap(false) {
			return errFault // after which the file is opened anew
		}
		return nil
	}))
	prepare(t, l)
	before := tables(t, l)
	files, err := filepath.Glob("ringside.db*")
	check(t, "list", err)
	seal(t, 0o400, files...)
	broken.Store(true)
	for range 3 {
		err := l.Record(t.Context(), "", benchIntent(10), nil)
		t.Log(err)
		if err == nil {
			t.Fatal("a sealed file took a write")
		}
	}
	if diff := cmp.Diff(before, tables(t, l)); diff != "" {
		t.Errorf("left a part (-before +after):\n%s", diff)
	}
	seal(t, 0o600, files...)
	check(t, "record again", l.Record(t.Context(), "", benchIntent(10), nil))
	checkChain(t, l)
}

func seal(t *testing.T, mode os.FileMode, files ...string) {
	t.Helper()
	for _, file := range files {
		check(t, "seal", os.Chmod(file, mode))
	}
}
