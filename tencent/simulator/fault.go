package simulator

import (
	"fmt"
	"time"
)

// Fate says what became of the write behind a fault.
type Fate bool

// The two fates of a write.
const (
	NotApplied Fate = false
	Applied    Fate = true
)

// String returns "applied" or "not applied".
func (f Fate) String() string {
	if f == Applied {
		return "applied"
	}
	return "not applied"
}

type kind int

const (
	healthy kind = iota
	refused
	resetUnread
	resetRead
	stalled
	lateWritten
	slow
	badGateway
	redirected
	truncated
	cutJSON
	notJSON
	coded
	skewed
	errorCodeText
	errorCodeMissing
	resultCodeText
	resultObject
	dataTypes
	roomMissing
	roomTwice
	roomConflict
	otherOrder
)

// Fault is one way for a call to go wrong. The list of constructors in this file is the whole list; see
// AllFaults. Faults are comparable values, and the zero Fault is a healthy call.
type Fault struct {
	kind    kind
	name    string
	fate    Fate
	fated   bool // the fault leaves the fate open
	command string
	code    int
	wait    time.Duration
	more    int // how often it happens beyond the first time
}

func fated(k kind, name string, fate Fate) Fault {
	return Fault{kind: k, name: name, fate: fate, fated: true}
}

// None answers the call as it should be. In a script it leaves a gap between two faults.
func None() Fault { return Fault{} }

// Refuse closes the next new connection without reading from it. It is used up when the connection is accepted,
// before a command is known, so On has no effect and it must be next in the script; it needs a Host. A call that
// arrives first over an open connection is reset instead, as by ResetUnread.
func Refuse() Fault { return Fault{kind: refused, name: "refuse the connection"} }

// ResetUnread resets the connection before the body is read. Nothing is applied.
func ResetUnread() Fault { return Fault{kind: resetUnread, name: "reset before reading"} }

// Reset resets the connection after the request was read.
func Reset(fate Fate) Fault { return fated(resetRead, "reset after reading", fate) }

// Stall never answers: it holds the call until the caller gives up or the simulator closes.
func Stall(fate Fate) Fault { return fated(stalled, "stall", fate) }

// LateWrite never answers, and lets the call take effect only when after has passed, whether or not the caller
// is still there, or at ApplyLate.
func LateWrite(after time.Duration) Fault {
	return Fault{kind: lateWritten, name: "late write", wait: after}
}

// Slow answers as it should be, but only after a delay. The call takes effect before the delay.
func Slow(delay time.Duration) Fault {
	return Fault{kind: slow, name: "slow answer", fate: Applied, wait: delay}
}

// BadGateway answers HTTP status 502 with a page of HTML.
func BadGateway(fate Fate) Fault { return fated(badGateway, "502 with HTML", fate) }

// Redirect answers HTTP status 307 to the same address. Nothing is applied, unless the caller follows.
func Redirect() Fault { return Fault{kind: redirected, name: "307 redirect"} }

// Truncate closes the connection in the middle of the body.
func Truncate(fate Fate) Fault { return fated(truncated, "truncated body", fate) }

// CutJSON answers a body that ends in the middle of the JSON, although HTTP says that it is whole.
func CutJSON(fate Fate) Fault { return fated(cutJSON, "cut JSON", fate) }

// NotJSON answers status 200 with a text that is no JSON.
func NotJSON(fate Fate) Fault { return fated(notJSON, "text instead of JSON", fate) }

// Code answers an error code, whatever the call deserves.
func Code(code int, fate Fate) Fault {
	f := fated(coded, "code", fate)
	f.code = code
	return f
}

// InternalError answers 100001, after which only a read can tell what happened.
func InternalError(fate Fate) Fault { return Code(codeInternal, fate) }

// TooFrequent answers 60007 to n calls in a row. Nothing is applied.
func TooFrequent(n int) Fault { return Code(codeTooFrequent, NotApplied).Times(n) }

// ExpiredSig answers 70001 as if the signature had just run out. Nothing is applied.
func ExpiredSig() Fault { return Code(codeSigExpired, NotApplied) }

// WrongRegion answers 60026. Nothing is applied.
func WrongRegion() Fault { return Code(codeWrongRegion, NotApplied) }

