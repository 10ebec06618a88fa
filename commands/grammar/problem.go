package grammar

import (
	"fmt"
	"strings"
	"unicode"
)

// shownRunes bounds how much of a typed word an error repeats.
const shownRunes = 48

// Error says why a line was not read and what to type instead. Its texts are plain and hold no control,
// invisible or direction characters, whatever was typed.
type Error struct {
	Problem string   // one sentence: what is wrong, quoting the word
	Try     []string // complete lines to type instead, likeliest first; never empty
	Word    string   // the word at fault, shortened and made visible; may be empty
	Near    string   // the known word that was probably meant; may be empty
}

// Error returns the problem and the word that was probably meant.
func (e *Error) Error() string {
	if e.Near == "" {
		return e.Problem
	}
	return e.Problem + " Did you mean " + mark(e.Near) + "?"
}

func problemf(word, format string, args ...any) *Error {
	return &Error{Word: show(word), Problem: fmt.Sprintf(format, args...)}
}

func (e *Error) near(word string) *Error {
	e.Near = word
	return e
}

func (e *Error) try(lines ...string) *Error {
	e.Try = append(e.Try, lines...)
	return e
}

// mark puts a typed word in quotation marks, safe to show.
func mark(word string) string { return "“" + show(word) + "”" }

// show returns word shortened and safe to show.
func show(word string) string { return Show(word, shownRunes) }

// Show returns text, of which it keeps at most so many characters, with every rune that has no look of its own named by
// its code point.
func Show(word string, most int) string {
	var out strings.Builder
	shown := 0
	for _, r := range word {
		if shown == most {
			out.WriteString("…")
			break
		}
		shown++
		if r == unicode.ReplacementChar || !unicode.IsGraphic(r) {
			fmt.Fprintf(&out, "[%U]", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}
