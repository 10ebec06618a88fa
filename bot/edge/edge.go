// Package edge holds what every chat platform does alike at its edge: a bounded number of goroutines beside the
// workers, the kind of a panic, the files that go out and come in, and the sentences that a platform says by itself. It
// knows no chat library.
package edge

import (
	"errors"
	"fmt"
	"runtime"

	"ringside/commands"
)

// Slots is a bounded number of goroutines, one for each free slot: make(Slots, n).
type Slots chan struct{}

// Start runs do in the background, or returns false when there is no slot.
func (n Slots) Start(do func()) bool {
	select {
	case n <- struct{}{}:
	default:
		return false
	}
	go func() {
		defer func() { <-n }()
		do()
	}()
	return true
}

// Wait returns once nothing is running. Nothing new starts meanwhile.
func (n Slots) Wait() {
	for range cap(n) {
		n <- struct{}{}
	}
	for range cap(n) {
		<-n
	}
}

// KindOf says what kind of value was thrown, but not the value, which may hold anything that an ask held: the
// runtime's own words, or the value's type.
func KindOf(thrown any) string {
	if err, ok := thrown.(error); ok {
		var own runtime.Error
		if errors.As(err, &own) {
			return own.Error()
		}
	}
	return fmt.Sprintf("a value of type %T", thrown)
}

// Busy tells a caller that every worker is taken.
func Busy() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "Ringside is busy: nothing was sent",
		Notes:    []string{"Too many commands are under way. Please try again in a few seconds."},
	}
}

// Broken tells a caller that his command panicked.
func Broken() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneWarn,
		Headline: "Ringside stumbled over this command",
		Notes:    []string{"It may or may not have taken effect. Look before you try again:"},
		Examples: []string{commands.BattleCommand + " status last"},
	}
}
