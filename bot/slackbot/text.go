package slackbot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds what an error repeats of a text that came from outside.
const maxShown = 80

// clip cuts s to limit characters, the last of which is then an ellipsis.
func clip(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
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

// paragraph is line for each line of s; empty ones go.
func paragraph(s string) string {
	if !strings.Contains(s, "\n") {
		return line(s)
	}
	var kept []string
	for part := range strings.SplitSeq(s, "\n") {
		if part = line(part); part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "\n")
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

// escape makes s safe in Slack's markup and at most limit characters long. The three escaped characters
// are all that can form a mention, a link or a command; a back-tick could end a code span.
// https://docs.slack.dev/messaging/formatting-message-text
func escape(s string, limit int) string {
	if len(s) <= limit && !strings.ContainsAny(s, "&<>`") {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*limit) + 16)
	cut, used := 0, 0 // cut is where an ellipsis would still fit
	for _, r := range s {
		safe := escaped(r)
		used += length(safe)
		if used > limit {
			return b.String()[:cut] + "…"
		}
		b.WriteString(safe)
		if used < limit {
			cut = b.Len()
		}
	}
	return b.String()
}

func escaped(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '`':
		return "'"
	default:
		return string(r)
	}
}

// bold marks a text that is already escaped, unless a star inside would end the mark early.
func bold(s string) string {
	if s == "" || strings.Contains(s, "*") {
		return s
	}
	return "*" + s + "*"
}

// code marks a text that is already escaped.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// length is the size of a text in characters, as Slack's limits count it.
func length(s string) int { return utf8.RuneCountInString(s) }
