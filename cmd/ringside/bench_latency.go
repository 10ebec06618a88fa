package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// addAlone measures additions one after the other, from the typed line to the answer.
func addAlone(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{}, func(s *benchShow) (figure, error) { return b.timed(ctx, s.add) })
}

// addTogether measures 50 people who ask without a rest.
func addTogether(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	const people = 50
	return b.during(ctx, p, benchSetup{}, func(s *benchShow) (figure, error) { return b.crowded(ctx, people, b.pick(200, 1000), s.add) })
}

// ownWork measures the same as addAlone, without the time in which a call was with Tencent.
func ownWork(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{}, func(s *benchShow) (figure, error) {
		return b.timed(ctx, func(ctx context.Context) (time.Duration, error) {
			s.door.forget()
			took, err := s.add(ctx)
			busy, _ := s.door.seen()
			return took - busy, err
		})
	})
}

// grown measures additions with more of something than there is at first, in turns with additions without. The percentiles
// are those with it, and the figure is by how much the median is longer.
func grown(more benchSetup) func(context.Context, *bench, benchPlace) (figure, error) {
	return func(ctx context.Context, b *bench, p benchPlace) (f figure, err error) {
		return b.during(ctx, p, benchSetup{battles: more.battles}, func(small *benchShow) (figure, error) {
			return b.during(ctx, p, more, func(large *benchShow) (figure, error) { return b.compared(ctx, small.add, large.add) })
		})
	}
}

// compared repeats two things in turns, in rounds.
func (b *bench) compared(ctx context.Context, small, large measured) (figure, error) {
	var rounds []figure
	for n := range b.rounds + 1 {
		var took [2][]time.Duration
		for range b.asks / 2 {
			d, err1 := small(ctx)
			e, err2 := large(ctx)
			if err := errors.Join(err1, err2); err != nil {
				return figure{}, fmt.Errorf("a comparison: %w", err)
			}
			took[0], took[1] = append(took[0], d), append(took[1], e)
		}
		f := percentiles(took[1])
		f.value, f.unit = float64(f.p50)/float64(percentiles(took[0]).p50), "times as long"
		if n > 0 { // the first one warms up
			rounds = append(rounds, f)
		}
	}
	return medians(rounds), nil
}
