package commands_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/auth"
	"ringside/commands"
	"ringside/ledger"
	"ringside/tencent/simulator"
)

// unknown has an addition of 100 to pk-live1 end in an unknown outcome, and returns what ana was told.
func (r *rig) unknown(t *testing.T, fate simulator.Fate) commands.Reply {
	t.Helper()
	r.sim.Script(simulator.BadGateway(fate).On(simulator.SetBattleScore))
	return r.say(t, ana, "/battle-score final add pk-live1 100")
}

func idOf(t *testing.T, r commands.Reply) string {
	t.Helper()
	_, rest, found := strings.Cut(r.Footer, "operation ")
	id, _, _ := strings.Cut(rest, " ")
	if !found || len(id) != 6 {
		t.Fatalf("no operation in %q", r.Footer)
	}
	return id
}

func labels(r commands.Reply) string {
	var all []string
	for _, b := range r.Buttons {
		all = append(all, b.Label)
	}
	return strings.Join(all, ", ")
}

func TestAnUnknownIsAPersonsToResolve(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fate    simulator.Fate
		button  string
		outcome ledger.Outcome
		says    string
	}{
		"it counted": {simulator.Applied, "It counted", ledger.Applied, "counted for pk-live1"},
		"it did not": {simulator.NotApplied, "It did not", ledger.NotApplied, "did not count for pk-live1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			told := r.unknown(t, tc.fate)
			if labels(told) != "It counted, It did not, Send again as a new operation" {
				t.Errorf("the buttons are %q", labels(told))
			}
			contains(t, told, "unknown  pk-live1  +100", "/battle resolve "+idOf(t, told)+" applied")
			contains(t, r.press(t, ben, told, tc.button).last(t), "too early", "Ringside reads the scores")
			r.later(5 * time.Second)
			contains(t, r.press(t, cam, told, tc.button).last(t), "does not allow op.resolve")
			contains(t, r.press(t, ben, told, tc.button).amended(t), tc.says, string(tc.outcome), "audit ")
			contains(t, r.press(t, ana, told, "It did not").last(t), "Nothing about operation "+idOf(t, told)+" is unknown", "resolved by "+ben)
			o, err := r.ledger.Operation(t.Context(), idOf(t, told))
			must(t, err)
			if o.Rooms[0].Outcome != tc.outcome || o.ResolvedBy != ben {
				t.Errorf("resolved as %+v by %s", o.Rooms, o.ResolvedBy)
			}
		})
	}
}

func TestResolveByCommand(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := idOf(t, r.unknown(t, simulator.Applied))
	r.later(5 * time.Second)
	contains(t, r.say(t, ana, "/battle info final"), "Unknown: operation "+id)
	contains(t, r.say(t, ana, "/battle status "+id), "unknown  pk-live1  +100", "/battle resolve "+id+" not-applied")
	contains(t, r.say(t, ana, "/battle resolve "+id+" applied"), "says that operation "+id+" counted")
	contains(t, r.say(t, ana, "/battle resolve "+id+" applied"), "Nothing was changed")
	if info := r.say(t, ana, "/battle info final"); strings.Contains(words(info), "Unknown:") {
		t.Errorf("it is still listed: %s", words(info))
	}
	contains(t, r.say(t, ana, "/battle resolve zzzzzz applied"), "There is no operation zzzzzz")
}

func TestSendAgainAsksFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	told := r.unknown(t, simulator.Applied)
	asked := r.press(t, ana, told, "Send again as a new operation").last(t)
	contains(t, asked, "Add 100 to pk-live1 in final?", "Whether operation "+idOf(t, told)+" counted in the same room is unknown")
	contains(t, r.press(t, ana, told, "Send again as a new operation").last(t), "pressed already")
	contains(t, r.press(t, ana, asked, "Confirm").last(t), "applied  pk-live1  +100")
	if r.score(t, "pk-live1") != 1440 {
		t.Errorf("score %d", r.score(t, "pk-live1"))
	}
}

