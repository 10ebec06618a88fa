package commands_test

import (
	"strings"
	"testing"
	"time"

	"ringside/auth"
	"ringside/ledger"
	"ringside/tencent/simulator"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	asked := r.say(t, ana, "/battle create pk-a vs pk-b for 5m -- Final")
	contains(t, asked, "Start a battle of pk-a and pk-b for 5:00?", "Note: Final", "nothing is sent before you confirm")
	done := r.press(t, ana, asked, "Confirm").last(t)
	contains(t, done, "applied  pk-a", "applied  pk-b", "The battle's id is ", "/battle name ", "/battle watch ")
	if labels(done) != "" {
		t.Errorf("the buttons are %q", labels(done))
	}
	var id string
	for _, b := range r.sim.Battles() {
		if b.ID != r.battle {
			id = b.ID
		}
	}
	contains(t, r.say(t, ana, "/battle name "+id+" semi"), "now called semi")
	contains(t, r.say(t, ana, "/battle list"), "semi", "pk-a", "pk-b", "final")
	contains(t, r.say(t, ana, "/battle-score semi add pk-a 10"), "applied  pk-a  +10")
	contains(t, r.say(t, ana, "/battle status "+idOf(t, done)), "Start a battle of pk-a and pk-b", "applied")
	contains(t, r.say(t, ana, "/battle undo "+idOf(t, done)), "can't be undone")
	contains(t, r.say(t, cam, "/battle create pk-c vs pk-d for 5m"), "does not allow battle.create")
	contains(t, r.say(t, ana, "/battle create xx-c vs pk-d for 5m"), "does not cover the room xx-c")
}

func TestCreateExplainsEachRoom(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	asked := r.say(t, ana, "/battle create pk-a vs pk-b vs pk-live1 for 5m")
	done := r.press(t, ana, asked, "Confirm").last(t)
	contains(t, done, "applied  pk-a", "applied  pk-b", "not applied  pk-live1", "The room is in another battle", "host")
	asked = r.say(t, ana, "/battle create pk-a vs pk-z for 5m")
	contains(t, r.press(t, ana, asked, "Confirm").last(t), "not applied  pk-a", "100415")
}

func TestACreationThatIsUnknownIsFound(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fate simulator.Fate
		want string
	}{
		"made":     {simulator.Applied, "Found: a battle of just these rooms"},
		"not made": {simulator.NotApplied, "No battle was found that agrees"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.sim.Script(simulator.BadGateway(tc.fate).On(simulator.CreateBattle))
			asked := r.say(t, ana, "/battle create pk-a vs pk-b for 5m")
			told := r.press(t, ana, asked, "Confirm").last(t)
			contains(t, told, "unknown  pk-a", "unknown  pk-b")
			r.later(5 * time.Second)
			r.run(t)
			waitFor(t, func() bool { return r.notices.count() > 0 })
			contains(t, r.notices.last(t), tc.want)
			o, err := r.ledger.Operation(t.Context(), idOf(t, told))
			must(t, err)
			if applied := tc.fate == simulator.Applied; o.Has(ledger.Applied) != applied || (o.Battle != "") != applied {
				t.Errorf("settled as %+v in %q", o.Rooms, o.Battle)
			}
		})
	}
}

func TestNameNeedsAGrantBeforeAndAfter(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.grants = append(grants()[:1:1], auth.Grant{
		Name: "namers", Who: []string{cam}, May: []auth.Permission{auth.BattleName}, Battles: []string{"show-*", "final"}, Rooms: []string{"*"}, MaxPoints: 1,
	})
	r.reopen(t)
	must(t, r.book.Name(t.Context(), r.battle, "final", ana))
	contains(t, r.say(t, cam, "/battle name final gala"), "does not cover the battle")
	contains(t, r.say(t, cam, "/battle name final show-1"), "now called show-1")
	other, err := r.sim.AddBattle(simulator.BattleSpec{From: "pk-c", To: []string{"pk-d"}, Duration: time.Hour})
	must(t, err)
	contains(t, r.say(t, ana, "/battle name "+other+" show-2"), "has not seen this battle yet", "/battle info")
	contains(t, r.say(t, ana, "/battle info "+other), "pk-c")
	contains(t, r.say(t, ana, "/battle name "+other+" show-1"), "Another running battle is called show-1")
}

func TestListSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.unknown(t, simulator.Applied)
	listed := r.say(t, ana, "/battle list")
	contains(t, listed, "1 battle is running.", "final", "pk-live1 1,", "left", "1 unknown outcome")
	r.later(time.Minute)
	contains(t, r.say(t, ana, "/battle list"), "ago)")
	if words := words(r.say(t, cam, "/battle list")); !strings.Contains(words, "final") {
		t.Errorf("a watcher of final sees %s", words)
	}
}

// Of two creations of the same rooms nobody can say which one made the battle.
func TestABattleIsFoundForOneCreationOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var ids []string
	for _, fate := range []simulator.Fate{simulator.NotApplied, simulator.Applied} {
		r.sim.Script(simulator.BadGateway(fate).On(simulator.CreateBattle))
		asked := r.say(t, ana, "/battle create pk-a vs pk-b for 5m")
		ids = append(ids, idOf(t, r.press(t, ana, asked, "Confirm").last(t)))
	}
	r.later(5 * time.Second)
	r.run(t)
	waitFor(t, func() bool { return r.notices.count() > 1 })
	for _, id := range ids {
		o, err := r.ledger.Operation(t.Context(), id)
		must(t, err)
		if o.Has(ledger.Applied) {
			t.Errorf("operation %s is %+v in %q", id, o.Rooms, o.Battle)
		}
	}
}
