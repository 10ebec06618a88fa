package config

import (
	"strconv"
	"strings"

	"ringside/secret"
)

// maxQuoted is how many characters of a text from the file a message may repeat.
const maxQuoted = 48

// quote makes a text from the file fit to stand in a message: in quotes, escaped and cut. What looks like
// a token or a key that was put in the wrong place is not repeated at all.
func quote(text string) string {
	if looksSecret(text) {
		return secret.Redacted
	}
	runes := []rune(text)
	if len(runes) > maxQuoted {
		return strconv.QuoteToGraphic(string(runes[:maxQuoted])) + "…"
	}
	return strconv.QuoteToGraphic(text)
}

// oneLine makes the text of an error fit to stand in a message: cut, and without control characters.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if notPrinted(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(cut(text, 200), "?"))
}

func cut(text string, most int) string { return text[:min(len(text), most)] }

// looksSecret reports whether text is like the credentials of the platforms, or a long run of letters and
// digits such as a key in hexadecimal or base64.
func looksSecret(text string) bool {
	text = strings.TrimSpace(text)
	for _, prefix := range []string{"xox", "xapp-", "xwfp-", "Bot ", "Bearer "} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return longestRun(text) >= 24 || strings.Contains(text, "@") && strings.Contains(text, "://")
}

// longestRun is the length of the longest stretch of the characters that keys are written in.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if isDigit(r) || isUpper(r) || (r >= 'a' && r <= 'z') || strings.ContainsRune("+=_-.", r) {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}
