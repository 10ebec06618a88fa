package console

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds, in runes, each text of a reply; none that is meant to be read comes near it.
const maxText = 4000

// joiners shape letters and emoji and do nothing to a terminal.
const (
	nonJoiner = '\u200C'
	joiner    = '\u200D'
)

// plain returns s with nothing in it that a terminal would obey or a reader would not see: control
// characters become their pictures (␛), and marks of direction and other invisible characters become
// their numbers (<U+202E>). Line breaks stay.
func plain(s string) string {
	s = cut(strings.ToValidUTF8(s, "\uFFFD"), maxText)
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if strings.IndexFunc(s, suspicious) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !suspicious(r):
			b.WriteRune(r)
		case r == '\t', r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case r < ' ':
			b.WriteRune('\u2400' + r)
		case r == '\u007F':
			b.WriteRune('\u2421')
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// oneLine is plain without line breaks.
func oneLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(plain(s), "\n", " "))
}

func suspicious(r rune) bool {
	if r >= ' ' && r <= '~' || r == '\n' || r == joiner || r == nonJoiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// cut shortens s to at most limit runes, the last of them an ellipsis.
func cut(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// columns is how many columns of a terminal s takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// runeColumns follows Unicode's East Asian Width (https://www.unicode.org/reports/tr11/) as far as
// names of rooms and people need it. Joined emoji count as their parts.
func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	default:
		return 1
	}
}

func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115F, // Hangul initials
		r >= 0x2E80 && r <= 0xA4CF && r != 0x303F,   // radicals, kana, ideographs, Yi
		r >= 0xA960 && r <= 0xA97F,                  // Hangul initials, extended
		r >= 0xAC00 && r <= 0xD7A3,                  // Hangul syllables
		r >= 0xF900 && r <= 0xFAFF,                  // compatibility ideographs
		r >= 0xFE30 && r <= 0xFE6F,                  // compatibility and small forms
		r >= 0xFF01 && r <= 0xFF60,                  // full-width forms
		r >= 0xFFE0 && r <= 0xFFE6,                  // full-width signs
		r >= 0x1F300 && r <= 0x1F64F,                // pictographs, emoticons
		r >= 0x1F680 && r <= 0x1F6FF,                // transport
		r >= 0x1F900 && r <= 0x1FAFF,                // more pictographs
		r >= 0x20000 && r <= unicode.MaxRune-0xFFFF: // further ideographs
		return true
	default:
		return false
	}
}

// pad fills s with blanks up to a width in columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}

// clip shortens s to at most width columns, the last of them an ellipsis.
func clip(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	head, _ := splitAt(s, width-1)
	return head + "…"
}

// splitAt cuts s after as many runes as fit into width columns, and at least one.
func splitAt(s string, width int) (head, tail string) {
	used := 0
	for i, r := range s {
		used += runeColumns(r)
		if used > width && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// wrap breaks s into lines of at most width columns, between words where it can. Line breaks in s stay.
func wrap(s string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && columns(line)+1+columns(word) <= width {
				line += " " + word
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			pieces := chop(word, width)
			last := len(pieces) - 1
			lines, line = append(lines, pieces[:last]...), pieces[last]
		}
		lines = append(lines, line)
	}
	return lines
}

// chop cuts a word into pieces of at most width columns: one piece, unless the word is wider.
func chop(word string, width int) []string {
	var pieces []string
	for {
		head, tail := splitAt(word, width)
		pieces = append(pieces, head)
		if tail == "" {
			return pieces
		}
		word = tail
	}
}
