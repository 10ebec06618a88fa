package console

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine bounds a line in bytes, without its line break.
const maxLine = 8 << 10

// errLongLine says that a line was longer than maxLine. The line is gone, and reading can go on.
var errLongLine = errors.New("the line is too long")

// lineReader reads lines of bounded length from a stream.
type lineReader struct{ from *bufio.Reader }

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReaderSize(in, maxLine+2)} // a line and its break fit
}

// next returns the next line without its break, errLongLine, or the error of the stream. A last line
// without a break counts.
func (l *lineReader) next() (string, error) {
	text, err := l.from.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", l.skip()
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(text) == 0) {
		return "", err
	}
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(text) > maxLine {
		return "", errLongLine
	}
	return string(text), nil
}

// skip reads over the rest of a long line.
func (l *lineReader) skip() error {
	for {
		_, err := l.from.ReadSlice('\n')
		switch {
		case err == nil || errors.Is(err, io.EOF):
			return errLongLine
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}
