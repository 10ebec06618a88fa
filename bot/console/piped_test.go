package console_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/console"
	"ringside/commands"
	"ringside/secret"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		h    console.Handler
		opts []console.Option
	}{
		{"no handler", nil, nil},
		{"an empty session", &handler{}, []console.Option{console.WithSession("")}},
		{"a session with a colon", &handler{}, []console.Option{console.WithSession("a:b")}},
		{"no clock", &handler{}, []console.Option{console.WithClock(nil)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := console.New(tt.h, strings.NewReader(""), io.Discard, tt.opts...); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestLinesBecomeInvocations(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, command, text string }{
		{"score", "/battle-score demo add pk-live1 100", commands.ScoreCommand, "demo add pk-live1 100"},
		{"battle", "/battle list", commands.BattleCommand, "list"},
		{"without the slash", "battle-score demo", commands.ScoreCommand, "demo"},
		{"in capitals", "/BATTLE Info demo", commands.BattleCommand, "Info demo"},
		{"alone", "/battle", commands.BattleCommand, ""},
		{"help alone", "help", commands.BattleCommand, "help"},
		{"help in capitals with a slash", "/Help", commands.BattleCommand, "help"},
		{"blanks around", "  /battle \t list  ", commands.BattleCommand, "list"},
		{"blanks inside stay", "/battle log  demo", commands.BattleCommand, "log  demo"},
		{"a line break of another system", "/battle list\r", commands.BattleCommand, "list"},
		{"a byte order mark", "\uFEFF/battle list", commands.BattleCommand, "list"},
		{"a wide blank", "/battle\u00A0list", commands.BattleCommand, "list"},
		{"bad bytes", "/battle info \xff", commands.BattleCommand, "info \uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := &handler{}
			if out := piped(t, h, tt.line+"\n"); out != "" {
				t.Errorf("output %q", out)
			}
			want := []commands.Invocation{{
				Key: "console:s1:1", Command: tt.command, Text: tt.text,
				Caller: commands.Caller{ID: "console:local"},
				Place:  commands.Place{Channel: "console:local", User: "console:local"},
			}}
			if diff := cmp.Diff(want, h.asks, cmp.Comparer(sameSecret)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// sameSecret compares what nothing else may look at.
func sameSecret(a, b secret.Value) bool { return a.Reveal() == b.Reveal() }

func TestLinesThatAskNothing(t *testing.T) {
	t.Parallel()
	h := &handler{}
	if out := piped(t, h, "\n  \n# /battle list\n\t# note\n"); out != "" || len(h.asks) != 0 {
		t.Errorf("output %q, asked %v", out, h.asks)
	}
}

func TestLeaving(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"exit", "quit", "EXIT", "/quit", " exit "} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			h := &handler{}
			if piped(t, h, word+"\n/battle list\n"); len(h.asks) != 0 {
				t.Errorf("asked %v after %q", h.asks, word)
			}
		})
	}
}

func TestWordsThatAreNoCommand(t *testing.T) {
	t.Parallel()
	golden(t, "not-a-command", piped(t, &handler{}, "battel list\n"))
	out := piped(t, &handler{}, strings.Repeat("x", 5000)+"\x1b[2J\n"+"help me\n"+"exit now\n")
	if bad, ok := harmless(out); !ok || len(out) > 1500 {
		t.Errorf("%d bytes, %U", len(out), bad)
	}
}

func TestLongLines(t *testing.T) {
	t.Parallel()
	h := &handler{handle: answer(t, say("Listed."))}
	fits := "/battle " + strings.Repeat("x", console.MaxLine-len("/battle "))
	out := piped(t, h, fits+"\n"+fits+"x\n"+strings.Repeat("y", 1<<20)+"\n/battle list")
	if diff := cmp.Diff("Listed.\n\n"+
		"That line is too long: at most 8 KiB fit. Nothing was done.\n\n"+
		"That line is too long: at most 8 KiB fit. Nothing was done.\n\n"+
		"Listed.\n", out); diff != "" {
		t.Error(diff)
	}
	if got := h.asks[1].Key; got != "console:s1:4" {
		t.Errorf("the key is %q, want the line's own number", got)
	}
}

func TestEachLineIsAnsweredBeforeTheNextIsRead(t *testing.T) {
	t.Parallel()
	in, feed := io.Pipe()
	out := &buffer{}
	h := &handler{handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
		if err := to.Answer(ctx, say("Did "+ask.Text+".")); err != nil {
			t.Error(err)
		}
	}}
	c, err := console.New(h, in, out)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context()) }()
	want := ""
	for i := range 3 {
		_, _ = fmt.Fprintf(feed, "/battle %d\n", i) // returns once all of it was read
		_, _ = feed.Write([]byte("#\n"))            // is read only after the answer
		if i > 0 {
			want += "\n"
		}
		want += fmt.Sprintf("Did %d.\n", i)
		if got := out.String(); got != want {
			t.Errorf("after %d lines the output is %q, want %q", i+1, got, want)
		}
	}
	_ = feed.Close()
	if err := <-ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
}

