package grammar

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const dryRunFlag = "--dry-run"

// flags are the words of a line that begin with dashes.
type flags struct{ dryRun, help bool }

// takeFlags parts words from flags, which may stand anywhere in the line. It never writes to words.
func takeFlags(words []string) ([]string, flags, *Error) {
	var given flags
	if !slices.ContainsFunc(words, isFlag) {
		return words, given, nil
	}
	rest := make([]string, 0, len(words))
	for _, word := range words {
		body, flagged := flagBody(word)
		switch {
		case !flagged:
			rest = append(rest, word)
		case isDryRun(body):
			given.dryRun = true
		case isHelp(body):
			given.help = true
		default:
			return nil, given, unknownFlag(word)
		}
	}
	return rest, given, nil
}

func isFlag(word string) bool {
	_, flagged := flagBody(word)
	return flagged
}

// flagBody returns what follows the dashes of a flag. A dash before a digit is a sign. A single hyphen may
// begin a name, so it makes a flag only of a word that is a known one.
func flagBody(word string) (string, bool) {
	body := strings.TrimLeftFunc(word, isDash)
	if len(body) == len(word) || body == "" {
		return "", false
	}
	if first, _ := utf8.DecodeRuneInString(body); unicode.IsDigit(first) {
		return "", false
	}
	if word[:len(word)-len(body)] == "-" {
		return body, isDryRun(body) || isHelp(body)
	}
	return body, true
}

// isDryRun reads dry-run with any dashes, with an underscore as Discord's option has, or with none.
func isDryRun(body string) bool {
	letters := strings.Map(func(r rune) rune {
		if isDash(r) || r == '_' {
			return -1
		}
		return r
	}, body)
	return strings.EqualFold(letters, "dryrun")
}

func isHelp(body string) bool { return strings.EqualFold(body, "help") || strings.EqualFold(body, "h") }

func unknownFlag(word string) *Error {
	problem := problemf(word, "%s is not a flag that Ringside knows; the only one is %s.", mark(word), dryRunFlag)
	if nearDryRun(word) {
		return problem.near(dryRunFlag)
	}
	return problem
}

// nearDryRun reports whether an unknown flag was probably meant as the dry run, a value after "=" aside.
func nearDryRun(word string) bool {
	body, _, _ := strings.Cut(strings.TrimLeftFunc(word, isDash), "=")
	_, near := Nearest(body, []string{"dry-run", "dry"})
	return near
}
