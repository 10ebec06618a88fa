package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const (
	benchCalm    = 300 * time.Millisecond // for what was under way to end
	bytesInMB    = 1 << 20
	bytesInKB    = 1 << 10
	onceThousand = 1000
)

// restingResident measures what the operating system gives a process that has nothing to do.
func restingResident(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{battles: 1}, func(*benchShow) (figure, error) {
		if _, err := livingHeap(ctx); err != nil {
			return figure{}, err
		}
		debug.FreeOSMemory()
		pages, err := residentPages()
		if err != nil {
			return figure{}, err
		}
		return figure{value: float64(pages) * float64(os.Getpagesize()) / bytesInMB, unit: "MB"}, nil
	})
}

// residentPages reads https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html.
func residentPages() (pages int64, err error) {
	text, err := os.ReadFile("/proc/self/statm")
	if errors.Is(err, os.ErrNotExist) {
		return 0, notMeasuredError("this system has no /proc")
	}
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Fscan(strings.NewReader(string(text)), new(int64), &pages); err != nil {
		return 0, fmt.Errorf("read /proc/self/statm: %w", err)
	}
	return pages, nil
}

func restingHeap(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{battles: 1}, func(*benchShow) (figure, error) {
		heap, err := livingHeap(ctx)
		return figure{value: heap / bytesInMB, unit: "MB"}, err
	})
}

// battleHeap compares a program that knows many battles with one that knows one.
func battleHeap(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	known := b.pick(2000, 10_000)
	heapWith := func(known int) (heap float64, err error) {
		_, err = b.during(ctx, p, benchSetup{battles: 1, known: known}, func(*benchShow) (f figure, err error) {
			heap, err = livingHeap(ctx)
			return f, err
		})
		return heap, err
	}
	one, err := heapWith(0)
	if err != nil {
		return figure{}, err
	}
	many, err := heapWith(known)
	return figure{value: (many - one) / float64(known) / bytesInKB, unit: "kB"}, err
}

// operationHeap measures by how much the heap has grown after many operations, once each person has asked.
func operationHeap(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{}, func(s *benchShow) (figure, error) {
		var heaps []float64
		thousands := b.pick(1, 4)
		for _, n := range []int{onceThousand, thousands * onceThousand} {
			if _, _, err := together(ctx, 16, n, s.add); err != nil {
				return figure{}, err
			}
			s.door.forget()
			heap, err := livingHeap(ctx)
			if err != nil {
				return figure{}, err
			}
			heaps = append(heaps, heap)
		}
		return figure{value: (heaps[1] - heaps[0]) / float64(thousands) / bytesInKB, unit: "kB"}, nil
	})
}

// livingHeap returns the bytes of what is in use, once what was under way has ended.
func livingHeap(ctx context.Context) (float64, error) {
	if err := rest(ctx, benchCalm); err != nil {
		return 0, err
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), nil
}

// allocations counts those of the whole program for an addition, from the typed line to the answer and what follows it.
func allocations(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{still: true}, func(s *benchShow) (figure, error) {
		var rounds []figure
		for n := range b.rounds + 1 {
			before := allocated()
			if _, _, err := together(ctx, 1, b.asks, s.add); err != nil {
				return figure{}, err
			}
			if n > 0 { // the first one warms up
				rounds = append(rounds, figure{value: float64(allocated()-before) / float64(b.asks), unit: "allocations"})
			}
		}
		return medians(rounds), nil
	})
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
