package grammar_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/commands/grammar"
)

type refused struct {
	name    string
	text    string
	problem string // the whole sentence
	near    string
	try     []string
}

func runRefused(t *testing.T, command string, cases []refused) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, command, tc.text)
			want := &grammar.Error{Problem: tc.problem, Near: tc.near, Try: tc.try, Word: got.Word}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parse(%q, %q) (-want +got):\n%s", command, tc.text, diff)
			}
			for _, line := range got.Try {
				reread(t, line)
			}
		})
	}
}

func TestParseRefusesMisplacedWords(t *testing.T) {
	t.Parallel()
	tidied := []string{"/battle-score demo add pk-live1 100"}
	two := []string{"/battle-score demo add pk-live1 100 pk-live2 50"}
	helpAdd := []string{"/battle help add"}
	const needless = " is not needed: each number follows its room directly."
	const apart = " needs a space between the room and its number."
	runRefused(t, scoreCommand, []refused{
		{"equals", "demo add pk-live1 = 100", "“=”" + needless, "", tidied},
		{"long dash", "demo add pk-live1 — 100", "“—” stands where the number of “pk-live1” should be.", "", tidied},
		{"glued by equals", "demo add pk-live1=100", "“pk-live1=100”" + apart, "", tidied},
		{"glued by a colon", "demo add pk-live1:100 pk-live2: 50", "“pk-live1:100”" + apart, "", two},
		{"glued by a plus", "demo add pk-live1+100", "“pk-live1+100”" + apart, "", tidied},
		{
			"number first", "demo add 100 pk-live1",
			"The room comes first and then its number: “pk-live1” stands after “100”.", "",
			tidied,
		},
		{"sentence", "demo add 100 points to pk-live1 and 50 to pk-live2", "“points”" + needless, "", two},
		{"list with commas", "demo add pk-live1 100, pk-live2 50", "“100,” is not a whole number.", "", two},
		{
			"flag is kept", "demo add —dry-run 1k pk-live1",
			"The room comes first and then its number: “pk-live1” stands after “1k”.", "",
			[]string{"/battle-score demo add pk-live1 1000 --dry-run"},
		},
		{
			"thousands parted by a space", "demo add a 1 000 000",
			"“000” begins with a zero, as a part of a longer number does; write it without.", "",
			[]string{"/battle-score demo add a 1000000"},
		},
		{
			"thousands of two rooms", "demo add a 1 000 b 2 000",
			"The room comes first and then its number: “b” stands after “000”.", "",
			[]string{"/battle-score demo add a 1000 b 2000"},
		},
		{
			"one number too many", "demo add a 1 000",
			"“000” is one number too many: each room has one, and it is written without spaces.", "",
			[]string{"/battle-score demo add a 1000"},
		},
		{"no number", "demo add pk-live1", "“pk-live1” has no number after it.", "", tidied},
		{
			"last room without one", "demo set a 1 b",
			"“b” has no number after it.", "",
			[]string{"/battle-score demo set a 1 b 100"},
		},
		{
			"last room twice and without one", "demo set a 1 a",
			"“a” has no number after it.", "",
			[]string{"/battle help set"},
		},
		{"first room without one", "demo add a b 5", "“b” stands where the number of “a” should be.", "", helpAdd},
		{"room left out", "demo add 100", "“100” has no room before it.", "", []string{"/battle-score add demo 100"}},
		{"no room", "demo add", "“add” needs a room and a number after it.", "", helpAdd},
		{
			"dry run without dashes", "demo add pk-live1 100 dry-run",
			"“dry-run” has no number after it.", "--dry-run",
			[]string{"/battle-score demo add pk-live1 100 --dry-run"},
		},
		{
			"room twice in an add", "demo add a 1 b 2 a 3",
			"“a” is named twice; each room stands once in a line.", "",
			[]string{"/battle-score demo add a 4 b 2"},
		},
		{
			"room twice in a set", "demo set a 1 b 2 a 3",
			"“a” is named twice; each room stands once in a line.", "",
			[]string{"/battle-score demo set a 3 b 2"},
		},
		{
			"room twice beyond the most", "demo add a 2147483647 a 1",
			"“a” is named twice; each room stands once in a line.", "",
			helpAdd,
		},
		{
			"ten rooms", "demo add a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1 i 1 j 1",
			"The line names 10 rooms; one battle has at most 9.", "",
			helpAdd,
		},
	})
}

