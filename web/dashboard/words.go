package dashboard

import (
	"fmt"
	"strings"
	"time"

	"ringside/commands/grammar"
)

// fresh is how old what was read may be before its age stands beside it.
const fresh = 5 * time.Second

// none stands where nothing is known.
const none = "–"

// clock writes a moment as people on several continents can compare it.
func clock(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format("15:04:05 UTC")
}

// moment is clock with the day, unless that was within the last day.
func moment(t, now time.Time) string {
	if now.Sub(t) < 24*time.Hour {
		return clock(t)
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// ago says how long ago something was.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < fresh:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d/time.Hour))
	default:
		return fmt.Sprintf("%d days ago", int(d/(24*time.Hour)))
	}
}

// left writes the time to an end as every stage clock does: 0:01 stands until the very end.
func left(ends, now time.Time) string {
	if ends.IsZero() {
		return none
	}
	s := int64((ends.Sub(now) + time.Second - 1) / time.Second)
	switch {
	case s <= 0:
		return "time is up"
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	default:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
}

// lead is who is ahead of the others, alone, and by how much.
type lead struct {
	room string // empty: nobody is
	gap  int64
}

func leadOf(rooms []Room) lead {
	var best, second int64 = -1, -1
	var name string
	for _, r := range rooms {
		switch {
		case r.Score > best:
			best, second, name = r.Score, best, r.Name
		case r.Score > second:
			second = r.Score
		}
	}
	if second < 0 || best == second {
		return lead{}
	}
	return lead{room: name, gap: best - second}
}

func (b Battle) lead() string {
	l := leadOf(b.Rooms)
	switch {
	case b.Read.IsZero() || len(b.Rooms) < 2:
		return none
	case l.room == "":
		return "tie"
	default:
		return l.room + " leads by " + grammar.FormatInt(l.gap)
	}
}

func (b Battle) label() string {
	if b.Name != "" {
		return b.Name
	}
	return b.ID
}

// toneOf says how an outcome should feel; the words say the same.
func toneOf(outcome string) string {
	switch {
	case strings.Contains(outcome, "unknown"):
		return "warning"
	case strings.Contains(outcome, "not applied"):
		return "bad"
	case strings.HasPrefix(outcome, "applied"):
		return "good"
	default:
		return "plain"
	}
}
