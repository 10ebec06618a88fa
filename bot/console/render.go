package console

import (
	"strings"

	"ringside/bot/edge"
	"ringside/commands"
)

const (
	columnGap  = "  "
	indent     = "  "
	choiceGap  = "    "
	underWay   = "… "
	widestText = 100 // columns; longer lines are hard to read
)

// painter adds colour, or nothing. Colour is never the only sign of anything.
type painter struct{ colour bool }

const (
	sgrBold   = "1"
	sgrDim    = "2"
	sgrRed    = "1;31"
	sgrGreen  = "1;32"
	sgrYellow = "1;33"
	sgrCyan   = "36"
)

func (p painter) paint(sgr, s string) string {
	if !p.colour || s == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

func (p painter) headline(tone commands.Tone, s string) string {
	switch tone {
	case commands.ToneGood:
		return p.paint(sgrGreen, s)
	case commands.ToneWarn:
		return p.paint(sgrYellow, s)
	case commands.ToneBad:
		return p.paint(sgrRed, s)
	default:
		return p.paint(sgrBold, s)
	}
}

// render draws a reply as lines of text without a final line break: headline, rows in columns, notes,
// examples, the beginning of a document, choices, footer, and a picture in words. It returns "" for an empty reply.
// Width is in columns.
func render(r commands.Reply, q *question, p painter, width int) string {
	r = edge.PictureInWords(r)
	width = max(1, min(width, widestText))
	var lines []string
	for _, line := range wrapped(r.Headline, width) {
		lines = append(lines, p.headline(r.Tone, line))
	}
	lines = append(lines, table(r.Rows)...)
	for _, note := range r.Notes {
		lines = append(lines, wrapped(note, width)...)
	}
	for _, example := range r.Examples {
		lines = append(lines, indent+p.paint(sgrCyan, oneLine(example)))
	}
	lines = append(lines, documentLines(r.Document, p, width)...)
	lines = append(lines, choiceLines(q, p, width)...)
	for _, line := range wrapped(r.Footer, width) {
		lines = append(lines, p.paint(sgrDim, line))
	}
	return strings.Join(lines, "\n")
}

// renderProgress draws a reply as one passing line of at most width columns.
func renderProgress(r commands.Reply, p painter, width int) string {
	line := oneLine(r.Headline)
	if !strings.HasPrefix(line, "…") {
		line = underWay + line
	}
	return p.paint(sgrDim, clip(line, width))
}

func wrapped(s string, width int) []string {
	if s = strings.TrimSpace(plain(s)); s == "" {
		return nil
	}
	return wrap(s, width)
}

// table draws rows in columns of one width; a part that no row has takes no column.
func table(rows []commands.Row) []string {
	cells := make([][4]string, len(rows))
	var widths [4]int
	for i, row := range rows {
		for j, part := range []string{row.Label, row.Subject, row.Change, row.Detail} {
			cells[i][j] = oneLine(part)
			widths[j] = max(widths[j], columns(cells[i][j]))
		}
	}
	lines := make([]string, 0, len(rows))
	for _, row := range cells {
		var parts []string
		for j, cell := range row {
			if widths[j] > 0 {
				parts = append(parts, pad(cell, widths[j]))
			}
		}
		lines = append(lines, strings.TrimRight(strings.Join(parts, columnGap), " "))
	}
	return lines
}

// choiceLines draws the choices of q side by side, on as many lines as they need.
func choiceLines(q *question, p painter, width int) []string {
	var lines []string
	line, used := "", 0
	for _, choice := range q.choices() {
		number, label, _ := strings.Cut(choice, columnGap)
		drawn := p.paint(sgrBold, number) + columnGap + label
		if line != "" && used+len(choiceGap)+columns(choice) > width {
			lines = append(lines, line)
			line = ""
		}
		if line == "" {
			line, used = indent+drawn, len(indent)+columns(choice)
			continue
		}
		line += choiceGap + drawn
		used += len(choiceGap) + columns(choice)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
