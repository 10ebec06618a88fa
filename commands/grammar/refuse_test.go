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

func TestParseRefusesNumbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		number  string
		problem string
		read    []string // the numbers that are offered instead
	}{
		{"short form", "1k", "“1k” is a short form; write the number in full, so that nobody has to guess.", []string{"1000"}},
		{"short form with a fraction", "+1.25K", "“+1.25K” is a short form; write the number in full, so that nobody has to guess.", []string{"1250"}},
		{"millions", "2m", "“2m” is a short form; write the number in full, so that nobody has to guess.", []string{"2000000"}},
		{"exponent", "1e3", "“1e3” is written with a power of ten; write the number in full.", []string{"1000"}},
		{"fraction", "1.5", "“1.5” holds a decimal point; numbers here are whole, and thousands are parted by a comma.", []string{"1", "2"}},
		{"point between thousands", "1.000", "“1.000” holds a decimal point; numbers here are whole, and thousands are parted by a comma.", []string{"1000", "1"}},
		{"points between thousands", "1.000.000", "“1.000.000” is not a whole number.", []string{"1000000"}},
		{"bad grouping", "1,00", "“1,00” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.", []string{"100", "1"}},
		{"group of four", "1,0000", "“1,0000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.", []string{"10000"}},
		{"first group of four", "1000,000", "“1000,000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.", []string{"1000000"}},
		{"mixed grouping", "1,000_000", "“1,000_000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.", []string{"1000000"}},
		{"apostrophe", "1'000", "“1'000” is not grouped in threes, so a digit may be missing; write 1,000 or 1000.", []string{"1000"}},
		{"comma after it", "100,", "“100,” is not a whole number.", []string{"100"}},
		{"leading zero", "0100", "“0100” begins with a zero, as a part of a longer number does; write it without.", []string{"100"}},
		{"unit", "100pts", "“100pts” is not a whole number.", []string{"100"}},
		{"equals sign", "=100", "“=100” is not a whole number.", []string{"100"}},
		{"Arabic-Indic digits", "١٠٠", "“١٠٠” is not written with the digits 0 to 9; if it is 100, type it so.", []string{"100"}},
		{"Devanagari digits", "१००", "“१००” is not written with the digits 0 to 9; if it is 100, type it so.", []string{"100"}},
		{"full-width digits", "１，０００", "“１，０００” is not written with the digits 0 to 9; if it is 1,000, type it so.", []string{"1000"}},
		{"bold digits", "𝟏𝟎𝟎", "“𝟏𝟎𝟎” is not written with the digits 0 to 9; if it is 100, type it so.", []string{"100"}},
		{"hexadecimal", "0x10", "“0x10” is not a whole number.", nil},
		{"two exponents", "1e3e3", "“1e3e3” is not a whole number.", nil},
		{"endless exponent", "1e999999999", "“1e999999999” is not a whole number.", nil},
		{"too big", "2147483648", "“2147483648” is too much; at most 2,147,483,647 points are added at once.", nil},
		{"far too big", strings.Repeat("9", 48), "“" + strings.Repeat("9", 48) + "” is too much; at most 2,147,483,647 points are added at once.", nil},
		{"empty", `""`, "The number is empty.", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, scoreCommand, "demo add pk-live1 "+tc.number+" pk-live2 5")
			var want []string
			for _, number := range tc.read {
				want = append(want, "/battle-score demo add pk-live1 "+number+" pk-live2 5")
			}
			if want == nil {
				want = []string{"/battle help add"}
			}
			if diff := cmp.Diff(want, got.Try); diff != "" {
				t.Errorf("Try (-want +got):\n%s", diff)
			}
			if got.Problem != tc.problem {
				t.Errorf("Problem = %s\nwant      %s", got.Problem, tc.problem)
			}
		})
	}
}

