package grammar

import (
	"slices"
	"strings"
)

// sampleNumber stands in suggestions where nobody typed a number.
const sampleNumber = 100

// readScore reads what follows /battle-score: [<battle>] add|set <room> <number>…, <battle> alone, or bulk.
func readScore(words []string) (Request, *Error) {
	if len(words) == 0 || words[0] == "?" {
		return helpOn(scoreCommand), nil
	}
	if strings.EqualFold(words[0], string(VerbHelp)) {
		return readHelp(words[1:], "battle-score")
	}
	if strings.EqualFold(words[0], string(VerbBulk)) {
		return readBulk(words[1:])
	}
	if verb, ok := action(words[0]); ok {
		return readWrite(Request{Verb: verb}, words[1:])
	}
	if problem := checkBattle(words[0]); problem != nil {
		return Request{}, problem
	}
	request := Request{Verb: VerbInfo, Battle: battleName(words[0])}
	if len(words) == 1 || (len(words) == 2 && strings.EqualFold(words[1], string(VerbInfo))) {
		return request, nil
	}
	verb, ok := action(words[1])
	if !ok {
		return Request{}, notAction(request, words[1])
	}
	request.Verb = verb
	return readWrite(request, words[2:])
}

// actions returns what a score can be done to.
func actions() []string { return []string{string(VerbAdd), string(VerbSet)} }

func action(word string) (Verb, bool) {
	switch {
	case strings.EqualFold(word, string(VerbAdd)):
		return VerbAdd, true
	case strings.EqualFold(word, string(VerbSet)):
		return VerbSet, true
	default:
		return "", false
	}
}

func isAction(word string) bool {
	_, ok := action(word)
	return ok
}

// nearAction returns the action that another word for it, or a slip of it, stands for.
func nearAction(word string) (string, bool) {
	switch strings.ToLower(word) {
	case "+", "plus", "give", "increase", "inc", "raise", "award":
		return string(VerbAdd), true
	case "=", "equals", "put", "overwrite", "score":
		return string(VerbSet), true
	}
	return Nearest(word, actions())
}

// lowers reports whether word asks for points to be taken away, which no call can do.
func lowers(word string) bool {
	return slices.Contains([]string{"-", "minus", "sub", "subtract", "remove", "deduct", "take", "decrease", "lower"},
		strings.ToLower(word))
}

func notAction(request Request, word string) *Error {
	if lowers(word) {
		return problemf(word, "%s cannot be done: points are only added; to lower a score, look it up and set the lower one.",
			mark(word)).try(request.Line())
	}
	problem := problemf(word, "After the battle %s comes add or set, not %s.", mark(request.Battle), mark(word))
	near, ok := nearAction(word)
	if !ok {
		near, _ = Nearest(request.Battle, actions())
	}
	return problem.near(near)
}

// readWrite reads the rooms of an add or a set.
func readWrite(request Request, words []string) (Request, *Error) {
	if len(words) == 0 {
		return Request{}, problemf("", "%s needs a room and a number after it.", mark(string(request.Verb)))
	}
	if rooms := (len(words) + 1) / 2; rooms > MaxRooms {
		return Request{}, problemf("", "The line names %d rooms; one battle has at most %d.", rooms, MaxRooms)
	}
	request.Changes = make([]Change, 0, (len(words)+1)/2)
	for i := 0; i < len(words); i += 2 {
		change, problem := readChange(request, words[i:min(i+2, len(words))])
		if problem != nil {
			return Request{}, problem
		}
		request.Changes = append(request.Changes, change)
	}
	if room, ok := namedTwice(request.Changes); ok {
		return Request{}, problemf(room, "%s is named twice; each room stands once in a line.", mark(room)).
			try(merged(request)...)
	}
	return request, nil
}

// readChange reads a room and its number; words holds one or both.
func readChange(request Request, words []string) (Change, *Error) {
	room := words[0]
	if problem := checkRoom(room); problem != nil {
		return Change{}, problem
	}
	if len(words) == 1 {
		return Change{}, noNumber(request, room)
	}
	number := words[1]
	if !looksNumeric(number) && number != "" {
		return Change{}, misplaced(room, number)
	}
	points, problem := amount(request.Verb, number)
	if problem != nil {
		if shape, _ := shapeOf(number); shape == shapeNegative || number == "0" {
			problem = problem.try(Request{Verb: VerbInfo, Battle: request.Battle}.Line())
		}
		return Change{}, problem
	}
	return Change{Room: room, Points: points}, nil
}

// noNumber says why the last room stands alone.
func noNumber(request Request, room string) *Error {
	switch {
	case isDryRun(room):
		return problemf(room, "%s has no number after it.", mark(room)).near(dryRunFlag)
	case glued(room):
		return apart(room)
	case looksNumeric(room) && len(request.Changes) == 0:
		return problemf(room, "%s has no room before it.", mark(room))
	case looksNumeric(room):
		return problemf(room, "%s is one number too many: each room has one, and it is written without spaces.", mark(room))
	}
	request.Changes = append(request.Changes, Change{Room: room, Points: sampleNumber})
	problem := problemf(room, "%s has no number after it.", mark(room))
	if _, twice := namedTwice(request.Changes); twice {
		return problem
	}
	return problem.try(request.ScoreLine())
}

// misplaced says what stands where the number of room should.
func misplaced(room, word string) *Error {
	switch {
	case glued(room):
		return apart(room)
	case isFiller(word):
		return problemf(word, "%s is not needed: each number follows its room directly.", mark(word))
	case len(readings(room)) > 0:
		return problemf(word, "The room comes first and then its number: %s stands after %s.", mark(word), mark(room))
	default:
		return problemf(word, "%s stands where the number of %s should be.", mark(word), mark(room))
	}
}

func glued(word string) bool {
	_, _, ok := unglue(word)
	return ok
}

func apart(word string) *Error {
	return problemf(word, "%s needs a space between the room and its number.", mark(word))
}

func namedTwice(changes []Change) (string, bool) {
	for i, change := range changes {
		if slices.ContainsFunc(changes[:i], func(c Change) bool { return c.Room == change.Room }) {
			return change.Room, true
		}
	}
	return "", false
}

// merged returns the line that names each room once: added points together, or with the last score set.
func merged(request Request) []string {
	var once []Change
	for _, change := range request.Changes {
		at := slices.IndexFunc(once, func(c Change) bool { return c.Room == change.Room })
		switch {
		case at < 0:
			once = append(once, change)
		case request.Verb == VerbAdd:
			once[at].Points += change.Points
		default:
			once[at].Points = change.Points
		}
	}
	if slices.ContainsFunc(once, func(c Change) bool { return c.Points > MaxScore }) {
		return nil
	}
	request.Changes = once
	return []string{request.ScoreLine()}
}
