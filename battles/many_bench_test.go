package battles_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringside/battles"
)

func BenchmarkRecent(b *testing.B) {
	for _, changing := range []bool{false, true} {
		b.Run(fmt.Sprintf("changing=%v", changing), func(b *testing.B) {
			book := crowded(b)
			took := make([]time.Duration, 0, 1<<16)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				if changing {
					_ = book.Hear(b.Context(), startOf(n%10_000, noon.Add(time.Duration(n)*time.Second)))
				}
				began := time.Now()
				if len(book.Recent()) != 12_000 {
					b.Fatal("battles are missing")
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

func crowded(b *testing.B) *battles.Book {
	b.Helper()
	now := noon
	book := bookOf(b, blank{}, func() time.Time { now = now.Add(time.Millisecond); return now })
	for n := range 12_000 {
		e := startOf(n, noon)
		if n >= 10_000 {
			e = endOf(n, noon)
		}
		if err := book.Hear(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	return book
}

func BenchmarkResolve(b *testing.B) {
	book := crowded(b)
	if err := book.Name(b.Context(), nth(5000), "final", "me"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ref, err := book.Resolve(b.Context(), "final"); err != nil || ref.ID != nth(5000) {
			b.Fatal(ref, err)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	book := crowded(b)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		_, _ = book.Known(nth(1))
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
	runtime.KeepAlive(book)
}

func BenchmarkFeed(b *testing.B) {
	for _, tc := range []struct {
		battles, followers int
		pace               float64
	}{{200, 200, 200}, {200, 1000, 200}, {200, 1000, 50}} {
		b.Run(fmt.Sprintf("battles=%d/followers=%d/pace=%g", tc.battles, tc.followers, tc.pace), func(b *testing.B) {
			var reads, views int
			for b.Loop() {
				synctestBench(b, func() {
					r, v := minute(b, tc.battles, tc.followers, tc.pace)
					reads, views = reads+r, views+v
				})
			}
			b.ReportMetric(float64(reads)/60/float64(b.N), "reads/s")
			b.ReportMetric(float64(views)/60/float64(b.N), "views/s")
		})
	}
}

func synctestBench(b *testing.B, work func()) {
	b.Helper()
	if !testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: b.Name(), F: func(t *testing.T) { synctest.Test(t, func(*testing.T) { work() }) },
	}}) {
		b.Fatal("the minute failed")
	}
}

func minute(b *testing.B, count, followers int, pace float64) (reads, views int) {
	platform := &live{}
	book, err := battles.New(context.Background(), platform, blank{})
	if err != nil {
		b.Fatal(err)
	}
	feed, err := battles.NewFeed(book, battles.WithPace(pace))
	if err != nil {
		b.Fatal(err)
	}
	for n := range count {
		platform.set(battle(nth(n), time.Hour, "a", "b"))
	}
	var wg sync.WaitGroup
	seen := make([]int, followers)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for n := range followers {
		f := feed.Follow(nth(n % count))
		wg.Go(func() {
			defer f.Close()
			for {
				if _, err := f.Next(ctx); err != nil {
					return
				}
				seen[n]++
			}
		})
	}
	wg.Wait()
	feed.Close()
	for _, n := range seen {
		views += n
	}
	return len(platform.asked()), views
}