func TestParseRefusesNumbersBelowTheirRange(t *testing.T) {
	t.Parallel()
	const lower = "points are only added; to lower a score, look it up and set the lower one."
	seeScore := []string{"/battle-score demo"}
	runRefused(t, scoreCommand, []refused{
		{"negative add", "demo add r -5", "“-5” is below zero: " + lower, "", seeScore},
		{"negative add, minus sign", "demo add r −5", "“−5” is below zero: " + lower, "", seeScore},
		{"negative add, long dash", "demo add r —5", "“—5” is below zero: " + lower, "", seeScore},
		{"negative add, battle left out", "add r -5", "“-5” is below zero: " + lower, "", []string{"/battle info"}},
		{"negative set", "demo set r -5", "“-5” is below zero; the lowest score is 0.", "", seeScore},
		{"adding nothing", "demo add r 0", "Adding “0” changes nothing; points start at 1.", "", seeScore},
		{"taking away", "demo minus r 5", "“minus” cannot be done: " + lower, "", seeScore},
		{
			"plus in a set", "demo set r +5",
			"“+5” could mean add or set: write a score to set without the plus, or say add.", "",
			[]string{"/battle-score demo set r 5", "/battle-score demo add r 5"},
		},
		{
			"score too big", "demo set r 2147483648",
			"“2147483648” is too much; the highest score is 2,147,483,647.", "", []string{"/battle help set"},
		},
		{
			"fraction of a score", "demo set r 1.0",
			"“1.0” holds a decimal point; numbers here are whole, and thousands are parted by a comma.", "",
			[]string{"/battle-score demo set r 1"},
		},
	})
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
		{"number first", "demo add 100 pk-live1", "The room comes first and then its number: “pk-live1” stands after “100”.", "", tidied},
		{"sentence", "demo add 100 points to pk-live1 and 50 to pk-live2", "“points”" + needless, "", two},
		{"list with commas", "demo add pk-live1 100, pk-live2 50", "“100,” is not a whole number.", "", two},
		{"flag is kept", "demo add —dry-run 1k pk-live1", "The room comes first and then its number: “pk-live1” stands after “1k”.", "",
			[]string{"/battle-score demo add pk-live1 1000 --dry-run"}},
		{"thousands parted by a space", "demo add a 1 000 000", "“000” begins with a zero, as a part of a longer number does; write it without.", "",
			[]string{"/battle-score demo add a 1000000"}},
		{"thousands of two rooms", "demo add a 1 000 b 2 000", "The room comes first and then its number: “b” stands after “000”.", "",
			[]string{"/battle-score demo add a 1000 b 2000"}},
		{"one number too many", "demo add a 1 000", "“000” is one number too many: each room has one, and it is written without spaces.", "",
			[]string{"/battle-score demo add a 1000"}},
		{"no number", "demo add pk-live1", "“pk-live1” has no number after it.", "", tidied},
		{"last room without one", "demo set a 1 b", "“b” has no number after it.", "", []string{"/battle-score demo set a 1 b 100"}},
		{"last room twice and without one", "demo set a 1 a", "“a” has no number after it.", "", []string{"/battle help set"}},
		{"first room without one", "demo add a b 5", "“b” stands where the number of “a” should be.", "", helpAdd},
		{"room left out", "demo add 100", "“100” has no room before it.", "", []string{"/battle-score add demo 100"}},
		{"no room", "demo add", "“add” needs a room and a number after it.", "", helpAdd},
		{"dry run without dashes", "demo add pk-live1 100 dry-run", "“dry-run” has no number after it.", "--dry-run",
			[]string{"/battle-score demo add pk-live1 100 --dry-run"}},
		{"room twice in an add", "demo add a 1 b 2 a 3", "“a” is named twice; each room stands once in a line.", "",
			[]string{"/battle-score demo add a 4 b 2"}},
		{"room twice in a set", "demo set a 1 b 2 a 3", "“a” is named twice; each room stands once in a line.", "",
			[]string{"/battle-score demo set a 3 b 2"}},
		{"room twice beyond the most", "demo add a 2147483647 a 1", "“a” is named twice; each room stands once in a line.", "", helpAdd},
		{"ten rooms", "demo add a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1 i 1 j 1", "The line names 10 rooms; one battle has at most 9.", "", helpAdd},
	})
}

