package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// benchPast writes operations of two events each in one transaction, until the ledger has so many events.
func benchPast(b *testing.B, l *Ledger, events int) {
	b.Helper()
	must(b, l.writer.do(b.Context(), func(t *tx) error {
		for n := range events / 2 {
			o := benchIntent(n)
			o.Limit = Limit{}
			if err := t.insert(o); err != nil {
				return err
			}
			if _, err := t.append(o.Created, o.ID, "intent", o.Asker, contentOf(o)); err != nil {
				return err
			}
			v := Verdict{Operation: o.ID, Owner: o.Owner, At: o.Created, Rooms: o.Rooms}
			if _, err := t.settle(o, v, o.Owner, "settled"); err != nil {
				return err
			}
		}
		return nil
	}))
}

// BenchmarkAuditVerify proves a whole chain, of up to a million events. Beside it the ledger is open, as while a bot runs.
func BenchmarkAuditVerify(b *testing.B) {
	for _, events := range []int{1000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) {
			folder := b.TempDir()
			l := benchLedger(b, folder, "ringside.db")
			benchPast(b, l, events)
			a, err := OpenAudit(b.Context(), folder+"/ringside.db")
			must(b, err)
			defer a.Close() //nolint:errcheck // a benchmark
			b.ReportAllocs()
			for b.Loop() {
				r, err := a.Verify(b.Context(), []Anchor{{Op: "000000", Digest: "0123456789abcdef"}})
				if err != nil || r.Events != int64(events) || r.Finding != Rewritten {
					b.Fatalf("%+v and %v", r, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
		})
	}
}

// BenchmarkAppend appends one event at a time in turn to a short chain and to one of a million events, without the disk's
// sync, which is the same for both. The ratio is of the medians.
func BenchmarkAppend(b *testing.B) {
	pasts := []int{1000, 1_000_000}
	took := make([][]time.Duration, len(pasts))
	ledgers := make([]*Ledger, len(pasts))
	for i, past := range pasts {
		ledgers[i] = benchLedger(b, b.TempDir(), "ringside.db", "synchronous(OFF)")
		benchPast(b, ledgers[i], past)
	}
	o := benchIntent(0)
	for n := 0; b.Loop(); n++ {
		o.ID = fmt.Sprintf("%06x", n*7919%(1<<24)) // all over the index, as operations' ids are
		for i, l := range ledgers {
			began := time.Now()
			must(b, l.writer.do(b.Context(), func(t *tx) error {
				_, err := t.append(o.Created, o.ID, "intent", o.Asker, contentOf(o))
				return err
			}))
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i, past := range pasts {
		b.ReportMetric(micros(took[i], 50), fmt.Sprintf("%d-p50-µs", past))
	}
	slices.Reverse(took)
	b.ReportMetric(micros(took[0], 50)/micros(took[1], 50), "ratio")
}
