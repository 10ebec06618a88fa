package console

import (
	"fmt"
	"io"
	"sync"

	"ringside/commands"
)

// overwrite moves to the line above and empties it (ECMA-48: CUU, EL).
const overwrite = "\x1b[1A\x1b[2K"

// written is what the screen got last.
type written int

const (
	writtenNothing written = iota
	writtenPassing         // a line that the next message may take the place of
	writtenMessage
)

// screen is where messages go, whole and one at a time, from any goroutine.
type screen struct {
	painter     painter
	interactive bool // a person looks at it: a blank line after each message, passing lines pass

	mu    sync.Mutex
	out   io.Writer // the line editor while there is one, which keeps what is being typed in order
	plain io.Writer
	width func() int
	last  written
}

func newScreen(out io.Writer, p painter, interactive bool) *screen {
	return &screen{
		painter: p, interactive: interactive,
		out: out, plain: out,
		width: func() int { return widestText },
	}
}

// attach sends messages through a line editor until detach.
func (s *screen) attach(editor io.Writer, width func() int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out, s.width = editor, width
}

func (s *screen) detach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = s.plain
}

// lineRead notes that the screen went on by what a person typed.
func (s *screen) lineRead() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.interactive {
		s.last = writtenMessage
	}
}

// show draws a reply without choices.
func (s *screen) show(r commands.Reply) error { return s.showWith(r, nil) }

// showWith draws a reply with the choices of q.
func (s *screen) showWith(r commands.Reply, q *question) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.message(render(r, q, s.painter, s.width()))
}

// say writes text as a message.
func (s *screen) say(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.message(text)
}

// pass draws a reply as a passing line.
func (s *screen) pass(r commands.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.before() + renderProgress(r, s.painter, min(s.width(), widestText)-1) + "\n"
	s.last = writtenPassing
	return s.write(text)
}

func (s *screen) message(text string) error {
	if text == "" {
		return nil
	}
	text = s.before() + text + "\n"
	if s.interactive {
		text += "\n"
	}
	s.last = writtenMessage
	return s.write(text)
}

// before is what parts a message from what stands there.
func (s *screen) before() string {
	switch {
	case s.interactive && s.last == writtenPassing:
		return overwrite
	case !s.interactive && s.last == writtenMessage:
		return "\n"
	default:
		return ""
	}
}

func (s *screen) write(text string) error {
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("write to the console: %w", err)
	}
	return nil
}
