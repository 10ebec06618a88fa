package operations_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringside/ledger"
	"ringside/operations"
)

// rowOf reads "b1 add a": battle, kind, room.
func rowOf(text string) ledger.BulkRow {
	words := strings.Fields(text)
	return ledger.BulkRow{Battle: words[0], Kind: ledger.Kind(words[1]), Room: words[2]}
}

func TestPack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rows []string
		want string
	}{
		"nothing":                      {nil, "[]"},
		"rooms of a battle":            {[]string{"b1 add a", "b1 add b"}, "[1 1]"},
		"two battles in turns":         {[]string{"b2 add a", "b1 add a", "b2 add b", "b1 add b"}, "[1 2 1 2]"},
		"two kinds in turns":           {[]string{"b1 set a", "b1 add b", "b1 set c"}, "[1 2 1]"},
		"nine rooms":                   {many(9), "[1 1 1 1 1 1 1 1 1]"},
		"ten rooms":                    {many(10), "[1 1 1 1 1 1 1 1 1 2]"},
		"ten, then another battle":     {append(many(10), "b2 add a"), "[1 1 1 1 1 1 1 1 1 2 3]"},
		"another battle, then ten":     {append([]string{"b2 add a"}, many(10)...), "[1 2 2 2 2 2 2 2 2 2 3]"},
		"a room twice":                 {[]string{"b1 add a", "b1 add a", "b1 add b"}, "[1 2 1]"},
		"a room of two battles":        {[]string{"b1 add a", "b2 add a"}, "[1 2]"},
		"a room that is set and added": {[]string{"b1 add a", "b1 set a"}, "[1 2]"},
	} {
		rows := make([]ledger.BulkRow, 0, len(tc.rows))
		for _, text := range tc.rows {
			rows = append(rows, rowOf(text))
		}
		parts := []int{}
		for _, r := range operations.Pack(rows) {
			parts = append(parts, r.Part)
		}
		if got := fmt.Sprint(parts); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func many(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprint("b1 add r", i)
	}
	return rows
}

// TestPackNeedsAsFewCallsAsThereCanBe holds any packing of different rooms against what a call may hold.
func TestPackNeedsAsFewCallsAsThereCanBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) ledger.BulkRow {
			return ledger.BulkRow{
				Battle: rapid.SampledFrom([]string{"b1", "b2", "b3"}).Draw(t, "battle"),
				Kind:   rapid.SampledFrom([]ledger.Kind{ledger.Add, ledger.Set}).Draw(t, "kind"),
				Room:   fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "room")),
			}
		}), 0, 100, func(r ledger.BulkRow) string { return fmt.Sprint(r.Battle, r.Kind, r.Room) }).Draw(t, "rows")
		members := map[string]int{}
		calls := map[int][]ledger.BulkRow{}
		for _, r := range operations.Pack(rows) {
			members[r.Battle+string(r.Kind)]++
			calls[r.Part] = append(calls[r.Part], r)
		}
		want := 0
		for _, n := range members {
			want += (n + 8) / 9
		}
		if len(calls) != want {
			t.Fatalf("%d calls, want %d", len(calls), want)
		}
		for part := 1; part <= want; part++ {
			of := calls[part]
			for _, r := range of {
				if len(of) > 9 || r.Battle != of[0].Battle || r.Kind != of[0].Kind {
					t.Fatalf("call %d: %+v", part, of)
				}
			}
		}
	})
}