// run keeps the handler's house until the test ends.
func (r *rig) run(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.handler.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
}

func TestALookIsToldWithItsReasoning(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sole bool
		fate simulator.Fate
		want []string
	}{
		"proved": {true, simulator.NotApplied, []string{"not applied  pk-live1  +100", "proved by the score", "it was 1,240, which is below 1,240 + 100"}},
		"probably counted": {
			true, simulator.Applied,
			[]string{"unknown  pk-live1  +100", "before 1,240, now 1,340, expected at least 1,340. It probably counted."},
		},
		"probably did not count": {
			false, simulator.NotApplied,
			[]string{"unknown  pk-live1  +100", "before 1,240, now 1,240, expected at least 1,340. It probably did not count."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.sole = tc.sole
			r.reopen(t)
			id := idOf(t, r.unknown(t, tc.fate))
			r.later(5 * time.Second)
			r.run(t)
			waitFor(t, func() bool { return r.notices.count() > 0 })
			told := r.notices.last(t)
			contains(t, told, append(tc.want, "what became of your change", "operation "+id)...)
			if offered := labels(told); strings.Contains(offered, "It counted") != strings.HasPrefix(tc.want[0], "unknown") {
				t.Errorf("the buttons are %q", offered)
			}
			if r.notices.places[0].ReplyTo.Reveal() != "the address" || r.notices.places[0].Channel != channel || r.notices.places[0].User != ana {
				t.Errorf("it went to %+v", r.notices.places[0])
			}
		})
	}
}

func TestWhatCouldNotBeToldComesWithTheNextCommand(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := ledger.Operation{
		ID: "dead01", Kind: ledger.Add, Battle: r.battle, Alias: "final", Rooms: []ledger.Room{{Room: "pk-live1", Points: 100}}, Asker: ana, Channel: channel,
		State: ledger.Intent, Created: r.now(), Owner: "dead/1", Lease: r.now().Add(time.Second), SendBy: r.now(), Sends: 1,
	}
	must(t, r.ledger.Record(t.Context(), "", o, nil))
	r.notices.broken = true
	r.later(time.Minute)
	r.run(t)
	waitFor(t, func() bool { return r.notices.tried() > 0 })
	waitFor(t, func() bool {
		l := &listener{}
		r.handler.Handle(t.Context(), r.ask(ana, "/battle whoami"), l)
		return len(l.answers) == 2 && strings.Contains(words(l.answers[1]), "operation dead01") && !l.answers[1].Public
	})
	l := &listener{}
	r.handler.Handle(t.Context(), r.ask(ana, "/battle whoami"), l)
	if len(l.answers) != 1 {
		t.Errorf("it was told again: %v", l.answers)
	}
	l = &listener{}
	r.handler.Handle(t.Context(), r.ask(ben, "/battle whoami"), l)
	if len(l.answers) != 1 {
		t.Errorf("somebody else was told: %v", l.answers)
	}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	done := r.say(t, ana, "/battle-score final add pk-live1 100")
	id := idOf(t, done)
	if labels(done) != "Again, Undo" {
		t.Errorf("the buttons are %q", labels(done))
	}
	must(t, r.sim.Gift(r.battle, "pk-live1", 7))
	asked := r.press(t, ana, done, "Undo").last(t)
	contains(t, asked, "Undo operation "+id, "1,347 → 1,247", "Tencent cannot subtract")
	contains(t, r.press(t, ana, done, "Undo").last(t), "pressed already")
	must(t, r.sim.Gift(r.battle, "pk-live1", 2))
	back := r.press(t, ana, asked, "Confirm").last(t)
	contains(t, back, "applied  pk-live1  = 1,249", "undoes "+id)
	if r.score(t, "pk-live1") != 1249 || strings.Contains(labels(back), "Again") {
		t.Errorf("score %d, buttons %q", r.score(t, "pk-live1"), labels(back))
	}
	contains(t, r.say(t, ana, "/battle undo "+id), "Operation "+idOf(t, back)+" takes this back already")
	contains(t, r.say(t, ana, "/battle status "+id), "It was undone by operation "+idOf(t, back))
	contains(t, r.say(t, ana, "/battle status "+idOf(t, back)), "It takes operation "+id+" back")
}