func TestMessagesArePartedByABlankLine(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
		_ = to.Progress(ctx, say("under way"))
		_ = to.Progress(ctx, say("still under way"))
		_ = to.Answer(ctx, say("Done."))
	}}
	out := piped(t, h, "/battle list\n/battle list\n", console.WithGreeting("Hello.", "Type help.", ""))
	want := "Hello.\nType help.\n\n… under way\n… still under way\nDone.\n\n… under way\n… still under way\nDone.\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}

func TestColourCanBeForced(t *testing.T) {
	t.Parallel()
	h := &handler{handle: answer(t, commands.Reply{Tone: commands.ToneGood, Headline: "Done."})}
	if out := piped(t, h, "/battle list\n", console.WithColor(true)); out != "\x1b[1;32mDone.\x1b[0m\n" {
		t.Errorf("output %q", out)
	}
}

func TestSessionsDiffer(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for range 3 {
		h := &handler{}
		c, err := console.New(h, strings.NewReader("/battle list\n"), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		keys[h.asks[0].Key] = true
	}
	if len(keys) != 3 {
		t.Errorf("keys %v, want one for each session", keys)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	var c *console.Console
	h := &handler{handle: func(context.Context, commands.Invocation, commands.Responder) {
		if err := c.Ready(); err != nil {
			t.Errorf("Ready() = %v while lines are read", err)
		}
	}}
	c, err := console.New(h, strings.NewReader("/battle list\n"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if c.Ready() == nil {
		t.Error("ready before Run")
	}
	if err := c.Run(t.Context()); err != nil || c.Ready() == nil || c.Name() != "console" {
		t.Errorf("Run() = %v, then Ready() = %v", err, c.Ready())
	}
}

func TestBrokenStreams(t *testing.T) {
	t.Parallel()
	broken := errors.New("unplugged")
	c, err := console.New(&handler{}, iotest.ErrReader(broken), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Run() = %v with a broken input", err)
	}
	c, err = console.New(&handler{}, strings.NewReader("what\n"), writer(func([]byte) (int, error) { return 0, broken }))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Run() = %v with a broken output", err)
	}
}

func TestAFailedDeliveryIsTold(t *testing.T) {
	t.Parallel()
	broken := errors.New("unplugged")
	h := &handler{handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
		for _, err := range []error{to.Answer(ctx, say("a")), to.Amend(ctx, say("b")), to.Progress(ctx, say("c"))} {
			if !errors.Is(err, broken) {
				t.Errorf("a reply that could not be delivered gave %v", err)
			}
		}
	}}
	c, err := console.New(h, strings.NewReader("/battle\n"), writer(func([]byte) (int, error) { return 0, broken }))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); err != nil {
		t.Errorf("Run() = %v", err)
	}
}

// writer is an io.Writer made of a function.
type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestAPipeCanBeInterrupted(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = w.Close(), r.Close() })
	h := &handler{}
	c, err := console.New(h, r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
	if _, err := w.WriteString("/battle list\n"); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 20)
	if n, err := r.Read(line); err != nil || string(line[:n]) != "/battle list\n" {
		t.Errorf("reading on gave %q, %v: the stopped session took it", line[:n], err)
	}
}

func FuzzSession(f *testing.F) {
	f.Add([]byte("/battle list\n1\nconfirm\nexit\n"))
	f.Add([]byte("\x1b]0;x\x07\n\xff\xfe\n99999999999999999999\n#\n"))
	f.Add([]byte("help\n2\n\u202e\nbattle-score\u3000demo\n11\ncancel"))
	f.Fuzz(func(t *testing.T, input []byte) {
		h := &handler{}
		h.handle = func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
			_ = to.Answer(ctx, question(ask.Text, "Confirm", "Cancel"))
		}
		h.press = func(ctx context.Context, press commands.Press, to commands.Responder) {
			_ = to.Amend(ctx, say(press.Button))
		}
		out := piped(t, h, string(input))
		if bad, ok := harmless(out); !ok {
			t.Errorf("%q lets %U through", out, bad)
		}
		if len(h.presses) > len(h.asks) {
			t.Errorf("%d presses of %d questions", len(h.presses), len(h.asks))
		}
		for _, ask := range h.asks {
			if ask.Command != commands.ScoreCommand && ask.Command != commands.BattleCommand {
				t.Errorf("the command %q is none", ask.Command)
			}
		}
	})
}

func FuzzReadLines(f *testing.F) {
	f.Add([]byte("a\nb\r\n\nc"), 3)
	f.Add([]byte(strings.Repeat("x", console.MaxLine+1)+"\nb"), 100)
	f.Fuzz(func(t *testing.T, input []byte, stretch int) {
		if stretch > 0 && len(input) > 0 {
			input = append(input, strings.Repeat(string(input[:1]), stretch%(3*console.MaxLine))...)
		}
		got, err := console.ReadLines(iotest.OneByteReader(strings.NewReader(string(input))))
		if !errors.Is(err, io.EOF) {
			t.Fatalf("ended with %v", err)
		}
		if diff := cmp.Diff(splitLines(string(input)), got); diff != "" {
			t.Error(diff)
		}
	})
}

// splitLines is what a lineReader does, with everything in memory.
func splitLines(input string) []string {
	var lines []string
	for line := range strings.SplitAfterSeq(input, "\n") {
		if line == "" {
			continue
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if len(line) > console.MaxLine {
			line = "<long>"
		}
		lines = append(lines, line)
	}
	return lines
}
