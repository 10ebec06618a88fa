package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ringside/auth"
	"ringside/commands"
	"ringside/tencent/simulator"
)

func TestAllThatIsWrongWithABulkIsToldAtOnce(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	got := r.hand(t, ana,
		"final,ad,pk-live1,100", "final,add,zz-live1,1", "final,add,pk-live2,5001", "final,set,pk-live1,9000", "final,set,pk-lve1,1",
		"room:pk-live1,add,pk-live2,1", "room:pk-nowhere,add,pk-nowhere,1", "final,add,pk-x,3001", "room:pk-live2,add,pk-live2,2", "nobattle,set,pk-q,1",
	)
	contains(t, got, "10 things are wrong with scores.csv, so nothing was sent.",
		"line 1      “ad” is not an action: it is add or set. Did you mean “add”?",
		"line 2      Grant \"hosts\" does not cover the room zz-live1 (rule: rooms).",
		"line 3      5,001 points in one room are over the 5,000",
		"line 4      7,760 points",
		"line 5      The room pk-lve1 is not in this battle. Its rooms: pk-live1 and pk-live2. Did you mean \"pk-live1\"?",
		"line 6      “pk-live2” is in line 3 already",
		"line 7      No running battle with that room is known",
		"line 8      It needs a second person: above 3,000 points in 10 minutes",
		"line 9      “pk-live2” is in line 3 already",
		"line 10      The battle could not be read.", "Your id is "+ana,
	)

}

func TestRowsBeyondTheFirstProblemsAreInTheFile(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	rows := []string{"=cmd,add,pk-live1,100"}
	for i := range 20 {
		rows = append(rows, fmt.Sprintf("final,ad,pk-%d,1", i))
	}
	got := r.hand(t, ana, append(rows, "@x,ad,pk-live1,1")...)
	contains(t, got, "21 things are wrong", "And 6 more; errors.csv lists them.")
	file := lines(t, got)
	if len(file) != 22 || file[0] != "line,row,problem" || !strings.HasPrefix(file[21], "22,\"'@x,") {
		t.Errorf("the file:\n%s", strings.Join(file, "\n"))
	}
	if len(got.Rows) != 15 || len(got.Buttons) != 0 || got.Public {
		t.Errorf("%d rows, buttons %+v", len(got.Rows), got.Buttons)
	}
}

// TestACheckTakesItsTime: the scores are read once for each battle, and the person is told how far it is.
func TestACheckTakesItsTime(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	other := r.another(t, "pk-a", "pk-b")
	slow := simulator.Slow(2800 * time.Millisecond).On(simulator.GetBattleInfo)
	r.sim.Script(slow, slow)
	before := r.sim.Totals().Commands[simulator.GetBattleInfo]
	ask := r.ask(ana, "/battle bulk")
	ask.Sheet = &commands.Sheet{Text: []byte("final,set,pk-live1,1\n" + other + ",set,pk-a,2\n" + other + ",set,pk-b,3\nfinal,set,pk-live2,4")}
	l := &listener{}
	r.handler.Handle(t.Context(), ask, l)
	contains(t, l.last(t), "overwrites    4")
	l.mu.Lock()
	defer l.mu.Unlock()
	told := ""
	for _, p := range l.progress {
		told += p.Headline + "\n"
	}
	if !strings.Contains(told, "Reading the scores: ") || !strings.Contains(told, " of 2") || !strings.Contains(told, "Nothing is sent yet.") {
		t.Errorf("told:\n%s", told)
	}
	if n := r.sim.Totals().Commands[simulator.GetBattleInfo] - before; n != 2 {
		t.Errorf("%d reads, want 2", n)
	}
}

// TestOddBattles are named before anybody says yes.
func TestOddBattles(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	r.unknown(t, simulator.Applied)
	contains(t, r.hand(t, ana, "finla,add,pk-live1,1", "final,add,pk-live1,1"), "Not known to Ringside: finla (did you mean final?).",
		"Whether an earlier change counted is unknown in final.")
	r.end(t)
	contains(t, r.hand(t, ana, "final,add,pk-live1,1"), "Over, it seems: final.")
}

// TestWhatWasPutOnARoomLately counts towards the limit for one person, as it does for a single change.
func TestWhatWasPutOnARoomLately(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1000"), "applied")
	contains(t, r.hand(t, ana, "final,add,pk-live1,2001", "final,add,pk-live2,3000"), "1 thing is wrong", "line 1      It needs a second person")
	contains(t, r.hand(t, ana, "final,add,pk-live1,2000"), "Change 1 score")
}

// TestABulkNeedsItsPermissionForEachRow: one grant that allows bulks somewhere does not allow them everywhere.
func TestABulkNeedsItsPermissionForEachRow(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	r.grants[0].May = []auth.Permission{auth.ScoreAdd, auth.BattleInfo}
	rehearsal := r.grants[0]
	rehearsal.Name, rehearsal.May, rehearsal.Battles = "rehearsal", []auth.Permission{auth.ScoreBulk, auth.ScoreAdd}, []string{"rehearsal-*"}
	r.grants = append(r.grants, rehearsal)
	r.restart(t)
	contains(t, r.hand(t, ana, "rehearsal-1,add,pk-live1,1", "final,add,pk-live1,1"), "1 thing is wrong", "line 2      Grant \"rehearsal\" does not cover the battle "+r.battle)
	contains(t, r.hand(t, ana, "rehearsal-1,add,pk-live1,1"), "Change 1 score")
}

func TestHowLargeAFileMayBe(t *testing.T) {
	t.Parallel()
	r, _ := newBulkRig(t)
	contains(t, r.hand(t, ana, strings.Repeat("#", commands.MaxSheet+1)), "larger than 2 MB")
}

func TestWhenAFormIsShown(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"/battle bulk": true, "/battle-score bulk": true, "/battle bulk stop": false, "/battle bulk stop 7k": false, "/battle bulk help": false,
		"/battle list": false, "/battle-score final add pk-live1 1": false,
	} {
		command, text, _ := strings.Cut(line, " ")
		inv := commands.Invocation{Command: command, Text: text}
		form, shown := commands.FormFor(inv)
		if shown != want {
			t.Errorf("%s: %v", line, shown)
		}
		if len(form.Title) > 24 || len(form.Label) > 45 || len(form.FileLabel) > 45 || len(form.Placeholder) > 100 || len(form.Send) > 24 {
			t.Errorf("%s: a text is too long: %+v", line, form)
		}
		inv.Sheet = &commands.Sheet{}
		if _, shown := commands.FormFor(inv); shown {
			t.Errorf("%s: a form although the rows are there", line)
		}
	}
}
