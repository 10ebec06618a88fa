package grammar

import (
	"slices"
	"strings"
)

const (
	versus     = "vs"
	forWord    = "for"
	sampleSpan = "5m" // stands in suggestions where nobody typed a duration
)

// readCreate reads <room> vs <room> [vs <room>…] for <duration>. Words are told apart by their place, so that a room
// may have any name. The note was cut off before.
func readCreate(args []string) (Request, *Error) {
	request := Request{Verb: VerbCreate}
	var problem *Error
	if request.Rooms, args, problem = readRooms(args); problem != nil {
		return request, problem
	}
	request.Duration, problem = readSpan(args)
	return request, problem
}

// readRooms reads the rooms up to the word for, and returns what follows it.
func readRooms(args []string) (rooms, rest []string, problem *Error) {
	if len(args) == 0 {
		return nil, nil, problemf("", "%s needs the rooms of the battle and how long it runs.", mark(string(VerbCreate)))
	}
	for {
		if problem := checkSide(args[0]); problem != nil {
			return nil, nil, problem
		}
		rooms = append(rooms, args[0])
		switch {
		case len(args) > 2 && isVersus(args[1]):
			args = args[2:]
		case len(args) > 1 && strings.EqualFold(args[1], forWord):
			return rooms, args[2:], checkRooms(rooms)
		default:
			return nil, nil, noFor(rooms, args[1:])
		}
	}
}

func checkSide(room string) *Error {
	if beginsNote(room) {
		return problemf(room, "%s begins the note, so it cannot stand for a room here.", mark(room))
	}
	return checkRoom(room)
}

// noFor says what is wrong where neither vs and a room nor for follows the last room.
func noFor(rooms, rest []string) *Error {
	switch last := rooms[len(rooms)-1]; {
	case len(rest) == 1 && isVersus(rest[0]):
		return problemf(rest[0], "%s has no room after it.", mark(rest[0]))
	case len(rest) > 0:
		return problemf(rest[0], "%s stands where vs and a room, or for and a duration, should follow %s.", mark(rest[0]), mark(last))
	case len(rooms) == 1:
		return problemf(last, "%s has no opponent: a battle is between two rooms or more, with vs between them.", mark(last))
	default:
		return problemf(last, "How long the battle runs is missing after %s: for and a duration.", mark(last))
	}
}

func checkRooms(rooms []string) *Error {
	switch {
	case len(rooms) == 1:
		return noFor(rooms, nil)
	case len(rooms) > MaxRooms:
		return problemf("", "The line names %d rooms; one battle has at most %d.", len(rooms), MaxRooms)
	}
	for i, room := range rooms {
		if slices.Contains(rooms[:i], room) {
			return problemf(room, "%s is named twice; each room stands once in a line.", mark(room))
		}
	}
	return nil
}

func isVersus(word string) bool {
	return slices.Contains([]string{versus, "vs.", "v", "v.", "versus", "against"}, strings.ToLower(word))
}

// tidyCreate returns what may have been meant by words, which follow create: each room once with vs between them,
// and the duration, in each of its readings. There may be nothing to offer.
func tidyCreate(words []string) [][]string {
	words, spans := parted(words)
	rooms, _, problem := readRooms(append(slices.Clone(words), forWord))
	if problem != nil {
		rooms = plainRooms(words)
	}
	tidied := make([][]string, len(spans))
	for i, span := range spans {
		tidied[i] = slices.Concat([]string{string(VerbCreate)}, between(rooms, versus), []string{forWord, span})
	}
	return tidied
}

// plainRooms returns each room once, without what stands between them.
func plainRooms(words []string) []string {
	var rooms []string
	for _, word := range words {
		room := strings.Trim(word, ",;")
		if !isVersus(room) && !isFiller(room) && !slices.Contains(rooms, room) {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// between returns words with separator between each two.
func between(words []string, separator string) []string {
	var all []string
	for i, word := range words {
		if i > 0 {
			all = append(all, separator)
		}
		all = append(all, word)
	}
	return all
}

// parted parts rooms from the readings of the duration. Without the word for, it is the number at the end that no vs
// stands before; without that too, it is a sample.
func parted(words []string) (rooms, spans []string) {
	isFor := func(word string) bool { return strings.EqualFold(word, forWord) }
	if at := lastIndex(words, isFor); at >= 0 {
		if at == len(words)-1 {
			return words[:at], []string{sampleSpan}
		}
		return words[:at], spanReadings(words[at+1:])
	}
	for at := max(2, len(words)-4); at < len(words); at++ {
		if looksNumeric(words[at]) && !isVersus(words[at-1]) {
			return words[:at], spanReadings(words[at:])
		}
	}
	return words, []string{sampleSpan}
}

func lastIndex(words []string, is func(string) bool) int {
	for at, word := range slices.Backward(words) {
		if is(word) {
			return at
		}
	}
	return -1
}
