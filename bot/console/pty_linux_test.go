package console_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"reflect"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/term"

	"ringside/bot/console"
	"ringside/commands"
)

// openPTY returns the two ends of a new pseudo-terminal: what a person holds, and what a program sees
// (https://man7.org/linux/man-pages/man4/pts.4.html).
func openPTY(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	var unlock, number int32
	ioctl(t, person, syscall.TIOCSPTLCK, &unlock)
	ioctl(t, person, syscall.TIOCGPTN, &number)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

func ioctl(t *testing.T, f *os.File, request uintptr, value *int32) {
	t.Helper()
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(value)))
	if errno != 0 {
		t.Fatal(errno)
	}
}

// expect reads from f until it has seen want.
func expect(t *testing.T, f *os.File, want string) {
	t.Helper()
	var seen []byte
	chunk := make([]byte, 256)
	for !bytes.Contains(seen, []byte(want)) {
		n, err := f.Read(chunk)
		if err != nil {
			t.Fatalf("%v before %q; saw %q", err, want, seen)
		}
		seen = append(seen, chunk[:n]...)
	}
}

func TestARealTerminal(t *testing.T) {
	t.Parallel()
	person, program := openPTY(t)
	state := func() *term.State {
		s, err := term.GetState(int(program.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := state()
	h := &handler{handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
		if reflect.DeepEqual(before, state()) {
			t.Error("the terminal is not in raw mode while commands are answered")
		}
		_ = to.Answer(ctx, say("Did "+ask.Text+"."))
	}}
	c, err := console.New(h, program, program, console.WithColor(false))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context()) }()
	expect(t, person, prompt)
	_, _ = person.WriteString("/battle wh" + keyTab + keyEnter)
	expect(t, person, "Did whoami.\r\n\r\n"+prompt)
	_, _ = person.WriteString(keyCtrlD)
	if err := <-ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
	if !reflect.DeepEqual(before, state()) {
		t.Error("the terminal was not left as it was found")
	}
}

func TestATerminalToAFileIsAPlainStream(t *testing.T) {
	t.Parallel()
	person, program := openPTY(t)
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	c, err := console.New(&handler{handle: answer(t, say("Done."))}, program, out)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = person.WriteString("/battle list\n" + keyCtrlD)
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out.Name()); err != nil || string(got) != "Done.\n" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
