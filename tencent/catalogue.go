package tencent

import "slices"

// Retry says what a code proves about the call and when a repetition makes sense.
type Retry string

// The kinds of Retry, in the words of the reference.
const (
	RetryNow       Retry = "now"        // not executed; may be repeated after a pause
	RetryOnce      Retry = "once"       // not executed; worth one more try, then something must be fixed
	RetryResign    Retry = "re-sign"    // not executed; worth one more try with a new signature
	RetryLater     Retry = "later"      // not executed; the situation has to change by itself
	RetryFix       Retry = "fix"        // not executed; somebody has to change something
	RetryReadFirst Retry = "read-first" // may have been executed: look before repeating
	RetryNone      Retry = "none"       // says nothing about execution
)

// Fixer is who can do something about a code.
type Fixer string

// The fixers.
const (
	FixerOperator  Fixer = "operator"  // runs the bot and its settings
	FixerUser      Fixer = "user"      // typed the command
	FixerHost      Fixer = "host"      // owns the room
	FixerAccount   Fixer = "account"   // owns the Tencent account: package and console
	FixerSupport   Fixer = "support"   // Tencent support
	FixerModerator Fixer = "moderator" // moderates the room
	FixerApp       Fixer = "app"       // the customer's own back end
)

// Entry is what the catalogue knows of one code, in one command.
type Entry struct {
	Command Command
	Code    int
	Retry   Retry
	Fixers  []Fixer // most likely first; empty if there is nothing to fix
}

// NotExecuted reports whether the code is proof that the call did nothing. Whether the platform also means it for each
// of several rooms is another question: see WholeBattle.
func (e Entry) NotExecuted() bool {
	return slices.Contains([]Retry{RetryNow, RetryOnce, RetryResign, RetryLater, RetryFix}, e.Retry)
}

// SlowDown reports whether the platform complains of too many calls.
func (e Entry) SlowDown() bool {
	return slices.Contains([]int{60007, 60011, 60018, 60019}, e.Code)
}

// Resign reports whether a new signature may help.
func (e Entry) Resign() bool { return slices.Contains([]int{70001, 70003, 70052}, e.Code) }

// WholeBattle reports whether a code of the live engine speaks about the battle and so about all of its rooms.
func (e Entry) WholeBattle() bool {
	return slices.Contains([]int{100006, 100411, 100420, 100421}, e.Code)
}

// Lookup returns what is known of a code that command answered; false if the code is on no list, and then nothing
// may be concluded from it. The codes are those of https://trtc.io/document/34348 and
// https://trtc.io/document/60027.
func Lookup(command Command, code int) (Entry, bool) {
	entry, known := gatewayEntry(code)
	if !known {
		entry, known = accountEntry(code)
	}
	if !known {
		entry, known = liveEntry(command, code)
	}
	entry.Command, entry.Code = command, code
	return entry, known
}

// Codes returns every code in the catalogue, in ascending order.
func Codes() []int {
	var codes []int
	for code := 60000; code < 110000; code++ {
		if _, known := Lookup(CommandSetBattleScore, code); known {
			codes = append(codes, code)
		}
	}
	return codes
}

func entry(retry Retry, fixers ...Fixer) (Entry, bool) {
	return Entry{Retry: retry, Fixers: fixers}, true
}

// gatewayEntry knows the codes of the gateway.
func gatewayEntry(code int) (Entry, bool) {
	switch code {
	case 60002, 60003, 60006, 60009, 60010, 60012, 60015, 60025, 60026:
		return entry(RetryFix, FixerOperator)
	case 60004, 60005:
		return entry(RetryOnce, FixerOperator)
	case 60007, 60011:
		return entry(RetryNow, FixerOperator, FixerAccount)
	case 60018, 60019:
		return entry(RetryNow, FixerOperator)
	case 60014:
		return entry(RetryNow, FixerSupport)
	case 60008:
		return entry(RetryReadFirst, FixerSupport, FixerOperator)
	case 60013:
		return entry(RetryReadFirst, FixerSupport)
	case 60016, 60017, 60021:
		return entry(RetryFix, FixerAccount, FixerSupport)
	case 60020, 60027, 60028:
		return entry(RetryFix, FixerAccount)
	case 80001, 80002, 80003, 80004, 80005:
		return entry(RetryFix, FixerUser, FixerAccount)
	default:
		return Entry{}, false
	}
}

// accountEntry knows the codes about accounts and signatures.
func accountEntry(code int) (Entry, bool) {
	switch code {
	case 70001, 70003, 70052:
		return entry(RetryResign, FixerOperator)
	case 70002, 70005, 70009, 70013, 70014, 70016, 70020, 70050, 70346:
		return entry(RetryFix, FixerOperator)
	case 70051:
		return entry(RetryFix, FixerSupport)
	case 70107, 70402:
		return entry(RetryFix, FixerUser, FixerOperator)
	case 70169, 70500:
		return entry(RetryReadFirst, FixerSupport)
	case 70398, 70399, 72000, 72002:
		return entry(RetryFix, FixerAccount)
	default:
		return Entry{}, false
	}
}

// liveEntry knows the codes of the live engine.
func liveEntry(command Command, code int) (Entry, bool) {
	switch {
	case code == 100006:
		return permissionEntry(command)
	case code >= 100400 && code < 100500:
		return battleEntry(code)
	case code >= 102100 && code <= 102200:
		return entry(RetryNone, FixerApp)
	default:
		return roomEntry(code)
	}
}

// permissionEntry knows 100006: a battle that is not running when a score is changed, else a missing permission.
func permissionEntry(command Command) (Entry, bool) {
	if command == CommandSetBattleScore {
		return entry(RetryFix, FixerUser, FixerHost)
	}
	return entry(RetryFix, FixerOperator)
}

// roomEntry knows the codes about rooms, members, seats and metadata.
func roomEntry(code int) (Entry, bool) {
	switch code {
	case 100001:
		return entry(RetryReadFirst, FixerSupport)
	case 100002:
		return entry(RetryFix, FixerUser, FixerAccount)
	case 100003, 100005, 100009, 100015, 100018, 100019, 100020, 100500, 100501, 100502, 100503, 100504:
		return entry(RetryFix, FixerUser)
	case 100004:
		return entry(RetryFix, FixerUser, FixerHost)
	case 100007, 100013, 101011:
		return entry(RetryFix, FixerAccount)
	case 100008:
		return entry(RetryLater, FixerHost)
	case 100010:
		return entry(RetryNone)
	case 100011:
		return entry(RetryFix, FixerOperator)
	case 100012, 100102:
		return entry(RetryNow)
	case 100016, 100017:
		return entry(RetryFix, FixerModerator)
	case 100200, 100201, 100202, 100203, 100204, 100205, 100206, 100210, 100211, 100251:
		return entry(RetryFix, FixerHost)
	case 100300:
		return entry(RetryNone, FixerOperator)
	default:
		return Entry{}, false
	}
}

// battleEntry knows the codes about connections between rooms and about battles.
func battleEntry(code int) (Entry, bool) {
	switch code {
	case 100400, 100401, 100402, 100403, 100412, 100415, 100419:
		return entry(RetryFix, FixerHost)
	case 100404:
		return entry(RetryFix, FixerHost, FixerAccount)
	case 100405, 100413:
		return entry(RetryNow)
	case 100411, 100414:
		return entry(RetryFix, FixerUser)
	case 100416, 100418, 100420:
		return entry(RetryLater, FixerHost)
	case 100421:
		return entry(RetryFix)
	default:
		return Entry{}, false
	}
}
