package grammar

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// usualWords is room for the longest line that is read: a battle, an action, its rooms and a flag.
const usualWords = 3 + 2*MaxRooms

// split undoes what chat clients and keyboards do to a text and cuts it into words and the note of a new battle. With
// a problem it still returns the words it could make out, for suggestions.
func split(command, text string) (draft, *Error) {
	if len(text) > MaxText {
		return draft{command: command}, problemf("", "The text is %s bytes long; at most %s are read.",
			FormatInt(int64(len(text))), FormatInt(MaxText))
	}
	if !utf8.ValidString(text) {
		return draft{command: command}, problemf("", "The text is not valid UTF-8, so it cannot be read without guessing.")
	}
	line, note := cutNote(command, unescape(text))
	words, open := fields(straighten(line))
	typed := draft{command, words, note}
	if open != "" {
		return typed, problemf(open, "The quotation mark in %s is never closed.", mark(open))
	}
	return typed, nil
}

// unescape undoes Slack's three entities, once: what was typed as "&amp;lt;" stays "&lt;".
// https://docs.slack.dev/messaging/formatting-message-text
func unescape(text string) string {
	if !strings.Contains(text, "&") {
		return text
	}
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(text)
}

// straighten turns the quotation marks that keyboards make of ' and " back.
func straighten(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '“', '”', '„', '‟', '«', '»', '＂':
			return '"'
		case '‘', '’', '‚', '‛', '‹', '›', '＇':
			return '\''
		default:
			return r
		}
	}, text)
}

// fields cuts text at every kind of space and takes off the quotes around words, and around several words
// or the whole line: no name holds a space, so quotes join nothing. A quote opens at the start of a word
// and closes at the end of one. Open is the first word whose quote never closes.
func fields(text string) (words []string, open string) {
	words = make([]string, 0, min(strings.Count(text, " ")+1, usualWords))
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return words, open
		}
		inner, rest, closed := quoted(text)
		switch {
		case !closed && isQuote(text[0]):
			word, _ := firstWord(text)
			open, text = cmp.Or(open, word), text[1:]
		case !closed:
			inner, rest = firstWord(text)
			words, text = append(words, inner), rest
		case strings.ContainsFunc(inner, unicode.IsSpace):
			more, unclosed := fields(inner)
			words, open, text = append(words, more...), cmp.Or(open, unclosed), rest
		default:
			words, text = append(words, inner), rest
		}
	}
}

func firstWord(text string) (word, rest string) {
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// quoted splits a text that begins with a quote after the same quote at the end of a word.
func quoted(text string) (inner, rest string, closed bool) {
	if !isQuote(text[0]) {
		return "", "", false
	}
	for i := 1; i < len(text); i++ {
		if text[i] != text[0] {
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[i+1:])
		if i+1 == len(text) || unicode.IsSpace(next) {
			return text[1:i], text[i+1:], true
		}
	}
	return "", "", false
}

func isQuote(b byte) bool { return b == '"' || b == '\'' || b == '`' }

// isDash reports whether keyboards and editors put r where a hyphen was typed.
func isDash(r rune) bool {
	switch r {
	case '-', '‐', '‑', '‒', '–', '—', '―', '−', '﹣', '－':
		return true
	default:
		return false
	}
}
