package console_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ringside/bot"
	"ringside/bot/console"
	"ringside/commands"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	_ bot.Platform      = (*console.Console)(nil)
	_ commands.Notifier = (*console.Console)(nil)
)

// handler answers with functions and keeps what it was asked; a nil function answers nothing.
type handler struct {
	handle func(ctx context.Context, ask commands.Invocation, to commands.Responder)
	press  func(ctx context.Context, press commands.Press, to commands.Responder)

	mu      sync.Mutex
	asks    []commands.Invocation
	presses []commands.Press
}

func (h *handler) Handle(ctx context.Context, ask commands.Invocation, to commands.Responder) {
	h.mu.Lock()
	h.asks = append(h.asks, ask)
	h.mu.Unlock()
	if h.handle != nil {
		h.handle(ctx, ask, to)
	}
}

func (h *handler) Press(ctx context.Context, press commands.Press, to commands.Responder) {
	h.mu.Lock()
	h.presses = append(h.presses, press)
	h.mu.Unlock()
	if h.press != nil {
		h.press(ctx, press, to)
	}
}

func (h *handler) pressed() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for _, p := range h.presses {
		ids = append(ids, p.Button)
	}
	return ids
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// take returns what was written since the last take.
func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.text.Reset()
	return b.text.String()
}

// piped runs a session over input and returns its output.
func piped(t *testing.T, h console.Handler, input string, opts ...console.Option) string {
	t.Helper()
	out := &buffer{}
	c, err := console.New(h, strings.NewReader(input), out, append([]console.Option{console.WithSession("s1")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); err != nil {
		t.Fatalf("Run() = %v", err)
	}
	return out.String()
}

// golden compares got with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s:\n%s", path, diff)
	}
}

func say(headline string) commands.Reply { return commands.Reply{Headline: headline} }

// question is a reply with the buttons named by label; a button's id is "id" and its label in lower case.
func question(headline string, labels ...string) commands.Reply {
	r := say(headline)
	for _, label := range labels {
		r.Buttons = append(r.Buttons, commands.Button{ID: "id" + strings.ToLower(label), Label: label})
	}
	return r
}

// answer answers every command with r.
func answer(t *testing.T, r commands.Reply) func(context.Context, commands.Invocation, commands.Responder) {
	t.Helper()
	return func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
		if err := to.Answer(ctx, r); err != nil {
			t.Error(err)
		}
	}
}
