// Package console makes a terminal a chat platform: for rehearsals, for tests, and for operators who
// have no chat at hand. On a real terminal it edits lines and keeps a history; from a pipe it reads
// line by line and answers each line before it reads the next.
package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"ringside/commands"
)

// The ids by which the rest of Ringside knows the terminal and the person at it.
const (
	PlatformName = "console"
	CallerID     = "console:local"
	ChannelID    = "console:local"
)

// settleGrace is how long a running command may still take once Run was told to stop.
const settleGrace = 10 * time.Second

// Handler answers what is typed. Both methods return after their answer.
type Handler interface {
	Handle(ctx context.Context, ask commands.Invocation, to commands.Responder)
	Press(ctx context.Context, press commands.Press, to commands.Responder)
}

// Console is a terminal, or a pipe, as a chat platform with one person on it.
type Console struct {
	handler  Handler
	in       io.Reader
	options  options
	screen   *screen
	board    *board
	notices  notices
	lines    *lineReader // kept over runs, so that a restart loses no line that was read ahead
	past     *history
	line     int // the number of the line that was read last
	greeted  bool
	attached atomic.Bool
}

// New returns a Console that reads commands from in, hands them to h and writes the answers to out.
// Without an option it is a terminal exactly if in and out both are.
func New(h Handler, in io.Reader, out io.Writer, opts ...Option) (*Console, error) {
	if h == nil || in == nil || out == nil {
		return nil, errors.New("console: a handler, an input and an output are needed")
	}
	o := options{
		terminal: detectTerminal(in, out),
		session:  strings.ToLower(rand.Text()[:16]), // 80 random bits
		phrases:  defaultPhrases(),
		clock:    time.Now,
	}
	for _, opt := range opts {
		opt(&o)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Console{
		handler: h, in: in, options: o,
		screen: newScreen(out, o.painter(), o.terminal != nil),
		board:  &board{clock: o.clock},
		lines:  newLineReader(in),
		past:   newHistory(o.history),
	}, nil
}

// Name returns "console".
func (c *Console) Name() string { return PlatformName }

// Ready returns nil while Run reads from the terminal.
func (c *Console) Ready() error {
	if c.attached.Load() {
		return nil
	}
	return errors.New("nobody reads the terminal")
}

// Run reads and answers lines until the end of the input, "exit" or "quit", or the end of ctx, and
// returns nil then. A command that is running when ctx ends gets ten more seconds to settle. A real
// terminal is always left as it was found. Where the input cannot be interrupted, as an ordinary
// standard input cannot, one goroutine stays behind in its last read.
func (c *Console) Run(ctx context.Context) (err error) {
	src, restore, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, restore()) }()
	c.attached.Store(true)
	defer c.attached.Store(false)

	if err := c.greet(); err != nil {
		return err
	}
	pump := startPump(src, c.in)
	defer pump.stop()
	for {
		line, err := pump.next(ctx)
		if isEnd(ctx, err) {
			return nil
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return fmt.Errorf("read from the console: %w", err)
		}
		c.line++
		c.screen.lineRead()
		over, err := c.take(ctx, line, err)
		if over || err != nil {
			return err
		}
	}
}

// isEnd reports whether no more lines come, and nothing is wrong with that.
func isEnd(ctx context.Context, err error) bool { return ctx.Err() != nil || errors.Is(err, io.EOF) }

// open returns where lines come from, and what leaves the terminal as it was.
func (c *Console) open() (source, func() error, error) {
	t := c.options.terminal
	if t == nil {
		return c.lines, func() error { return nil }, nil
	}
	restore, err := t.Raw()
	if err != nil {
		return nil, nil, fmt.Errorf("console: %w", err)
	}
	e := newEditor(c.in, c.screen.plain, t, c.past, c.options.phrases)
	c.screen.attach(e, e.width)
	return e, func() error {
		c.screen.detach()
		return errors.Join(e.leave(), restore())
	}, nil
}

func (c *Console) greet() error {
	if c.greeted || len(c.options.greeting) == 0 {
		return nil
	}
	c.greeted = true
	return c.screen.say(strings.TrimRight(strings.Join(c.options.greeting, "\n"), "\n"))
}

// take does what one line asks for and reports whether it was the last one. Its error says that the
// output is gone.
func (c *Console) take(ctx context.Context, line string, bad error) (over bool, err error) {
	if bad != nil {
		return false, c.screen.show(longLine())
	}
	in := parse(line)
	if in.kind == kindNothing {
		return false, nil
	}
	switch in.kind {
	case kindLeave:
		return true, nil
	case kindCommand:
		c.ask(ctx, in)
		return false, nil
	case kindNumber:
		return false, c.choose(ctx, c.board.numbered(in.number), noSuchChoice(in.words, c.board.open()))
	default:
		return false, c.choose(ctx, c.board.named(in.words), notACommand(in.words))
	}
}

func (c *Console) ask(ctx context.Context, in input) {
	ctx, cancel := outlive(ctx, settleGrace)
	defer cancel()
	to := &responder{console: c}
	defer to.handled.Store(true)
	c.handler.Handle(ctx, commands.Invocation{
		Key:     c.key(),
		Command: in.command,
		Text:    in.words,
		Caller:  commands.Caller{ID: CallerID},
		Place:   place(),
	}, to)
}

// choose presses the one choice that was meant, or shows what to say when there is none.
func (c *Console) choose(ctx context.Context, meant []choice, none commands.Reply) error {
	switch {
	case len(meant) == 0:
		return c.screen.show(none)
	case len(meant) > 1:
		return c.screen.show(severalChoices(c.board.open()))
	case c.options.terminal != nil && c.board.unread(meant[0].question):
		return c.screen.show(typedAhead())
	}
	c.press(ctx, meant[0])
	return nil
}

func (c *Console) press(ctx context.Context, meant choice) {
	ctx, cancel := outlive(ctx, settleGrace)
	defer cancel()
	to := &responder{console: c, question: meant.question}
	defer to.handled.Store(true)
	c.handler.Press(ctx, commands.Press{
		Key:    c.key(),
		Button: meant.button.ID,
		Caller: commands.Caller{ID: CallerID},
		Place:  place(),
	}, to)
}

func (c *Console) key() string {
	return fmt.Sprintf("%s:%s:%d", PlatformName, c.options.session, c.line)
}

func place() commands.Place { return commands.Place{Channel: ChannelID, User: CallerID} }

// outlive returns a context that ends some time after ctx does, so that what is running can settle.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-out.Done():
		}
	})
	return out, func() { stop(); cancel() }
}
