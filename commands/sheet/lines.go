package sheet

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"ringside/commands/grammar"
)

// line is a line that is neither blank nor a comment.
type line struct {
	number int
	text   string // without the line break, with straight quotation marks; perhaps not valid UTF-8
}

const byteOrderMark = "\ufeff"

// notText says why a sheet cannot be read at all: it is no text, or in another encoding. It returns nothing for a text.
func notText(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return "It is written in UTF-16. Save it as “CSV UTF-8”."
	case bytes.HasPrefix(text, []byte("PK\x03\x04")), bytes.HasPrefix(text, []byte("\xd0\xcf\x11\xe0")):
		return "It is a workbook, not a text. Save it as “CSV UTF-8”."
	case bytes.IndexByte(text, 0) >= 0:
		return "It is not a text file. A sheet is CSV in UTF-8."
	}
	return ""
}

// linesOf cuts a text at line breaks of any system and leaves out blank lines and comments.
func linesOf(text []byte) []line {
	plain := strings.TrimPrefix(string(text), byteOrderMark)
	plain = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(plain)
	var lines []line
	number := 0
	for one := range strings.SplitSeq(plain, "\n") {
		number++
		bare := strings.TrimLeftFunc(one, unicode.IsSpace)
		if strings.Trim(bare, " ,;\t") == "" || bare[0] == '#' {
			continue
		}
		if utf8.ValidString(one) {
			one = grammar.Straighten(one)
		}
		lines = append(lines, line{number, one})
	}
	return lines
}

// commaOf returns what parts the cells of a sheet: what makes four cells of the most lines, a comma before others.
func commaOf(lines []line) rune {
	best, most := ',', 0
	for _, comma := range []rune{',', ';', '\t'} {
		rows := 0
		for _, l := range lines {
			if strings.Count(l.text, string(comma)) >= columns-1 && len(cellsOf(l.text, comma)) == columns {
				rows++
			}
		}
		if rows > most {
			best, most = comma, rows
		}
	}
	return best
}
