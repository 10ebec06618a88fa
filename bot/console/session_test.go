package console_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringside/bot/console"
	"ringside/commands"
)

// session is a Console that runs in the bubble of a test, fed through a pipe.
type session struct {
	t       *testing.T
	console *console.Console
	feed    *io.PipeWriter
	out     *buffer
	ended   chan error
	cancel  context.CancelFunc
}

// startPiped starts a session without a terminal. Call it in a synctest bubble.
func startPiped(t *testing.T, h console.Handler, opts ...console.Option) *session {
	t.Helper()
	in, feed := io.Pipe()
	s := &session{t: t, feed: feed, out: &buffer{}, ended: make(chan error, 1)}
	c, err := console.New(h, in, s.out, append([]console.Option{console.WithSession("s1")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	s.console = c
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(t.Context())
	go func() { s.ended <- c.Run(ctx) }()
	synctest.Wait()
	return s
}

// send types text and waits until everything that follows from it has happened.
func (s *session) send(text string) {
	s.t.Helper()
	if _, err := s.feed.Write([]byte(text)); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

// close ends the input and waits for Run.
func (s *session) close() {
	s.t.Helper()
	_ = s.feed.Close()
	s.wait()
}

func (s *session) wait() {
	s.t.Helper()
	if err := <-s.ended; err != nil {
		s.t.Errorf("Run() = %v", err)
	}
	s.cancel()
	_ = s.feed.Close() // frees a read that was left behind
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := startPiped(t, &handler{})
		s.cancel()
		s.wait()
		if s.console.Ready() == nil {
			t.Error("ready after the end")
		}
	})
}

// interruptible is an input whose reads a deadline ends, as that of a pipe or a socket does.
type interruptible struct {
	past  chan struct{}
	calls []time.Time
}

func (i *interruptible) Read([]byte) (int, error) {
	<-i.past
	return 0, os.ErrDeadlineExceeded
}

func (i *interruptible) SetReadDeadline(at time.Time) error {
	i.calls = append(i.calls, at)
	if !at.IsZero() {
		close(i.past)
	}
	return nil
}

func TestRunInterruptsItsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &interruptible{past: make(chan struct{})}
		c, err := console.New(&handler{}, in, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run() = %v", err)
		}
		if len(in.calls) != 2 || !in.calls[1].IsZero() {
			t.Errorf("deadlines %v, want one in the past and then none", in.calls)
		}
	})
}

// stuck is an input that takes a deadline and does not keep to it.
type stuck struct{ free chan struct{} }

func (s *stuck) Read([]byte) (int, error)        { <-s.free; return 0, io.EOF }
func (s *stuck) SetReadDeadline(time.Time) error { return nil }

func TestRunDoesNotWaitForEverForItsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &stuck{free: make(chan struct{})}
		c, err := console.New(&handler{}, in, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begun := time.Now()
		if err := c.Run(ctx); err != nil || time.Since(begun) != time.Hour+time.Second {
			t.Errorf("Run() = %v after %v, want nil a second after the end", err, time.Since(begun))
		}
		close(in.free)
	})
}

// faulty is an input that panics, as an editor with a fault would.
type faulty struct{}

func (faulty) Read([]byte) (int, error) { panic("a fault") }

func TestAFaultOfTheReaderEndsRunAndNotTheProgram(t *testing.T) {
	t.Parallel()
	c, err := console.New(&handler{}, faulty{}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "panicked: string") {
		t.Errorf("Run() = %v", err)
	}
}

func TestARunningCommandMaySettle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		needs time.Duration
		want  string
	}{
		{"in time", 9 * time.Second, "Applied.\n"},
		{"too late", time.Minute, "cut off after 10s\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := &handler{}
				h.handle = func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
					begun := time.Now()
					select {
					case <-time.After(tt.needs):
						_ = to.Answer(ctx, say("Applied."))
					case <-ctx.Done():
						_ = to.Answer(ctx, say("cut off after "+time.Since(begun).String()))
					}
				}
				s := startPiped(t, h)
				s.send("/battle-score demo add pk-live1 100\n")
				s.cancel()
				s.wait()
				if got := s.out.String(); got != tt.want {
					t.Errorf("output %q, want %q", got, tt.want)
				}
			})
		})
	}
}

func TestARestartGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	h := &handler{}
	h.handle = func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
		if ask.Text == "fall" {
			panic(errors.New("a fault"))
		}
		_ = to.Answer(ctx, say(ask.Key))
	}
	out := &buffer{}
	c, err := console.New(h, strings.NewReader("/battle fall\n/battle list\n"), out,
		console.WithSession("s1"), console.WithGreeting("Hello."))
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the fault was swallowed: nobody would log it")
			}
		}()
		_ = c.Run(t.Context())
	}()
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "Hello.\n\nconsole:s1:2\n" {
		t.Errorf("output %q, want the greeting once and the second line answered", got)
	}
}
