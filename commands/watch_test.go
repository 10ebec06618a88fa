package commands_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/commands"
	"ringside/ledger"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

// wall is a fake platform on which messages stand that can be changed.
type wall struct {
	mu     sync.Mutex
	order  []commands.Message
	shown  map[commands.Message][]commands.Reply // the latest last
	direct map[string][]commands.Reply           // to whom
	fault  error                                 // of all that happens in channels
	fixed  bool                                  // messages can't be changed
}

func newWall() *wall {
	return &wall{shown: map[commands.Message][]commands.Reply{}, direct: map[string][]commands.Reply{}}
}

func (w *wall) Notify(_ context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if to.Channel == "" {
		w.direct[to.User] = append(w.direct[to.User], r)
		return "", nil
	}
	if w.fault != nil {
		return "", w.fault
	}
	m := commands.Message(fmt.Sprint(to.Channel, "/", len(w.order)+1))
	w.order = append(w.order, m)
	w.shown[m] = append(w.shown[m], r)
	if w.fixed {
		return "", nil
	}
	return m, nil
}

func (w *wall) Revise(_ context.Context, m commands.Message, r commands.Reply) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault != nil {
		return w.fault
	}
	w.shown[m] = append(w.shown[m], r)
	return nil
}

func (w *wall) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = err
}

// message returns what the nth message, from 1 on, shows now.
func (w *wall) message(n int) commands.Reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n > len(w.order) {
		return commands.Reply{}
	}
	all := w.shown[w.order[n-1]]
	return all[len(all)-1]
}

