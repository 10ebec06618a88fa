package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"ringside/commands"
)

// fromInput stands for the program's input in the place of a file.
const fromInput = "-"

// maxNames is how many names are tried for a file that must not overwrite one.
const maxNames = 1000

// read returns the rows as they came, bounded.
func (c bulkCmd) read(in io.Reader) (_ []byte, err error) {
	if c.File != fromInput {
		file, err := os.Open(c.File)
		if err != nil {
			return nil, usageError{fmt.Errorf("--file: %w", err)}
		}
		defer file.Close() //nolint:errcheck // it was only read
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, commands.MaxSheet+1))
	if err != nil {
		return nil, fmt.Errorf("--file: %w", err)
	}
	if len(text) > commands.MaxSheet {
		return nil, fmt.Errorf("--file: it is larger than %d MB, so nothing was read and nothing was sent; split it", commands.MaxSheet>>20)
	}
	return text, nil
}

// name is what the file is called in words.
func (b *bulkRun) name() string {
	if b.cmd.File == fromInput {
		return ""
	}
	return filepath.Base(b.cmd.File)
}

// folder is where files are written that nobody named.
func (b *bulkRun) folder() string {
	if b.cmd.File == fromInput {
		return "."
	}
	return filepath.Dir(b.cmd.File)
}

// agreed asks the person at the terminal. Where nobody can be asked, --yes must have said it before.
func (b *bulkRun) agreed(ctx context.Context) (bool, error) {
	if b.cmd.Yes {
		return true, nil
	}
	if b.cmd.File == fromInput || !b.screen.terminal || !canAsk(b.streams.in) {
		return false, usageError{errors.New("nobody can be asked here, so nothing was sent; look at what it would do, and add --yes to send it")}
	}
	if err := b.screen.prompt("Send it? (y/N) "); err != nil {
		return false, err
	}
	answers := make(chan string, 1)
	go func() { // it stays behind in its read if the program is told to end
		line, _ := bufio.NewReader(b.streams.in).ReadString('\n') // no line is no yes
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-answers:
		if answer == "y" || answer == "yes" {
			return true, nil
		}
	case <-ctx.Done():
	}
	return false, statusError(exitFailed)
}

// canAsk reports whether somebody types the input.
func canAsk(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// writeNew writes a file that only its owner may read under the name, or under the next free one like it, and returns
// which it was.
func writeNew(path string, text []byte) (string, error) {
	extension := filepath.Ext(path)
	for n := 1; n <= maxNames; n++ {
		name := path
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, extension), n, extension)
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the file that was asked for
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("the outcomes: %w", err)
		}
		_, err = file.Write(text)
		return name, errors.Join(err, file.Sync(), file.Close())
	}
	return "", fmt.Errorf("the outcomes: %s and %d names like it are taken", path, maxNames-1)
}
