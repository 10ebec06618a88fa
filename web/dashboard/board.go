package dashboard

import (
	"strconv"
	"time"

	"ringside/commands/grammar"
)

// board is what stands on the page, all of it in words: the same for the page as it is served and for the script
// that keeps it up to date.
type board struct {
	At         string         `json:"at"`      // when it was looked
	Problem    string         `json:"problem"` // empty while all is well
	Battles    []battleRow    `json:"battles"`
	Operations []operationRow `json:"operations"`
	More       string         `json:"more"` // how many battles are not shown
	News       []string       `json:"news"` // what is worth saying aloud
}

type battleRow struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Rooms   []roomRow `json:"rooms"`
	Lead    string    `json:"lead"`
	Left    string    `json:"left"`
	Read    string    `json:"read"`
	Old     bool      `json:"old"` // the scores are older than a few seconds
	Unknown string    `json:"unknown"`
	Open    bool      `json:"open"` // an outcome is unknown
}

type roomRow struct {
	Name  string `json:"name"`
	Score string `json:"score"`
	Part  int    `json:"part"` // of the highest score, in hundredths
}

type operationRow struct {
	ID      string `json:"id"`
	Ago     string `json:"ago"`
	At      string `json:"at"`
	Who     string `json:"who"`
	What    string `json:"what"`
	Battle  string `json:"battle"`
	Outcome string `json:"outcome"`
	Tone    string `json:"tone"`
}

func boardOf(s sight, now time.Time) board {
	b := board{At: clock(s.at), Battles: []battleRow{}, Operations: []operationRow{}, News: []string{}}
	switch {
	case s.broken && s.at.IsZero():
		b.Problem = "What runs could not be read. It is tried again every second."
	case s.broken:
		b.Problem = "The latest could not be read. What stands here is from " + clock(s.at) + ", " + ago(s.at, now) + "."
	}
	for _, battle := range s.Battles[:min(len(s.Battles), maxBattles)] {
		b.Battles = append(b.Battles, battleRowOf(battle, now))
	}
	if n := len(s.Battles) - maxBattles; n > 0 {
		b.More = strconv.Itoa(n) + " more run and are not shown."
	}
	for _, o := range s.Operations[:min(len(s.Operations), maxOperations)] {
		b.Operations = append(b.Operations, operationRow{
			ID: o.ID, Ago: ago(o.At, now), At: moment(o.At, now), Who: o.Who, What: o.What, Battle: o.Battle,
			Outcome: o.Outcome, Tone: toneOf(o.Outcome),
		})
	}
	return b
}

func battleRowOf(b Battle, now time.Time) battleRow {
	row := battleRow{
		ID: b.ID, Name: b.Name, Rooms: []roomRow{}, Lead: b.lead(), Left: left(b.Ends, now), Unknown: "none",
		Read: "not yet", Old: true, Open: b.Unknown > 0,
	}
	if !b.Read.IsZero() {
		row.Read, row.Old = ago(b.Read, now), now.Sub(b.Read) >= fresh
	}
	if b.Unknown > 0 {
		row.Unknown = strconv.Itoa(b.Unknown) + " open"
	}
	top := int64(1)
	for _, r := range b.Rooms {
		top = max(top, r.Score)
	}
	for _, r := range b.Rooms {
		room := roomRow{Name: r.Name, Score: none}
		if !b.Read.IsZero() {
			room.Score, room.Part = grammar.FormatInt(r.Score), int(100*float64(max(0, r.Score))/float64(top))
		}
		row.Rooms = append(row.Rooms, room)
	}
	return row
}