func TestParseRefusesWrongActions(t *testing.T) {
	t.Parallel()
	either := []string{"/battle-score demo add pk-live1 100", "/battle-score demo set pk-live1 100"}
	runRefused(t, scoreCommand, []refused{
		{"slip of add", "demo adn pk-live1 100", "After the battle “demo” comes add or set, not “adn”.", "add", either[:1]},
		{
			"slip of set", "demo sett pk-live1 1,00 --dry-run",
			"After the battle “demo” comes add or set, not “sett”.", "set",
			[]string{"/battle-score demo set pk-live1 100 --dry-run", "/battle-score demo set pk-live1 1 --dry-run"},
		},
		{
			"another word for add", "demo give pk-live1 100",
			"After the battle “demo” comes add or set, not “give”.", "add",
			either[:1],
		},
		{"a sign for set", "demo = pk-live1 100", "After the battle “demo” comes add or set, not “=”.", "set", either[1:]},
		{
			"unknown word", "demo frobnicate pk-live1 100",
			"After the battle “demo” comes add or set, not “frobnicate”.", "",
			either,
		},
		{"no action", "demo pk-live1 100", "After the battle “demo” comes add or set, not “pk-live1”.", "", either},
		{
			"no action, number first", "demo +100 pk-live1",
			"After the battle “demo” comes add or set, not “+100”.", "",
			either,
		},
		{
			"no action and no battle", "pk-live1 100",
			"After the battle “pk-live1” comes add or set, not “100”.", "",
			[]string{"/battle-score add pk-live1 100", "/battle-score set pk-live1 100"},
		},
		{
			"slip without a battle", "adn pk-live1 100",
			"After the battle “adn” comes add or set, not “pk-live1”.", "add",
			[]string{"/battle-score add pk-live1 100", "/battle-score adn add pk-live1 100", "/battle-score adn set pk-live1 100"},
		},
		{
			"action before the battle", "add demo pk-live1 100",
			"“pk-live1” stands where the number of “demo” should be.", "",
			either[:1],
		},
		{
			"action after the room", "demo pk-live1 set 100",
			"After the battle “demo” comes add or set, not “pk-live1”.", "",
			either[1:],
		},
		{
			"subcommand of battle", "whoami",
			"“whoami” is a word of the command, so it cannot stand for a battle here.", "",
			[]string{"/battle whoami"},
		},
		{
			"subcommand with a word", "status 7kq2mx",
			"“status” is a word of the command, so it cannot stand for a battle here.", "",
			[]string{"/battle status 7kq2mx"},
		},
		{
			"command typed again", "/battle-score demo add pk-live1 100",
			"“/battle-score” begins another command; send one at a time.", "",
			either[:1],
		},
		{
			"two commands", "demo add pk-live1 100\n/battle-score demo set pk-live1 100",
			"“/battle-score” begins another command; send one at a time.", "",
			either,
		},
		{
			"unknown flag", "demo add pk-live1 100 --force",
			"“--force” is not a flag that Ringside knows; the only one is --dry-run.", "",
			either[:1],
		},
		{
			"slip of the flag", "demo add pk-live1 100 —dry-rum",
			"“—dry-rum” is not a flag that Ringside knows; the only one is --dry-run.", "--dry-run",
			[]string{"/battle-score demo add pk-live1 100 --dry-run"},
		},
		{
			"flag with a value", "demo add pk-live1 100 --dry-run=false",
			"“--dry-run=false” is not a flag that Ringside knows; the only one is --dry-run.", "--dry-run",
			[]string{"/battle-score demo add pk-live1 100 --dry-run"},
		},
		{"dry run of nothing", "demo --dry-run", "--dry-run goes with add and set only.", "", []string{"/battle-score demo"}},
	})
}

