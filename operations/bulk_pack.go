package operations

import (
	"slices"

	"ringside/ledger"
)

// maxRooms is how many rooms one call may change.
const maxRooms = 9

// Pack gives each row its Part, so that the rows need as few calls as possible: those of one battle and one kind go
// together, at most 9 rooms in a call, none of them twice. Parts are numbered from 1 in the order in which battle and kind
// first appear, and rows stay in their order.
func Pack(rows []ledger.BulkRow) []ledger.BulkRow {
	type group struct {
		battle string
		kind   ledger.Kind
	}
	order := []group{}
	members := map[group][]int{}
	for i, r := range rows {
		g := group{r.Battle, r.Kind}
		if members[g] == nil {
			order = append(order, g)
		}
		members[g] = append(members[g], i)
	}
	packed := slices.Clone(rows)
	parts := 0
	for _, g := range order {
		parts += fill(packed, members[g], parts)
	}
	return packed
}

// fill deals the rows of one battle and one kind into parts after the given number, each into the first one that has
// place for it, and returns how many parts that took.
func fill(rows []ledger.BulkRow, members []int, after int) int {
	var calls []map[string]bool // the rooms of each
	for _, i := range members {
		room := rows[i].Room
		n := slices.IndexFunc(calls, func(c map[string]bool) bool { return len(c) < maxRooms && !c[room] })
		if n < 0 {
			n = len(calls)
			calls = append(calls, map[string]bool{})
		}
		calls[n][room] = true
		rows[i].Part = after + n + 1
	}
	return len(calls)
}
