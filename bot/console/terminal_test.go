package console_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringside/bot/console"
	"ringside/commands"
)

// Keys as a terminal in raw mode sends them.
const (
	keyEnter = "\r"
	keyTab   = "\t"
	keyUp    = "\x1b[A"
	keyLeft  = "\x1b[D"
	keyCtrlC = "\x03"
	keyCtrlD = "\x04"
)

const prompt = "ringside> "

// screen is a terminal that counts how often it is in raw mode.
type screen struct {
	raw, restored int
	width         int
	err           error
}

func (s *screen) Raw() (func() error, error) {
	if s.err != nil {
		return nil, s.err
	}
	s.raw++
	return func() error { s.restored++; return nil }, nil
}

func (s *screen) Size() (width, height int, err error) {
	if s.width == 0 {
		return 0, 0, errors.New("unknown")
	}
	return s.width, 24, nil
}

// startTerminal starts a session at a terminal of 80 columns. Call it in a synctest bubble.
func startTerminal(t *testing.T, h console.Handler, opts ...console.Option) (*session, *screen) {
	t.Helper()
	at := &screen{width: 80}
	return startPiped(t, h, append([]console.Option{console.WithTerminal(at), console.WithColor(false)}, opts...)...), at
}

func texts(h *handler) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for _, ask := range h.asks {
		all = append(all, ask.Text)
	}
	return all
}

func TestTerminalAnswersAndRestores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{handle: answer(t, commands.Reply{Tone: commands.ToneGood, Headline: "Listed.", Footer: "operation k7m2"})}
		s, at := startTerminal(t, h, console.WithGreeting("Hello."), console.WithColor(true))
		if got := s.out.take(); got != "Hello.\r\n\r\n"+prompt {
			t.Errorf("the greeting is %q", got)
		}
		s.send("/battle list" + keyEnter)
		want := "/battle list\r\n" + "\x1b[1;32mListed.\x1b[0m\r\n" + "\x1b[2moperation k7m2\x1b[0m\r\n\r\n" + prompt
		if got := s.out.take(); got != want {
			t.Errorf("the screen got %q, want %q", got, want)
		}
		s.send("exit" + keyEnter)
		s.wait()
		if got := s.out.take(); got != "exit\r\n" {
			t.Errorf("leaving wrote %q", got)
		}
		if at.raw != 1 || at.restored != 1 {
			t.Errorf("raw mode %d times, restored %d times", at.raw, at.restored)
		}
	})
}

func TestTerminalKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, keys string
		want       []string
	}{
		{"a line", "/battle list" + keyEnter, []string{"list"}},
		{"editing", "/battle lst" + keyLeft + keyLeft + "i" + keyEnter, []string{"list"}},
		{"history", "/battle list" + keyEnter + keyUp + keyEnter, []string{"list", "list"}},
		{"history skips answers and blanks", "/battle list" + keyEnter + "1" + keyEnter + keyEnter + keyUp + keyEnter, []string{"list", "list"}},
		{"history from the start", keyUp + keyEnter, []string{"info demo"}},
		{"Ctrl-C clears the line", "/battle undo last" + keyCtrlC + "/battle list" + keyEnter, []string{"list"}},
		{"Ctrl-C clears a line with the cursor inside", "/battle x" + keyLeft + keyCtrlC + "/battle list" + keyEnter, []string{"list"}},
		{"Ctrl-D deletes on a line", "/battle listx" + keyLeft + keyCtrlD + keyEnter, []string{"list"}},
		{"tab completes", "/battle wh" + keyTab + keyEnter, []string{"whoami"}},
		{"tab completes without the slash", "battle cr" + keyTab + keyEnter, []string{"create"}},
		{"tab inside a line does nothing", "/battle wh" + keyLeft + keyTab + keyEnter, []string{"wh"}},
		{"a pasted line", "\x1b[200~/battle list\r\x1b[201~", []string{"list"}},
		{"wide characters", "/battle info 红队" + keyEnter, []string{"info 红队"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := &handler{}
				s, at := startTerminal(t, h, console.WithHistory("/battle list", "/battle info demo"))
				s.send(tt.keys)
				s.send(keyCtrlC + keyCtrlD)
				s.wait()
				if got := texts(h); !slices.Equal(got, tt.want) {
					t.Errorf("asked %q, want %q", got, tt.want)
				}
				if at.restored != 1 {
					t.Error("the terminal was not restored")
				}
			})
		})
	}
}

func TestTerminalEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(s *session)
	}{
		{"Ctrl-D", func(s *session) { s.send(keyCtrlD) }},
		{"Ctrl-C on an empty line", func(s *session) { s.send(keyCtrlC) }},
		{"Ctrl-C with something behind it", func(s *session) { s.send(keyCtrlC + "/battle list" + keyEnter) }},
		{"Ctrl-C twice", func(s *session) { s.send("/battle list" + keyCtrlC); s.send(keyCtrlC) }},
		{"the line is hung up", func(s *session) { _ = s.feed.Close() }},
		{"the context", func(s *session) { s.cancel() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := &handler{}
				s, at := startTerminal(t, h)
				tt.end(s)
				s.wait()
				if at.restored != 1 || len(texts(h)) != 0 {
					t.Errorf("restored %d times, asked %q", at.restored, texts(h))
				}
				if !strings.HasSuffix(s.out.String(), "\r\n") {
					t.Errorf("the shell's prompt would follow %q", s.out.String())
				}
			})
		})
	}
}

func TestTerminalIsRestoredAfterAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, feed := io.Pipe()
		at := &screen{width: 80}
		h := &handler{handle: func(context.Context, commands.Invocation, commands.Responder) { panic("a fault") }}
		c, err := console.New(h, in, io.Discard, console.WithTerminal(at))
		if err != nil {
			t.Fatal(err)
		}
		thrown := make(chan any, 1)
		go func() {
			defer func() { thrown <- recover() }()
			_ = c.Run(t.Context())
		}()
		_, _ = feed.Write([]byte("/battle list\r"))
		if got := <-thrown; got != "a fault" || at.restored != 1 {
			t.Errorf("threw %v, restored %d times", got, at.restored)
		}
		synctest.Wait()
		_ = feed.Close()
	})
}

func TestTerminalThatCannotBeRaw(t *testing.T) {
	t.Parallel()
	broken := errors.New("not a typewriter")
	c, err := console.New(&handler{}, strings.NewReader(""), io.Discard, console.WithTerminal(&screen{err: broken}))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Run() = %v, want the cause", err)
	}
}

func TestMessagesDoNotGarbleWhatIsBeingTyped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{}
		s, _ := startTerminal(t, h)
		s.send("/battle li")
		s.out.take()
		if _, err := s.console.Notify(t.Context(), commands.Place{Channel: "console:local"}, say("Restarted.")); err != nil {
			t.Fatal(err)
		}
		// The line goes, the message comes, and the prompt comes back with what was typed.
		if got, want := s.out.take(), "\x1b[20D\x1b[KRestarted.\r\n\r\n"+prompt+"/battle li"; got != want {
			t.Errorf("the screen got %q, want %q", got, want)
		}
		s.send("st" + keyEnter)
		s.send(keyCtrlD)
		s.wait()
		if got := texts(h); !slices.Equal(got, []string{"list"}) {
			t.Errorf("asked %q", got)
		}
		if _, err := s.console.Notify(t.Context(), commands.Place{Channel: "console:local"}, say("Bye.")); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(s.out.String(), "Bye.\n\n") {
			t.Errorf("after the end the screen got %q", s.out.String())
		}
	})
}

func TestProgressPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
			_ = to.Progress(ctx, say("under way"))
			_ = to.Progress(ctx, say("still under way"))
			_ = to.Answer(ctx, say("Done."))
		}}
		s, _ := startTerminal(t, h)
		s.out.take()
		s.send("/battle list" + keyEnter)
		want := "/battle list\r\n… under way\r\n\x1b[1A\x1b[2K… still under way\r\n\x1b[1A\x1b[2KDone.\r\n\r\n" + prompt
		if got := s.out.take(); got != want {
			t.Errorf("the screen got %q, want %q", got, want)
		}
		s.send(keyCtrlD)
		s.wait()
	})
}

func TestADoubleTapAnswersNoUnreadQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := asking()
		h.press = func(ctx context.Context, _ commands.Press, to commands.Responder) {
			_ = to.Amend(ctx, say("Confirmed."))
			_ = to.Answer(ctx, question("Applied.", "Again", "Undo"))
		}
		s, _ := startTerminal(t, h)
		s.send("/battle ask" + keyEnter)
		time.Sleep(250 * time.Millisecond)
		s.send("1" + keyEnter + "1" + keyEnter)
		if got := h.pressed(); !slices.Equal(got, []string{"idconfirm"}) {
			t.Errorf("pressed %v, want once", got)
		}
		if !strings.Contains(s.out.take(), "before the question could be read") {
			t.Error("nothing was said about it")
		}
		time.Sleep(250 * time.Millisecond)
		s.send("1" + keyEnter)
		if got := h.pressed(); !slices.Equal(got, []string{"idconfirm", "idagain"}) {
			t.Errorf("pressed %v, want a second time once it could be read", got)
		}
		s.send(keyCtrlD)
		s.wait()
	})
}

func TestNotesWrapAtTheTerminalsWidth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{handle: answer(t, commands.Reply{Notes: []string{strings.Repeat("word ", 10)}})}
		s, at := startTerminal(t, h)
		at.width = 23
		s.send("/battle list" + keyEnter)
		if got := s.out.take(); !strings.Contains(got, "\r\nword word word word\r\nword word word word\r\nword word\r\n\r\n") {
			t.Errorf("the screen got %q", got)
		}
		s.send(keyCtrlD)
		s.wait()
	})
}

func TestComplete(t *testing.T) {
	t.Parallel()
	phrases := []string{"/battle-score", "/battle list", "/battle log", "help"}
	tests := []struct{ line, want string }{
		{"/ba", "/battle"}, {"ba", "/battle"}, {"/BATTLE LI", "/battle list "}, {"/battle l", ""}, {"h", "help "},
		{"/battle-", "/battle-score "}, {"x", ""}, {"/battle list", "/battle list "}, {"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			got, pos, ok := console.Complete(phrases, tt.line)
			if got != tt.want || ok != (tt.want != "") || pos != len(got) {
				t.Errorf("Complete(%q) = %q, %d, %v, want %q", tt.line, got, pos, ok, tt.want)
			}
		})
	}
}

func TestPhrasesCanBeSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &handler{}
		s, _ := startTerminal(t, h, console.WithPhrases("/battle rehearse"))
		s.send("/battle r" + keyTab + keyEnter + keyCtrlD)
		s.wait()
		if got := texts(h); !slices.Equal(got, []string{"rehearse"}) {
			t.Errorf("asked %q", got)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	var lines []string
	for range 150 {
		lines = append(lines, "/battle list", "/battle log")
	}
	got := console.Recall(append(lines, "/battle log", "", "# x", "2", "help")...)
	if len(got) != 200 || got[0] != "help" || got[1] != "/battle log" || got[2] != "/battle list" {
		t.Errorf("%d lines, beginning %q", len(got), got[:3])
	}
}