func TestUndoSaysWhyNot(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.say(t, ana, "/battle undo last"), "You have not asked for any change")
	id := idOf(t, r.unknown(t, simulator.Applied))
	contains(t, r.say(t, ana, "/battle undo "+id), "can't be undone", "/battle resolve "+id+" applied")
	r.later(5 * time.Second)
	contains(t, r.say(t, ana, "/battle resolve "+id+" applied"), "counted")
	asked := r.say(t, ana, "/battle-score final set pk-live1 700")
	contains(t, r.press(t, ana, asked, "Confirm").last(t), "applied")
	contains(t, r.say(t, ana, "/battle undo "+id), "was overwritten after it", "/battle-score final set pk-live1 <score>")
	contains(t, r.say(t, cam, "/battle undo "+id), "does not allow op.undo")
	waiting := r.say(t, ana, "/battle-score final set pk-live1 900")
	contains(t, r.say(t, ana, "/battle undo "+idOf(t, waiting)), "nothing to undo")
}

// Points taken back count as the distance, on the scores as they are.
func TestUndoIsHeldToTheGrant(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.grants = append(grants()[:1:1], auth.Grant{
		Name: "helpers", Who: []string{cam}, May: []auth.Permission{auth.OpUndo}, Battles: []string{"final"}, Rooms: []string{"pk-*"},
		MaxPoints: 100, ConfirmOver: 100, ApprovalOver: 100,
	})
	r.reopen(t)
	small, large := r.say(t, ana, "/battle-score final add pk-live1 100"), r.say(t, ana, "/battle-score final add pk-live2 101")
	contains(t, r.say(t, cam, "/battle undo "+idOf(t, large)), "101", "max_points")
	contains(t, r.say(t, cam, "/battle undo "+idOf(t, small)), "Undo operation "+idOf(t, small))
}

func TestARequestLosesItsButtonsWhenItIsOver(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		end  func(t *testing.T, r *rig, asked, request commands.Reply)
		says string
	}{
		"approved": {func(t *testing.T, r *rig, _, request commands.Reply) {
			t.Helper()
			r.press(t, ben, request, "Approve")
		}, "Approved by " + ben},
		"declined": {func(t *testing.T, r *rig, _, request commands.Reply) {
			t.Helper()
			r.press(t, ben, request, "Decline")
		}, "Declined by"},
		"withdrawn": {func(t *testing.T, r *rig, asked, _ commands.Reply) {
			t.Helper()
			r.press(t, ana, asked, "Cancel")
		}, "Withdrawn by"},
		"expired": {func(t *testing.T, r *rig, _, _ commands.Reply) {
			t.Helper()
			r.reopen(t) // a restart has no timers
			r.later(6 * time.Minute)
			r.run(t)
		}, "Nobody answered in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			asked := r.say(t, ana, "/battle-score final add pk-live1 3500")
			contains(t, asked, "needs a second person")
			request := r.notices.last(t)
			contains(t, request, "somebody ("+ana+") asks", "1,240 → 4,740")
			tc.end(t, r, asked, request)
			waitFor(t, func() bool { return r.notices.revisions() > 0 })
			over := r.notices.amended(t)
			contains(t, over, tc.says)
			if len(over.Buttons) != 0 {
				t.Errorf("it keeps %q", labels(over))
			}
		})
	}
}

func TestOnePersonCannotTakeAllThereIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.Pace = commands.Pace{PerSecond: 1, Burst: 3, InFlight: 8} })
	for range 3 {
		contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), "applied")
	}
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), "nothing was sent", "Try again in")
	contains(t, r.say(t, ben, "/battle-score final add pk-live1 1"), "applied")
	r.later(2 * time.Second)
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), "applied")
	if r.score(t, "pk-live1") != 1245 {
		t.Errorf("score %d", r.score(t, "pk-live1"))
	}
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.answers)
}

