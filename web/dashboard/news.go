package dashboard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringside/commands/grammar"
)

const (
	maxNews = 3
	// leadEvery is the least time between two words about who leads a battle, in which gifts may turn it every second.
	leadEvery = 15 * time.Second
)

// herald picks what is worth saying aloud: that a battle begins or ends, that another room leads, that an outcome is
// unknown. One loop uses it.
type herald struct {
	battles map[string]heard // nil before the first look
}

// heard is what was last said of a battle.
type heard struct {
	label   string
	leader  string
	at      time.Time
	unknown int
}

// tell returns the news since the last look; of a first look there is none.
func (h *herald) tell(s sight, now time.Time) []string {
	if s.broken {
		return []string{}
	}
	first := h.battles == nil
	news, next := []string{}, make(map[string]heard, len(s.Battles))
	for _, b := range s.Battles {
		before, known := h.battles[b.ID]
		after, said := hear(b, before, known, now)
		next[b.ID] = after
		news = append(news, said...)
	}
	for id, gone := range h.battles {
		if _, runs := next[id]; !runs {
			news = append(news, gone.label+" is over.")
		}
	}
	h.battles = next
	if first {
		return []string{}
	}
	slices.Sort(news) // in one order, whatever the map's
	return short(news)
}

func hear(b Battle, before heard, known bool, now time.Time) (after heard, news []string) {
	l := leadOf(b.Rooms)
	after = heard{label: b.label(), leader: l.room, at: before.at, unknown: b.Unknown}
	if !known {
		return after, []string{b.beginning()}
	}
	if b.Unknown > before.unknown {
		news = append(news, fmt.Sprintf("%s: an outcome is unknown, %d open.", b.label(), b.Unknown))
	}
	if l.room == "" || l.room == before.leader || now.Sub(before.at) < leadEvery {
		after.leader = before.leader // also when it is too early for a word: it comes later if it is still true
		return after, news
	}
	after.at = now
	return after, append(news, fmt.Sprintf("%s: %s now leads by %s.", b.label(), l.room, grammar.FormatInt(l.gap)))
}

func (b Battle) beginning() string {
	if len(b.Rooms) == 0 {
		return b.label() + " has begun."
	}
	names := make([]string, len(b.Rooms))
	for i, r := range b.Rooms {
		names[i] = r.Name
	}
	return b.label() + " has begun: " + strings.Join(names, " against ") + "."
}

// short keeps what can be listened to.
func short(news []string) []string {
	if len(news) <= maxNews {
		return news
	}
	return append(news[:maxNews-1:maxNews-1], fmt.Sprintf("And %d more changes.", len(news)-maxNews+1))
}
