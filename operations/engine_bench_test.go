package operations_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// quick is a platform that answers at once and a reader that knows the scores: what is left is Ringside's own work
// and the disk. Its slots are nil, which no rate holds up.
type quick struct{}

func (quick) Reserve(context.Context, tencent.Command, tencent.Class) (*tencent.Slot, error) {
	return nil, nil //nolint:nilnil // a nil slot may be released like any other
}

func (quick) SetBattleScore(_ context.Context, _ *tencent.Slot, change tencent.ScoreChange) ([]tencent.RoomResult, tencent.Evidence) {
	results := make([]tencent.RoomResult, len(change.Scores))
	for i, s := range change.Scores {
		results[i] = tencent.RoomResult{Room: s.Room, HasCode: true}
	}
	return results, tencent.Evidence{Written: true, Complete: true, HTTPStatus: 200, Status: "OK", RequestID: "Id-1"}
}

func (quick) CreateBattle(context.Context, *tencent.Slot, tencent.NewBattle) (tencent.CreatedBattle, tencent.Evidence) {
	return tencent.CreatedBattle{}, tencent.Evidence{}
}

func (quick) Suspended() *tencent.SuspendedError { return nil }

func (quick) Find(context.Context, []string, time.Time, time.Time, time.Duration) (string, bool, error) {
	return "", false, nil
}

func (quick) Standings(context.Context, string) ([]ledger.Standing, error) {
	return []ledger.Standing{{Room: "pk-live1", Score: 1240}, {Room: "pk-live2", Score: 1185}}, nil
}

func (q quick) BatchStandings(ctx context.Context, battle string) ([]ledger.Standing, error) {
	return q.Standings(ctx, battle)
}

// alone is a ledger without shared commits: one transaction and one sync for each write.
type alone struct {
	*ledger.Ledger
	turn sync.Mutex
}

func (a *alone) Record(ctx context.Context, key string, o ledger.Operation, b []ledger.Button) error {
	a.turn.Lock()
	defer a.turn.Unlock()
	return a.Ledger.Record(ctx, key, o, b)
}

func (a *alone) Settle(ctx context.Context, v ledger.Verdict) (ledger.Operation, error) {
	a.turn.Lock()
	defer a.turn.Unlock()
	return a.Ledger.Settle(ctx, v)
}

// desk is an engine on a ledger of its own.
type desk struct {
	*operations.Engine
	asked atomic.Int64
}

func newDesk(b *testing.B, path string, store func(*ledger.Ledger) operations.Store) *desk {
	b.Helper()
	kept, err := ledger.Open(b.Context(), path, "the benchmark")
	must(b, err)
	engine, err := operations.New(store(kept), quick{}, quick{}, "one", time.Second)
	must(b, err)
	b.Cleanup(func() {
		_ = engine.Close(context.Background())
		must(b, kept.Close())
	})
	return &desk{Engine: engine}
}

// run lets so many callers carry out n additions together, and returns how long that took.
func (d *desk) run(b *testing.B, callers, n int) time.Duration {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var crowd sync.WaitGroup
	began := time.Now()
	for range callers {
		crowd.Go(func() {
			for left.Add(-1) >= 0 {
				d.add(b)
			}
		})
	}
	crowd.Wait()
	return time.Since(began)
}

func (d *desk) add(b *testing.B) {
	result, err := d.Submit(b.Context(), operations.Ask{
		Key: fmt.Sprintf("slack:trigger:%d", d.asked.Add(1)), Kind: ledger.Add, Battle: "b+/=", Alias: "final",
		Rooms: []ledger.Room{room("pk-live1", 100)}, By: operations.Person{ID: "slack:T1/user/U1", Name: "ana"},
		Channel: "slack:T1/C1", ConfirmOver: 1000,
	})
	if err != nil || !result.Operation.Has(ledger.Applied) {
		b.Errorf("got %+v, %v", result.Operation.Rooms, err)
	}
}

// BenchmarkOperations carries out additions from the ask to the durable outcome: two durable writes each. Beside the
// ledger that shares its syncs runs one that does not, in turns, so that "x-alone" is what the sharing gains.
func BenchmarkOperations(b *testing.B) {
	const turn = 64 // operations of each caller's side before it is the other's turn
	for _, callers := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			folder := b.TempDir()
			together := newDesk(b, filepath.Join(folder, "together.db"), func(l *ledger.Ledger) operations.Store { return l })
			apart := newDesk(b, filepath.Join(folder, "apart.db"), func(l *ledger.Ledger) operations.Store { return &alone{Ledger: l} })
			var shared, single time.Duration
			var singles int
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; {
				n := min(b.N-done, turn*callers)
				shared += together.run(b, callers, n)
				done += n
				b.StopTimer()
				few := min(n, 2*turn)
				single += apart.run(b, callers, few)
				singles += few
				b.StartTimer()
			}
			perSecond, alonePerSecond := float64(b.N)/shared.Seconds(), float64(singles)/single.Seconds()
			b.ReportMetric(perSecond, "ops/s")
			b.ReportMetric(alonePerSecond, "alone-ops/s")
			b.ReportMetric(perSecond/alonePerSecond, "x-alone")
		})
	}
}
