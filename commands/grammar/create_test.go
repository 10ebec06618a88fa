package grammar_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringside/commands/grammar"
)

func created(d time.Duration, note string, rooms ...string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbCreate, Rooms: rooms, Duration: d, Note: note}
}

func TestParseReadsCreate(t *testing.T) {
	t.Parallel()
	five := created(5*time.Minute, "", "a", "b")
	noted := created(5*time.Minute, "Grand final", "a", "b")
	runAccepted(t, battleCommand, []accepted{
		{"two rooms", "create a vs b for 5m", five},
		{"in any case", "Create a VS b FOR 5M", five},
		{"four rooms", "create a vs. b v c against d for 90s", created(90*time.Second, "", "a", "b", "c", "d")},
		{"versus", "create a versus b v. c for 1h", created(time.Hour, "", "a", "b", "c")},
		{"rooms named like keywords", "create for vs vs for 5m", created(5*time.Minute, "", "for", "vs")},
		{"rooms that are numbers", "create 101 vs 5m for 5m", created(5*time.Minute, "", "101", "5m")},
		{"quotes", "create “a” vs `b` for '5m'", five},
		{"a duration in words", "create a vs b for 1 hour 30 minutes", created(90*time.Minute, "", "a", "b")},
		{"note", "create a vs b for 5m -- Grand final", noted},
		{"note after the dash of a phone", "create a vs b for 5m — Grand final", noted},
		{"note after an en dash", "create a vs b for 5m – Grand final", noted},
		{"note after three dashes", "create a vs b for 5m --- Grand final", noted},
		{"note with more spaces", "create a vs b for 5m  --\t Grand \u00a0 final ", noted},
		{"note as typed", "create a vs b for 5m -- “x” `y` — --dry-run {\"z\": 1}", created(5*time.Minute, "“x” `y` — --dry-run {\"z\": 1}", "a", "b")},
		{"note with entities", "create a vs b for 5m -- a &amp; b &lt;3", created(5*time.Minute, "a & b <3", "a", "b")},
		{"note of one dash", "create a vs b for 5m -- -", created(5*time.Minute, "-", "a", "b")},
		{"no note", "create a vs b for 5m --", five},
		{"whole line in back-ticks", "`create a vs b for 5m -- Grand final`", noted},
		{"whole line in a code block", "```create a vs b for 5m -- Grand final```", noted},
		{"whole line in smart quotes", "“create a vs b for 5m — Grand final”", noted},
		{"keyword in quotes", `"create" a vs b for 5m -- "Grand final"`, created(5*time.Minute, `"Grand final"`, "a", "b")},
		{"help before the note", "create --help -- x", help("battle")},
	})
}

