package auth

import (
	"strings"
	"unicode/utf8"
)

// covers reports whether any of the globs matches text.
func covers(globs []string, text string) bool {
	for _, glob := range globs {
		if match(glob, text) {
			return true
		}
	}
	return false
}

// match reports whether glob matches the whole of text: "*" is any characters or none, slashes included,
// "?" is exactly one rune and everything else is itself, byte for byte.
//
// Only the latest star is ever taken back. That is enough, as an earlier star gains nothing by taking
// more; so the work is at most the product of the two lengths and nothing can make it explode.
func match(glob, text string) bool {
	g, t := 0, 0
	starG, starT := -1, 0 // where to go on from when the latest star takes one rune more
	for t < len(text) {
		switch {
		case g < len(glob) && glob[g] == '*':
			g++
			starG, starT = g, t
		case g < len(glob) && glob[g] == '?':
			g++
			t += width(text[t:])
		case g < len(glob) && glob[g] == text[t]:
			g++
			t++
		case starG >= 0:
			starT += width(text[starT:])
			g, t = starG, starT
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}

// width is the length in bytes of the first rune of text; a broken one counts as one byte.
func width(text string) int {
	_, size := utf8.DecodeRuneInString(text)
	return size
}
