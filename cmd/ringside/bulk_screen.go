package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"ringside/bot/console"
	"ringside/commands"
)

const (
	plainEvery   = 5 * time.Second // between two lines of progress where there is no terminal
	defaultWidth = 80
	clearLine    = "\r\x1b[K"
)

// bulkScreen is where `ringside bulk` says what happens. On a terminal its last line is the progress, which moves.
type bulkScreen struct {
	out      io.Writer
	terminal bool

	mu     sync.Mutex
	moving bool // a line of progress stands there
	plain  time.Time
	op     string // the bulk whose progress is shown
}

func newBulkScreen(out io.Writer) *bulkScreen {
	return &bulkScreen{out: out, terminal: isTerminal(out)}
}

// follow shows the progress of this bulk from now on. News of others is shown as it comes.
func (s *bulkScreen) follow(op string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.op = op
}

// show writes a whole reply.
func (s *bulkScreen) show(r commands.Reply) error {
	var text strings.Builder
	fmt.Fprintln(&text, r.Headline)
	columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows {
		fmt.Fprintln(columns, strings.TrimRight(strings.Join([]string{"  " + row.Label, row.Subject, row.Change, row.Detail}, "\t"), "\t")) //nolint:errcheck // a builder takes everything
	}
	_ = columns.Flush() // likewise
	for _, note := range r.Notes {
		fmt.Fprintln(&text, note)
	}
	for _, example := range r.Examples {
		fmt.Fprintln(&text, "  "+example)
	}
	if r.Footer != "" {
		fmt.Fprintln(&text, r.Footer)
	}
	return s.line(strings.TrimRight(text.String(), "\n"))
}

// line writes a text on lines of its own.
func (s *bulkScreen) line(text string) error { return s.write(text + "\n") }

// prompt writes a text that is answered on the same line.
func (s *bulkScreen) prompt(text string) error { return s.write(text) }

func (s *bulkScreen) write(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moving {
		text = clearLine + text
	}
	s.moving = false
	_, err := io.WriteString(s.out, text)
	return err
}

// progress shows how far something is: in the place of what was shown before, or now and then on a line of its own.
func (s *bulkScreen) progress(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal {
		s.moving = true
		_, err := io.WriteString(s.out, clearLine+cut(text, s.width()-1))
		return err
	}
	if now := time.Now(); now.Sub(s.plain) >= plainEvery {
		s.plain = now
		_, err := fmt.Fprintln(s.out, text)
		return err
	}
	return nil
}

func (s *bulkScreen) width() int {
	if file, ok := s.out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 1 {
			return width
		}
	}
	return defaultWidth
}

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// Notify shows what nobody waits for. The end of its own bulk is told when that is over.
func (s *bulkScreen) Notify(_ context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	if to.Channel != console.ChannelID && to.User != console.CallerID {
		return "", errNoPlatform
	}
	s.mu.Lock()
	own := s.op != "" && strings.HasPrefix(r.Footer, "operation "+s.op+" ")
	s.mu.Unlock()
	switch {
	case own && r.Document != nil:
		return "", nil
	case own:
		return commands.Message("terminal:" + s.op + "/1"), s.progress(r.Headline)
	}
	return "", s.show(r)
}

// Revise shows how far the bulk is.
func (s *bulkScreen) Revise(_ context.Context, m commands.Message, r commands.Reply) error {
	if !strings.HasPrefix(string(m), "terminal:") {
		return errNoPlatform
	}
	if len(r.Buttons) == 0 { // its last words are told in full
		return nil
	}
	return s.progress(r.Headline)
}

// bulkListener hears the answer to one ask.
type bulkListener struct {
	screen *bulkScreen

	mu   sync.Mutex
	last commands.Reply
}

// Progress shows a passing line.
func (l *bulkListener) Progress(_ context.Context, r commands.Reply) error {
	return l.screen.progress(r.Headline)
}

// Answer takes the answer.
func (l *bulkListener) Answer(_ context.Context, r commands.Reply) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = r
	return nil
}

// Amend takes what stands in the place of the question.
func (l *bulkListener) Amend(ctx context.Context, r commands.Reply) error { return l.Answer(ctx, r) }

func (l *bulkListener) said() commands.Reply {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}
