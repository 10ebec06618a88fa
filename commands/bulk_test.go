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

// newBulkRig returns a rig with messages that change and a house that sends bulks.
func newBulkRig(t *testing.T, opts ...option) (*rig, *wall) {
	t.Helper()
	r, w := newRig(t, append(opts, func(s *commands.Settings) { s.CallsPerSecond = 200 })...), newWall()
	r.wall = w
	r.restart(t)
	r.send(t)
	return r, w
}

// send keeps the handler's house, bulks included, until stop is called or the test ends.
func (r *rig) send(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	handler := r.handler
	running.Go(func() { _ = handler.Run(ctx) })
	running.Go(func() { _ = handler.RunBulks(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

// hand hands rows in as somebody, and returns what was answered.
func (r *rig) hand(t *testing.T, who string, rows ...string) commands.Reply {
	t.Helper()
	ask := r.ask(who, "/battle bulk")
	ask.Sheet = &commands.Sheet{Name: "scores.csv", Text: []byte(strings.Join(rows, "\n"))}
	l := &listener{}
	r.handler.Handle(t.Context(), ask, l)
	return l.last(t)
}

// another starts one more battle, with a room of each name.
func (r *rig) another(t *testing.T, rooms ...string) string {
	t.Helper()
	battle, err := r.sim.AddBattle(simulator.BattleSpec{From: rooms[0], To: rooms[1:], Duration: time.Hour})
	must(t, err)
	return battle
}

// lines are those of a reply's document, without the last line break.
func lines(t *testing.T, r commands.Reply) []string {
	t.Helper()
	if r.Document == nil {
		t.Fatalf("there is no file with:\n%s", words(r))
	}
	return strings.Split(strings.TrimSuffix(string(r.Document.Text), "\n"), "\n")
}

func TestABulkFromItsRowsToItsSummary(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	other := r.another(t, "pk-a", "pk-b")
	asked := r.hand(t, ana, "Battle,Action,Room,Score", "final,add,pk-live1,100", "final,set,pk-live2,1500", "room:pk-a,add,pk-a,7", "# x", other+",add,pk-b,\"1,000\"")
	contains(t, asked, "Change 4 scores in 2 battles?", "rows    4  in 2 battles", "calls to Tencent    3  about 1 s at 200 a second",
		"points added in all    1,107  in 3 rows", "overwrites    1", "largest  pk-b  +1,000  in "+other+", line 6", "largest  pk-live2  = 1,500  1,250 → 1,500 in final, line 3",
		"overwritten too", "nothing is sent before you confirm")
	if asked.Public || labels(asked) != "Confirm, Cancel" || r.sim.Totals().Commands[simulator.SetBattleScore] != 0 {
		t.Fatalf("a preview is private, asks, and sends nothing: %+v", asked)
	}
	op := idOf(t, asked)
	r.sim.Script(simulator.Slow(time.Second).On(simulator.SetBattleScore))
	contains(t, r.press(t, ana, asked, "Confirm").amended(t), "Confirmed: change many scores at once (operation "+op+")", "/battle bulk stop "+op)
	w.shows(t, 1, "Bulk "+op+": all 4 rows applied.", "applied")
	told := w.shows(t, 2, "somebody ("+ana+"): bulk "+op+": all 4 rows applied.", "operation "+op, "4 rows", "audit ")
	got := lines(t, told)
	want := []string{
		"line,battle,action,room,points,outcome,reason,operation",
		"2,final,add,pk-live1,100,applied,,", "3,final,set,pk-live2,1500,applied,,", "4," + other + ",add,pk-a,7,applied,,", "6," + other + ",add,pk-b,1000,applied,,",
	}
	for i := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d is not %q in:\n%s", i, want[i], strings.Join(got, "\n"))
		}
	}
	if told.Document.Name != "outcomes-"+op+".csv" || !told.Public || told.Tone != commands.ToneGood {
		t.Errorf("told as %q, public %v, tone %q", told.Document.Name, told.Public, told.Tone)
	}
	if r.score(t, "pk-live1") != 1340 || r.score(t, "pk-live2") != 1500 {
		t.Error("the scores are not what was said")
	}
	contains(t, r.press(t, ana, asked, "Confirm").last(t), "answered already")
}

func TestWhoMaySendABulk(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	contains(t, r.hand(t, cam, "final,add,pk-live1,1"), "Grant \"watchers\" does not allow score.bulk (rule: may)")
	contains(t, r.hand(t, "slack:T1/user/UX", "final,add,pk-live1,1"), "rule: who")
	contains(t, r.say(t, ana, "/battle bulk"), "The rows are missing", "ringside bulk")
	asked := r.hand(t, ana, "final,add,pk-live1,1")
	contains(t, r.press(t, ben, asked, "Confirm").last(t), "Only somebody ("+ana+") can confirm this")
	contains(t, r.press(t, ben, asked, "Cancel").last(t), "Only somebody ("+ana+") can cancel this")
	contains(t, r.press(t, ana, asked, "Cancel").amended(t), "Cancelled: nothing was sent")
	contains(t, r.press(t, ana, asked, "Confirm").amended(t), "It was cancelled; nothing was sent.")
	if n := r.sim.Totals().Commands[simulator.SetBattleScore]; n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

// TestAGrantThatWasTakenAway also shows that the rows are asked about anew at the press.
func TestAGrantThatWasTakenAway(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	asked := r.hand(t, ana, "final,add,pk-live1,1", "final,set,pk-live2,1300")
	r.grants[0].May = []auth.Permission{auth.ScoreBulk, auth.ScoreAdd}
	r.restart(t)
	contains(t, r.press(t, ana, asked, "Confirm").last(t), "does not allow score.set", "That is line 2 of the sheet.")
	if n := r.sim.Totals().Commands[simulator.SetBattleScore]; n != 0 || len(w.order) != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

func TestABulkIsStopped(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]func(t *testing.T, r *rig, w *wall, op string){
		"by the button": func(t *testing.T, r *rig, w *wall, _ string) {
			t.Helper()
			contains(t, r.press(t, ben, w.message(1), "Stop").last(t), "Stopping bulk ", "what was sent is settled")
			contains(t, r.press(t, cam, w.message(1), "Stop").last(t), "rule: may")
		},
		"by a line": func(t *testing.T, r *rig, _ *wall, op string) {
			t.Helper()
			contains(t, r.say(t, ana, "/battle bulk stop"), "Stopping bulk "+op)
			contains(t, r.say(t, ana, "/battle bulk stop "+op), "There is nothing to stop: bulk "+op+" is stopping already.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w := newBulkRig(t)
			r.sim.Script(simulator.Slow(2 * time.Second).On(simulator.SetBattleScore))
			op, asked := r.begin(t, ana, "final,add,pk-live1,100", "final,set,pk-live2,1300")
			w.shows(t, 1, "0 % · 0 of 2 rows", "left    2")
			how(t, r, w, op)
			told := w.shows(t, 2, "bulk "+op+": stopped; 1 of 2 rows applied.", "not applied    1  never sent")
			if got := lines(t, told); !strings.HasPrefix(got[1], "1,final,add,pk-live1,100,applied,") || got[2] != "2,final,set,pk-live2,1300,not applied,not sent," {
				t.Errorf("outcomes:\n%s", strings.Join(got, "\n"))
			}
			if told.Tone != commands.ToneBad || len(w.message(1).Buttons) != 0 {
				t.Errorf("tone %q, buttons %+v", told.Tone, w.message(1).Buttons)
			}
			contains(t, r.say(t, ana, "/battle bulk stop "+op), "bulk "+op+" is finished")
			_ = asked
		})
	}
}

// begin hands rows in and confirms them.
func (r *rig) begin(t *testing.T, who string, rows ...string) (op string, asked commands.Reply) {
	t.Helper()
	asked = r.hand(t, who, rows...)
	op = idOf(t, asked)
	r.press(t, who, asked, "Confirm")
	return op, asked
}

func TestABulkGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := newWall()
	r.wall = w
	r.restart(t)
	stop := r.send(t)
	r.sim.Script(simulator.Slow(2*time.Second).On(simulator.SetBattleScore), simulator.Slow(2*time.Second).On(simulator.SetBattleScore))
	op, _ := r.begin(t, ana, "final,add,pk-live1,100", "final,set,pk-live2,1300")
	w.shows(t, 1, "of 2 rows", "left")
	stop()
	contains(t, w.message(1), "Paused, since Ringside stops here: it goes on as soon as Ringside runs again.")
	r.restart(t)
	r.send(t)
	w.shows(t, 1, "50 % · 1 of 2 rows", "applied    1")
	w.shows(t, 1, "Bulk "+op+": all 2 rows applied.")
	w.shows(t, 2, "all 2 rows applied.")
	if n := len(w.order); n != 2 {
		t.Errorf("%d messages, want the progress and the news", n)
	}
	if n := r.sim.Totals().Commands[simulator.SetBattleScore]; n != 2 || r.score(t, "pk-live1") != 1340 || r.score(t, "pk-live2") != 1300 {
		t.Errorf("%d calls, scores %d and %d", n, r.score(t, "pk-live1"), r.score(t, "pk-live2"))
	}
}

func TestRowsThatDidNotCount(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	other := r.another(t, "pk-a", "pk-b")
	r.sim.Script(simulator.Slow(time.Second).On(simulator.SetBattleScore))
	op, _ := r.begin(t, ana, "nobattle,add,pk-z,1", other+",add,pk-nn,1", other+",add,pk-a,1")
	told := w.shows(t, 2, "bulk "+op+": 1 of 3 rows applied.")
	contains(t, told, "applied    1", "not applied    2", "Not applied, 1 row:", "100006")
	if labels(told) != "" || told.Tone != commands.ToneBad {
		t.Errorf("buttons %q, tone %q", labels(told), told.Tone)
	}
}

func TestRowsThatMayHaveCounted(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	r.sim.Script(simulator.Reset(simulator.Applied).On(simulator.SetBattleScore))
	op, _ := r.begin(t, ana, "final,add,pk-live1,100")
	told := w.shows(t, 2, "bulk "+op+": 0 of 1 row applied.")
	contains(t, told, "unknown    1  sent, without a clear answer", "unknown  pk-live1  +100  in final, line 1, operation ",
		"do not simply repeat it", "/battle resolve ")
	part := strings.Fields(told.Rows[len(told.Rows)-1].Detail)
	unknown := part[len(part)-1]
	contains(t, r.say(t, ana, "/battle status "+unknown), "It is call 1 of bulk "+op+".")
	contains(t, r.say(t, ana, "/battle resolve "+unknown+" applied"), "counted for pk-live1")
	status := r.say(t, ana, "/battle status "+op)
	contains(t, status, "Bulk "+op+": all 1 row applied.")
	if got := lines(t, status); got[1] != "1,final,add,pk-live1,100,applied,resolved,"+unknown {
		t.Errorf("outcomes:\n%s", strings.Join(got, "\n"))
	}
	if n := len(w.order); n != 2 {
		t.Errorf("%d messages: a call of a bulk was told by itself", n)
	}
}

func TestWhatABulkLooksLikeElsewhere(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	op, _ := r.begin(t, ana, "final,add,pk-live1,100")
	w.shows(t, 1, "all 1 row applied.") // so quick a bulk shows no progress
	contains(t, r.say(t, ben, "/battle status "+op), "all 1 row applied.")
	contains(t, r.say(t, cam, "/battle status "+op), "rule: may")
	contains(t, r.say(t, ana, "/battle undo "+op), "Bulk "+op+" is not undone as a whole", "/battle status "+op)
	contains(t, r.say(t, ana, "/battle resolve "+op+" applied"), "is not resolved as a whole")
	contains(t, r.say(t, ana, "/battle log"), "finished  "+op+"  change many scores at once in several battles")
	contains(t, r.say(t, ana, "/battle log final"), "add 100 to pk-live1 (of bulk "+op+") in final")
	if strings.Contains(words(r.say(t, ana, "/battle log")), "(of bulk") {
		t.Error("the log of all lists the calls of a bulk")
	}
	contains(t, r.say(t, ana, "/battle status last"), "Bulk "+op)
	contains(t, r.say(t, ana, "/battle bulk stop nosuch"), "There is no operation nosuch.")
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), "applied")
	contains(t, r.say(t, ana, "/battle bulk stop last"), "bulk "+op+" is finished")
	contains(t, r.say(t, ben, "/battle bulk stop last"), "You have not asked for a bulk in this channel")
	contains(t, r.say(t, ana, "/battle bulk stop "+idOf(t, r.say(t, ana, "/battle status last"))), "is no bulk")
	part := lines(t, r.say(t, ana, "/battle status "+op))[1]
	contains(t, r.say(t, ana, "/battle bulk stop "+part[strings.LastIndex(part, ",")+1:]), "bulk "+op+" is finished")
}

