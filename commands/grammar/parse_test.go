package grammar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/commands/grammar"
)

const (
	scoreCommand  = "/battle-score"
	battleCommand = "/battle"
)

func change(room string, points int64) grammar.Change {
	return grammar.Change{Room: room, Points: points}
}

func added(battle string, changes ...grammar.Change) grammar.Request {
	return grammar.Request{Verb: grammar.VerbAdd, Battle: battle, Changes: changes}
}

func dry(request grammar.Request) grammar.Request {
	request.DryRun = true
	return request
}

func help(topic string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbHelp, Topic: topic}
}

func info(battle string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbInfo, Battle: battle}
}

func log(battle string, count int) grammar.Request {
	return grammar.Request{Verb: grammar.VerbLog, Battle: battle, Count: count}
}

func status(operation string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbStatus, Operation: operation}
}

type accepted struct {
	name string
	text string
	want grammar.Request
}

func runAccepted(t *testing.T, command string, cases []accepted) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := grammar.Parse(command, tc.text)
			if err != nil {
				t.Fatalf("Parse(%q, %q): %v", command, tc.text, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Parse(%q, %q) (-want +got):\n%s", command, tc.text, diff)
			}
		})
	}
}

func TestParseReadsScoreLines(t *testing.T) {
	t.Parallel()
	hundred := added("demo", change("pk-live1", 100))
	nine := added("demo", change("r1", 1), change("r2", 2), change("r3", 3), change("r4", 4), change("r5", 5),
		change("r6", 6), change("r7", 7), change("r8", 8), change("r9", 9))
	runAccepted(t, scoreCommand, []accepted{
		{"nothing asks for help", "", help("battle-score")},
		{"only spaces ask for help", " \t\u00a0\n", help("battle-score")},
		{"the word help", "HELP", help("battle-score")},
		{"help on an action", "help set", help("set")},
		{"question mark", "?", help("battle-score")},
		{"help flag anywhere", "demo add --help", help("battle-score")},
		{"battle alone", "demo", info("demo")},
		{"battle and info", "demo Info", info("demo")},
		{"add", "demo add pk-live1 100", hundred},
		{"set", "demo set pk-live1 0", grammar.Request{
			Verb: grammar.VerbSet, Battle: "demo", Changes: []grammar.Change{change("pk-live1", 0)},
		}},
		{"several rooms in the order typed", "demo add b 2 a 1", added("demo", change("b", 2), change("a", 1))},
		{"nine rooms", "demo add r1 1 r2 2 r3 3 r4 4 r5 5 r6 6 r7 7 r8 8 r9 9", nine},
		{"battle left out", "add pk-live1 100", added("", change("pk-live1", 100))},
		{"rooms that are numbers", "demo add 101 50 102 60", added("demo", change("101", 50), change("102", 60))},
		{"rooms that differ in case only", "demo add A 1 a 1", added("demo", change("A", 1), change("a", 1))},
		{"rooms named like keywords", "demo add add 1 set 2", added("demo", change("add", 1), change("set", 2))},
		{"keywords ignore case", "demo ADD pk-live1 100", hundred},
		{"opaque battle id", "aZ+/09== add pk-live1 100", added("aZ+/09==", change("pk-live1", 100))},
		{"battle id that begins like a command", "/battleX= add r 1", added("/battleX=", change("r", 1))},
		{"battle by room", "room:pk-live1 add pk-live1 100", added("room:pk-live1", change("pk-live1", 100))},
		{"battle by room, capital", "Room:PK add r 1", added("room:PK", change("r", 1))},
		{"comma grouping", "demo add r 1,000,000", added("demo", change("r", 1000000))},
		{"underscore grouping", "demo add r 12_000", added("demo", change("r", 12000))},
		{"plus sign of an add", "demo add pk-live1 +100", hundred},
		{"largest number", "demo add r 2147483647", added("demo", change("r", 2147483647))},
		{"dry run at the end", "demo add pk-live1 100 --dry-run", dry(hundred)},
		{"dry run in the middle", "demo add --dry-run pk-live1 100", dry(hundred)},
		{"dry run between room and points", "demo add pk-live1 --DRY-RUN 100", dry(hundred)},
		{"dry run twice", "demo add --dry-run pk-live1 100 --dry-run", dry(hundred)},
		{"dry run, em dash", "demo add pk-live1 100 —dry-run", dry(hundred)},
		{"dry run, en dash", "demo add pk-live1 100 –dry–run", dry(hundred)},
		{"dry run, horizontal bar", "demo add pk-live1 100 ―dry-run", dry(hundred)},
		{"dry run, minus", "demo add pk-live1 100 −−dry−run", dry(hundred)},
		{"dry run, one hyphen", "demo add pk-live1 100 -dry-run", dry(hundred)},
		{"dry run, underscore", "demo add pk-live1 100 --dry_run", dry(hundred)},
		{"straight quotes", `"demo" "add" 'pk-live1' "100"`, hundred},
		{"back-ticks", "`demo` add `pk-live1` `100` `--dry-run`", dry(hundred)},
		{"whole line in back-ticks", "`demo add pk-live1 100`", hundred},
		{"whole line in a code block", "```demo add pk-live1 100```", hundred},
		{"quotes inside quotes", `"demo add 'pk-live1' 100"`, hundred},
		{"part of the line in quotes", `demo add "pk-live1 100"`, hundred},
		{"smart quotes", "“demo” add ‘pk-live1’ „100“", hundred},
		{"guillemets with spaces", "demo add « pk-live1 » 100", hundred},
		{"quote inside a name", "demo add o'neil 1", added("demo", change("o'neil", 1))},
		{"name in front of a quote", `demo add "'q" 1`, added("demo", change("'q", 1))},
		{"Slack entities", "a&amp;b add &lt;r 1", added("a&b", change("<r", 1))},
		{"unusual spaces", "demo\u00a0add\u2003pk-live1\u3000100", hundred},
		{"several lines", "demo add pk-live1 100\r\n\tpk-live2 50\n", added("demo", change("pk-live1", 100), change("pk-live2", 50))},
	})
}

