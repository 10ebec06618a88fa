package operations_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent/simulator"
)

// TestAnOverwriteOfABulkIsHeldAgainstTheScores lets the scores move between the preview and the send.
func TestAnOverwriteOfABulkIsHeldAgainstTheScores(t *testing.T) {
	t.Parallel()
	const over, most = 50, 500
	type want struct {
		outcome ledger.Outcome
		reason  string
	}
	applied, moved := want{ledger.Applied, ""}, want{ledger.NotApplied, operations.ReasonMoved}
	for name, tc := range map[string]struct {
		score int64 // that 0-a is set to; all rooms stand at 300 at the preview
		then  func(*testing.T, *field)
		want  map[string]want
	}{
		"nothing moved":            {400, func(*testing.T, *field) {}, map[string]want{"0-a": applied, "0-b": applied}},
		"as many gifts as may be":  {400, gifts(map[string]int64{"0-a": 50}), map[string]want{"0-a": applied, "0-b": applied}},
		"more would be discarded":  {400, gifts(map[string]int64{"0-a": 51}), map[string]want{"0-a": moved, "0-b": moved}},
		"in two rooms together":    {400, gifts(map[string]int64{"0-a": 30, "0-b": 21}), map[string]want{"0-a": moved, "0-b": moved}},
		"another would lead":       {400, gifts(map[string]int64{"0-c": 101}), map[string]want{"0-a": moved, "0-b": moved}},
		"nobody alone would lead":  {400, gifts(map[string]int64{"0-c": 100}), map[string]want{"0-a": moved, "0-b": moved}},
		"farther than the grant":   {900, func(*testing.T, *field) {}, map[string]want{"0-a": moved, "0-b": moved}},
		"just as far as the grant": {800, func(*testing.T, *field) {}, map[string]want{"0-a": applied, "0-b": applied}},
		"a room left":              {400, func(_ *testing.T, f *field) { f.sim.RemoveRoom(f.battles[0], "0-b") }, map[string]want{"0-a": applied, "0-b": {ledger.NotApplied, operations.ReasonNoRoom}}},
		"the battle ended":         {400, func(_ *testing.T, f *field) { f.sim.EndBattle(f.battles[0]) }, map[string]want{"0-a": {ledger.NotApplied, operations.ReasonRefused}, "0-b": {ledger.NotApplied, operations.ReasonRefused}}},
		"the battle is read too late": {400, func(_ *testing.T, f *field) {
			f.sim.Script(simulator.BadGateway(simulator.NotApplied).On(simulator.GetBattleInfo).Times(5))
		}, map[string]want{"0-a": applied, "0-b": applied}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newField(t, 1)
			gifts(map[string]int64{"0-a": 300, "0-b": 300, "0-c": 300})(t, f)
			rows := f.rows()[:2]
			for i := range rows {
				rows[i].Kind, rows[i].Points, rows[i].Over, rows[i].Most = ledger.Set, tc.score-int64(100*i), over, most
			}
			o := f.start(t, rows)
			tc.then(t, f)
			run(t, f.engine).last(t)
			got := map[string]want{}
			kept, err := f.ledger.BulkRows(t.Context(), o.ID)
			must(t, err)
			for _, r := range kept {
				got[r.Room] = want{r.Outcome, r.Reason}
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			f.checkOnce(t, o.ID)
			for _, c := range f.sim.Calls() {
				for _, r := range kept {
					if r.Outcome == ledger.NotApplied && r.Reason != operations.ReasonRefused && c.Command == simulator.SetBattleScore && strings.Contains(c.Body, r.Room) {
						t.Errorf("%s was sent: %s", r.Room, c.Body)
					}
				}
			}
		})
	}
}

// gifts gives the rooms of the first battle some points.
func gifts(points map[string]int64) func(*testing.T, *field) {
	return func(t *testing.T, f *field) {
		t.Helper()
		for room, n := range points {
			must(t, f.sim.Gift(f.battles[0], room, n))
		}
	}
}
