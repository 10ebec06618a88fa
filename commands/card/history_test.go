package card_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/commands/card"
)

// TestHistoryIsBoundedAndEven adds samples at any pace. The first and the latest stay, no more than MaxSamples are kept,
// and between them is no gap that is much larger than the others have to be.
func TestHistoryIsBoundedAndEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h card.History
		n := rapid.IntRange(1, 5000).Draw(t, "samples")
		slowest := rapid.IntRange(1, 5000).Draw(t, "ms between them at most")
		at := begin()
		for i := range n {
			h.Add(card.Sample{At: at})
			if i%97 == 0 && len(h.Samples()) > card.MaxSamples {
				t.Fatalf("%d samples are kept of %d", len(h.Samples()), i)
			}
			if i < n-1 {
				at = at.Add(time.Duration(1+(i*7919)%slowest) * time.Millisecond)
			}
		}
		kept := h.Samples()
		if !kept[0].At.Equal(begin()) || !kept[len(kept)-1].At.Equal(at) {
			t.Fatalf("of %v to %v are kept %v to %v", begin(), at, kept[0].At, kept[len(kept)-1].At)
		}
		if n <= card.MaxSamples && len(kept) != n {
			t.Fatalf("%d samples are kept of %d", len(kept), n)
		}
		most := 3*at.Sub(begin())/(card.MaxSamples/2) + 3*time.Duration(slowest)*time.Millisecond
		for i := range len(kept) - 1 {
			if gap := kept[i+1].At.Sub(kept[i].At); gap <= 0 || gap > most {
				t.Fatalf("%v lie between two of %d samples, at most %v would do", gap, len(kept), most)
			}
		}
	})
}

func TestHistoryLeavesOutWhatIsOld(t *testing.T) {
	t.Parallel()
	var h card.History
	for _, at := range []time.Duration{0, time.Second, time.Second, 0, 2 * time.Second} {
		h.Add(card.Sample{At: begin().Add(at)})
	}
	if n := len(h.Samples()); n != 3 {
		t.Errorf("%d samples are kept", n)
	}
}