func TestAnAskThatComesAgainIsOneBulk(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	ask := r.ask(ana, "/battle-score bulk")
	ask.Sheet = &commands.Sheet{Text: []byte("final,add,pk-live1,1")}
	first, second := &listener{}, &listener{}
	r.handler.Handle(t.Context(), ask, first)
	r.later(10 * time.Second)
	r.handler.Handle(t.Context(), ask, second)
	contains(t, second.last(t), "Bulk "+idOf(t, first.last(t))+": waits for a yes", "arrived again")
}

func TestABulkThatNobodyConfirms(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	asked := r.hand(t, ana, "final,add,pk-live1,1")
	r.later(2 * time.Minute)
	op := idOf(t, asked)
	waitFor(t, func() bool {
		o, err := r.ledger.Operation(t.Context(), op)
		return err == nil && o.State == ledger.Expired
	})
	contains(t, r.press(t, ana, asked, "Confirm").amended(t), "Nobody answered in time")
}

// TestProgressThatCannotBeShown is said once, and the bulk goes on.
func TestProgressThatCannotBeShown(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	w.fail(commands.ErrNotInvited)
	r.sim.Script(simulator.Slow(3 * time.Second).On(simulator.SetBattleScore))
	op, _ := r.begin(t, ana, "final,add,pk-live1,100", "final,set,pk-live2,1300")
	waitFor(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.direct[ana]) == 1
	})
	contains(t, w.direct[ana][0], "How far bulk "+op+" is can't be shown", "/battle status "+op)
	w.fail(nil)
	told := w.shows(t, 1, "all 2 rows applied.")
	if told.Document == nil || len(w.direct[ana]) != 1 {
		t.Errorf("told %d times that nothing can be shown", len(w.direct[ana]))
	}
}