func TestParseRefusesTexts(t *testing.T) {
	t.Parallel()
	runRefused(t, scoreCommand, []refused{
		{
			"too long", strings.Repeat("x", grammar.MaxText+1),
			"The text is 4,001 bytes long; at most 4,000 are read.", "",
			[]string{"/battle help battle-score"},
		},
		{
			"not UTF-8", "demo add r\xff 1",
			"The text is not valid UTF-8, so it cannot be read without guessing.", "",
			[]string{"/battle help battle-score"},
		},
	})
	runRefused(t, scoreCommand, []refused{
		{
			"too many words to repair", "demo add pk-live1 100" + strings.Repeat(" and", 61),
			"The line names 32 rooms; one battle has at most 9.", "",
			[]string{"/battle help add"},
		},
	})
	runRefused(t, "/other", []refused{
		{"unknown command", "demo", "“/other” is not a command of Ringside.", "", []string{"/battle help"}},
	})
}

func TestParseRefusesBattleLines(t *testing.T) {
	t.Parallel()
	helpBattle := []string{"/battle help battle"}
	const tooMany = " is one word too many after "
	runRefused(t, battleCommand, []refused{
		{
			"score line", "demo add pk-live1 5",
			"“add” belongs to /battle-score.", "",
			[]string{"/battle-score demo add pk-live1 5"},
		},
		{
			"score line without a battle", "set pk-live1 5",
			"“set” belongs to /battle-score.", "",
			[]string{"/battle-score set pk-live1 5"},
		},
		{
			"slip", "statsu 7kq2mx",
			"“statsu” is not something that /battle can do.", "status",
			[]string{"/battle status 7kq2mx"},
		},
		{"battle alone", "demo", "“demo” is not something that /battle can do.", "", []string{"/battle-score demo"}},
		{"not a name either", "дуэль", "“дуэль” is not something that /battle can do.", "", helpBattle},
		{"whoami with a word", "whoami please", "“please”" + tooMany + "“whoami”.", "", []string{"/battle whoami"}},
		{"info with two battles", "info a b", "“b”" + tooMany + "“info”.", "", []string{"/battle-score a"}},
		{
			"info of a placeholder", "info <battle>",
			"“<battle>” is a placeholder; put the real battle in its place, without < and >.", "",
			[]string{"/battle info"},
		},
		{"status of two", "status a b", "“b”" + tooMany + "“status”.", "", []string{"/battle status a"}},
		{"status of a long word", "status " + strings.Repeat("a", 33),
			"“" + strings.Repeat("a", 33) + "” is 33 bytes long; operation names have at most 32.", "", []string{"/battle status last"}},
		{"log of none", "log 0", "“0” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log 50"}},
		{
			"log of too many", "log demo 51",
			"“51” is out of range: log shows 1 to 50 lines.", "",
			[]string{"/battle log demo 50"},
		},
		{"log of a negative", "log -5", "“-5” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log 50"}},
		{"log of other digits", "log ٥", "“٥” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log 50"}},
		{
			"log the wrong way round", "log 20 demo",
			"“demo” is not a number of lines; it comes after the battle.", "",
			[]string{"/battle log demo 20"},
		},
		{
			"log of a word", "log demo many",
			"“many” is not a number of lines; it comes after the battle.", "",
			[]string{"/battle log demo 10"},
		},
		{"help on a slip", "help stats", "There is no help on “stats”.", "status", []string{"/battle help status"}},
		{"help on nothing known", "help nonsense", "There is no help on “nonsense”.", "", helpBattle},
		{"dry run", "info demo --dry-run", "--dry-run goes with add and set only.", "", []string{"/battle-score demo"}},
	})
}

func TestErrorSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	_, err := grammar.Parse(scoreCommand, "demo ad r 1")
	if want := "After the battle “demo” comes add or set, not “ad”. Did you mean “add”?"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	var refused *grammar.Error
	if !errors.As(err, &refused) || refused.Word != "ad" {
		t.Errorf("Word = %+v, want ad", refused)
	}
}
