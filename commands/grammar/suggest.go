package grammar

import (
	"slices"
	"strings"
)

const (
	maxSuggestions = 3
	maxRepaired    = 64 // words of a line that is still repaired: no line that can be read has more
)

// draft is a line, taken apart: as it was typed, or as it was perhaps meant.
type draft struct {
	command string
	words   []string
	note    string // what follows the words of a create
}

// suggestions returns the lines that typed was perhaps meant as, or else where to read on. Each is read
// strictly before it is offered, so whatever the repairs below guess, only lines that work are shown.
func suggestions(typed draft) []string {
	var try []string
	if len(typed.words) <= maxRepaired {
		for _, draft := range drafts(typed.cleaned()) {
			for _, line := range draft.lines() {
				if !slices.Contains(try, line) && len(try) < maxSuggestions {
					try = append(try, line)
				}
			}
		}
	}
	if len(try) == 0 {
		try = append(try, fallback(typed.command, typed.words))
	}
	return try
}

// cleaned returns d as it would look had it been typed by hand on a plain keyboard.
func (d draft) cleaned() draft {
	if d.note == "" {
		d.words, d.note = looseNote(d.command, d.words)
	}
	return draft{strings.ToLower(d.command), clean(d.words), cleanNote(d.note)}
}

// fallback is the help on the subcommand or the action that was typed, or on the command.
func fallback(command string, words []string) string {
	if len(words) > 0 && strings.EqualFold(command, battleCommand) {
		if form, ok := formOf(words[0]); ok && form.verb != VerbHelp {
			return helpAbout(form.verb).Line()
		}
	}
	for _, word := range words[:min(2, len(words))] {
		if verb, ok := action(word); ok {
			return helpAbout(verb).Line()
		}
	}
	if isCommand(command) {
		return helpOn(strings.ToLower(command)).Line()
	}
	return Request{Verb: VerbHelp}.Line()
}

// lines returns d's canonical line if d can be read as it stands. An add or a set that cannot is tidied:
// once for each reading of its numbers, and only then with numbers put together that a space had parted.
func (d draft) lines() []string {
	if line, ok := canonical(d); ok || d.command != scoreCommand {
		return oneOf(line, ok)
	}
	for _, join := range []bool{false, true} {
		var lines []string
		for choice := range 2 {
			line, ok := canonical(d.as(d.command, tidyLine(d.words, join, choice)))
			lines = append(lines, oneOf(line, ok)...)
		}
		if len(lines) > 0 {
			return lines
		}
	}
	return nil
}

func oneOf(line string, ok bool) []string {
	if !ok {
		return nil
	}
	return []string{line}
}

// as returns d with other words.
func (d draft) as(command string, words []string) draft { return draft{command, words, d.note} }

// canonical returns the line that d is read as; help is no repair of anything.
func canonical(d draft) (string, bool) {
	request, problem := read(d)
	return request.Line(), problem == nil && request.Verb != VerbHelp
}

// drafts returns the repairs of a whole line, likeliest first.
func drafts(d draft) []draft {
	words := d.words
	if len(words) == 0 {
		return nil
	}
	if slices.ContainsFunc(words, isCommand) {
		return segments(d)
	}
	if len(words) > 1 && strings.EqualFold(words[0], RoomPrefix) && !isAction(words[1]) {
		words = append([]string{words[0] + words[1]}, words[2:]...)
	}
	all := []draft{d.as(d.command, words)}
	if _, slip := Nearest(words[0], formWords()); d.command == scoreCommand || !slip || slices.ContainsFunc(words, isAction) {
		for _, repaired := range withAction(words) {
			all = append(all, d.as(scoreCommand, repaired))
		}
	}
	if d.command == battleCommand || isSubcommand(words[0]) {
		for _, repaired := range subcommand(words) {
			all = append(all, d.as(battleCommand, repaired))
		}
	}
	return all
}

// segments parts a text that holds several commands.
func segments(d draft) []draft {
	var all []draft
	command, words, start := d.command, d.words, 0
	for i := 0; i <= len(words); i++ {
		if i < len(words) && !isCommand(words[i]) {
			continue
		}
		all = append(all, d.as(command, words[start:i]))
		if i < len(words) {
			command, start = strings.ToLower(words[i]), i+1
		}
	}
	return all
}

// subcommand repairs what follows /battle: a slip of the keyword, a battle and a number the wrong way
// round, words too many, or a battle alone.
func subcommand(words []string) [][]string {
	near, ok := Nearest(words[0], formWords())
	switch {
	case !ok:
		return [][]string{append([]string{string(VerbInfo)}, words...)}
	case near == string(VerbCreate):
		return tidyCreate(words[1:])
	case near == string(VerbName):
		return tidyName(words[1:])
	case slices.Contains(words, dryRunFlag) && !Verb(near).looks():
		return nil // Words too many are left out below, and that one must not be.
	}
	words = replaced(words, 0, near)
	tries := [][]string{words}
	if len(words) == 3 {
		tries = append(tries, moved(words, 1, 2))
	}
	for length := len(words) - 1; length > 0; length-- {
		tries = append(tries, words[:length])
	}
	for _, try := range tries {
		if _, problem := read(draft{command: battleCommand, words: try}); problem == nil {
			return [][]string{try}
		}
	}
	return nil
}

// withAction returns words as an add or a set, if they can be one: with the action where it belongs, or a
// slip of it mended, or with the action that is missing.
func withAction(words []string) [][]string {
	for at := range min(3, len(words)) {
		verb, ok := action(words[at])
		if !ok {
			continue
		}
		found := [][]string{words, moved(words, at, 0), moved(words, at, 1)}
		if verb == VerbSet && slices.ContainsFunc(words, hasPlus) {
			found = append([][]string{replaced(words, at, string(VerbAdd))}, found...)
		}
		return found
	}
	return withMissingAction(words)
}

// withMissingAction returns words, which hold no action, with one in the place of a slip or between two.
func withMissingAction(words []string) [][]string {
	if len(words) < 2 || lowers(words[1]) || isSubcommand(words[0]) {
		return nil
	}
	if near, ok := nearAction(words[1]); ok {
		return [][]string{replaced(words, 1, near)}
	}
	var found [][]string
	if near, ok := nearAction(words[0]); ok {
		found = append(found, replaced(words, 0, near))
	}
	for _, verb := range actions() {
		found = append(found, slices.Insert(slices.Clone(words), 1, verb), append([]string{verb}, words...))
	}
	for _, verb := range actions() {
		found = append(found, replaced(words, 1, verb))
	}
	return found
}

func hasPlus(word string) bool { return strings.HasPrefix(word, "+") }

func replaced(words []string, at int, word string) []string {
	words = slices.Clone(words)
	words[at] = word
	return words
}

// moved puts the word at from to the place to.
func moved(words []string, from, to int) []string {
	word := words[from]
	words = slices.Delete(slices.Clone(words), from, from+1)
	return slices.Insert(words, min(to, len(words)), word)
}
