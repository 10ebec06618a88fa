package ledger

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// benchStart is when every operation of these benchmarks was asked for.
func benchStart() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }

// benchLedger opens a ledger whose writer has these pragmas on top of its own.
func benchLedger(b *testing.B, folder, name string, pragmas ...string) *Ledger {
	b.Helper()
	path := filepath.Join(folder, name)
	l, err := Open(b.Context(), path, "the benchmark")
	if err != nil {
		b.Fatal(err)
	}
	if len(pragmas) > 0 {
		l.writer.close()
		if l.writer, err = newWriter(func() (*session, error) { return openSession(address(path, pragmas...)) }); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	return l
}

// benchIntent is the n-th addition to one room.
func benchIntent(n int) Operation {
	at := benchStart()
	return Operation{
		ID: fmt.Sprintf("%06d", n), Kind: Add, Battle: "b+/=", Alias: "final", State: Intent,
		Rooms: []Room{{Room: "pk-live1", Points: 100}}, Asker: "slack:T1/user/U1", AskerName: "ana", Channel: "slack:T1/C1",
		Created: at, ConfirmOver: 1000, Owner: "one", Lease: at.Add(15 * time.Second), SendBy: at.Add(5 * time.Second), Sends: 1,
	}
}

func recordOnce(b *testing.B, l *Ledger, n int) time.Duration {
	b.Helper()
	button := Button{ID: fmt.Sprintf("again-%d", n), Action: "again", Expires: benchStart().Add(time.Hour)}
	began := time.Now()
	if err := l.Record(b.Context(), fmt.Sprintf("slack:trigger:%d", n), benchIntent(n), []Button{button}); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// BenchmarkRecord writes one intent at a time, in turn to a ledger that syncs and to one that does not: what they
// differ by is the disk's part. The figure without a unit prefix is that of the ledger that syncs.
func BenchmarkRecord(b *testing.B) {
	folder := b.TempDir()
	synced, unsynced := benchLedger(b, folder, "synced.db"), benchLedger(b, folder, "unsynced.db", "synchronous(OFF)")
	with, without := make([]time.Duration, 0, b.N), make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		with = append(with, recordOnce(b, synced, n))
		b.StopTimer()
		without = append(without, recordOnce(b, unsynced, n))
		b.StartTimer()
	}
	b.ReportMetric(micros(with, 50), "p50-µs")
	b.ReportMetric(micros(with, 99), "p99-µs")
	b.ReportMetric(micros(without, 50), "unsynced-p50-µs")
	b.ReportMetric(micros(with, 50)-micros(without, 50), "sync-p50-µs")
}

// micros returns a percentile in microseconds.
func micros(took []time.Duration, percent int) float64 {
	sorted := slices.Sorted(slices.Values(took))
	return float64(sorted[(len(sorted)-1)*percent/100].Nanoseconds()) / 1e3
}

// BenchmarkPutOn asks what a person added to a room lately, as every addition does, when the battle has a long past.
func BenchmarkPutOn(b *testing.B) {
	for _, past := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprintf("past=%d", past), func(b *testing.B) {
			l := benchLedger(b, b.TempDir(), "ringside.db")
			fill(b, l, past)
			since := benchStart().Add(-10 * time.Minute)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if _, err := l.PutOn(b.Context(), "b+/=", "pk-live1", []string{"slack:T1/user/U1"}, since); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fill records and settles additions of the day before, all by the same person to the same room.
func fill(b *testing.B, l *Ledger, n int) {
	b.Helper()
	err := l.writer.do(b.Context(), func(t *tx) error {
		for i := range n {
			o := benchIntent(i)
			o.Created = o.Created.Add(-24 * time.Hour)
			if err := t.record("", o, nil); err != nil {
				return err
			}
			v := Verdict{Operation: o.ID, Owner: o.Owner, At: o.Created, Rooms: o.Rooms}
			if _, err := t.settle(o, v, o.Owner, "settled"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSweep looks for what was left without an outcome, as the program does every second, when the ledger has
// a long past.
func BenchmarkSweep(b *testing.B) {
	for _, past := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprintf("past=%d", past), func(b *testing.B) {
			l := benchLedger(b, b.TempDir(), "ringside.db")
			fill(b, l, past)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if swept, err := l.Sweep(b.Context(), benchStart(), "one"); err != nil || len(swept) > 0 {
					b.Fatalf("swept %d: %v", len(swept), err)
				}
			}
		})
	}
}
