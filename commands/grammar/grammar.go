// Package grammar reads what a person typed after /battle-score or /battle into a Request.
//
// It is pure: it knows no battle, no room and no person, only how lines are written. What cannot be read
// comes back as an *Error, with the reason and the lines that were probably meant. Nothing is guessed: a
// line is read in exactly one way or refused.
package grammar

import "strings"

// The bounds of what a line may hold.
const (
	MaxText       = 4000       // bytes of one command's text
	MaxRooms      = 9          // rooms in one operation: no more can take part in a battle
	MaxScore      = 2147483647 // the largest score, and the most that is added at once
	MaxRoomName   = 48         // bytes of a room id, by Tencent's rule
	MaxBattleName = 256        // bytes of a battle id; Tencent states no bound
	MaxOperation  = 32         // bytes of an operation id
	DefaultCount  = 10         // lines that log shows when no number is given
	MaxCount      = 50         // lines that log shows at most
)

// LastOperation stands for the caller's own last operation in the channel.
const LastOperation = "last"

// RoomPrefix begins a battle that is named by one of its rooms: "room:pk-live1".
const RoomPrefix = "room:"

const (
	scoreCommand  = "/battle-score"
	battleCommand = "/battle"
)

// Verb is what a Request asks for.
type Verb string

// The verbs, each spelled as the keyword that people type.
const (
	VerbAdd    Verb = "add"
	VerbSet    Verb = "set"
	VerbInfo   Verb = "info"
	VerbStatus Verb = "status"
	VerbLog    Verb = "log"
	VerbWhoami Verb = "whoami"
	VerbHelp   Verb = "help"
)

// Change is one room with the points to add to it, or with the score to set.
type Change struct {
	Room   string // printable ASCII, 1 to MaxRoomName bytes
	Points int64  // 1 to MaxScore for VerbAdd, 0 to MaxScore for VerbSet
}

// Request is one line, read. Fields that its Verb does not use are zero.
type Request struct {
	Verb      Verb
	Battle    string   // as typed: an id, an alias or "room:<roomId>"; empty means the channel's watched battle
	Changes   []Change // add and set: 1 to MaxRooms, each room once, in the order typed
	DryRun    bool     // add and set: show what would happen and send nothing
	Operation string   // status: an id in lower case, or LastOperation
	Count     int      // log: 1 to MaxCount
	Topic     string   // help: one of Topics, or empty for everything
}

// Parse reads the text after command, which is "/battle-score" or "/battle". Its error is always an *Error.
// An empty text asks for help on the command.
func Parse(command, text string) (Request, error) {
	words, problem := split(text)
	if problem == nil {
		var request Request
		if request, problem = read(command, words); problem == nil {
			return request, nil
		}
	}
	if problem.Try == nil {
		problem.Try = suggestions(command, words)
	}
	return Request{}, problem
}

// read is Parse on words, strict and without suggestions that need another reading.
func read(command string, words []string) (Request, *Error) {
	for _, word := range words {
		if problem := checkVisible(word); problem != nil {
			return Request{}, problem
		}
	}
	words, given, problem := takeFlags(words)
	if problem != nil {
		return Request{}, problem
	}
	var request Request
	switch name := strings.ToLower(command); {
	case name != scoreCommand && name != battleCommand:
		return Request{}, problemf(command, "%s is not a command of Ringside.", mark(command))
	case given.help:
		return helpOn(name), nil
	case name == scoreCommand:
		request, problem = readScore(words)
	default:
		request, problem = readBattle(words)
	}
	if problem != nil {
		return Request{}, problem
	}
	if given.dryRun && !request.writes() {
		return Request{}, problemf(dryRunFlag, "%s goes with add and set only.", dryRunFlag).try(request.Line())
	}
	request.DryRun = given.dryRun
	return request, nil
}

func (r Request) writes() bool { return r.Verb == VerbAdd || r.Verb == VerbSet }

func helpOn(command string) Request {
	return Request{Verb: VerbHelp, Topic: strings.TrimPrefix(command, "/")}
}
