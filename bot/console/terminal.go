package console

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal is what a Console needs of a real terminal.
type Terminal interface {
	// Raw turns off echo and line editing, until restore is called.
	Raw() (restore func() error, err error)
	// Size returns the width and height in characters.
	Size() (width, height int, err error)
}

// fileTerminal is the terminal behind the standard input and output.
type fileTerminal struct{ in, out int }

// detectTerminal returns the terminal that in and out are, or nil.
func detectTerminal(in io.Reader, out io.Writer) Terminal {
	i, inFile := in.(*os.File)
	o, outFile := out.(*os.File)
	if !inFile || !outFile || os.Getenv("TERM") == "dumb" {
		return nil
	}
	t := fileTerminal{in: int(i.Fd()), out: int(o.Fd())}
	if !term.IsTerminal(t.in) || !term.IsTerminal(t.out) {
		return nil
	}
	return t
}

// Raw puts the input into raw mode.
func (t fileTerminal) Raw() (restore func() error, err error) {
	before, err := term.MakeRaw(t.in)
	if err != nil {
		return nil, fmt.Errorf("set the terminal to raw mode: %w", err)
	}
	return func() error {
		if err := term.Restore(t.in, before); err != nil {
			return fmt.Errorf("restore the terminal: %w", err)
		}
		return nil
	}, nil
}

// Size asks the output.
func (t fileTerminal) Size() (width, height int, err error) {
	if width, height, err = term.GetSize(t.out); err != nil {
		return 0, 0, fmt.Errorf("ask the terminal for its size: %w", err)
	}
	return width, height, nil
}
