package operations

import (
	"slices"

	"ringside/ledger"
)

// Lead is who is ahead in a battle. A tie has no Room and no Gap.
type Lead struct {
	Room string
	Gap  int64 // to the second
}

// LeadOf returns who leads. With fewer than two rooms the only room leads by nothing.
func LeadOf(standings []ledger.Standing) Lead {
	var first, second *ledger.Standing
	for i := range standings {
		s := &standings[i]
		switch {
		case first == nil || s.Score > first.Score:
			first, second = s, first
		case second == nil || s.Score > second.Score:
			second = s
		}
	}
	switch {
	case first == nil:
		return Lead{}
	case second == nil:
		return Lead{Room: first.Room}
	case first.Score == second.Score:
		return Lead{}
	}
	return Lead{Room: first.Room, Gap: first.Score - second.Score}
}

// After returns the standings as they would be if the change took effect on them now.
func After(kind ledger.Kind, now []ledger.Standing, change []ledger.Room) []ledger.Standing {
	after := make([]ledger.Standing, len(now))
	copy(after, now)
	for i := range after {
		for _, c := range change {
			if c.Room != after[i].Room {
				continue
			}
			if kind == ledger.Set {
				after[i].Score = c.Points
			} else {
				after[i].Score += c.Points
			}
		}
	}
	return after
}

// ScoreIn returns a room's score, and false if the room does not stand there.
func ScoreIn(standings []ledger.Standing, room string) (int64, bool) {
	for _, s := range standings {
		if s.Room == room {
			return s.Score, true
		}
	}
	return 0, false
}

// drifted reports whether an overwrite would now do something else than its preview showed: another leader
// afterwards, or more than confirm_over points discarded beyond what was shown. A compensation discards nothing: what it
// sets moves with the score.
func drifted(o ledger.Operation, now []ledger.Standing) bool {
	target := Target(o, now)
	shownLead := LeadOf(After(o.Kind, o.Shown, o.Rooms)).Room
	freshLead := LeadOf(After(o.Kind, now, target)).Room
	if shownLead != freshLead {
		return true
	}
	var more int64
	for i, c := range target {
		was, _ := ScoreIn(o.Shown, c.Room)
		is, known := ScoreIn(now, c.Room)
		if !known {
			return true
		}
		more += max(0, (is-was)-(c.Points-o.Rooms[i].Points))
	}
	return more > o.ConfirmOver
}

// Target returns what a question would send if it were confirmed on the scores now: what its preview showed, except that
// a compensation sets each room as far from its score now as the preview's was from the one it showed.
func Target(o ledger.Operation, now []ledger.Standing) []ledger.Room {
	if o.Undoes == "" || o.Kind != ledger.Set || now == nil {
		return o.Rooms
	}
	rooms := slices.Clone(o.Rooms)
	for i := range rooms {
		was, _ := ScoreIn(o.Shown, rooms[i].Room)
		if is, known := ScoreIn(now, rooms[i].Room); known {
			rooms[i].Points = max(0, rooms[i].Points+is-was)
		}
	}
	return rooms
}
