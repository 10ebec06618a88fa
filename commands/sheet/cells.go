package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// columns is how many cells a row has.
const columns = 4

// cellsOf cuts a line into cells; nil if its quotation marks do not fit. Empty cells behind the fourth one, which a
// spreadsheet may add, are left out.
func cellsOf(text string, comma rune) []string {
	cells, err := split(text, comma)
	if err != nil {
		return nil
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	for len(cells) > columns && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// split cuts a line by the rules of CSV.
func split(text string, comma rune) ([]string, error) {
	if !strings.Contains(text, `"`) {
		return strings.Split(text, string(comma)), nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.TrimLeadingSpace, r.FieldsPerRecord = comma, comma != '\t', -1
	return r.Read()
}

// cells cuts a line into its four cells, or says why it cannot.
func (r *reader) cells(text string) ([]string, string) {
	if !utf8.ValidString(text) {
		return nil, "The line is not valid UTF-8. Save the sheet as “CSV UTF-8”."
	}
	if _, err := split(text, r.comma); err != nil {
		return nil, unquoted(err)
	}
	cells := cellsOf(text, r.comma)
	if len(cells) == columns {
		return cells, ""
	}
	for _, other := range []rune{',', ';', '\t'} {
		if other != r.comma && len(cellsOf(text, other)) == columns {
			return nil, fmt.Sprintf("Here %s part the cells, elsewhere %s; use one of them in the whole sheet.", called(other), called(r.comma))
		}
	}
	if grouped(cells, r.comma) {
		number := strings.Join(cells[columns-1:], ",")
		return nil, fmt.Sprintf(`Commas part the cells, so write the number in quotation marks ("%s") or without commas (%s).`, number, strings.ReplaceAll(number, ",", ""))
	}
	return nil, fmt.Sprintf("A row has four cells (battle, add or set, room, score), and this one has %d.", len(cells))
}

// unquoted says what is wrong with a line's quotation marks.
func unquoted(err error) string {
	if errors.Is(err, csv.ErrBareQuote) {
		return "There is a quotation mark inside of a cell; put the whole cell in quotation marks, and double those inside of it."
	}
	return "A quotation mark is not closed, or something follows the closing one; a row stands on one line."
}

// grouped reports whether a row has too many cells because the commas of its number were taken for those between cells.
func grouped(cells []string, comma rune) bool {
	if comma != ',' || len(cells) <= columns {
		return false
	}
	first, rest := cells[columns-1], cells[columns:]
	return len(first) <= 3 && digits(first) && !slices.ContainsFunc(rest, func(part string) bool { return len(part) != 3 || !digits(part) })
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// called is what a separator is called.
func called(comma rune) string {
	switch comma {
	case ';':
		return "semicolons"
	case '\t':
		return "tabs"
	}
	return "commas"
}

// headings returns what the columns may be called in a header line.
func headings() [columns][]string {
	return [columns][]string{
		{"battle", "battle id", "battle_id", "battleid", "alias"},
		{"action", "kind", "add or set", "add/set", "add|set", "verb", "change", "operation"},
		{"room", "room id", "room_id", "roomid"},
		{"score", "points", "score or points", "score/points", "number", "value", "amount"},
	}
}

// isHeader reports whether cells name the columns.
func isHeader(cells []string) bool {
	known := headings()
	return len(cells) == columns && !slices.ContainsFunc([]int{0, 1, 2, 3}, func(i int) bool {
		return !slices.Contains(known[i], strings.ToLower(cells[i]))
	})
}

// isShuffled reports whether cells name the columns in another order.
func isShuffled(cells []string) bool {
	known := headings()
	names := slices.Concat(known[0], known[1], known[2], known[3])
	return len(cells) == columns && !isHeader(cells) && !slices.ContainsFunc(cells, func(cell string) bool {
		return !slices.Contains(names, strings.ToLower(cell))
	})
}
