package console

import (
	"errors"
	"io"

	"ringside/commands"
)

// MaxLine is the longest line in bytes.
const MaxLine = maxLine

// Functions that a table describes better than a whole session does.
var (
	Plain    = plain
	OneLine  = oneLine
	Columns  = columns
	Wrap     = wrap
	Clip     = clip
	Complete = complete
)

// Render draws a reply with its choices numbered from 1.
func Render(r commands.Reply, colour bool, width int) string {
	var q *question
	if len(r.Buttons) > 0 {
		q = &question{first: 1, buttons: r.Buttons}
	}
	return render(r, q, painter{colour: colour}, width)
}

// RenderProgress draws a reply as a passing line.
func RenderProgress(r commands.Reply, colour bool, width int) string {
	return renderProgress(r, painter{colour: colour}, width)
}

// ReadLines reads all lines of in; a line that is too long is "<long>".
func ReadLines(in io.Reader) ([]string, error) {
	l := newLineReader(in)
	var all []string
	for {
		line, err := l.next()
		switch {
		case err == nil:
			all = append(all, line)
		case errors.Is(err, errLongLine):
			all = append(all, "<long>")
		default:
			return all, err
		}
	}
}

// Recall adds lines to a new history and returns what the up key then offers, the last first.
func Recall(lines ...string) []string {
	h := newHistory(lines)
	var all []string
	for i := range h.Len() {
		all = append(all, h.At(i))
	}
	return all
}
