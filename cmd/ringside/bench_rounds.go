package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// measured does something once and returns how long the part of it took that is measured.
type measured func(ctx context.Context) (time.Duration, error)

// timed repeats one after the other, in rounds, after a short warm-up, and returns the medians of the rounds' percentiles.
func (b *bench) timed(ctx context.Context, once measured) (figure, error) {
	for range b.asks / 5 {
		if _, err := once(ctx); err != nil {
			return figure{}, err
		}
	}
	var rounds []figure
	for range b.rounds {
		took := make([]time.Duration, 0, b.asks)
		for range b.asks {
			d, err := once(ctx)
			if err != nil {
				return figure{}, err
			}
			took = append(took, d)
		}
		rounds = append(rounds, percentiles(took))
	}
	return medians(rounds), nil
}

// crowded repeats in rounds with so many at the same time, and tells how many a second that made.
func (b *bench) crowded(ctx context.Context, inFlight, each int, once measured) (figure, error) {
	var rounds []figure
	for n := range b.rounds + 1 {
		took, elapsed, err := together(ctx, inFlight, each, once)
		if err != nil {
			return figure{}, err
		}
		f := percentiles(took)
		f.value, f.unit = float64(len(took))/elapsed.Seconds(), "a second"
		if n > 0 { // the first one warms up
			rounds = append(rounds, f)
		}
	}
	return medians(rounds), nil
}

// together repeats n times, so many at the same time, and returns how long each took and all did.
func together(ctx context.Context, inFlight, n int, once measured) (took []time.Duration, elapsed time.Duration, err error) {
	var left atomic.Int64
	left.Store(int64(n))
	var mu sync.Mutex
	var crowd sync.WaitGroup
	began := time.Now()
	for range inFlight {
		crowd.Go(func() {
			for left.Add(-1) >= 0 {
				d, failed := once(ctx)
				mu.Lock()
				took = append(took, d)
				if failed != nil {
					err = cmp.Or(err, failed)
					left.Store(0)
				}
				mu.Unlock()
			}
		})
	}
	crowd.Wait()
	return took, time.Since(began), err
}

func percentiles(took []time.Duration) figure {
	if len(took) == 0 {
		return figure{}
	}
	sorted := slices.Sorted(slices.Values(took))
	at := func(percent int) time.Duration { return sorted[(len(sorted)-1)*percent/100] }
	return figure{p50: at(50), p99: at(99)}
}

// medians returns the median of each part of the figures, which have one unit.
func medians(rounds []figure) figure {
	if len(rounds) == 0 {
		return figure{}
	}
	return figure{
		p50:   median(rounds, func(f figure) time.Duration { return f.p50 }),
		p99:   median(rounds, func(f figure) time.Duration { return f.p99 }),
		value: median(rounds, func(f figure) float64 { return f.value }),
		unit:  rounds[0].unit,
	}
}

func median[T cmp.Ordered](rounds []figure, part func(figure) T) T {
	parts := make([]T, len(rounds))
	for i, f := range rounds {
		parts[i] = part(f)
	}
	slices.Sort(parts)
	return parts[len(parts)/2]
}
