package grammar

import (
	"slices"
	"strconv"
	"strings"
)

// Line returns the canonical line of r, complete with the command; Parse reads it as r again.
func (r Request) Line() string {
	switch r.Verb {
	case VerbAdd, VerbSet:
		return r.ScoreLine()
	case VerbInfo:
		if r.Battle == "" {
			return battleCommand + " info"
		}
		return r.ScoreLine()
	case VerbCreate:
		return r.createLine()
	case VerbLog:
		return line(battleCommand, "log", r.Battle, strconv.Itoa(r.Count))
	case VerbBulk:
		if r.Operation == "" {
			return line(battleCommand, string(r.Verb))
		}
		return line(battleCommand, string(r.Verb), stopWord, r.Operation)
	case VerbOverlay:
		if r.Revoke {
			return line(battleCommand, string(r.Verb), r.Battle, revokeWord)
		}
		return line(battleCommand, string(r.Verb), r.Battle)
	default: // The others use a few of these words, in this order.
		return line(battleCommand, string(r.Verb), r.Battle, r.Alias, r.Operation, outcomeWord(r.Outcome), r.Topic)
	}
}

func (r Request) createLine() string {
	words := slices.Concat([]string{battleCommand, string(r.Verb)}, between(r.Rooms, versus), []string{forWord, FormatDuration(r.Duration)})
	if r.Note == "" {
		return line(words...)
	}
	return line(words...) + " -- " + r.Note
}

// ScoreLine returns the /battle-score line for r's battle, changes and dry run. Without changes it is the
// line that shows the battle.
func (r Request) ScoreLine() string {
	words := make([]string, 0, 4+2*len(r.Changes))
	words = append(words, scoreCommand, r.Battle)
	if len(r.Changes) > 0 {
		words = append(words, string(r.Verb))
	}
	for _, change := range r.Changes {
		words = append(words, change.Room, strconv.FormatInt(change.Points, 10))
	}
	if r.DryRun {
		words = append(words, dryRunFlag)
	}
	return line(words...)
}

// line joins words, leaving out empty ones and quoting where the reader would else undo a quote.
func line(words ...string) string {
	var out strings.Builder
	for _, word := range words {
		if word == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(Quote(word))
	}
	return out.String()
}

// Quote returns name so that it is read back as that one word: in quotes only where it begins with one.
func Quote(name string) string {
	if name == "" {
		return `""`
	}
	if !isQuote(name[0]) {
		return name
	}
	for _, clash := range []func(name, quote string) bool{strings.Contains, strings.HasSuffix} {
		for _, quote := range []string{`"`, "'", "`"} {
			if !clash(name, quote) {
				return quote + name + quote
			}
		}
	}
	return name
}
