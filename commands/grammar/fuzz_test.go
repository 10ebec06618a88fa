package grammar_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ringside/commands/grammar"
)

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "demo", "demo add pk-live1 100", "demo set pk-live1 1,340 pk-live2 0 --dry-run", "add pk-live1 +100",
		"“demo add pk-live1 100” —dry-run", "`aZ+/==` add 'r' 1_000", "a&amp;b add &lt;r&gt; 1", "demo adn r 1",
		"demo add r=1k, and 1.000 to pk–live2", "room: pk-live1 add r 1 000", "/battle-score demo /battle log 5 demo",
		"log demo 20", "log 500", "status last", "help ad", "whoami please", "info <battle>", "demo add a\u200bb ١٠٠",
		"undo", "undo 7kq2mx", "resolve last not applied", "resolve 7k nt-applied", "resolve not", "list", "name demo Grand_Final", "name room:x last",
		"watch room:pk-live1", "unwatch", "overlay demo revok", "overlay revoke", "create a vs b for 5m -- Grand final",
		"create for vs. vs V c for 1 h 30 min — x", "“create a vs b for 1:30:00 — ‘x’”", "create a, b and c 300 - x --note y",
		"craete a against b for 1.5h -- \u200dx\ny &amp;amp;", "create '--' vs \"`b\" for 24h1s --dry-run", "watch a b --dry-run",
		"bulk", "bulk stop", "BULK Stop 7kq2mx", "bulk stpo 7k", "bulk final add r 1", "bulk stop a b --dry-run",
		"demo add a 1 a 2 \"\" '' ``", "\"' \"' \"' a", "demo add 'r 1", "x\x00y \u202e\ufeff \xff", "100 200 300 4",
	} {
		f.Add(true, text)
		f.Add(false, text)
	}
	f.Fuzz(func(t *testing.T, score bool, text string) {
		command := battleCommand
		if score {
			command = scoreCommand
		}
		request, err := grammar.Parse(command, text)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		checkRequest(t, request)
		if diff := cmp.Diff(request, reread(t, request.Line())); diff != "" {
			t.Errorf("%q is read differently from %q (-text +line):\n%s", request.Line(), text, diff)
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var refused *grammar.Error
	if !errors.As(err, &refused) || refused.Problem == "" || len(refused.Try) == 0 || len(refused.Try) > 3 {
		t.Fatalf("refusal is not complete: %#v", err)
	}
	for _, text := range append([]string{refused.Error(), refused.Word, refused.Near}, refused.Try...) {
		checkShown(t, text)
	}
	for _, line := range refused.Try {
		checkRequest(t, reread(t, line))
	}
}

func checkShown(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		t.Errorf("%q holds what cannot be shown", text)
	}
	if len(text) > grammar.MaxText {
		t.Errorf("%d bytes are too many to show", len(text))
	}
}

func checkRequest(t *testing.T, request grammar.Request) {
	t.Helper()
	checkID(t, request.Battle, grammar.MaxBattleName)
	checkID(t, request.Operation, grammar.MaxOperation)
	checkCreated(t, request)
	checkKept(t, request)
	writes := request.Verb == grammar.VerbAdd || request.Verb == grammar.VerbSet
	if writes != (len(request.Changes) > 0) || len(request.Changes) > grammar.MaxRooms || (request.DryRun && !writes) {
		t.Errorf("%+v does not hold together", request)
	}
	least := int64(0)
	if request.Verb == grammar.VerbAdd {
		least = 1
	}
	seen := map[string]bool{}
	for _, change := range request.Changes {
		checkID(t, change.Room, grammar.MaxRoomName)
		if change.Room == "" || seen[change.Room] || change.Points < least || change.Points > grammar.MaxScore {
			t.Errorf("%+v holds the change %+v", request, change)
		}
		seen[change.Room] = true
	}
	if (request.Verb == grammar.VerbLog) != (request.Count >= 1 && request.Count <= grammar.MaxCount) {
		t.Errorf("%+v has the count %d", request, request.Count)
	}
}

// checkCreated looks at what only create may have.
func checkCreated(t *testing.T, request grammar.Request) {
	t.Helper()
	if request.Verb != grammar.VerbCreate {
		if request.Rooms != nil || request.Duration != 0 || request.Note != "" {
			t.Errorf("%+v is no create", request)
		}
		return
	}
	seen := map[string]bool{}
	for _, room := range request.Rooms {
		checkID(t, room, grammar.MaxRoomName)
		seen[room] = true
	}
	if len(seen) != len(request.Rooms) || len(seen) < 2 || len(seen) > grammar.MaxRooms || seen[""] {
		t.Errorf("a battle between %q", request.Rooms)
	}
	if d := request.Duration; d < grammar.ShortestBattle || d > grammar.LongestBattle || d%time.Second != 0 {
		t.Errorf("a battle of %s", d)
	}
	checkShown(t, request.Note)
	if len(request.Note) > grammar.MaxNote {
		t.Errorf("a note of %d bytes", len(request.Note))
	}
}

// checkKept looks at the fields that one verb has to itself.
func checkKept(t *testing.T, request grammar.Request) {
	t.Helper()
	named := request.Verb == grammar.VerbName
	if named != (request.Alias != "") || grammar.Reserved(request.Alias) || request.Alias != strings.ToLower(request.Alias) {
		t.Errorf("%+v has the alias %q", request, request.Alias)
	}
	if named {
		reread(t, scoreCommand+" "+request.Alias)
	}
	settled := request.Outcome == grammar.Applied || request.Outcome == grammar.NotApplied
	if (request.Verb == grammar.VerbResolve) != settled || (!settled && request.Outcome != "") {
		t.Errorf("%+v has the outcome %q", request, request.Outcome)
	}
	if request.Revoke && request.Verb != grammar.VerbOverlay {
		t.Errorf("%+v revokes something", request)
	}
}

func checkID(t *testing.T, id string, most int) {
	t.Helper()
	if len(id) > most || strings.ContainsFunc(id, func(r rune) bool { return r < '!' || r > '~' }) {
		t.Errorf("the id %q is not printable ASCII of at most %d bytes", id, most)
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("adn", "add")
	f.Add("комнота", "комната")
	f.Add(strings.Repeat("a", 64), strings.Repeat("b", 64))
	f.Add("\xff", "\xff\xfe")
	f.Fuzz(func(t *testing.T, word, known string) {
		got, ok := grammar.Nearest(word, []string{known})
		if ok != (got != "") || (ok && got != known) {
			t.Errorf("Nearest(%q, %q) = %q, %v", word, known, got, ok)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, text := range []string{"5m", "1 h 30 min", "1:30:00", "300", "1h90m", "99999999999999999999h", "1.5h", "٥m", ":::", "5 m 3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := grammar.Duration(text)
		if err != nil {
			var refused *grammar.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%q: %v", text, err)
			}
			checkShown(t, refused.Problem)
			return
		}
		checkCreated(t, grammar.Request{Verb: grammar.VerbCreate, Rooms: []string{"a", "b"}, Duration: d})
		if got, err := grammar.Duration(d.String()); err != nil || got != d {
			t.Errorf("%q is %s, which is read as %s, %v", text, d, got, err)
		}
	})
}
