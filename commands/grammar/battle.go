package grammar

import (
	"slices"
	"strconv"
	"strings"
)

// form is one subcommand of /battle: its keyword, and how the words after it are read.
type form struct {
	verb Verb
	read func(args []string) (Request, *Error)
}

// forms returns the subcommands in the order in which help lists them.
func forms() []form {
	return []form{
		{VerbInfo, func(args []string) (Request, *Error) { return readOn(VerbInfo, args) }},
		{VerbList, func(args []string) (Request, *Error) { return readAlone(VerbList, args) }},
		{VerbCreate, readCreate},
		{VerbName, readName},
		{VerbWatch, func(args []string) (Request, *Error) { return readOn(VerbWatch, args) }},
		{VerbUnwatch, func(args []string) (Request, *Error) { return readOn(VerbUnwatch, args) }},
		{VerbOverlay, readOverlay},
		{VerbBulk, readBulk},
		{VerbStatus, func(args []string) (Request, *Error) { return readOperation(VerbStatus, args) }},
		{VerbLog, readLog},
		{VerbUndo, func(args []string) (Request, *Error) { return readOperation(VerbUndo, args) }},
		{VerbResolve, readResolve},
		{VerbWhoami, func(args []string) (Request, *Error) { return readAlone(VerbWhoami, args) }},
		{VerbHelp, func(args []string) (Request, *Error) { return readHelp(args, "") }},
	}
}

// formOf finds the subcommand by its keyword, case aside.
func formOf(word string) (form, bool) {
	for _, form := range forms() {
		if strings.EqualFold(word, string(form.verb)) {
			return form, true
		}
	}
	return form{}, false
}

func isSubcommand(word string) bool {
	_, ok := formOf(word)
	return ok
}

func formWords() []string {
	all := forms()
	words := make([]string, len(all))
	for i, form := range all {
		words[i] = string(form.verb)
	}
	return words
}

// Topics returns what help can be asked about: the two commands, the actions and the subcommands.
func Topics() []string {
	return slices.Concat([]string{"battle-score", "battle"}, actions(), formWords())
}

// readBattle reads what follows /battle.
func readBattle(words []string) (Request, *Error) {
	if len(words) == 0 || words[0] == "?" {
		return helpOn(battleCommand), nil
	}
	if form, ok := formOf(words[0]); ok {
		return form.read(words[1:])
	}
	return Request{}, notSubcommand(words)
}

func notSubcommand(words []string) *Error {
	for _, word := range words[:min(2, len(words))] {
		if isAction(word) {
			return problemf(word, "%s belongs to %s.", mark(word), scoreCommand)
		}
	}
	problem := problemf(words[0], "%s is not something that %s can do.", mark(words[0]), battleCommand)
	if near, ok := Nearest(words[0], formWords()); ok {
		return problem.near(near)
	}
	return problem
}

// tooMany refuses the first word after those that keyword takes.
func tooMany(verb Verb, args []string, most int) *Error {
	if len(args) <= most {
		return nil
	}
	return problemf(args[most], "%s is one word too many after %s.", mark(args[most]), mark(string(verb)))
}

// readAlone reads a keyword that takes no words.
func readAlone(verb Verb, args []string) (Request, *Error) {
	return Request{Verb: verb}, tooMany(verb, args, 0)
}

// readOn reads [<battle>].
func readOn(verb Verb, args []string) (Request, *Error) {
	request := Request{Verb: verb}
	if problem := tooMany(verb, args, 1); problem != nil || len(args) == 0 {
		return request, problem
	}
	request.Battle = battleName(args[0])
	return request, checkBattle(args[0])
}

// readLog reads [<battle>] [N]; a word that is all digits is the number, unless another number follows it.
func readLog(args []string) (Request, *Error) {
	request := Request{Verb: VerbLog, Count: DefaultCount}
	if problem := tooMany(VerbLog, args, 2); problem != nil || len(args) == 0 {
		return request, problem
	}
	last := args[len(args)-1]
	numbered := onlyDigits(strings.TrimLeft(asciiDigits(last), "-+"))
	if !numbered && len(args) == 2 {
		return request, problemf(last, "%s is not a number of lines; it comes after the battle.", mark(last))
	}
	if !numbered || len(args) == 2 {
		request.Battle = battleName(args[0])
		if problem := checkBattle(args[0]); problem != nil {
			return request, problem
		}
	}
	if !numbered {
		return request, nil
	}
	count, err := strconv.Atoi(last)
	if err == nil && count >= 1 && count <= MaxCount {
		request.Count = count
		return request, nil
	}
	request.Count = MaxCount
	return request, problemf(last, "%s is out of range: log shows 1 to %d lines.", mark(last), MaxCount).try(request.Line())
}

// readHelp reads [<topic>]; a topic may have the slash of its command.
func readHelp(args []string, missing string) (Request, *Error) {
	request := Request{Verb: VerbHelp, Topic: missing}
	if problem := tooMany(VerbHelp, args, 1); problem != nil || len(args) == 0 {
		return request, problem
	}
	topic := strings.ToLower(strings.TrimPrefix(args[0], "/"))
	if !slices.Contains(Topics(), topic) {
		problem := problemf(args[0], "There is no help on %s.", mark(args[0]))
		if near, ok := Nearest(topic, Topics()); ok {
			return request, problem.near(near).try(Request{Verb: VerbHelp, Topic: near}.Line())
		}
		return request, problem
	}
	request.Topic = topic
	return request, nil
}
