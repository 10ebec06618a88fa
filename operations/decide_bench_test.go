package operations

import (
	"fmt"
	"testing"

	"ringside/ledger"
	"ringside/tencent"
)

// BenchmarkDecide decides the outcome of one call from its evidence.
func BenchmarkDecide(b *testing.B) {
	answered := tencent.Evidence{Written: true, Complete: true, HTTPStatus: 200, Status: "OK"}
	refusal := answered
	refusal.Code, refusal.Status = 100006, "FAIL"
	for _, tc := range []struct {
		name     string
		rooms    int
		evidence tencent.Evidence
		want     ledger.Outcome
	}{
		{"applied/1room", 1, answered, ledger.Applied},
		{"applied/9rooms", 9, answered, ledger.Applied},
		{"refused/9rooms", 9, refusal, ledger.NotApplied},
		{"no_answer/9rooms", 9, tencent.Evidence{Written: true}, ledger.Unknown},
	} {
		rooms, results := make([]ledger.Room, tc.rooms), make([]tencent.RoomResult, tc.rooms)
		for i := range rooms {
			rooms[i] = ledger.Room{Room: fmt.Sprintf("pk-live%d", i), Points: 100}
			results[tc.rooms-1-i] = tencent.RoomResult{Room: rooms[i].Room, HasCode: true}
		}
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if decided := decide(rooms, results, tc.evidence); decided[0].Outcome != tc.want {
					b.Fatalf("decided %+v", decided[0])
				}
			}
		})
	}
}

// BenchmarkDrift judges a pressed overwrite against what its preview showed.
func BenchmarkDrift(b *testing.B) {
	o := ledger.Operation{Kind: ledger.Set, ConfirmOver: 1000}
	for i := range 9 {
		name := fmt.Sprintf("pk-live%d", i)
		o.Rooms = append(o.Rooms, ledger.Room{Room: name, Points: int64(100 * i)})
		o.Shown = append(o.Shown, ledger.Standing{Room: name, Score: int64(50 * i)})
	}
	b.ReportAllocs()
	for b.Loop() {
		if drifted(o, o.Shown) {
			b.Fatal("nothing has moved")
		}
	}
}
