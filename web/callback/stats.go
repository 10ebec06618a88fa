package callback

import (
	"maps"
	"sync"

	"ringside/tencent"
)

// Unlisted stands in Stats for every command that is not on the vendor's list.
const Unlisted = "unlisted"

// Stats counts callbacks since the program started.
type Stats struct {
	Accepted map[string]uint64 // by command: one of tencent.CallbackCommands, or Unlisted
	Refused  map[Reason]uint64
}

// Stats returns how many callbacks were accepted and refused so far.
func (h *Handler) Stats() Stats {
	h.counts.mu.Lock()
	defer h.counts.mu.Unlock()
	return Stats{Accepted: maps.Clone(h.counts.Accepted), Refused: maps.Clone(h.counts.Refused)}
}

type counts struct {
	mu sync.Mutex
	Stats
}

func newCounts() counts {
	return counts{Stats: Stats{Accepted: map[string]uint64{}, Refused: map[Reason]uint64{}}}
}

func (c *counts) accept(e tencent.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Accepted[commandOf(e)]++
}

func (c *counts) refuse(why Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Refused[why]++
}

// commandOf returns a command of the list: what a sender makes up must not become the name of a metric.
func commandOf(e tencent.Event) string {
	switch e := e.(type) {
	case tencent.BattleCreated:
		return e.Command
	case tencent.BattleStarted:
		return e.Command
	case tencent.BattleEnded:
		return e.Command
	case tencent.Other:
		if e.Known {
			return e.Command
		}
	}
	return Unlisted
}
