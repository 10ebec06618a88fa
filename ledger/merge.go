package ledger

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Source is who told of a battle. The higher one is believed where two accounts differ.
type Source int64

// The sources. Battle.Told is a sum of them.
const (
	ToldCreated Source = 1 << iota // the webhook about its creation, which names the rooms that were called
	ToldMade                       // Ringside, which created it
	ToldStarted                    // the webhook about its start
	ToldRead                       // a read
	ToldEnded                      // the webhook about its end
)

// Account says whose word something is, and of which moment.
type Account struct {
	Source Source
	At     time.Time
}

func (a Account) compare(b Account) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), a.At.Compare(b.At))
}

// Battle is what is known of one battle. What one source tells is a Battle too, with what it does not tell left zero.
type Battle struct {
	ID       string
	Alias    string   // unique among battles that have not ended; may be empty
	Rooms    []string // the initiating one first
	RoomsBy  Account
	Started  time.Time
	Ends     time.Time     // as planned; zero when not known
	Duration time.Duration // as planned; whole milliseconds; 0 when not known
	Note     string        // the free text it was created with
	Ended    time.Time     // zero while it runs
	Final    []Standing    // the scores it ended with; nil while they are not known
	FinalBy  Account
	Told     Source    // all that told of it
	Seen     time.Time // when it was last heard of
}

// Merge returns what b and another account of the same battle say together. The order in which accounts are merged makes
// no difference, nor does one that is merged twice: an end stays, and so do final scores. An alias is no account's; b's
// own goes before the other's.
func (b Battle) Merge(other Battle) Battle {
	b.Alias = cmp.Or(b.Alias, other.Alias)
	if moreOfRooms(other, b) {
		b.Rooms, b.RoomsBy = other.Rooms, other.RoomsBy
	}
	if moreOfFinal(other, b) {
		b.Final, b.FinalBy = other.Final, other.FinalBy
	}
	b.Started, b.Ends = later(b.Started, other.Started), later(b.Ends, other.Ends)
	b.Ended, b.Seen = first(b.Ended, other.Ended), later(b.Seen, other.Seen)
	b.Duration = max(b.Duration, other.Duration)
	b.Note = longer(b.Note, other.Note)
	b.Told |= other.Told
	return b
}

func moreOfRooms(x, y Battle) bool {
	return len(x.Rooms) > 0 && (len(y.Rooms) == 0 || cmp.Or(x.RoomsBy.compare(y.RoomsBy), slices.Compare(x.Rooms, y.Rooms)) > 0)
}

func moreOfFinal(x, y Battle) bool {
	return len(x.Final) > 0 && (len(y.Final) == 0 || cmp.Or(x.FinalBy.compare(y.FinalBy), slices.CompareFunc(x.Final, y.Final, compareStandings)) > 0)
}

func compareStandings(x, y Standing) int {
	return cmp.Or(strings.Compare(x.Room, y.Room), cmp.Compare(x.Score, y.Score))
}

func later(x, y time.Time) time.Time {
	if y.After(x) {
		return y
	}
	return x
}

// first returns the earlier of two times, of which a zero one is none.
func first(x, y time.Time) time.Time {
	if x.IsZero() || !y.IsZero() && y.Before(x) {
		return y
	}
	return x
}

func longer(x, y string) string {
	if cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)) >= 0 {
		return x
	}
	return y
}
