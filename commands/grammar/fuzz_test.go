package grammar_test

import (
	"errors"
	"strings"
	"testing"
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
