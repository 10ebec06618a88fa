package commands

import (
	"cmp"
	"strings"
	"time"

	"ringside/battles"
	"ringside/commands/card"
	"ringside/ledger"
)

const (
	refreshEvery = 15 * time.Second // the countdown alone
	refreshLate  = 5 * time.Second  // likewise, in the spurt
	spurt        = time.Minute      // before the end

	editRetry   = 2 * time.Second
	editSlowest = time.Minute
	editNoMore  = 10 * time.Minute // after it, last words are given up
)

// How a watch ends when nobody says so, as the audit chain has it. A person's id stands there otherwise.
const (
	endedByEnd     = "the battle's end"
	endedByDelete  = "deleted"
	endedByClosed  = "not invited"
	endedByFailure = "not delivered"
)

// watched is one battle that at least one message shows.
type watched struct {
	id       string
	displays map[string]*display // by channel
	view     battles.View
	history  card.History
	final    *Reply // what its messages show in the end; nil before
	followed bool   // a goroutine follows it
	retry    time.Time
	stop     func() // ends that goroutine
}

// display is one message that shows a battle.
type display struct {
	ledger.Watch

	face  string // what it shows, but for what changes with the clock alone
	at    time.Time
	busy  bool
	retry time.Time // before it nothing is tried
	wait  time.Duration

	parting *Reply    // its last words; nil while it shows the battle
	left    bool      // the ledger has it no more
	ended   string    // how the watch ended, once nothing is to be shown any more but the ledger has it still
	until   time.Time // after it the last words are given up
}

// due reports whether a message has something to say at the given time.
func (d *display) due(v battles.View, face string, now time.Time) bool {
	switch {
	case d.busy || d.ended != "" || now.Before(d.retry):
		return false
	case d.parting != nil:
		return true
	case v.Final, v.Read.IsZero() && !v.Over:
		return false // the last words are being written; or nothing is known yet, after a restart
	case face != d.face:
		return true
	}
	return now.Sub(d.at) >= refresh(v, now)
}

// refresh is how long the countdown may stand.
func refresh(v battles.View, now time.Time) time.Duration {
	if left := v.Ends.Sub(now); !v.Ends.IsZero() && left > 0 && left <= spurt {
		return refreshLate
	}
	return refreshEvery
}

// part gives a message its last words.
func (d *display) part(r Reply, now time.Time) {
	d.parting, d.until, d.retry, d.wait = &r, now.Add(editNoMore), time.Time{}, 0
}

// failed puts the next attempt off, for twice as long each time.
func (d *display) failed(now time.Time) {
	d.wait = min(max(editRetry, 2*d.wait), editSlowest)
	d.retry = now.Add(d.wait)
}

// compare puts messages in the order in which they go when not all may: last words first, then what was not changed for
// longest.
func (d *display) compare(other *display) int {
	if x, y := d.parting != nil, other.parting != nil; x != y {
		if x {
			return -1
		}
		return 1
	}
	return cmp.Or(d.at.Compare(other.at), strings.Compare(d.Message, other.Message))
}
