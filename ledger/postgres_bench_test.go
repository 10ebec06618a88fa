package ledger

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// BenchmarkReplicas records and settles additions, by one process and by three that share a database, with 1 and with 30
// callers in each: every write of every process takes its turn at the end of the chain.
func BenchmarkReplicas(b *testing.B) {
	for _, replicas := range []int{1, 3} {
		for _, callers := range []int{1, 30} {
			b.Run(fmt.Sprintf("replicas=%d/callers=%d", replicas, callers), func(b *testing.B) {
				ledgers := benchReplicas(b, replicas)
				var next atomic.Int64
				var work sync.WaitGroup
				b.ResetTimer()
				for i := range replicas * callers {
					work.Go(func() {
						for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
							recordAndSettle(b, ledgers[i%replicas], int(n))
						}
					})
				}
				work.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			})
		}
	}
}

func benchReplicas(b *testing.B, n int) []*Ledger {
	b.Helper()
	dsn := secret.New(postgrestest.Database(b))
	ledgers := make([]*Ledger, n)
	for i := range ledgers {
		var err error
		if ledgers[i], err = OpenPostgres(b.Context(), dsn); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = ledgers[i].Close() })
	}
	return ledgers
}

func recordAndSettle(b *testing.B, l *Ledger, n int) {
	o := benchIntent(n)
	err := l.Record(context.Background(), fmt.Sprintf("slack:trigger:%d", n), o, []Button{{ID: fmt.Sprintf("again-%d", n), Action: "again", Expires: benchStart()}})
	if err == nil {
		o.Rooms[0].Outcome = Applied
		_, err = l.Settle(context.Background(), Verdict{Operation: o.ID, Owner: o.Owner, At: o.Created, Rooms: o.Rooms})
	}
	if err != nil {
		b.Error(err)
	}
}
