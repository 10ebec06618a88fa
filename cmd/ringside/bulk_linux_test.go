package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"ringside/tencent/simulator"
)

// TestBulkInATerminal types y and n at a real terminal, where the progress moves.
func TestBulkInATerminal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer string
		status int
	}{"yes": {"y", exitDone}, "no": {"n", exitFailed}, "nothing": {"", exitFailed}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, settings := bulkWorld(t)
			w.sim.Script(simulator.Slow(time.Second).On(simulator.SetBattleScore))
			person, program := openPTY(t)
			screen := &logs{}
			var reading sync.WaitGroup
			asked := make(chan struct{})
			reading.Go(func() { readScreen(person, screen, asked) })
			go func() { <-asked; _, _ = person.WriteString(tc.answer + "\n") }()
			file := w.sheet(t, "room:pk-live1,add,pk-live1,100")
			if got := run(t.Context(), []string{"bulk", "--config", settings, "--file", file}, streams{in: program, out: program, err: io.Discard}); got != tc.status {
				t.Errorf("status %d, want %d:\n%s", got, tc.status, screen)
			}
			must(t, program.Close())
			reading.Wait()
			if tc.status == exitDone {
				contains(t, screen.String(), "\r\x1b[K░░░░░░░░░░ 0 % · 0 of 1 row", "all 1 row applied.")
			} else {
				contains(t, screen.String(), "Cancelled: nothing was sent")
			}
		})
	}
}

// childArgs tells TestBulkAsAChild, in a process of its own, what to run.
const childArgs = "RINGSIDE_TEST_BULK"

// TestBulkAsAChild is the program for TestBulkThatIsInterruptedTwice.
func TestBulkAsAChild(t *testing.T) { //nolint:paralleltest // it ends its process
	args := os.Getenv(childArgs)
	if args == "" {
		return
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, strings.Split(args, "\n"), streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

func TestBulkThatIsInterruptedTwice(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	w.sim.Script(simulator.Slow(3 * time.Second).On(simulator.SetBattleScore))
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBulkAsAChild$")
	child.Env = append(os.Environ(), childArgs+"="+strings.Join([]string{
		"bulk", "--config", settings, "--yes", "--file", w.sheet(t, "room:pk-live1,add,pk-live1,100"),
	}, "\n"))
	said := &logs{}
	child.Stdout, child.Stderr = said, said
	must(t, child.Start())
	said.awaits(t, "0 of 1 row")
	must(t, child.Process.Signal(os.Interrupt))
	said.awaits(t, "Once more ends the program at once.")
	must(t, child.Process.Signal(os.Interrupt))
	_ = child.Wait()
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("ended with %v:\n%s", child.ProcessState, said)
	}
}

// readScreen reads what a terminal shows until nothing more comes, and says when the question stands there.
func readScreen(person *os.File, screen *logs, asked chan<- struct{}) {
	chunk := make([]byte, 512)
	for told := false; ; {
		n, err := person.Read(chunk)
		screen.mu.Lock()
		screen.text.Write(chunk[:n])
		stands := strings.Contains(screen.text.String(), "Send it? (y/N)")
		screen.mu.Unlock()
		if stands && !told {
			told = true
			close(asked)
		}
		if err != nil {
			return
		}
	}
}

// openPTY returns the two ends of a new pseudo-terminal: what a person holds, and what a program sees
// (https://man7.org/linux/man-pages/man4/pts.4.html).
func openPTY(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { _ = person.Close() })
	var unlock, number int32
	ioctl(t, person, syscall.TIOCSPTLCK, &unlock)
	ioctl(t, person, syscall.TIOCGPTN, &number)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

func ioctl(t *testing.T, f *os.File, request uintptr, value *int32) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
		t.Fatal(errno)
	}
}
