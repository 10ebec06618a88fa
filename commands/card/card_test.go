package card_test

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringside/commands/card"
	"ringside/ledger"
)

var pictures = flag.String("pictures", "", "write the pictures to this folder, to be looked at")

func begin() time.Time { return time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC) }

// story returns a sample a second for so many seconds; score tells what a room has at a second.
func story(rooms []string, seconds int, score func(room, second int) int64) []card.Sample {
	var samples []card.Sample
	for second := range seconds {
		s := card.Sample{At: begin().Add(time.Duration(second) * time.Second)}
		for i, room := range rooms {
			s.Standings = append(s.Standings, ledger.Standing{Room: room, Score: score(i, second)})
		}
		samples = append(samples, s)
	}
	return samples
}

func rooms(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("pk-live%d", i+1))
	}
	return names
}

// gifts is a score that grows now and then.
func gifts(seed uint64, seconds int) func(room, second int) int64 {
	scores := map[int][]int64{}
	return func(room, second int) int64 {
		if scores[room] == nil {
			random := rand.New(rand.NewPCG(seed, uint64(room)))
			var sum int64
			for range seconds {
				if random.IntN(6) == 0 {
					sum += int64(random.IntN(60))
				}
				scores[room] = append(scores[room], sum)
			}
		}
		return scores[room][second]
	}
}

func stories() map[string]struct {
	samples []card.Sample
	options card.Options
} {
	end := begin().Add(5 * time.Minute)
	type picture = struct {
		samples []card.Sample
		options card.Options
	}
	downwards := gifts(3, 300)
	var many []time.Time
	for i := range 500 {
		many = append(many, begin().Add(time.Duration(i)*500*time.Millisecond))
	}
	long := "an-extremely-long-room-name-of-forty-eight-bytes"
	return map[string]picture{
		"two": {story(rooms(2), 300, gifts(1, 300)), card.Options{
			Title: "pk-live1 wins by 90", Subtitle: "final · 1 March 2026, 20:00:00 to 20:05:00 UTC", Start: begin(), End: end,
		}},
		"five": {story(rooms(5), 300, gifts(2, 300)), card.Options{Title: "pk-live4 wins by 12", Subtitle: "semi-final", Start: begin(), End: end}},
		"nine": {story(append(rooms(8), long), 300, gifts(5, 300)), card.Options{
			Title: "pk-live4 wins by 12", Subtitle: "a final of nine rooms", Start: begin(), End: end, Marks: []time.Time{begin().Add(100 * time.Second)},
		}},
		"flat": {story(rooms(2), 300, func(int, int) int64 { return 0 }), card.Options{Title: "A tie at 0", Start: begin(), End: end}},
		"downwards": {story(rooms(2), 300, func(room, second int) int64 {
			if room == 1 && second > 200 {
				return downwards(room, second) - downwards(room, 200) + 120
			}
			return downwards(room, second)
		}), card.Options{Title: "pk-live1 wins by 300", Subtitle: "with an overwrite", Start: begin(), End: end, Marks: []time.Time{begin().Add(201 * time.Second), begin().Add(50 * time.Second)}}},
		"late": {story(rooms(3), 300, func(room, second int) int64 { return 1_999_000_000 + int64(room)*90_000_000 + int64(second)*100_000 })[180:], card.Options{
			Title: "pk-live3 was ahead by 90,000,000", Subtitle: "recorded from 20:03:00 UTC", Start: begin(), End: end,
		}},
		"many marks": {story(rooms(2), 300, gifts(1, 300)), card.Options{Start: begin(), End: end, Marks: many}},
		"one sample": {story(rooms(2), 1, func(room, _ int) int64 { return int64(room) }), card.Options{}},
		"a day": {[]card.Sample{
			{At: begin(), Standings: []ledger.Standing{{Room: "a", Score: 1}, {Room: "b", Score: 5}}},
			{At: begin().Add(23 * time.Hour), Standings: []ledger.Standing{{Room: "a", Score: 2_147_483_647}, {Room: "b", Score: 7}}},
		}, card.Options{Title: "a wins"}},
	}
}

func TestDraw(t *testing.T) {
	t.Parallel()
	for name, tc := range stories() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			drawn, err := card.Draw(tc.samples, tc.options)
			if err != nil {
				t.Fatal(err)
			}
			seen, err := png.Decode(bytes.NewReader(drawn))
			if err != nil || seen.Bounds().Dx() != card.Width || seen.Bounds().Dy() != card.Height {
				t.Fatalf("a picture of %v, %v", seen.Bounds(), err)
			}
			if len(drawn) > 200_000 {
				t.Errorf("it takes %d bytes", len(drawn))
			}
			if dir := *pictures; dir != "" {
				_ = os.WriteFile(filepath.Join(dir, name+".png"), drawn, 0o600)
			}
		})
	}
}
