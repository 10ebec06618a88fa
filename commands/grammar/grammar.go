// Package grammar reads what a person typed after /battle-score or /battle into a Request.
//
// It is pure: it knows no battle, no room and no person, only how lines are written. What cannot be read
// comes back as an *Error, with the reason and the lines that were probably meant. Nothing is guessed: a
// line is read in exactly one way or refused.
package grammar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The bounds of what a line may hold.
const (
	MaxText       = 4000       // bytes of one command's text
	MaxRooms      = 9          // rooms in one operation: no more can take part in a battle
	MaxScore      = 2147483647 // the largest score, and the most that is added at once
	MaxRoomName   = 48         // bytes of a room id, by Tencent's rule
	MaxBattleName = 256        // bytes of a battle id; Tencent states no bound
	MaxOperation  = 32         // bytes of an operation id
	MinAlias      = 2          // characters of an alias
	MaxAlias      = 32         // characters of an alias
	MaxNote       = 256        // bytes of a battle's note; Tencent states no bound
	DefaultCount  = 10         // lines that log shows when no number is given
	MaxCount      = 50         // lines that log shows at most
)

// The shortest and the longest battle that a line may ask for. Tencent states no shortest one, and its clients count
// whole seconds; its longest is the app's own (5 minutes unless it was raised), which Tencent itself refuses to pass.
const (
	ShortestBattle = time.Second
	LongestBattle  = 24 * time.Hour
)

// What a person may resolve an operation as: the words of the outcomes themselves.
const (
	Applied    = "applied"
	NotApplied = "not applied"
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
	VerbAdd     Verb = "add"
	VerbSet     Verb = "set"
	VerbInfo    Verb = "info"
	VerbList    Verb = "list"
	VerbCreate  Verb = "create"
	VerbName    Verb = "name"
	VerbWatch   Verb = "watch"
	VerbUnwatch Verb = "unwatch"
	VerbOverlay Verb = "overlay"
	VerbBulk    Verb = "bulk"
	VerbStatus  Verb = "status"
	VerbLog     Verb = "log"
	VerbUndo    Verb = "undo"
	VerbResolve Verb = "resolve"
	VerbWhoami  Verb = "whoami"
	VerbHelp    Verb = "help"
)

// Change is one room with the points to add to it, or with the score to set.
type Change struct {
	Room   string // printable ASCII, 1 to MaxRoomName bytes
	Points int64  // 1 to MaxScore for VerbAdd, 0 to MaxScore for VerbSet
}

// Request is one line, read. Fields that its Verb does not use are zero.
type Request struct {
	Verb      Verb
	Battle    string        // as typed: an id, an alias or "room:<roomId>"; empty means the channel's watched battle
	Changes   []Change      // add and set: 1 to MaxRooms, each room once, in the order typed
	DryRun    bool          // add and set: show what would happen and send nothing
	Rooms     []string      // create: 2 to MaxRooms, each once, in the order typed; the first one starts the battle
	Duration  time.Duration // create: whole seconds, ShortestBattle to LongestBattle
	Note      string        // create: free text as typed, on one line, at most MaxNote bytes; may be empty
	Alias     string        // name: MinAlias to MaxAlias of a-z, 0-9 and "-", no keyword
	Revoke    bool          // overlay: the old address stops working
	Operation string        // status, undo and resolve: an id in lower case, or LastOperation; bulk: the one to stop, or empty
	Outcome   string        // resolve: Applied or NotApplied
	Count     int           // log: 1 to MaxCount
	Topic     string        // help: one of Topics, or empty for everything
}

// Parse reads the text after command, which is "/battle-score" or "/battle". Its error is always an *Error.
// An empty text asks for help on the command.
func Parse(command, text string) (Request, error) {
	typed, problem := split(command, text)
	if problem == nil {
		var request Request
		if request, problem = read(typed); problem == nil {
			return request, nil
		}
	}
	if problem.Try == nil {
		problem.Try = suggestions(typed)
	}
	return Request{}, problem
}

// read is Parse on words, strict and without suggestions that need another reading.
func read(d draft) (Request, *Error) {
	for _, word := range d.words {
		if problem := checkVisible(word); problem != nil {
			return Request{}, problem
		}
	}
	words, given, problem := takeFlags(d.words)
	if problem != nil {
		return Request{}, problem
	}
	var request Request
	switch name := strings.ToLower(d.command); {
	case name != scoreCommand && name != battleCommand:
		return Request{}, problemf(d.command, "%s is not a command of Ringside.", mark(d.command))
	case given.help:
		return helpOn(name), nil
	case name == scoreCommand:
		request, problem = readScore(words)
	default:
		request, problem = readBattle(words)
	}
	if problem == nil && given.dryRun && !request.writes() {
		problem = request.noDryRun()
	}
	if problem == nil {
		request.Note = d.note
		problem = checkNote(request)
	}
	if problem != nil {
		return Request{}, problem
	}
	request.DryRun = given.dryRun
	return request, nil
}

func (r Request) writes() bool { return r.Verb == VerbAdd || r.Verb == VerbSet }

// noDryRun refuses the dry run of what has none. Who asked for one is offered nothing that acts.
func (r Request) noDryRun() *Error {
	problem := problemf(dryRunFlag, "%s goes with add and set only.", dryRunFlag)
	switch {
	case r.Verb.looks():
		return problem.try(r.Line())
	case r.Verb == VerbCreate || r.Verb == VerbUndo || r.Verb == VerbBulk && r.Operation == "":
		problem.Problem = fmt.Sprintf("%s goes with add and set only; %s always shows what it would do and asks.", dryRunFlag, r.Verb)
	}
	return problem.try(helpAbout(r.Verb).Line())
}

// looks reports whether v changes nothing.
func (v Verb) looks() bool {
	return slices.Contains([]Verb{VerbInfo, VerbList, VerbStatus, VerbLog, VerbWhoami, VerbHelp}, v)
}

func helpOn(command string) Request {
	return Request{Verb: VerbHelp, Topic: strings.TrimPrefix(command, "/")}
}

func helpAbout(verb Verb) Request { return Request{Verb: VerbHelp, Topic: string(verb)} }
