// Package explain says in plain words what an answer of Tencent's platform means to somebody who runs a live
// show: what happened, what it means for the score, what to do next and who can put it right.
package explain

import (
	"strings"

	"ringside/tencent"
)

// Text is an explanation. Every part is one or more whole sentences without a number of the platform's, except Who,
// which is a phrase.
type Text struct {
	Meaning string // what happened
	Next    string // what to do now
	Who     string // who can fix it: "you", "whoever runs this bot"
}

// told is the part of a Text that is written by hand; the rest follows from the catalogue.
type told struct{ meaning, next string }

// Code explains a code that command answered. It is false for a code on no list: then the number, the platform's own
// text and the request id are all there is to show.
func Code(command tencent.Command, code int) (Text, bool) {
	entry, known := tencent.Lookup(command, code)
	if !known {
		return Text{}, false
	}
	t, known := words(command, code)
	if !known {
		return Text{}, false
	}
	if entry.Retry == tencent.RetryReadFirst {
		t.next = look(command)
	}
	return Text{Meaning: join(t.meaning, effect(entry)), Next: t.next, Who: who(entry)}, true
}

// words finds the hand-written part.
func words(command tencent.Command, code int) (told, bool) {
	for _, family := range []func(tencent.Command, int) (told, bool){
		addressing, limits, content, signatures, accounts, live, rooms, seats, connections, battles, notes,
	} {
		if t, known := family(command, code); known {
			return t, true
		}
	}
	return told{}, false
}

// effect says what the code means for what was asked. Of the live engine's codes only those about a whole battle say
// so for every room; with the others, the outcome shown for each room does.
func effect(entry tencent.Entry) string {
	sure := entry.NotExecuted() && (entry.Code < 100000 || entry.WholeBattle())
	switch {
	case sure && entry.Command == tencent.CommandSetBattleScore:
		return "The score was not changed."
	case sure && entry.Command == tencent.CommandCreateBattle:
		return "No battle was started."
	case entry.Retry != tencent.RetryReadFirst:
		return ""
	case entry.Command == tencent.CommandSetBattleScore:
		return "The points may or may not have counted."
	case entry.Command == tencent.CommandCreateBattle:
		return "The battle may or may not have started."
	default:
		return ""
	}
}

// look says how to go on after a code that leaves open what happened.
func look(command tencent.Command) string {
	switch command {
	case tencent.CommandSetBattleScore:
		return settle
	case tencent.CommandCreateBattle:
		return "Look whether the battle runs before you start another one."
	default:
		return askAgain
	}
}

// who names the people who can fix something.
func who(entry tencent.Entry) string {
	if len(entry.Fixers) == 0 && entry.Retry == tencent.RetryNow {
		return passing
	}
	if len(entry.Fixers) == 0 {
		return "nobody: there is nothing to fix"
	}
	names := make([]string, 0, len(entry.Fixers))
	for _, fixer := range entry.Fixers {
		names = append(names, person(fixer))
	}
	return strings.Join(names, ", or ")
}

// The people, as they are called in every text.
const (
	you      = "you"
	host     = "the room's host"
	operator = "whoever runs this bot"
	account  = "the owner of the Tencent account"
	support  = "Tencent support"
	passing  = "nobody: it passes by itself"
)

func person(fixer tencent.Fixer) string {
	switch fixer {
	case tencent.FixerUser:
		return you
	case tencent.FixerHost:
		return host
	case tencent.FixerOperator:
		return operator
	case tencent.FixerAccount:
		return account
	case tencent.FixerSupport:
		return support
	case tencent.FixerModerator:
		return "the room's moderator"
	default:
		return "whoever runs your own app"
	}
}

// join puts sentences together.
func join(sentences ...string) string {
	return strings.TrimSpace(strings.Join(sentences, " "))
}

// say returns one explanation.
func say(meaning, next string) (told, bool) { return told{meaning, next}, true }

// Sentences that many texts share.
const (
	tellOperator = "Tell whoever runs this bot: it looks like a mistake in the bot itself."
	askAgain     = "Wait a few seconds, then ask again."
	settle       = "Look at the score before you do anything. Do not simply repeat it."
)
