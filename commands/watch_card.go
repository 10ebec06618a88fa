package commands

import (
	"fmt"
	"strings"
	"time"

	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// barWidth is the length of the leader's bar, in characters.
const barWidth = 10

// liveCard shows a battle that has no final scores yet.
func liveCard(v battles.View, now time.Time) Reply {
	r := scoreCard(v)
	r.Headline = liveHeadline(v, now)
	if age := now.Sub(v.Read); isStale(v, now) {
		r.Notes = append(r.Notes, fmt.Sprintf("Scores as of %s ago; no newer ones could be read since.", span(age)))
	}
	r.Footer = footerOf(v, "updates by itself")
	return r
}

// faceOf is what people can see of a card, but for what changes with the clock alone.
func faceOf(v battles.View, now time.Time) string {
	return fmt.Sprint(v.Label(), v.Over, v.Started.After(now), v.Ends.Unix(), isStale(v, now), v.Standings)
}

func isStale(v battles.View, now time.Time) bool { return !v.Read.IsZero() && now.Sub(v.Read) > stale }

// scoreCard has the rows that all cards have.
func scoreCard(v battles.View) Reply {
	return Reply{Rows: scoreRows(v), Public: true}
}

// scoreRows draws a bar for each room, in the platform's order, so that no room jumps.
func scoreRows(v battles.View) []Row {
	var best, sum int64
	for _, s := range v.Standings {
		best, sum = max(best, s.Score), sum+s.Score
	}
	rows := make([]Row, len(v.Standings))
	for i, s := range v.Standings {
		parts := []string{grammar.FormatInt(s.Score), share(s.Score, sum)}
		if best > s.Score {
			parts = append(parts, grammar.FormatInt(best-s.Score)+" behind")
		}
		rows[i] = Row{Subject: bar(s.Score, best), Change: s.Room, Detail: strings.Join(present(parts...), " · ")}
	}
	return rows
}

// bar draws a score beside the best one. Only the best fills it, and any score shows.
func bar(score, best int64) string {
	full := 0
	switch {
	case score == best && score > 0:
		full = barWidth
	case score > 0:
		full = min(barWidth-1, max(1, int(barWidth*(float64(score)/float64(best)))))
	}
	return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
}

// share is a score's part of all.
func share(score, sum int64) string {
	part := 100 * (float64(score) / float64(sum))
	switch {
	case sum <= 0:
		return ""
	case score > 0 && part < 1:
		return "under 1%"
	}
	return fmt.Sprintf("%.0f%%", part)
}

func liveHeadline(v battles.View, now time.Time) string {
	switch {
	case v.Over:
		return ahead(v.Standings) + "; the final scores are awaited"
	case v.Started.After(now):
		return fmt.Sprintf("%s starts in %s", strings.Join(roomsIn(v.Standings), " vs "), span(v.Started.Sub(now)))
	case v.Ends.IsZero():
		return leading(v.Standings)
	}
	return leading(v.Standings) + " · " + span(v.Ends.Sub(now)) + " left"
}

// leading says who leads, and by how much.
func leading(standings []ledger.Standing) string {
	lead := operations.LeadOf(standings)
	tied, best := top(standings)
	switch {
	case len(standings) == 0:
		return "No scores were read yet"
	case best == 0:
		return "No points yet"
	case lead.Room != "":
		return fmt.Sprintf("%s leads by %s", lead.Room, grammar.FormatInt(lead.Gap))
	case len(tied) == len(standings):
		return "A tie at " + grammar.FormatInt(best)
	}
	return list(tied) + " are tied at " + grammar.FormatInt(best)
}

// top returns the rooms that have the best score.
func top(standings []ledger.Standing) (rooms []string, best int64) {
	for _, s := range standings {
		best = max(best, s.Score)
	}
	for _, s := range standings {
		if s.Score == best {
			rooms = append(rooms, s.Room)
		}
	}
	return rooms, best
}

// ahead says who had the most at the last read, without saying that he won.
func ahead(standings []ledger.Standing) string {
	lead := operations.LeadOf(standings)
	tied, best := top(standings)
	switch {
	case len(standings) == 0:
		return "Over"
	case lead.Room == "":
		return fmt.Sprintf("Over: %s were tied at %s at the last read", list(tied), grammar.FormatInt(best))
	}
	return fmt.Sprintf("Over: %s was ahead by %s at the last read", lead.Room, grammar.FormatInt(lead.Gap))
}

// footerOf is the small print: which battle, and when its scores were read.
func footerOf(v battles.View, more ...string) string {
	parts := []string{"battle " + v.Label()}
	if v.Alias != "" {
		parts = append(parts, v.ID)
	}
	if !v.Read.IsZero() {
		parts = append(parts, "scores of "+clock(v.Read))
	}
	return strings.Join(append(parts, more...), " · ")
}

// stoppedCard takes the place of a card that somebody stopped.
func stoppedCard(v battles.View, who Caller, now time.Time) Reply {
	r := scoreCard(v)
	r.Headline = "No longer updated"
	if len(v.Standings) > 0 {
		r.Headline = leading(v.Standings) + " at " + clock(v.Read) + " · no longer updated"
	}
	r.Notes = []string{fmt.Sprintf("%s stopped it at %s.", nameOf(who.Name, who.ID), clock(now))}
	r.Examples = []string{grammar.Request{Verb: grammar.VerbWatch, Battle: v.Label()}.Line()}
	r.Footer = footerOf(v)
	return r
}

// movedCard takes the place of a card that stands further down now.
func movedCard(v battles.View) Reply {
	return Reply{Headline: "Moved below: " + v.Label() + " is shown further down in this channel.", Public: true}
}
