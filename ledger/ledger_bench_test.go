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
		if l.writer, err = newWriter(func() (*session, error) {
			return openSession(address(path, pragmas...), func(string) error { return nil })
		}); err != nil {
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

// benchBattles is how many battles the additions go round, so that the last ten minutes of each are like a show's.
const benchBattles = 40

// benchIntent is the n-th addition, which nobody was asked about.
func benchIntent(n int) Operation {
	at := benchStart()
	return Operation{
		ID: fmt.Sprintf("%06d", n), Kind: Add, Battle: fmt.Sprintf("b%d+/=", n%benchBattles), Alias: "final", State: Intent,
		Rooms: []Room{{Room: "pk-live1", Points: 100}}, Asker: "slack:T1/user/U1", AskerName: "ana", Channel: "slack:T1/C1",
		Created: at, ConfirmOver: 1000, Owner: "one", Lease: at.Add(15 * time.Second), SendBy: at.Add(5 * time.Second), Sends: 1,
		Limit: Limit{Askers: []string{"slack:T1/user/U1"}, Since: at.Add(-10 * time.Minute), Most: 1e9, Changes: []int64{100}, Unasked: true},
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
// differ by is the disk's part. The figures without a prefix are those of the ledger that syncs.
func BenchmarkRecord(b *testing.B) {
	for _, past := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("past=%d", past), func(b *testing.B) {
			folder := b.TempDir()
			synced, unsynced := benchLedger(b, folder, "synced.db"), benchLedger(b, folder, "unsynced.db", "synchronous(OFF)")
			fill(b, synced, past)
			fill(b, unsynced, past)
			with, without := make([]time.Duration, 0, b.N), make([]time.Duration, 0, b.N)
			b.ReportAllocs()
			b.ResetTimer()
			for n := range b.N {
				with = append(with, recordOnce(b, synced, past+n))
				b.StopTimer()
				without = append(without, recordOnce(b, unsynced, past+n))
				b.StartTimer()
			}
			b.ReportMetric(micros(with, 50), "p50-µs")
			b.ReportMetric(micros(with, 99), "p99-µs")
			b.ReportMetric(micros(without, 50), "unsynced-p50-µs")
			b.ReportMetric(micros(with, 50)-micros(without, 50), "sync-p50-µs")
		})
	}
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
				if _, err := l.PutOn(b.Context(), "b0+/=", "pk-live1", []string{"slack:T1/user/U1"}, since); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fill records and settles additions of the day before, all by the same person to the same rooms.
func fill(b *testing.B, l *Ledger, n int) {
	b.Helper()
	err := l.writer.do(b.Context(), func(t *tx) error {
		for i := range n {
			o := benchIntent(i)
			o.Limit = Limit{}
			o.Created, o.SendBy = o.Created.Add(-24*time.Hour), o.SendBy.Add(-24*time.Hour)
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
				if swept, err := l.Sweep(b.Context(), benchStart(), "one"); err != nil || len(swept.Unknown) > 0 {
					b.Fatalf("swept %d: %v", len(swept.Unknown), err)
				}
			}
		})
	}
}