func TestParseReadsBattleLines(t *testing.T) {
	t.Parallel()
	runAccepted(t, battleCommand, []accepted{
		{"nothing asks for help", "", help("battle")},
		{"question mark", "?", help("battle")},
		{"help flag", "log -h", help("battle")},
		{"help", "help", help("")},
		{"help on a subcommand", "Help Whoami", help("whoami")},
		{"help on a command with its slash", "help /battle-score", help("battle-score")},
		{"info of the watched battle", "info", info("")},
		{"info", "info aZ+/==", info("aZ+/==")},
		{"info by room", "info room:pk-live1", info("room:pk-live1")},
		{"status of the last", "status", status("last")},
		{"status of the last in words", "status LAST", status("last")},
		{"status of an operation", "status 7Kq2mx", status("7kq2mx")},
		{"log", "log", log("", 10)},
		{"log of a battle", "log demo", log("demo", 10)},
		{"log with a number", "log 50", log("", 50)},
		{"log of a battle with a number", "log demo 1", log("demo", 1)},
		{"log of a battle that is a number", "log 42 7", log("42", 7)},
		{"log of a battle that begins with a digit", "log 2nd-final", log("2nd-final", 10)},
		{"whoami", "WhoAmI", grammar.Request{Verb: grammar.VerbWhoami}},
		{"list", "list", grammar.Request{Verb: grammar.VerbList}},
		{"watch", "watch demo", grammar.Request{Verb: grammar.VerbWatch, Battle: "demo"}},
		{"watch of the channel's battle", "Watch", grammar.Request{Verb: grammar.VerbWatch}},
		{"unwatch", "unwatch ROOM:x", grammar.Request{Verb: grammar.VerbUnwatch, Battle: "room:x"}},
		{"unwatch of the channel's battle", "unwatch", grammar.Request{Verb: grammar.VerbUnwatch}},
	})
}

func TestParseTakesTheCommandInAnyCase(t *testing.T) {
	t.Parallel()
	got, err := grammar.Parse("/Battle-Score", "demo")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(info("demo"), got); diff != "" {
		t.Error(diff)
	}
}

func TestLineIsReadAsTheSameRequest(t *testing.T) {
	t.Parallel()
	cases := map[string]grammar.Request{
		"/battle-score demo":                                 info("demo"),
		"/battle info":                                       info(""),
		"/battle status last":                                status("last"),
		"/battle log 10":                                     log("", 10),
		"/battle log 42 50":                                  log("42", 50),
		"/battle whoami":                                     {Verb: grammar.VerbWhoami},
		"/battle help":                                       help(""),
		"/battle help add":                                   help("add"),
		"/battle list":                                       {Verb: grammar.VerbList},
		"/battle watch":                                      {Verb: grammar.VerbWatch},
		"/battle unwatch '\"a'":                              {Verb: grammar.VerbUnwatch, Battle: `"a`},
		"/battle undo last":                                  {Verb: grammar.VerbUndo, Operation: "last"},
		"/battle resolve 7kq2mx not-applied":                 {Verb: grammar.VerbResolve, Operation: "7kq2mx", Outcome: grammar.NotApplied},
		"/battle name aZ+/== final":                          {Verb: grammar.VerbName, Battle: "aZ+/==", Alias: "final"},
		"/battle overlay demo revoke":                        {Verb: grammar.VerbOverlay, Battle: "demo", Revoke: true},
		"/battle create a vs b for 1m30s":                    {Verb: grammar.VerbCreate, Rooms: []string{"a", "b"}, Duration: 90 * time.Second},
		"/battle create '\"a' vs b for 2h -- \"x\" — y":      {Verb: grammar.VerbCreate, Rooms: []string{`"a`, "b"}, Duration: 2 * time.Hour, Note: `"x" — y`},
		"/battle-score demo add a 1000 b 2":                  added("demo", change("a", 1000), change("b", 2)),
		"/battle-score add a 1 --dry-run":                    dry(added("", change("a", 1))),
		"/battle-score \"'a\" add '\"b' 1 \"`c'\" 2":         added("'a", change(`"b`, 1), change("`c'", 2)),
		"/battle-score room:x set y 0":                       {Verb: grammar.VerbSet, Battle: "room:x", Changes: []grammar.Change{change("y", 0)}},
		"/battle-score \"`both\" add \"'a`b'\" 1 '\"a`b`' 2": added("`both", change("'a`b'", 1), change("\"a`b`", 2)),
		"/battle-score add \"\"all'`\" 1":                    added("", change("\"all'`", 1)),
	}
	for line, request := range cases {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if got := request.Line(); got != line {
				t.Errorf("Line() = %s, want %s", got, line)
			}
			if diff := cmp.Diff(request, reread(t, line)); diff != "" {
				t.Errorf("read again (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReserved(t *testing.T) {
	t.Parallel()
	for _, topic := range grammar.Topics() {
		if !grammar.Reserved(topic) {
			t.Errorf("Reserved(%q) = false", topic)
		}
	}
	for word, want := range map[string]bool{"ADD": true, "Battle": true, "?": true, "LAST": true, "revoke": true, "unwatch": true, "demo": false, "adds": false, "": false} {
		if got := grammar.Reserved(word); got != want {
			t.Errorf("Reserved(%q) = %v, want %v", word, got, want)
		}
	}
}