func TestParseRefusesWrongActions(t *testing.T) {
	t.Parallel()
	either := []string{"/battle-score demo add pk-live1 100", "/battle-score demo set pk-live1 100"}
	runRefused(t, scoreCommand, []refused{
		{"slip of add", "demo adn pk-live1 100", "After the battle “demo” comes add or set, not “adn”.", "add", either[:1]},
		{"slip of set", "demo sett pk-live1 1,00 --dry-run", "After the battle “demo” comes add or set, not “sett”.", "set",
			[]string{"/battle-score demo set pk-live1 100 --dry-run", "/battle-score demo set pk-live1 1 --dry-run"}},
		{"another word for add", "demo give pk-live1 100", "After the battle “demo” comes add or set, not “give”.", "add", either[:1]},
		{"a sign for set", "demo = pk-live1 100", "After the battle “demo” comes add or set, not “=”.", "set", either[1:]},
		{"unknown word", "demo frobnicate pk-live1 100", "After the battle “demo” comes add or set, not “frobnicate”.", "", either},
		{"no action", "demo pk-live1 100", "After the battle “demo” comes add or set, not “pk-live1”.", "", either},
		{"no action, number first", "demo +100 pk-live1", "After the battle “demo” comes add or set, not “+100”.", "", either},
		{"no action and no battle", "pk-live1 100", "After the battle “pk-live1” comes add or set, not “100”.", "",
			[]string{"/battle-score add pk-live1 100", "/battle-score set pk-live1 100"}},
		{"slip without a battle", "adn pk-live1 100", "After the battle “adn” comes add or set, not “pk-live1”.", "add",
			[]string{"/battle-score add pk-live1 100", "/battle-score adn add pk-live1 100", "/battle-score adn set pk-live1 100"}},
		{"action before the battle", "add demo pk-live1 100", "“pk-live1” stands where the number of “demo” should be.", "", either[:1]},
		{"action after the room", "demo pk-live1 set 100", "After the battle “demo” comes add or set, not “pk-live1”.", "", either[1:]},
		{"subcommand of battle", "whoami", "“whoami” is a word of the command, so it cannot stand for a battle here.", "", []string{"/battle whoami"}},
		{"subcommand with a word", "status 7kq2mx", "“status” is a word of the command, so it cannot stand for a battle here.", "",
			[]string{"/battle status 7kq2mx"}},
		{"command typed again", "/battle-score demo add pk-live1 100", "“/battle-score” begins another command; send one at a time.", "", either[:1]},
		{"two commands", "demo add pk-live1 100\n/battle-score demo set pk-live1 100",
			"“/battle-score” begins another command; send one at a time.", "", either},
		{"unknown flag", "demo add pk-live1 100 --force", "“--force” is not a flag that Ringside knows; the only one is --dry-run.", "", either[:1]},
		{"slip of the flag", "demo add pk-live1 100 —dry-rum", "“—dry-rum” is not a flag that Ringside knows; the only one is --dry-run.", "--dry-run",
			[]string{"/battle-score demo add pk-live1 100 --dry-run"}},
		{"flag with a value", "demo add pk-live1 100 --dry-run=false", "“--dry-run=false” is not a flag that Ringside knows; the only one is --dry-run.", "--dry-run",
			[]string{"/battle-score demo add pk-live1 100 --dry-run"}},
		{"dry run of nothing", "demo --dry-run", "--dry-run goes with add and set only.", "", []string{"/battle-score demo"}},
	})
}

func TestParseRefusesNames(t *testing.T) {
	t.Parallel()
	good := []string{"/battle-score demo add pk-live1 100"}
	helpAdd := []string{"/battle help add"}
	const hidden = ", which cannot be seen; type the word again by hand."
	const plain = "; room names have only plain Latin letters, digits and signs."
	runRefused(t, scoreCommand, []refused{
		{"zero-width space", "demo add pk\u200b-live1 100", "“pk[U+200B]-live1” holds a zero-width space (U+200B)" + hidden, "", good},
		{"zero-width joiner", "demo add pk\u200d-live1 100", "“pk[U+200D]-live1” holds a zero-width joiner (U+200D)" + hidden, "", good},
		{"byte order mark", "\ufeffdemo add pk-live1 100", "“[U+FEFF]demo” holds a byte order mark (U+FEFF)" + hidden, "", good},
		{"override", "demo add \u202epk-live1 100", "“[U+202E]pk-live1” holds a text-direction mark (U+202E)" + hidden, "", good},
		{"isolate", "demo add pk-live1\u2069 100", "“pk-live1[U+2069]” holds a text-direction mark (U+2069)" + hidden, "", good},
		{"left-to-right mark on a number", "demo add pk-live1 \u200e100", "“[U+200E]100” holds a text-direction mark (U+200E)" + hidden, "", good},
		{"soft hyphen", "demo add pk-\u00adlive1 100", "“pk-[U+00AD]live1” holds an invisible character (U+00AD)" + hidden, "", good},
		{"control character", "demo add pk-live1\x07 100", "“pk-live1[U+0007]” holds a control character (U+0007)" + hidden, "", good},
		{"NUL in a keyword", "demo add\x00 pk-live1 100", "“add[U+0000]” holds a control character (U+0000)" + hidden, "", good},
		{"long dash", "demo add pk–live1 100", "“pk–live1” holds “–” (U+2013)" + plain, "", good},
		{"full-width", "demo add ｐｋ-live1 100", "“ｐｋ-live1” holds “ｐ” (U+FF50)" + plain, "", good},
		{"Cyrillic letter", "demo add рk-live1 100", "“рk-live1” holds “р” (U+0440)" + plain, "", helpAdd},
		{"private use", "demo add a\ue000 100", "“a[U+E000]” holds “[U+E000]” (U+E000)" + plain, "", helpAdd},
		{"room too long", "demo add " + strings.Repeat("r", 49) + " 100",
			"“" + strings.Repeat("r", 48) + "…” is 49 bytes long; room names have at most 48.", "", helpAdd},
		{"battle too long", strings.Repeat("b", 257), "“" + strings.Repeat("b", 48) + "…” is 257 bytes long; battle names have at most 256.", "",
			[]string{"/battle help battle-score"}},
		{"empty room", `demo add "" 100`, "The name of the room is empty.", "", helpAdd},
		{"empty battle", `"" add r 1`, "The name of the battle is empty.", "", helpAdd},
		{"no room after the prefix", "room: add r 1", "“room:” names no room: the room id follows the colon without a space.", "", helpAdd},
		{"space after the prefix", "room: pk-live1", "“room:” names no room: the room id follows the colon without a space.", "",
			[]string{"/battle-score room:pk-live1"}},
		{"prefix with a bad room", "room:" + strings.Repeat("r", 49), "“" + strings.Repeat("r", 48) + "…” is 49 bytes long; room names have at most 48.", "",
			[]string{"/battle help battle-score"}},
		{"placeholder", "<battle> add <room> 100", "“<battle>” is a placeholder; put the real battle in its place, without < and >.", "", helpAdd},
		{"placeholder from Slack", "demo add &lt;pk-live1&gt; 100", "“<pk-live1>” is a placeholder; put the real room in its place, without < and >.", "", good},
		{"escaped twice", "demo add a&amp;amp;b 100", "“a&amp;b” was escaped twice on its way here; type it by hand.", "", helpAdd},
		{"quote not closed", `demo add "pk-live1 100`, "The quotation mark in “\"pk-live1” is never closed.", "", good},
		{"quote alone", `demo add pk-live1 100 "`, "The quotation mark in “\"” is never closed.", "", good},
	})
}

