package discordbot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds what an error repeats of a text that came from outside.
const maxShown = 80

// clip cuts s to limit characters, the last of which is then an ellipsis.
func clip(s string, limit int) string {
	if len(s) <= limit || length(s) <= limit {
		return s
	}
	used, cut := 0, 0
	for at, r := range s {
		used += units(r)
		if used > limit-1 {
			break
		}
		cut = at + utf8.RuneLen(r)
		if r == utf8.RuneError {
			cut = at
		}
	}
	return s[:cut] + "…"
}

// line makes one line of s, with single spaces and nothing invisible in it.
func line(s string) string {
	if printable(s) && single(s) {
		return s
	}
	return strings.Join(strings.Fields(visible(s)), " ")
}

// single reports whether every space in s stands alone between two other characters.
func single(s string) bool {
	return !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") && !strings.Contains(s, "  ")
}

// visible drops what cannot be seen but changes what is: control characters, direction marks and other
// format characters. The two joiners stay, since scripts and emoji need them. White space becomes a space.
func visible(s string) string {
	if printable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200c', r == '\u200d':
			return r
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// printable reports whether s holds nothing but printable ASCII.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// marks are the characters that Discord's Markdown gives a meaning to anywhere in a line, each by the one
// that begins the construct: no more than needed, since some clients' notifications show the escapes. A
// colon before a slash would make a link.
const marks = "\\*_~`|<[@"

func isMark(r rune, next string) bool {
	return strings.ContainsRune(marks, r) || (r == ':' && strings.HasPrefix(next, "/"))
}

// escape makes s, which is one line, safe in Discord's Markdown and at most limit characters long.
// https://support.discord.com/hc/en-us/articles/210298617
func escape(s string, limit int) string {
	if len(s) <= limit && !strings.ContainsAny(s, marks) && !strings.Contains(s, ":/") {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*limit) + 16)
	cut, used := 0, 0 // cut is where an ellipsis would still fit
	for at, r := range s {
		marked := isMark(r, s[at+utf8.RuneLen(r):])
		used += units(r)
		if marked {
			used++
		}
		if used > limit {
			return b.String()[:cut] + "…"
		}
		if marked {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		if used < limit {
			cut = b.Len()
		}
	}
	return b.String()
}

// begin makes an escaped line safe at its start, where some signs make a list, a heading or a quotation.
func begin(s string) string {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch {
	case s == "":
		return s
	case strings.IndexByte("-+#>", s[0]) >= 0:
		return `\` + s
	case digits > 0 && digits < len(s) && s[digits] == '.':
		return s[:digits] + `\` + s[digits:]
	default:
		return s
	}
}

// bold marks a text that is already escaped.
func bold(s string) string {
	if s == "" {
		return ""
	}
	return "**" + s + "**"
}

// code makes a code span, in which nothing has a meaning but the back-tick that would end it.
func code(s string, limit int) string {
	if s == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(clip(s, limit-2), "`", "'") + "`"
}

// length is the size of a text in UTF-16 units, the largest of the ways in which a limit may be counted.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}
