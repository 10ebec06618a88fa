package console

import (
	"bytes"
	"fmt"
	"strconv"

	"ringside/commands"
)

// maxLines is how many lines are shown of a document.
const maxLines = 5

// documentLines draws the name, the size and the beginning of a document: a terminal has no files.
func documentLines(d *commands.Document, p painter, width int) []string {
	if d == nil {
		return nil
	}
	text := bytes.TrimSuffix(d.Text, []byte("\n"))
	total := 0
	if len(text) > 0 {
		total = bytes.Count(text, []byte("\n")) + 1
	}
	lines := wrapped(fmt.Sprintf("[file: %s, %s, %s]", d.Name, counted(len(d.Text), "byte"), counted(total, "line")), width)
	for part := range bytes.Lines(text[:end(text, maxLines)]) {
		lines = append(lines, indent+p.paint(sgrDim, clip(oneLine(string(part)), max(1, width-len(indent)))))
	}
	if more := total - maxLines; more > 0 {
		lines = append(lines, indent+"… and "+counted(more, "more line"))
	}
	return lines
}

// end returns where the first n lines of text end.
func end(text []byte, n int) int {
	at := 0
	for ; n > 0; n-- {
		next := bytes.IndexByte(text[at:], '\n')
		if next < 0 {
			return len(text)
		}
		at += next + 1
	}
	return at
}

// counted writes a number with its noun: "1 line", "10,001 lines".
func counted(n int, noun string) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	if n != 1 {
		noun += "s"
	}
	return digits + " " + noun
}