func TestParseRefusesTexts(t *testing.T) {
	t.Parallel()
	runRefused(t, scoreCommand, []refused{
		{"too long", strings.Repeat("x", grammar.MaxText+1), "The text is 4,001 bytes long; at most 4,000 are read.", "", []string{"/battle help battle-score"}},
		{"not UTF-8", "demo add r\xff 1", "The text is not valid UTF-8, so it cannot be read without guessing.", "", []string{"/battle help battle-score"}},
	})
	runRefused(t, scoreCommand, []refused{
		{"too many words to repair", "demo add pk-live1 100" + strings.Repeat(" and", 61), "The line names 32 rooms; one battle has at most 9.", "", []string{"/battle help add"}},
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
		{"score line", "demo add pk-live1 5", "“add” belongs to /battle-score.", "", []string{"/battle-score demo add pk-live1 5"}},
		{"score line without a battle", "set pk-live1 5", "“set” belongs to /battle-score.", "", []string{"/battle-score set pk-live1 5"}},
		{"slip", "statsu 7kq2mx", "“statsu” is not something that /battle can do.", "status", []string{"/battle status 7kq2mx"}},
		{"battle alone", "demo", "“demo” is not something that /battle can do.", "", []string{"/battle-score demo"}},
		{"not a name either", "дуэль", "“дуэль” is not something that /battle can do.", "", helpBattle},
		{"whoami with a word", "whoami please", "“please”" + tooMany + "“whoami”.", "", []string{"/battle whoami"}},
		{"info with two battles", "info a b", "“b”" + tooMany + "“info”.", "", []string{"/battle-score a"}},
		{"info of a placeholder", "info <battle>", "“<battle>” is a placeholder; put the real battle in its place, without < and >.", "", []string{"/battle info"}},
		{"status of two", "status a b", "“b”" + tooMany + "“status”.", "", []string{"/battle status a"}},
		{"status of a long word", "status " + strings.Repeat("a", 33),
			"“" + strings.Repeat("a", 33) + "” is 33 bytes long; operation names have at most 32.", "", []string{"/battle status last"}},
		{"log of none", "log 0", "“0” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log 50"}},
		{"log of too many", "log demo 51", "“51” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log demo 50"}},
		{"log of a negative", "log -5", "“-5” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log 50"}},
		{"log of other digits", "log ٥", "“٥” is out of range: log shows 1 to 50 lines.", "", []string{"/battle log 50"}},
		{"log the wrong way round", "log 20 demo", "“demo” is not a number of lines; it comes after the battle.", "", []string{"/battle log demo 20"}},
		{"log of a word", "log demo many", "“many” is not a number of lines; it comes after the battle.", "", []string{"/battle log demo 10"}},
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