func (l *listener) tried() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.places)
}

func (l *listener) revisions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.revised)
}

func TestASuspensionIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.client = r.connect(t)
	t.Cleanup(r.client.Close)
	r.reopen(t)
	r.sim.Script(simulator.InternalError(simulator.NotApplied).On(simulator.SetBattleScore).Times(5))
	for _, room := range []string{"pk-live1", "pk-live2"} {
		contains(t, r.say(t, ana, "/battle-score final add "+room+" 1"), "unknown")
	}
	for range 3 { // an unknown asks first
		asked := r.say(t, ana, "/battle-score final add pk-live1 1")
		r.press(t, ana, asked, "Confirm")
	}
	refused := r.say(t, ana, "/battle-score final set pk-live1 1")
	contains(t, refused, "Tencent has been failing, so nothing was sent", "code 100001", "Ringside tries again at", "Scores can still be read")
	contains(t, r.say(t, ana, "/battle info final"), "pk-live1")
}

// Rooms that counted are not sent once more.
func TestSendAgainIsForWhatIsUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sim.Script(simulator.RoomMissing(simulator.NotApplied).On(simulator.SetBattleScore))
	told := r.say(t, ana, "/battle-score final add pk-live1 100 pk-live2 50")
	o, err := r.ledger.Operation(t.Context(), idOf(t, told))
	must(t, err)
	if !o.Has(ledger.Applied) || !o.Has(ledger.Unknown) {
		t.Fatalf("the outcomes are %+v", o.Rooms)
	}
	asked := r.press(t, ana, told, "Send again as a new operation").last(t)
	for _, room := range o.Rooms {
		if again := strings.Contains(words(asked), room.Room+"  +"); again != (room.Outcome == ledger.Unknown) {
			t.Errorf("%s, which is %s, is sent again: %v", room.Room, room.Outcome, again)
		}
	}
}

func TestSendAgainKnowsWhatWasSaidSince(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	told := r.unknown(t, simulator.Applied)
	r.later(5 * time.Second)
	r.press(t, ben, told, "It counted")
	contains(t, r.press(t, ana, told, "Send again as a new operation").last(t), "Nothing about operation "+idOf(t, told)+" is unknown", "resolved by "+ben)
	if r.score(t, "pk-live1") != 1340 {
		t.Errorf("score %d", r.score(t, "pk-live1"))
	}
}

func TestAnUnknownUndoIsNotSentAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	done := r.say(t, ana, "/battle-score final add pk-live1 100")
	asked := r.press(t, ana, done, "Undo").last(t)
	r.sim.Script(simulator.BadGateway(simulator.NotApplied).On(simulator.SetBattleScore))
	told := r.press(t, ana, asked, "Confirm").last(t)
	if labels(told) != "It counted, It did not" {
		t.Errorf("the buttons are %q", labels(told))
	}
	contains(t, r.say(t, ana, "/battle status "+idOf(t, done)), "takes it back: unknown")
	r.later(5 * time.Second)
	r.press(t, ana, told, "It did not")
	asked = r.say(t, ana, "/battle undo "+idOf(t, done))
	contains(t, r.press(t, ana, asked, "Confirm").last(t), "applied  pk-live1  = 1,240")
}

// A second tap must not wipe what stands there by then.
func TestADoubleTapLeavesWhatMatters(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.AnnounceToCaller = true })
	asked := r.say(t, ana, "/battle-score final set pk-live1 700")
	contains(t, r.press(t, ana, asked, "Confirm").amended(t), "applied  pk-live1  = 700")
	second := r.press(t, ana, asked, "Confirm")
	contains(t, second.last(t), "answered already")
	if len(second.amends) > 0 {
		t.Errorf("the result was replaced by %q", second.amends[0].Headline)
	}
}
