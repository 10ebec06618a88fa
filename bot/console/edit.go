package console

import (
	"errors"
	"io"
	"sync/atomic"

	"golang.org/x/term"
)

const prompt = "ringside> "

// The line editor of x/term ends its input at Ctrl-C, whatever was typed. So Ctrl-C reaches it as
// another control character that it leaves to us.
const (
	keyInterrupt = 0x03
	keyOurs      = 0x07
	keyTab       = '\t'
)

// editor reads lines from a person at a terminal in raw mode.
type editor struct {
	terminal  Terminal
	line      *term.Terminal
	keys      *keys
	prompting atomic.Bool // the prompt stands on the screen
}

func newEditor(in io.Reader, out io.Writer, t Terminal, past *history, phrases []string) *editor {
	k := &keys{Reader: in, Writer: out}
	e := &editor{terminal: t, keys: k, line: term.NewTerminal(k, prompt)}
	e.line.History = past
	e.line.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		switch {
		case key == keyOurs:
			k.over.Store(line == "")
			return "", 0, true
		case key == keyTab && pos == len(line):
			return complete(phrases, line)
		default:
			return "", 0, false
		}
	}
	return e
}

// next shows the prompt and returns what was typed. Ctrl-D on an empty line, and Ctrl-C on one, end
// the input.
func (e *editor) next() (string, error) {
	if w, h, err := e.terminal.Size(); err == nil && w > 0 {
		_ = e.line.SetSize(w, h) // only draws; a failing output shows at the next message
	}
	e.prompting.Store(true)
	line, err := e.line.ReadLine()
	if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
		return "", err
	}
	if e.keys.over.Load() {
		return "", io.EOF // what was typed behind the Ctrl-C goes with it
	}
	e.prompting.Store(false)
	if len(line) > maxLine {
		return "", errLongLine
	}
	return line, nil
}

// Write shows p above the prompt and what is being typed.
func (e *editor) Write(p []byte) (int, error) { return e.line.Write(p) }

// width is the terminal's, or the widest that is used where it tells none.
func (e *editor) width() int {
	if w, _, err := e.terminal.Size(); err == nil && w > 0 {
		return w
	}
	return widestText
}

// leave ends the line of a prompt that got no answer.
func (e *editor) leave() error {
	if !e.prompting.Load() {
		return nil
	}
	_, err := io.WriteString(e.keys.Writer, "\r\n")
	return err
}

// keys are the two directions of a terminal.
type keys struct {
	io.Reader
	io.Writer
	over atomic.Bool // Ctrl-C on an empty line
}

// Read reads keys, with Ctrl-C as keyOurs.
func (k *keys) Read(p []byte) (int, error) {
	if k.over.Load() {
		return 0, io.EOF
	}
	n, err := k.Reader.Read(p)
	for i := range p[:n] {
		if p[i] == keyInterrupt {
			p[i] = keyOurs
		}
	}
	return n, err
}
