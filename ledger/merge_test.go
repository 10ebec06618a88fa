package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ringside/ledger"
)

// accounts draws what somebody tells of one battle: few values, so that they meet.
func accounts() *rapid.Generator[ledger.Battle] {
	return rapid.Custom(func(t *rapid.T) ledger.Battle {
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			if n := rapid.IntRange(0, 4).Draw(t, "n"); n > 0 {
				return start.Add(time.Duration(n) * time.Second)
			}
			return time.Time{}
		})
		word := ledger.Account{
			Source: rapid.SampledFrom([]ledger.Source{ledger.ToldCreated, ledger.ToldMade, ledger.ToldStarted, ledger.ToldRead, ledger.ToldEnded}).Draw(t, "by"),
			At:     moment.Draw(t, "at"),
		}
		b := ledger.Battle{
			ID: "b+/=", Told: word.Source, Seen: moment.Draw(t, "seen"), Started: moment.Draw(t, "started"), Ends: moment.Draw(t, "ends"),
			Ended: moment.Draw(t, "ended"), Duration: time.Duration(rapid.IntRange(0, 2).Draw(t, "minutes")) * time.Minute,
			Note:  rapid.SampledFrom([]string{"", "semi", "final"}).Draw(t, "note"),
			Rooms: rapid.SampledFrom([][]string{nil, {"a", "b"}, {"b", "a"}, {"a", "b", "c"}}).Draw(t, "rooms"),
			Final: rapid.SampledFrom([][]ledger.Standing{nil, {{Room: "a", Score: 1}}, {{Room: "a", Score: 2}}}).Draw(t, "final"),
		}
		if b.Rooms != nil {
			b.RoomsBy = word
		}
		if b.Final != nil {
			b.FinalBy = word
		}
		return b
	})
}

// TestTheOrderOfAccountsMakesNoDifference merges accounts in two orders, some of them twice.
func TestTheOrderOfAccountsMakesNoDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		told := rapid.SliceOfN(accounts(), 1, 6).Draw(t, "told")
		again := append(told, rapid.SliceOfN(rapid.SampledFrom(told), 0, 4).Draw(t, "twice")...)
		var one, other ledger.Battle
		for _, b := range told {
			one = one.Merge(b)
		}
		for _, b := range rapid.Permutation(again).Draw(t, "order") {
			other = b.Merge(other)
		}
		one.ID, other.ID = "", ""
		if diff := cmp.Diff(one, other); diff != "" {
			t.Fatalf("(-in order +in another):\n%s", diff)
		}
		for _, b := range told {
			if !b.Ended.IsZero() && one.Ended.IsZero() || b.Final != nil && one.Final == nil || b.Rooms != nil && one.Rooms == nil {
				t.Fatalf("something was lost: %+v", one)
			}
		}
	})
}

// TestTheLedgerMergesAsMemoryDoes tells a ledger the same as memory, and finds the same in it.
func TestTheLedgerMergesAsMemoryDoes(t *testing.T) {
	t.Parallel()
	l := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		id := time.Duration(n).String()
		var want ledger.Battle
		for _, b := range rapid.SliceOfN(accounts(), 1, 5).Draw(rt, "told") {
			b.ID = id
			want = b.Merge(want)
			must(t, l.See(t.Context(), b))
		}
		got, err := l.Battle(t.Context(), id)
		must(t, err)
		want.Seen, got.Seen = time.Time{}, time.Time{} // one who has nothing new to tell is not noted
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("(-memory +ledger):\n%s", diff)
		}
	})
}

func TestWhoIsBelieved(t *testing.T) {
	t.Parallel()
	at := func(by ledger.Source, seconds int, b ledger.Battle) ledger.Battle {
		word := ledger.Account{Source: by, At: start.Add(time.Duration(seconds) * time.Second)}
		b.RoomsBy, b.FinalBy = word, word
		return b
	}
	rooms := func(names ...string) ledger.Battle { return ledger.Battle{Rooms: names} }
	final := func(score int64) ledger.Battle {
		return ledger.Battle{Final: []ledger.Standing{{Room: "a", Score: score}}}
	}
	for name, tc := range map[string]struct{ less, more ledger.Battle }{
		"a start before a creation": {at(ledger.ToldCreated, 9, rooms("a", "b", "c")), at(ledger.ToldStarted, 1, rooms("a", "b"))},
		"a read before a start":     {at(ledger.ToldStarted, 9, rooms("a", "b", "c")), at(ledger.ToldRead, 1, rooms("a", "b"))},
		"the later read":            {at(ledger.ToldRead, 1, rooms("a", "b", "c")), at(ledger.ToldRead, 2, rooms("a", "b"))},
		"what is told at all":       {at(ledger.ToldEnded, 9, rooms()), at(ledger.ToldCreated, 1, rooms("a", "b"))},
		"the end before a read":     {at(ledger.ToldRead, 9, final(7)), at(ledger.ToldEnded, 1, final(5))},
		"a score at all":            {at(ledger.ToldEnded, 9, ledger.Battle{}), at(ledger.ToldRead, 1, final(5))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.less.Merge(tc.more)
			if diff := cmp.Diff(tc.more.Rooms, got.Rooms); diff != "" {
				t.Errorf("rooms (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.more.Final, got.Final); diff != "" {
				t.Errorf("scores (-want +got):\n%s", diff)
			}
		})
	}
}
