package card

import (
	"bytes"
	"image/png"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/ledger"
)

// history draws samples in the order of time, of one to twelve rooms with any scores.
func history(t *rapid.T) []Sample {
	at := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	score := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, math.MaxInt32), rapid.Int64())
	name := rapid.StringMatching(`[ -~]{1,48}`)
	rooms := rapid.SliceOfNDistinct(name, 1, 12, rapid.ID[string]).Draw(t, "rooms")
	var samples []Sample
	for range rapid.IntRange(1, 20).Draw(t, "samples") {
		at = at.Add(time.Duration(rapid.Int64Range(0, int64(4*time.Hour)).Draw(t, "pause")))
		s := Sample{At: at}
		for _, room := range rooms[rapid.IntRange(0, len(rooms)-1).Draw(t, "left"):] {
			s.Standings = append(s.Standings, ledger.Standing{Room: room, Score: score.Draw(t, "score")})
		}
		samples = append(samples, s)
	}
	return samples
}

// TestEverythingHasItsPlace puts any scores on the scale: every point is inside, and so are few lines and labels.
func TestEverythingHasItsPlace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		samples := history(t)
		o := Options{Start: samples[0].At.Add(-time.Duration(rapid.Int64Range(-1e12, 1e15).Draw(t, "start")))}
		s := newScale(samples, o)
		for _, l := range linesOf(samples) {
			for _, p := range l.points {
				if x, y := s.x(p.at), s.y(p.score); x < left || x > right || y < top || y > bottom {
					t.Fatalf("%v stands at %d, %d", p, x, y)
				}
			}
		}
		if lines := (s.high - s.low) / s.step; lines < 1 || lines > scoreSteps+1 || s.low%s.step != 0 {
			t.Fatalf("%d lines of %d across, from %d", lines, s.step, s.low)
		}
		if n := len(s.ticks()); n < 1 || n > timeSteps+1 {
			t.Fatalf("%d labels below", n)
		}
	})
}

func TestNamesStandApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wanted := rapid.SliceOfN(rapid.IntRange(top, bottom), 1, maxRooms).Draw(t, "wanted")
		slices.Sort(wanted)
		placed := apart(wanted, nameHeight, top, bottom)
		for i, y := range placed {
			if y < top || y > bottom || i > 0 && y-placed[i-1] < nameHeight {
				t.Fatalf("%v are placed at %v", wanted, placed)
			}
		}
		if len(wanted) == 1 && placed[0] != wanted[0] {
			t.Fatalf("%v is moved to %v without need", wanted, placed)
		}
	})
}

// TestAnyHistoryCanBeDrawn draws what nobody would expect.
func TestAnyHistoryCanBeDrawn(t *testing.T) {
	t.Parallel()
	left := 6 // a picture takes its time, above all under the race detector
	rapid.Check(t, func(t *rapid.T) {
		if left--; left < 0 {
			return
		}
		samples := history(t)
		if len(samples[len(samples)-1].Standings) == 0 {
			return
		}
		drawn, err := Draw(samples, Options{Title: rapid.String().Draw(t, "title"), Subtitle: rapid.String().Draw(t, "subtitle"), Marks: []time.Time{samples[0].At}})
		if err != nil || len(drawn) > 1<<20 {
			t.Fatalf("%d bytes, %v", len(drawn), err)
		}
		if _, err := png.Decode(bytes.NewReader(drawn)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNothingCannotBeDrawn(t *testing.T) {
	t.Parallel()
	for name, samples := range map[string][]Sample{"no samples": nil, "no scores": {{}}} {
		if _, err := Draw(samples, Options{}); err == nil {
			t.Errorf("%s: drawn", name)
		}
	}
}

// TestColoursAreApart compares each colour with each other one.
func TestColoursAreApart(t *testing.T) {
	t.Parallel()
	all := colours()
	for i, x := range all {
		for _, y := range all[:i] {
			r, g, b := int(x.R)-int(y.R), int(x.G)-int(y.G), int(x.B)-int(y.B)
			if r*r+g*g+b*b < 60*60 {
				t.Errorf("%v and %v are too close", x, y)
			}
		}
	}
}
