package battles_test

import (
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

func TestABatchReadsBehindPeople(t *testing.T) {
	t.Parallel()
	platform := &live{}
	platform.set(tencent.Battle{ID: "b", Start: time.Now(), Duration: time.Hour, Rooms: []tencent.BattleRoom{{Room: "pk-live1", Score: 7}, {Room: "pk-live2"}}})
	kept, err := ledger.Open(t.Context(), t.TempDir()+"/ringside.db", "the test")
	must(t, err)
	t.Cleanup(func() { must(t, kept.Close()) })
	book, err := battles.New(t.Context(), platform, kept)
	must(t, err)
	got, err := book.BatchStandings(t.Context(), "b")
	must(t, err)
	if len(got) != 2 || got[0].Score != 7 || platform.reads[0].class != tencent.ClassBatch {
		t.Errorf("got %+v as %v", got, platform.reads)
	}
}
