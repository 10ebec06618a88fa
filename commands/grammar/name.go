package grammar

import "strings"

// revokeWord makes the old address of an overlay stop working.
const revokeWord = "revoke"

// readName reads [<battle>] <alias>: the last word is always the alias.
func readName(args []string) (Request, *Error) {
	request := Request{Verb: VerbName}
	if problem := tooMany(VerbName, args, 2); problem != nil {
		return request, problem
	}
	if len(args) == 0 {
		return request, problemf("", "%s needs a battle and the name to give it.", mark(string(VerbName)))
	}
	if len(args) == 2 {
		request.Battle = battleName(args[0])
		if problem := checkBattle(args[0]); problem != nil {
			return request, problem
		}
	}
	request.Alias = strings.ToLower(args[len(args)-1])
	return request, checkAlias(request, args[len(args)-1])
}

// checkAlias refuses what could not stand for a battle in every line, or would be read as something else there.
func checkAlias(request Request, word string) *Error {
	_, byRoom := cutRoomPrefix(word)
	switch {
	case isAlias(request.Alias):
		return nil
	case byRoom && request.Battle == "":
		return problemf(word, "%s names a battle; the name to give it comes after it.", mark(word))
	case Reserved(word):
		return problemf(word, "%s is a word of the command, so it cannot be the name of a battle.", mark(word))
	}
	problem := problemf(word, "%s cannot be the name of a battle: a name is %d to %d of a-z, 0-9 and -, and begins with a letter or a digit.",
		mark(word), MinAlias, MaxAlias)
	if request.Alias = aliasFrom(word); isAlias(request.Alias) {
		return problem.try(request.Line())
	}
	return problem
}

// isAlias reports whether word may be an alias. One that began with a dash would be taken for a flag.
func isAlias(word string) bool {
	return len(word) >= MinAlias && len(word) <= MaxAlias && word[0] != '-' && !Reserved(word) &&
		!strings.ContainsFunc(word, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// aliasFrom writes a word with a dash for each sign that people part words with.
func aliasFrom(word string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if isDash(r) || r == '_' || r == '.' || r == '+' {
			return '-'
		}
		return r
	}, strings.ToLower(word)), "-")
}

// tidyName returns what may have been meant by words, which follow name: an alias of one word, behind the battle.
func tidyName(words []string) [][]string {
	tidied := append([]string{string(VerbName)}, words...)
	switch {
	case len(words) > 2:
		tidied = []string{string(VerbName), words[0], strings.Join(words[1:], "-")}
	case len(words) == 2 && strings.HasPrefix(strings.ToLower(words[1]), RoomPrefix):
		tidied = moved(tidied, 1, 2)
	}
	return [][]string{tidied}
}

// readOverlay reads [<battle>] [revoke].
func readOverlay(args []string) (Request, *Error) {
	request := Request{Verb: VerbOverlay}
	if last := len(args) - 1; last >= 0 && strings.EqualFold(args[last], revokeWord) {
		request.Revoke, args = true, args[:last]
	}
	if len(args) == 0 {
		return request, nil
	}
	request.Battle = battleName(args[0])
	if problem := checkBattle(args[0]); problem != nil || len(args) == 1 {
		return request, problem
	}
	problem := tooMany(VerbOverlay, args, 1)
	if near, ok := Nearest(args[1], []string{revokeWord}); ok && len(args) == 2 {
		request.Revoke = true
		return request, problem.near(near).try(request.Line())
	}
	return request, problem
}