// shows waits until the nth message shows all of the parts.
func (w *wall) shows(t *testing.T, n int, parts ...string) commands.Reply {
	t.Helper()
	waitFor(t, func() bool {
		text := words(w.message(n))
		for _, part := range parts {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return true
	})
	return w.message(n)
}

// newWatchRig returns a rig with messages that change.
func newWatchRig(t *testing.T) (*rig, *wall) {
	t.Helper()
	r, w := newRig(t), newWall()
	r.wall = w
	r.restart(t)
	return r, w
}

// restart builds all anew on the same ledger.
func (r *rig) restart(t *testing.T) {
	t.Helper()
	r.handler.Close()
	must(t, r.engine.Close(t.Context()))
	r.reopen(t)
}

// start keeps the handler's house until stop is called or the test ends.
func (r *rig) start(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	handler := r.handler
	running.Go(func() { _ = handler.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

// end lets the battle end, and the platform tell of it.
func (r *rig) end(t *testing.T) {
	t.Helper()
	r.sim.EndBattle(r.battle)
	seen, _ := r.sim.Battle(r.battle)
	e := tencent.BattleEnded{
		CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleEnded, BattleID: r.battle, At: time.Now()},
		Duration:     time.Hour, Start: seen.Start, End: time.Now().Truncate(time.Second).Add(time.Second), How: tencent.EndTimeUp,
	}
	for _, room := range seen.Rooms {
		e.Rooms = append(e.Rooms, tencent.BattleRoom{Room: room.Room, Score: room.Score})
	}
	must(t, r.book.Hear(t.Context(), e))
}

func (r *rig) watches(t *testing.T) []ledger.Watch {
	t.Helper()
	all, err := r.ledger.Watches(t.Context())
	must(t, err)
	return all
}

func (r *rig) ended(t *testing.T) {
	t.Helper()
	waitFor(t, func() bool { return len(r.watches(t)) == 0 })
}

// sayIn types a line in another channel.
func (r *rig) sayIn(t *testing.T, where, who, line string) commands.Reply {
	t.Helper()
	l, inv := &listener{}, r.ask(who, line)
	inv.Place.Channel = where
	r.handler.Handle(t.Context(), inv, l)
	return l.last(t)
}

func TestWatchShowsABattleUntilItsEnd(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.start(t)
	got := r.say(t, ana, "/battle watch final")
	contains(t, got, "Watching final", "/battle unwatch final")
	if got.Public || !w.message(1).Public {
		t.Errorf("the answer is public: %v, the message: %v", got.Public, w.message(1).Public)
	}
	contains(t, w.message(1), "pk-live2 leads by 10 · ", " left", "█████████░  pk-live1  1,240 · 50% · 10 behind", "updates by itself")
	must(t, r.sim.Gift(r.battle, "pk-live1", 100))
	w.shows(t, 1, "pk-live1 leads by 90 · ")
	r.say(t, ana, "/battle-score final add pk-live2 40")
	w.shows(t, 1, "pk-live1 leads by 50 · ")
	r.end(t)
	last := w.shows(t, 1, "pk-live1 wins by 50", "as told by Tencent", "pk-live2 +40 by somebody at ", "ended ")
	if last.Picture == nil || !strings.Contains(last.Picture.Alt, "pk-live1 wins by 50") {
		t.Fatalf("the picture is %+v", last.Picture)
	}
	if _, err := png.Decode(bytes.NewReader(last.Picture.PNG)); err != nil {
		t.Error(err)
	}
	r.ended(t)
	if got := r.watchEvents(t); got != "watched by "+ana+", unwatched by the battle's end" {
		t.Errorf("the audit chain has: %s", got)
	}
}

// watchEvents is what the audit chain says of watches.
func (r *rig) watchEvents(t *testing.T) string {
	t.Helper()
	events, err := r.ledger.Events(t.Context(), "")
	must(t, err)
	var told []string
	for _, e := range events {
		if strings.HasSuffix(e.Kind, "watched") {
			told = append(told, e.Kind+" by "+e.Actor)
		}
	}
	return strings.Join(told, ", ")
}

func TestOneReadForAllWhoWatch(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.start(t)
	reads := func() int {
		n := 0
		for _, c := range r.sim.Calls() {
			if c.Command == simulator.GetBattleInfo {
				n++
			}
		}
		return n
	}
	for _, where := range []string{channel, "slack:T1/C2", "discord:1/2"} {
		contains(t, r.sayIn(t, where, ana, "/battle watch final"), "Watching final")
	}
	before, began := reads(), time.Now()
	for _, lead := range []string{"leads by 90 ", "leads by 190 ", "leads by 290 "} {
		must(t, r.sim.Gift(r.battle, "pk-live1", 100))
		for n := range 3 {
			w.shows(t, n+1, lead)
		}
	}
	if n, most := reads()-before, int(time.Since(began)/time.Second)+2; n > most {
		t.Errorf("the battle was read %d times in %v", n, time.Since(began))
	}
}

func TestUnwatch(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.start(t)
	r.say(t, ana, "/battle watch final")
	contains(t, r.say(t, cam, "/battle unwatch final"), "battle.watch")
	contains(t, r.sayIn(t, "slack:T1/C2", ana, "/battle unwatch final"), "final is not watched in this channel")
	contains(t, r.say(t, ben, "/battle unwatch"), "Stopped")
	w.shows(t, 1, "pk-live2 leads by 10 at ", "no longer updated", "somebody ("+ben+") stopped it at ", "/battle watch final")
	if got := r.watchEvents(t); len(r.watches(t)) != 0 || got != "watched by "+ana+", unwatched by "+ben {
		t.Errorf("kept: %+v, the audit chain has: %s", r.watches(t), got)
	}
	contains(t, r.say(t, ben, "/battle unwatch final"), "not watched in this channel")
}

func TestASecondWatchMovesTheMessage(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.start(t)
	r.say(t, ana, "/battle watch final")
	r.say(t, ben, "/battle watch final")
	w.shows(t, 1, "Moved below")
	must(t, r.sim.Gift(r.battle, "pk-live1", 100))
	w.shows(t, 2, "pk-live1 leads by 90")
	if k := r.watches(t); len(k) != 1 || k[0].Message != channel+"/2" || k[0].By != ben {
		t.Errorf("kept: %+v", k)
	}
}

func TestAWatchSurvivesARestart(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	stop := r.start(t)
	r.say(t, ana, "/battle watch final")
	stop()
	must(t, r.sim.Gift(r.battle, "pk-live1", 100))
	r.restart(t)
	stop = r.start(t)
	w.shows(t, 1, "pk-live1 leads by 90")
	stop()
	r.end(t)
	r.restart(t)
	r.start(t)
	w.shows(t, 1, "pk-live1 wins by 90", "as told by Tencent")
	r.ended(t)
}

func TestUnwatchBeforeAWatchWasTakenUpAgain(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.say(t, ana, "/battle watch final")
	r.restart(t)
	contains(t, r.say(t, ana, "/battle unwatch final"), "Stopped")
	r.start(t)
	w.shows(t, 1, "No longer updated", "stopped it at ")
}

func TestADeletedMessageEndsTheWatch(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.start(t)
	r.say(t, ana, "/battle watch final")
	w.fail(fmt.Errorf("change a message on slack: %w", commands.ErrMessageGone))
	must(t, r.sim.Gift(r.battle, "pk-live1", 100))
	r.ended(t)
	if got := r.watchEvents(t); got != "watched by "+ana+", unwatched by deleted" || len(w.direct) != 0 {
		t.Errorf("the audit chain has: %s; told: %v", got, w.direct)
	}
}

func TestAChannelThatIsClosedLater(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	r.start(t)
	r.say(t, ana, "/battle watch final")
	w.fail(fmt.Errorf("change a message on slack: %w", commands.ErrNotInvited))
	must(t, r.sim.Gift(r.battle, "pk-live1", 100))
	r.ended(t)
	waitFor(t, func() bool { w.mu.Lock(); defer w.mu.Unlock(); return len(w.direct[ana]) > 0 })
	if len(w.direct[ana]) != 1 || len(w.direct) != 1 {
		t.Fatalf("told: %v", w.direct)
	}
	contains(t, w.direct[ana][0], "may no longer write in "+channel, "/invite @Ringside", "/battle watch "+r.battle)
	if got := r.watchEvents(t); got != "watched by "+ana+", unwatched by not invited" {
		t.Errorf("the audit chain has: %s", got)
	}
}

func TestAChannelThatIsClosedToTheBot(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	w.fail(fmt.Errorf("notify on slack: %w", commands.ErrNotInvited))
	for where, want := range map[string]string{channel: "/invite @Ringside", "discord:1/2": "View Channel, Send Messages", "console:local": "Let the bot write"} {
		got := r.sayIn(t, where, ana, "/battle watch final")
		contains(t, got, "Not watched: Ringside may not write in this channel", want, "/battle watch final")
		if got.Public || got.Tone != commands.ToneBad {
			t.Errorf("%+v", got)
		}
	}
	w.fail(errors.New("busy"))
	contains(t, r.say(t, ana, "/battle watch final"), "could not be posted", "Try again")
	if k := r.watches(t); len(k) != 0 {
		t.Errorf("kept: %+v", k)
	}
}

func TestWhatCannotBeWatched(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	contains(t, r.say(t, cam, "/battle watch final"), "battle.watch", "rule: may")
	contains(t, r.say(t, ana, "/battle watch fnal"), `Did you mean "final"?`, "/battle watch final")
	contains(t, r.say(t, ana, "/battle watch"), "Which battle?")
	if len(w.order) != 0 || len(r.watches(t)) != 0 {
		t.Errorf("posted: %v, kept: %v", w.order, r.watches(t))
	}
	r.end(t)
	got := r.say(t, ana, "/battle watch final")
	contains(t, got, "pk-live2 wins by 10", "as told by Tencent")
	if !got.Public || len(w.order) != 0 || len(r.watches(t)) != 0 {
		t.Errorf("a battle that has ended is watched: %v, %v", got.Public, r.watches(t))
	}
}

func TestAMessageThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	w.fixed = true
	contains(t, r.say(t, ana, "/battle watch final"), "can't be changed later here")
	if k := r.watches(t); len(k) != 0 {
		t.Errorf("kept: %+v", k)
	}
}

func TestWatchWithoutTheLedger(t *testing.T) {
	t.Parallel()
	r, w := newWatchRig(t)
	must(t, r.ledger.Close())
	contains(t, r.say(t, ana, "/battle watch final"), "could not write it down first")
	contains(t, w.message(1), "Not watched: final could not be kept up to date here.")
	contains(t, r.say(t, ana, "/battle unwatch final"), "could not write it down first")
	contains(t, r.say(t, ana, "/battle info"), "Which battle?")
}

func TestTheBattleOfTheChannel(t *testing.T) {
	t.Parallel()
	r, _ := newWatchRig(t)
	const elsewhere = "slack:T1/C2"
	contains(t, r.say(t, ana, "/battle-score add pk-live1 100"), "Which battle?")
	r.sayIn(t, elsewhere, ana, "/battle watch final")
	contains(t, r.say(t, ana, "/battle info"), "Which battle?")
	r.say(t, ana, "/battle watch final")
	contains(t, r.say(t, ana, "/battle info"), "final: pk-live2 leads by 10")
	contains(t, r.say(t, ana, "/battle-score add pk-live1 100"), "applied  pk-live1  +100", "final")
	contains(t, r.say(t, cam, "/battle-score add pk-live1 100"), "score.add")
	other, err := r.sim.AddBattle(simulator.BattleSpec{From: "pk-a", To: []string{"pk-b"}, Duration: time.Hour})
	must(t, err)
	r.say(t, ana, "/battle watch "+other)
	got := r.say(t, ana, "/battle-score add pk-live1 100")
	contains(t, got, "Which battle?", "Several are watched in this channel: final and "+other,
		"/battle-score final add pk-live1 100", "/battle-score "+other+" add pk-live1 100")
	contains(t, r.sayIn(t, elsewhere, ana, "/battle info"), "final: pk-live1 leads by 90")
	r.end(t)
	contains(t, r.say(t, ana, "/battle info"), other)
	if r.score(t, "pk-live1") != 1340 {
		t.Error("something else was sent")
	}
}
