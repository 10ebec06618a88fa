// Package card draws the picture of a battle: the score of every room over time.
package card

import (
	"slices"
	"time"

	"ringside/ledger"
)

// MaxSamples is how many samples a History keeps.
const MaxSamples = 600

// Sample is the scores of a battle as they were read at one moment.
type Sample struct {
	At        time.Time
	Standings []ledger.Standing // not changed any more
}

// History keeps the samples of one battle: all of them at first, and when they become many every second one, so that they
// stay evenly spread over the whole battle. The first and the latest are always among them. The zero History is empty.
type History struct {
	samples []Sample
	gap     time.Duration // between two samples that are kept
}

// Add takes in a sample. One that is not younger than the latest is left out.
func (h *History) Add(s Sample) {
	n := len(h.samples)
	switch {
	case n > 0 && !s.At.After(h.samples[n-1].At):
		return
	case n > 1 && s.At.Sub(h.samples[n-2].At) < h.gap:
		h.samples[n-1] = s // the one between was only kept as the latest
		return
	}
	h.samples = append(h.samples, s)
	if len(h.samples) > MaxSamples {
		h.thin()
	}
}

// thin drops every second sample, but for the latest.
func (h *History) thin() {
	latest := h.samples[len(h.samples)-1]
	kept := h.samples[:0]
	for i := 0; i < len(h.samples)-1; i += 2 {
		kept = append(kept, h.samples[i])
	}
	kept = append(kept, latest)
	clear(h.samples[len(kept):]) // so that what was dropped can go
	h.samples = kept
	h.gap = latest.At.Sub(kept[0].At) / (MaxSamples / 2)
}

// Samples returns what is kept, the oldest first: at most MaxSamples.
func (h *History) Samples() []Sample { return slices.Clone(h.samples) }