func TestParseRefusesCreate(t *testing.T) {
	t.Parallel()
	two, three := []string{"/battle create a vs b for 5m"}, []string{"/battle create a vs b vs c for 5m"}
	noted, helpCreate := []string{"/battle create a vs b for 5m -- Grand final"}, []string{"/battle help create"}
	const between = " stands where vs and a room, or for and a duration, should follow "
	const noSpan = " is not a duration; write it as 5m, 90s, 1h30m or 5:00."
	runRefused(t, battleCommand, []refused{
		{"nothing", "create", "“create” needs the rooms of the battle and how long it runs.", "", helpCreate},
		{"one room", "create a", "“a” has no opponent: a battle is between two rooms or more, with vs between them.", "", helpCreate},
		{"one room and a duration", "create a for 5m", "“a” has no opponent: a battle is between two rooms or more, with vs between them.", "", helpCreate},
		{"no second room", "create a vs", "“vs” has no room after it.", "", helpCreate},
		{"no vs", "create a b for 5m", "“b”" + between + "“a”.", "", two},
		{"no second vs", "create a vs b c for 5m", "“c”" + between + "“b”.", "", three},
		{"a list", "create a, b and c for 5m", "“b”" + between + "“a,”.", "", three},
		{"no duration", "create a vs b", "How long the battle runs is missing after “b”: for and a duration.", "", two},
		{"no duration after for", "create a vs b for -- Grand final", "The duration is missing: write it as 5m, 90s, 1h30m or 5:00.", "", noted},
		{"no for", "create a vs b 5 min", "“5”" + between + "“b”.", "", two},
		{"neither vs nor for", "create a b 5m -- Grand final", "“b”" + between + "“a”.", "", noted},
		{"no for behind a number", "create 1 vs 2", "How long the battle runs is missing after “2”: for and a duration.", "", []string{"/battle create 1 vs 2 for 5m"}},
		{
			"no unit", "create a vs b for 300",
			"“300” what? A duration has a unit: seconds as 300s or minutes as 300m.", "",
			[]string{"/battle create a vs b for 5m", "/battle create a vs b for 5h"},
		},
		{
			"no unit of few", "create a vs v vs b for 5",
			"“5” what? A duration has a unit: seconds as 5s or minutes as 5m.", "",
			[]string{"/battle create a vs v vs b for 5m", "/battle create a vs v vs b for 5s"},
		},
		{"fraction", "create a vs b for 1.5 min", "“1.5 min”" + noSpan, "", []string{"/battle create a vs b for 1m30s"}},
		{"too long", "create a vs b for 30h", "“30h” is too long; a battle runs 24 hours at most.", "", helpCreate},
		{"too short", "create a vs b for 0:00", "“0:00” is too short; a battle runs 1 second at least.", "", helpCreate},
		{"room twice", "create a vs b vs a for 5m", "“a” is named twice; each room stands once in a line.", "", two},
		{"against itself", "create a vs a for 5m", "“a” is named twice; each room stands once in a line.", "", helpCreate},
		{
			"ten rooms", "create a vs b vs c vs d vs e vs f vs g vs h vs i vs j for 5m",
			"The line names 10 rooms; one battle has at most 9.", "",
			helpCreate,
		},
		{"placeholder", "create <room> vs b for 5m", "“<room>” is a placeholder; put the real room in its place, without < and >.", "", helpCreate},
		{"dashes for a room", `create "--" vs b for 5m`, "“--” begins the note, so it cannot stand for a room here.", "", helpCreate},
		{"note after one dash", "create a vs b for 5m - Grand final", "“5m - Grand final”" + noSpan, "", noted},
		{
			"note as a flag", "create a vs b for 5m --note: Grand final",
			"“--note:” is not a flag that Ringside knows; the only one is --dry-run.", "",
			noted,
		},
		{
			"note glued to its dash", "create a vs b for 5m —Grand final",
			"“—Grand” is not a flag that Ringside knows; the only one is --dry-run.", "",
			noted,
		},
		{"note in a slip", "craete a vs b for 5m — Grand final", "“craete” is not something that /battle can do.", "create", noted},
		{
			"note of an add", "craete add a 5k -- Grand final",
			"“add” belongs to /battle-score.", "",
			[]string{"/battle help add"},
		},
		{"command typed again", "/battle create a vs b for 5m -- Grand final", "“/battle” is not something that /battle can do.", "", noted},
		{"note on two lines", "create a vs b for 5m -- Grand\r\nfinal", "The note goes over several lines; it must be one line.", "", noted},
		{
			"hidden in the note", "create a vs b for 5m -- Grand\u202e final",
			"The note holds a text-direction mark (U+202E), which cannot be seen; leave it out.", "",
			noted,
		},
		{
			"private use in the note", "create a vs b for 5m -- Grand\ue000 final",
			"The note holds a character without a look of its own (U+E000), which cannot be seen; leave it out.", "",
			noted,
		},
		{
			"note escaped twice", "create a vs b for 5m -- a &amp;amp; b",
			"The note “a &amp; b” was escaped twice on its way here; type it by hand.", "",
			helpCreate,
		},
		{"note too long", "create a vs b for 5m -- " + strings.Repeat("x", 257), "The note is 257 bytes long; at most 256 are kept.", "", helpCreate},
		{
			"dry run", "create a vs b for 5m --dry-run",
			"--dry-run goes with add and set only; create always shows what it would do and asks.", "",
			helpCreate,
		},
		{
			"slip of the dry run", "create a vs b for 5m --dry-rum",
			"“--dry-rum” is not a flag that Ringside knows; the only one is --dry-run.", "--dry-run",
			helpCreate,
		},
	})
	runRefused(t, scoreCommand, []refused{
		{"to the other command", "create a b 5m — Grand final", "“create” is a word of the command, so it cannot stand for a battle here.", "", noted},
		{
			"a battle called nearly so", "creates add a — 7",
			"“—” stands where the number of “a” should be.", "",
			[]string{"/battle-score creates add a 7"},
		},
	})
}

func TestDuration(t *testing.T) {
	t.Parallel()
	const refused = 0
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "5 min": 5 * time.Minute, "5 MINUTES": 5 * time.Minute, "05m": 5 * time.Minute,
		"90s": 90 * time.Second, "90 sec": 90 * time.Second, "1h": time.Hour, "1h30m": 90 * time.Minute, "1 h 30 m": 90 * time.Minute,
		"1hr 30mins": 90 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "90m": 90 * time.Minute, "24h": 24 * time.Hour,
		"5:00": 5 * time.Minute, "0:30": 30 * time.Second, "90:00": 90 * time.Minute, "1:30:00": 90 * time.Minute,
		"": refused, "300": refused, "m": refused, "5x": refused, "5m30": refused, "30s5m": refused, "1h90m": refused, "5m5m": refused,
		"1.5h": refused, "-5m": refused, "+5m": refused, "5:60": refused, "5:0": refused, "5:000": refused, ":30": refused, "1:2:3:4": refused,
		"1:60:00": refused, "24:00:01": refused, "0s": refused, "5m 7": refused, "5 5m": refused, "٥m": refused, "999999999999999999999h": refused,
		"99999999999:00:00": refused, "500ms": refused,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got, err := grammar.Duration(text); got != want || (err == nil) != (want != refused) {
				t.Errorf("Duration = %s, %v, want %s", got, err, want)
			}
		})
	}
}

func TestEveryDressOfACreateIsReadAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rooms := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,12}[0-9]{0,3}`), 2, grammar.MaxRooms, rapid.ID[string]).Draw(t, "rooms")
		want := created(time.Duration(rapid.IntRange(1, 24*3600).Draw(t, "seconds"))*time.Second, rapid.StringMatching(`([A-Za-z"'—]{1,8}( [a-z-]{1,8}){0,3})?`).Draw(t, "note"), rooms...)
		text := "create " + rooms[0]
		for _, room := range rooms[1:] {
			text += rapid.SampledFrom([]string{" vs ", " VS. ", " v ", "\u00a0against  "}).Draw(t, "vs") + room
		}
		text += " for " + strings.Join(strings.SplitAfter(want.Duration.String(), rapid.SampledFrom([]string{"m", "h", "x"}).Draw(t, "space")), " ")
		if want.Note != "" {
			text += rapid.SampledFrom([]string{" -- ", " — ", "\t–  "}).Draw(t, "dash") + want.Note
		}
		got, err := grammar.Parse(battleCommand, text)
		if err != nil || got.Line() != want.Line() {
			t.Fatalf("%q is read as %s, %v", text, got.Line(), err)
		}
	})
}