func TestABulkForTheCallerAlone(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t, func(s *commands.Settings) { s.AnnounceToCaller = true })
	r.begin(t, ana, "final,add,pk-live1,100")
	waitFor(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		all := w.direct[ana]
		return len(all) > 0 && all[len(all)-1].Document != nil
	})
	if len(w.order) != 0 {
		t.Error("the channel was told of a bulk although announce is \"caller\"")
	}
}

// TestAnOverwriteThatWouldDoSomethingElse is left out, and told.
func TestAnOverwriteThatWouldDoSomethingElse(t *testing.T) {
	t.Parallel()
	r, w := newBulkRig(t)
	asked := r.hand(t, ana, "final,set,pk-live1,1245", "final,add,pk-live2,10")
	must(t, r.sim.Gift(r.battle, "pk-live1", 2000))
	r.press(t, ana, asked, "Confirm")
	var told commands.Reply
	waitFor(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, all := range w.shown {
			if last := all[len(all)-1]; last.Document != nil {
				told = last
			}
		}
		return told.Document != nil
	})
	contains(t, told, "1 of 2 rows applied.", "Not applied, 1 row: Nothing was sent: the scores had moved so far")
	part := lines(t, told)[1]
	contains(t, r.say(t, ana, "/battle status "+part[strings.LastIndex(part, ",")+1:]), "not applied  pk-live1", "the scores had moved so far")
	if r.score(t, "pk-live1") != 3240 || r.score(t, "pk-live2") != 1260 {
		t.Errorf("scores %d and %d", r.score(t, "pk-live1"), r.score(t, "pk-live2"))
	}
}

// slowWall is a wall that takes its time before it posts a message without a file.
type slowWall struct {
	*wall

	posting chan struct{}
}

func (w *slowWall) Notify(ctx context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	if r.Document != nil {
		return w.wall.Notify(ctx, to, r)
	}
	close(w.posting)
	<-ctx.Done()
	<-time.After(500 * time.Millisecond) // it is slow to give up, too
	return "", ctx.Err()
}

// TestTheEndIsToldWhileTheProgressIsBeingShown also when the program stops in that very moment.
func TestTheEndIsToldWhileTheProgressIsBeingShown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := &slowWall{wall: newWall(), posting: make(chan struct{})}
	r.wall = w
	r.restart(t)
	stop := r.send(t)
	r.sim.Script(simulator.Slow(time.Second).On(simulator.SetBattleScore))
	op, _ := r.begin(t, ana, "final,add,pk-live1,100")
	<-w.posting
	waitFor(t, func() bool {
		o, err := r.ledger.Operation(t.Context(), op)
		return err == nil && o.State == ledger.Settled
	})
	stop()
	contains(t, w.message(1), "bulk "+op+": all 1 row applied.")
}
