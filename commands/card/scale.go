package card

import (
	"fmt"
	"math"
	"time"
)

// Where the lines are, in pixels.
const (
	left   = 155
	right  = Width - 340 // the names of the rooms stand to the right of it
	top    = 110
	bottom = Height - 65
)

const (
	scoreSteps = 5    // about so many lines across
	most       = 1e15 // the largest score that is drawn as it is
	timeSteps  = 7    // at most so many labels below
)

// scale knows where a score at a time stands.
type scale struct {
	from, until time.Time
	low, high   int64
	step        int64  // between two lines across
	since       string // what the time axis counts from, in words
}

func newScale(samples []Sample, o Options) scale {
	s := scale{from: samples[0].At, until: samples[len(samples)-1].At, since: "time since the start"}
	if o.Start.IsZero() {
		s.since = "time since the first read"
	}
	if !o.Start.IsZero() && o.Start.Before(s.from) {
		s.from = o.Start
	}
	if !o.End.IsZero() && o.End.After(s.until) {
		s.until = o.End
	}
	if !s.until.After(s.from) {
		s.until = s.from.Add(time.Second)
	}
	s.low, s.high = extremes(samples)
	s.fit()
	return s
}

func extremes(samples []Sample) (low, high int64) {
	low = math.MaxInt64
	for _, sample := range samples {
		for _, standing := range sample.Standings {
			low, high = min(low, bounded(standing.Score)), max(high, bounded(standing.Score))
		}
	}
	return min(low, high), high
}

// bounded keeps a score to what can be drawn, which is more than any platform counts.
func bounded(score int64) int64 { return max(-most, min(score, most)) }

// fit widens the range to whole steps. It begins at zero unless that would press the lines together at the top.
func (s *scale) fit() {
	if s.low > 0 && s.low < s.high/2 {
		s.low = 0
	}
	s.step = niceStep(max(s.high-s.low, 1))
	s.low -= ((s.low % s.step) + s.step) % s.step
	s.high = s.low + (max(s.high-s.low, 1)+s.step-1)/s.step*s.step
}

// niceStep returns 1, 2 or 5 times a power of ten, of which about scoreSteps are in the range.
func niceStep(span int64) int64 {
	for power := int64(1); ; power *= 10 {
		for _, digit := range []int64{1, 2, 5} {
			if step := digit * power; span <= step*scoreSteps {
				return step
			}
		}
	}
}

func (s scale) x(t time.Time) int {
	part := float64(t.Sub(s.from)) / float64(s.until.Sub(s.from))
	return left + int(math.Round(part*(right-left)))
}

func (s scale) y(score int64) int {
	part := float64(score-s.low) / float64(s.high-s.low)
	return bottom - int(math.Round(part*(bottom-top)))
}

// tick is a time on the axis with its label, which counts from the start.
type tick struct {
	at    time.Time
	label string
}

// ticks returns the times at whole steps since the start.
func (s scale) ticks() []tick {
	total := s.until.Sub(s.from)
	step := timeStep(total)
	var ticks []tick
	for since := time.Duration(0); since <= total; since += step {
		ticks = append(ticks, tick{at: s.from.Add(since), label: elapsed(since)})
	}
	return ticks
}

// timeStep returns the smallest step that people count in and that needs at most timeSteps labels.
func timeStep(total time.Duration) time.Duration {
	steps := []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	}
	for _, step := range steps {
		if total <= step*timeSteps {
			return step
		}
	}
	day := 24 * time.Hour
	return (total/timeSteps/day + 1) * day
}

// elapsed writes "0:30", "12:00" or "1:00:00".
func elapsed(d time.Duration) string {
	seconds := int64(d / time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
