package callback_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

// silent is a platform that nobody should ask.
type silent struct{}

func (silent) BattleInfo(context.Context, tencent.Class, tencent.BattleQuery) (tencent.Battle, error) {
	return tencent.Battle{}, &tencent.CallError{}
}

// nthBody is the n-th of many events: each battle is created, starts and ends.
func nthBody(n int) (command, body string) {
	id, rooms := fmt.Sprintf("4siHsNsWN/T3aub9zKraqPbSEGRX2z6gs3LDFi+%08d=", n/3), fmt.Sprintf("pk-%d", n/3)
	switch n % 3 {
	case 0:
		return tencent.CallbackBattleCreated, fmt.Sprintf(`{"CallbackCommand":%q,"Operator_Account":"brennanli","BattleId":%q,"FromRoomId":%q,
			"ToRoomIdList":["guest-%s"],"Timeout":30000,"Duration":60000,"NeedResponse":false,"ExtensionInfo":"extension pk","EventTime":1739954005000}`,
			tencent.CallbackBattleCreated, id, rooms, rooms)
	case 1:
		return tencent.CallbackBattleStarted, fmt.Sprintf(`{"CallbackCommand":%q,"BattleId":%q,"Duration":60000,"CreateTime":1739954005,
			"StartTime":1739954005,"FromRoomInfo":{"RoomId":%q,"Owner_Account":"brennan"},"ToRoomList":[{"RoomId":"guest-%s","Owner_Account":"t"}],
			"EventTime":1739954005000}`, tencent.CallbackBattleStarted, id, rooms, rooms)
	default:
		return tencent.CallbackBattleEnded, fmt.Sprintf(`{"CallbackCommand":%q,"BattleId":%q,"Duration":60000,"CreateTime":1739954005,
			"StartTime":1739954005,"EndTime":1739954065,"OpType":0,"FromRoomInfo":{"RoomId":%q,"Score":5,"Owner_Account":144115245353757792},
			"ToRoomList":[{"RoomId":"guest-%s","Score":7,"Owner_Account":144115245442327522}],"EventTime":1739954066119}`,
			tencent.CallbackBattleEnded, id, rooms, rooms)
	}
}

// BenchmarkCallbacks carries events from the request to the disk: signature, JSON, the ledger's sync, the answer. One
// sender waits for a sync each time; many share one.
func BenchmarkCallbacks(b *testing.B) {
	for _, senders := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			kept, err := ledger.Open(b.Context(), filepath.Join(b.TempDir(), "ringside.db"), "the benchmark")
			must(b, err)
			defer func() { must(b, kept.Close()) }()
			book, err := battles.New(b.Context(), silent{}, kept, battles.WithClock(func() time.Time { return noon }))
			must(b, err)
			h := handler(b, signed(), book)
			took := make([]time.Duration, b.N)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range senders {
				wg.Go(func() {
					for n := int(next.Add(1)) - 1; n < b.N; n = int(next.Add(1)) - 1 {
						command, body := nthBody(n)
						began := time.Now()
						if w := send(b, h, http.MethodPost, changed(address(noon), "CallbackCommand", command), body); w.Code != http.StatusOK {
							b.Errorf("%d %s", w.Code, w.Body)
						}
						took[n] = time.Since(began)
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			slices.Sort(took)
			b.ReportMetric(float64(took[(len(took)-1)*99/100].Microseconds()), "p99-µs")
			for n := range b.N {
				if n%3 == 2 { // every end is there
					id := fmt.Sprintf("4siHsNsWN/T3aub9zKraqPbSEGRX2z6gs3LDFi+%08d=", n/3)
					if kept, err := kept.Battle(b.Context(), id); err != nil || kept.Ended.IsZero() || len(kept.Final) != 2 {
						b.Fatalf("%s: %+v (%v)", id, kept, err)
					}
				}
			}
		})
	}
}
