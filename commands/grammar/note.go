package grammar

import (
	"slices"
	"strings"
	"unicode"
)

// beginsNote reports whether word parts a line from its note: two dashes or more, or the long dash that phones make
// of two.
func beginsNote(word string) bool {
	if word == "" || strings.TrimLeftFunc(word, isDash) != "" {
		return false
	}
	runes := []rune(word)
	return len(runes) > 1 || slices.Contains([]rune("–—―"), runes[0])
}

// cutNote parts the text of a create from its note, which stays as typed but for its spaces. The text may stand in
// quotes as a whole.
func cutNote(command, text string) (line, note string) {
	for rest := text; rest != ""; {
		before := len(text) - len(rest)
		var word string
		word, rest = firstWord(rest)
		if beginsNote(word) && beginsCreate(command, text) {
			return unwrap(text[:before], trimSpaces(rest))
		}
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	}
	return text, ""
}

// beginsCreate reports whether the first word after command, which may be typed again, is create; after /battle it may
// be a slip of it.
func beginsCreate(command, text string) bool {
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(straighten(word), "\"'`")
		if isCommand(word) {
			continue
		}
		near, _ := Nearest(word, formWords())
		return strings.EqualFold(word, string(VerbCreate)) || strings.EqualFold(command, battleCommand) && near == string(VerbCreate)
	}
	return false
}

// unwrap takes off the quotes that stand around a line and its note together.
func unwrap(line, note string) (string, string) {
	straight := strings.TrimLeftFunc(straighten(line), unicode.IsSpace)
	if _, open := fields(straight); open == "" {
		return line, note
	}
	bare := strings.TrimLeft(straight, "\"'`")
	quote := straight[:len(straight)-len(bare)]
	if quote == "" || !strings.HasSuffix(straighten(note), quote) {
		return line, note
	}
	runes := []rune(note)
	return bare, trimSpaces(string(runes[:len(runes)-len(quote)]))
}

// trimSpaces writes every run of spaces as one space and keeps line breaks, for checkNote to refuse.
func trimSpaces(note string) string {
	words := strings.FieldsFunc(note, func(r rune) bool { return unicode.IsSpace(r) && !isLineBreak(r) })
	return strings.TrimSpace(strings.Join(words, " "))
}

func isLineBreak(r rune) bool { return strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", r) }

// checkNote refuses a note that is not shown as it was typed, and one where there can be none.
func checkNote(request Request) *Error {
	note := request.Note
	switch {
	case note != "" && request.Verb != VerbCreate:
		return problemf("--", "Only %s takes a note after --.", mark(string(VerbCreate)))
	case len(note) > MaxNote:
		return problemf("", "The note is %d bytes long; at most %d are kept.", len(note), MaxNote)
	case strings.ContainsFunc(note, isLineBreak):
		return problemf("", "The note goes over several lines; it must be one line.")
	case unescape(note) != note:
		return problemf(note, "The note %s was escaped twice on its way here; type it by hand.", mark(note))
	}
	for _, r := range note {
		if hasNoLook(r) {
			return problemf("", "The note holds %s (%U), which cannot be seen; leave it out.", hidden(r), r)
		}
	}
	return nil
}

func hasNoLook(r rune) bool {
	return r == unicode.ReplacementChar || invisible(r) != "" || !unicode.IsGraphic(r)
}

func hidden(r rune) string {
	if kind := invisible(r); kind != "" {
		return kind
	}
	return "a character without a look of its own"
}

// cleanNote returns a note on one line, without what cannot be seen.
func cleanNote(note string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if hasNoLook(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, note)), " ")
}

// looseNote parts the words of a create from what was probably meant as its note: what follows a single dash or an
// unknown flag.
func looseNote(command string, words []string) (line []string, note string) {
	if len(words) == 0 || !beginsCreate(command, words[0]) {
		return words, ""
	}
	at := slices.IndexFunc(words, func(word string) bool {
		body, flagged := flagBody(word)
		unknown := flagged && !isDryRun(body) && !isHelp(body) && !nearDryRun(word)
		return unknown || word != "" && strings.TrimLeftFunc(word, isDash) == ""
	})
	if at < 0 {
		return words, ""
	}
	first := strings.TrimLeftFunc(words[at], isDash)
	if strings.EqualFold(strings.TrimRight(first, ":"), "note") {
		first = ""
	}
	return words[:at], strings.TrimSpace(strings.Join(append([]string{first}, words[at+1:]...), " "))
}
