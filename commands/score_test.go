package commands_test

import (
	"strings"
	"testing"
	"time"

	"ringside/commands"
	"ringside/tencent/simulator"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	got := r.say(t, ana, "/battle-score final add pk-live1 100 pk-live2 50")
	contains(t, got,
		"applied  pk-live1  +100  now 1,340, leads by 40 (before: 1,240)",
		"applied  pk-live2  +50  now 1,300, trails by 40 (before: 1,250)", "operation ", "final", "audit ")
	if !got.Public || got.Tone != commands.ToneGood {
		t.Errorf("public %v, tone %q", got.Public, got.Tone)
	}
	if r.score(t, "pk-live1") != 1340 || r.score(t, "pk-live2") != 1300 {
		t.Error("the scores are not what was said")
	}
}

func TestResultsForTheCallerAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.AnnounceToCaller = true })
	if got := r.say(t, ana, "/battle-score final add pk-live1 100"); got.Public {
		t.Error("a result is public although announce is \"caller\"")
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, tc := range map[string]struct {
		who, line string
		want      []string
	}{
		"a stranger":              {"slack:T1/user/UX", "/battle-score final add pk-live1 100", []string{"rule: who", "slack:T1/user/UX"}},
		"no permission":           {cam, "/battle-score final add pk-live1 100", []string{"score.add", "rule: may", cam}},
		"no such room granted":    {ana, "/battle-score final add zz-live1 100", []string{"zz-live1", "rule: rooms"}},
		"too many points":         {ana, "/battle-score final add pk-live1 5001", []string{"5,001", "5,000", "rule: max_points"}},
		"one room over the limit": {ana, "/battle-score final add pk-live1 1 pk-live2 5001", []string{"rule: max_points"}},
		"a long way to set":       {ana, "/battle-score final set pk-live1 6241", []string{"5,001", "rule: max_points"}},
		"a long way down to set":  {ana, "/battle-score final set pk-live1 0 pk-live2 9000", []string{"7,750", "rule: max_points"}},
		"a room not in it":        {ana, "/battle-score final set pk-liv1 100", []string{"pk-liv1 is not in this battle", `Did you mean "pk-live1"?`}},
		"words":                   {ana, "/battle-score final add pk-live1 1k", []string{"1k", "/battle-score final add pk-live1 1000"}},
		"a wrong keyword":         {ana, "/battle-score final ad pk-live1 100", []string{"add"}},
		"no battle":               {ana, "/battle-score add pk-live1 100", []string{"Which battle?", "/battle-score final add pk-live1 100"}},
		"no battle by that room":  {ana, "/battle-score room:pk-nowhere add pk-nowhere 1", []string{"No running battle"}},
		"reading without a grant": {"slack:T1/user/UX", "/battle-score final", []string{"rule: who"}},
		"another battle":          {cam, "/battle-score b2 ", []string{"rule: battles", "b2"}},
		"the log without a grant": {cam, "/battle log", []string{"audit.read"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := r.say(t, tc.who, tc.line)
			contains(t, got, tc.want...)
			if got.Public || got.Tone != commands.ToneBad || len(got.Buttons) > 0 {
				t.Errorf("a refusal is private, without buttons: %+v", got)
			}
		})
	}
	t.Cleanup(func() {
		for _, c := range r.sim.Calls() {
			if c.Command == simulator.SetBattleScore {
				t.Errorf("something was sent: %s", c.Body)
			}
		}
	})
}

func TestWhatTencentRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	got := r.say(t, ana, "/battle-score final add pk-live1 100 pk-liv2 50")
	contains(t, got, "applied  pk-live1  +100", "not applied  pk-liv2  +50", `Did you mean the room "pk-live2"?`,
		"/battle-score final add pk-live2 50", "Id-")
	if labels(got) != "Undo" {
		t.Error("a result of two kinds offers to do all of it again")
	}
	got = r.say(t, ana, "/battle-score fnal add pk-live1 100")
	contains(t, got, "not applied  pk-live1", "100006", `Did you mean the battle "final"?`, "/battle-score final add pk-live1 100")
	r.sim.Script(simulator.Code(4711, simulator.NotApplied).On(simulator.SetBattleScore))
	got = r.say(t, ana, "/battle-score final add pk-live1 100")
	contains(t, got, "unknown  pk-live1", "4711", "Id-", "may or may not have counted")
}

func TestHintsNameOnlyWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other, err := r.sim.AddBattle(simulator.BattleSpec{From: "pk-a", To: []string{"pk-b"}, Duration: time.Hour})
	must(t, err)
	r.say(t, ana, "/battle-score "+other)
	must(t, r.book.Name(t.Context(), other, "semi", ana))
	for _, line := range []string{"/battle help", "/battle info semj", "/battle-score add pk-live1 5", "/battle-score semj add pk-a 1"} {
		if text := words(r.say(t, cam, line)); strings.Contains(text, "semi") {
			t.Errorf("%s names a battle that the caller may not see:\n%s", line, text)
		}
	}
	contains(t, r.say(t, ana, "/battle info semj"), "semi")
}

func TestUnknownSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sim.Script(simulator.Reset(simulator.Applied).On(simulator.SetBattleScore))
	got := r.say(t, ana, "/battle-score final add pk-live1 100")
	contains(t, got, "unknown  pk-live1  +100  now 1,340, leads by 90 (before: 1,240)", "may or may not have counted", "Do not simply repeat it.")
	if got.Tone != commands.ToneWarn {
		t.Errorf("tone %q", got.Tone)
	}
}

func TestSameAskActsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ask := r.ask(ana, "/battle-score final add pk-live1 100")
	first, second := &listener{}, &listener{}
	r.handler.Handle(t.Context(), ask, first)
	r.handler.Handle(t.Context(), ask, second)
	contains(t, first.last(t), "applied")
	if len(second.answers) != 0 || r.score(t, "pk-live1") != 1340 {
		t.Errorf("the redelivered ask: %d answers, score %d", len(second.answers), r.score(t, "pk-live1"))
	}
	r.later(6 * time.Second) // the process may have died before it could answer
	r.handler.Handle(t.Context(), ask, second)
	contains(t, second.last(t), "applied  pk-live1  +100", "arrived again; nothing more was done")
	if r.score(t, "pk-live1") != 1340 {
		t.Error("it acted twice")
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for line, want := range map[string]string{
		"/battle-score final add pk-live1 100 --dry-run":  "sent at once",
		"/battle-score final add pk-live1 1001 --dry-run": "ask you to confirm",
		"/battle-score final add pk-live1 3001 --dry-run": "second person",
		"/battle-score final set pk-live1 1300 —dry-run":  "ask you to confirm",
	} {
		got := r.say(t, ana, line)
		contains(t, got, "nothing was sent", want, "1,240 → ", "Now pk-live2 leads by 10; afterwards pk-live1 leads by ")
		if got.Public || len(got.Buttons) > 0 {
			t.Errorf("%s: %+v", line, got)
		}
	}
	if r.score(t, "pk-live1") != 1240 {
		t.Error("a dry run changed the score")
	}
}

func TestUnderWay(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sim.Script(simulator.Slow(2300 * time.Millisecond).On(simulator.SetBattleScore))
	l := &listener{}
	r.handler.Handle(t.Context(), r.ask(ana, "/battle-score final add pk-live1 100"), l)
	if len(l.progress) != 1 || !strings.Contains(l.progress[0].Headline, "Under way") {
		t.Errorf("progress: %+v", l.progress)
	}
	contains(t, l.last(t), "applied")
}

func TestRoomReference(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.say(t, ana, "/battle-score room:pk-live2 add pk-live2 10"), "applied  pk-live2  +10", "final")
	other, err := r.sim.AddBattle(simulator.BattleSpec{From: "pk-a", To: []string{"pk-b"}, Duration: time.Hour})
	must(t, err)
	contains(t, r.say(t, ana, "/battle-score room:pk-b add pk-a 10"), "applied  pk-a  +10", other)
	contains(t, r.say(t, ana, "/battle-score "+other+" add pk-a 10"), "applied  pk-a  +10  now 20")
}

func TestInfo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, line := range []string{"/battle-score final", "/battle info final", "/battle info room:pk-live1"} {
		contains(t, r.say(t, cam, line), "final: pk-live2 leads by 10", "left", "pk-live1  1,240  trails by 10", "pk-live2  1,250  leads")
	}
	contains(t, r.say(t, cam, "/battle info fnal"), "rule: battles")
	contains(t, r.say(t, ana, "/battle info fnal"), "could not be read", `Did you mean "final"?`)
	r.sim.EndBattle(r.battle)
	contains(t, r.say(t, cam, "/battle-score final"), "over")
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 5"), "not applied  pk-live1", "100006")
}

func TestStatusAndLog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.say(t, ana, "/battle status last"), "not asked for any change")
	contains(t, r.say(t, ana, "/battle status zzzzzz"), "no operation zzzzzz", "/battle log")
	done := r.say(t, ana, "/battle-score final add pk-live1 100")
	id := strings.Fields(done.Footer)[1]
	contains(t, r.say(t, ana, "/battle status last"), id, "applied  pk-live1  +100", "asked by", ana, "Id-", "audit ")
	contains(t, r.say(t, anaToo, "/battle status "+id), "applied")
	contains(t, r.say(t, ben, "/battle status "+strings.ToUpper(id)), "applied")
	contains(t, r.say(t, cam, "/battle status "+id), "audit.read")
	r.say(t, ben, "/battle-score final set pk-live1 1400")
	contains(t, r.say(t, ana, "/battle log"), "pending", "set pk-live1 to 1,400 in final", "applied  "+id+"  add 100 to pk-live1 in final")
	if got := r.say(t, ana, "/battle log final 1"); len(got.Rows) != 1 {
		t.Errorf("%d rows, want 1", len(got.Rows))
	}
	contains(t, r.say(t, ana, "/battle log nowhere"), "No operations yet")
}

func TestWhoamiAndHelp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.say(t, ana, "/battle whoami"), ana, channel, `Grant "hosts"`, "up to 5,000 points")
	contains(t, r.say(t, "slack:T1/user/UX", "/battle whoami"), "slack:T1/user/UX", "No grant names you")
	contains(t, r.say(t, ana, "/battle help"), "/battle-score final add pk-live1 100", "/battle-score final set", "/battle log")
	watcher := r.say(t, cam, "/battle help")
	contains(t, watcher, "/battle-score final", "/battle status last")
	if text := words(watcher); strings.Contains(text, " add ") && strings.Contains(text, "add to the current") || strings.Contains(text, " set ") {
		t.Errorf("help shows what the caller may not run:\n%s", text)
	}
	contains(t, r.say(t, ana, "/battle help set"), "overwrite", "Gifts")
	contains(t, r.say(t, "slack:T1/user/UX", "/battle help"), "No grant names you", "/battle whoami")
}
