package commands_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/commands"
	"ringside/ledger"
	"ringside/tencent/simulator"
)

func (r *rig) suggest(t *testing.T, who, option, battle, typed string) []commands.Choice {
	t.Helper()
	return r.handler.Suggest(t.Context(), commands.Query{
		Option: option, Battle: battle, Typed: typed, Caller: commands.Caller{ID: who}, Place: commands.Place{Channel: channel},
	})
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other, err := r.sim.AddBattle(simulator.BattleSpec{From: "pk-a", To: []string{"zz-b"}, Duration: time.Hour})
	must(t, err)
	r.say(t, ana, "/battle-score "+other)
	final := commands.Choice{Label: "final: pk-live1 1,240, pk-live2 1,250", Value: "final"}
	second := commands.Choice{Label: other + ": pk-a 0, zz-b 0", Value: other}
	room := func(name string) commands.Choice { return commands.Choice{Label: name, Value: name} }
	for name, tc := range map[string]struct {
		who, option, battle, typed string
		want                       []commands.Choice
	}{
		"every battle, the latest first": {ana, "battle", "", "", []commands.Choice{second, final}},
		"by its alias":                   {ana, "battle", "", "FIN", []commands.Choice{final}},
		"by a room":                      {ana, "battle", "", "live2", []commands.Choice{final}},
		"nothing like it":                {ana, "battle", "", "semi", nil},
		"only what the caller may see":   {cam, "battle", "", "", []commands.Choice{final}},
		"a stranger":                     {"slack:T1/user/UX", "battle", "", "", nil},
		"rooms of the battle":            {ana, "room", "final", "", []commands.Choice{room("pk-live1"), room("pk-live2")}},
		"rooms by a room":                {ana, "room", "room:pk-live1", "2", []commands.Choice{room("pk-live2")}},
		"only rooms that are granted":    {ana, "room", other, "", []commands.Choice{room("pk-a")}},
		"rooms of every battle":          {ana, "room", "", "a", []commands.Choice{room("pk-a")}},
		"rooms for those who only look":  {cam, "room", "final", "", nil},
	} {
		if diff := cmp.Diff(tc.want, r.suggest(t, tc.who, tc.option, tc.battle, tc.typed)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// BenchmarkSuggest completes a battle among 10,000 known ones.
func BenchmarkSuggest(b *testing.B) {
	r := newRig(b)
	for i := range 9_900 {
		must(b, r.ledger.See(b.Context(), ledger.Battle{
			ID: fmt.Sprintf("battle+%d/==", i), Rooms: []string{fmt.Sprint("pk-", i), fmt.Sprint("pk-", i+10_000)}, Seen: time.Now(),
		}))
	}
	r.reopen(b)
	q := commands.Query{Option: "battle", Typed: "pk-77", Caller: commands.Caller{ID: ana}, Place: commands.Place{Channel: channel}}
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		if len(r.handler.Suggest(b.Context(), q)) == 0 {
			b.Fatal("nothing was suggested")
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
