package console

import (
	"strings"
	"unicode"

	"ringside/commands"
)

type inputKind int

const (
	kindOther   inputKind = iota // words that are no command
	kindNothing                  // an empty line or a comment
	kindLeave                    // "exit" or "quit"
	kindNumber                   // a choice
	kindCommand
)

// input is what one line means before anyone looks at open questions.
type input struct {
	kind    inputKind
	command string // of kindCommand
	words   string // the words after the command; otherwise the whole line
	number  int    // of kindNumber
}

// maxChoiceDigits keeps a choice within every int; no question has that many choices.
const maxChoiceDigits = 9

// parse reads one line. It never fails: what it does not know is kindOther.
func parse(line string) input {
	line = strings.TrimSpace(strings.TrimPrefix(strings.ToValidUTF8(line, "\uFFFD"), "\uFEFF"))
	if line == "" || strings.HasPrefix(line, "#") {
		return input{kind: kindNothing}
	}
	if n, ok := choiceNumber(line); ok {
		return input{kind: kindNumber, number: n, words: line}
	}
	return parseWords(line)
}

func parseWords(line string) input {
	word, rest := line, ""
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		word, rest = line[:i], strings.TrimSpace(line[i:])
	}
	word = "/" + strings.TrimPrefix(strings.ToLower(word), "/")
	switch {
	case word == commands.ScoreCommand || word == commands.BattleCommand:
		return input{kind: kindCommand, command: word, words: rest}
	case rest == "" && word == "/help":
		return input{kind: kindCommand, command: commands.BattleCommand, words: "help"}
	case rest == "" && (word == "/exit" || word == "/quit"):
		return input{kind: kindLeave}
	default:
		return input{kind: kindOther, words: line}
	}
}

// choiceNumber reads a line of nothing but digits.
func choiceNumber(line string) (n int, ok bool) {
	if len(line) > maxChoiceDigits {
		return 0, false
	}
	for i := range len(line) {
		if line[i] < '0' || line[i] > '9' {
			return 0, false
		}
		n = 10*n + int(line[i]-'0')
	}
	return n, true
}