// ClockSkew treats the call as if the server's clock were ahead by skew, or behind if it is negative.
func ClockSkew(skew time.Duration) Fault {
	return Fault{kind: skewed, name: "clock skew", fate: Applied, wait: skew}
}

// ErrorCodeText answers ErrorCode as a string.
func ErrorCodeText(fate Fate) Fault { return fated(errorCodeText, "ErrorCode as a string", fate) }

// ErrorCodeMissing leaves ErrorCode out.
func ErrorCodeMissing(fate Fate) Fault { return fated(errorCodeMissing, "ErrorCode missing", fate) }

// ResultCodeText answers each ResultCode as a string.
func ResultCodeText(fate Fate) Fault { return fated(resultCodeText, "ResultCode as a string", fate) }

// DataTypes answers the BattleId as a number and each Score as a string, as far as the reply has them. Everything is
// applied.
func DataTypes() Fault {
	return Fault{kind: dataTypes, name: "BattleId and Score of other types", fate: Applied}
}

// ResultObject answers Result, or the ToRoomList of get_battle_info, as an object instead of an array.
func ResultObject(fate Fate) Fault { return fated(resultObject, "Result as an object", fate) }

// RoomMissing leaves the first room of the request out of Result, or the first called one out of get_battle_info. The
// fate is that room's; the others are applied.
func RoomMissing(fate Fate) Fault { return fated(roomMissing, "room missing from Result", fate) }

// RoomTwice answers the first room of the request twice, with the same ResultCode, or the first called one of
// get_battle_info with the same Score. The fate is that room's; the others are applied.
func RoomTwice(fate Fate) Fault { return fated(roomTwice, "room twice in Result", fate) }

// RoomConflict answers the first room of the request twice, with different ResultCodes, or the first called one of
// get_battle_info with different Scores. The fate is that room's; the others are applied.
func RoomConflict(fate Fate) Fault { return fated(roomConflict, "room twice with other codes", fate) }

// OtherOrder answers Result, or the called rooms of get_battle_info, in the opposite order. Everything is applied.
func OtherOrder() Fault {
	return Fault{kind: otherOrder, name: "Result in another order", fate: Applied}
}

// On limits the fault to one command.
func (f Fault) On(command string) Fault {
	f.command = command
	return f
}

// Times makes the fault happen n times in a row, at least once.
func (f Fault) Times(n int) Fault {
	f.more = max(n-1, 0)
	return f
}

// String names the fault, for the output of a failed test.
func (f Fault) String() string {
	text := f.name
	switch f.kind {
	case healthy:
		text = "no fault"
	case coded:
		text = fmt.Sprintf("code %d", f.code)
	case slow, lateWritten, skewed:
		text += " of " + f.wait.String()
	}
	if f.fated {
		text += " (" + f.fate.String() + ")"
	}
	if f.command != "" {
		text += " on " + f.command
	}
	if f.more > 0 {
		text += fmt.Sprintf(" ×%d", f.more+1)
	}
	return text
}

// AllFaults returns every fault there is, once with each fate where it has one, with the given times for those
// that wait, 100002 as the code and a burst of three. A property test draws from it, call by call with Script or
// all at once with Plan.
func AllFaults(delay, late, skew time.Duration) []Fault {
	all := []Fault{
		None(), Refuse(), ResetUnread(), LateWrite(late), Slow(delay), Redirect(), TooFrequent(3),
		ExpiredSig(), WrongRegion(), ClockSkew(skew), Code(codeBadParameter, NotApplied), DataTypes(), OtherOrder(),
	}
	open := []func(Fate) Fault{
		Reset, Stall, BadGateway, Truncate, CutJSON, NotJSON, InternalError, ErrorCodeText, ErrorCodeMissing,
		ResultCodeText, ResultObject, RoomMissing, RoomTwice, RoomConflict,
	}
	for _, build := range open {
		all = append(all, build(Applied), build(NotApplied))
	}
	return all
}

func (f Fault) matches(command string) bool { return f.command == "" || f.command == command }

func (f Fault) beforeReading() bool { return f.kind == refused || f.kind == resetUnread }

// withholds reports whether the fault keeps the write from the room with that number in the request.
func (f Fault) withholds(room int) bool {
	if f.fate == Applied || f.kind == healthy {
		return false
	}
	switch f.kind {
	case roomMissing, roomTwice, roomConflict:
		return room == 0
	default:
		return true
	}
}
