package discordbot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands/grammar"
)

func TestCompose(t *testing.T) {
	t.Parallel()
	type o = discordfake.Option
	tests := []struct {
		name    string
		command string
		options []o
		want    string // the whole line
		refused bool   // by the edge, since it would be read otherwise
	}{
		{"add", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "pk-live1"}, {Name: "score", Value: 100}}, "/battle-score demo add pk-live1 100", false},
		{"the order does not count", "battle-score", []o{{Name: "score", Value: 0}, {Name: "room", Value: "a"}, {Name: "action", Value: "set"}, {Name: "battle", Value: "demo"}}, "/battle-score demo set a 0", false},
		{"more", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "pk-live1"}, {Name: "score", Value: 100}, {Name: "more", Value: " pk-live2 50  pk-live3 20"}}, "/battle-score demo add pk-live1 100 pk-live2 50  pk-live3 20", false},
		{"only more", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "more", Value: "pk-live2 50"}}, "/battle-score demo add pk-live2 50", false},
		{"dry run", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "a"}, {Name: "score", Value: 1}, {Name: "dry_run", Value: true}}, "/battle-score demo add a 1 --dry-run", false},
		{"no dry run", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "dry_run", Value: false}}, "/battle-score demo", false},
		{"dry run in more", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "a"}, {Name: "score", Value: 1}, {Name: "more", Value: "--dry-run"}}, "/battle-score demo add a 1 --dry-run", false},
		{"the largest score keeps its digits", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "set"}, {Name: "room", Value: "a"}, {Name: "score", Value: json.Number("9007199254740993")}}, "/battle-score demo set a 9007199254740993", false},
		{"only a battle", "battle-score", []o{{Name: "battle", Value: "+ab/c=="}}, "/battle-score +ab/c==", false},
		{"the channel's battle", "battle-score", []o{{Name: "action", Value: "add"}, {Name: "room", Value: "a"}, {Name: "score", Value: 1}}, "/battle-score add a 1", false},
		{"nothing", "battle-score", nil, "/battle-score ", false},
		{"a quoted name", "battle-score", []o{{Name: "battle", Value: `"x`}}, `/battle-score '"x'`, false},
		{"a room with a word too many is the grammar's to refuse", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "a b"}, {Name: "score", Value: 1}}, "/battle-score demo add a b 1", false},
		{"a whole line as the battle", "battle-score", []o{{Name: "battle", Value: "demo add pk-live1 100"}}, "/battle-score demo add pk-live1 100", true},
		{"a room that brings its number and another room", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "action", Value: "add"}, {Name: "room", Value: "a 5 b"}, {Name: "score", Value: 1}}, "/battle-score demo add a 5 b 1", true},
		{"a keyword as the battle", "battle-score", []o{{Name: "battle", Value: "add"}, {Name: "action", Value: "add"}, {Name: "room", Value: "5"}, {Name: "score", Value: 100}, {Name: "more", Value: "7"}}, "/battle-score add add 5 100 7", true},
		{"a flag as the room", "battle-score", []o{{Name: "battle", Value: "demo"}, {Name: "room", Value: "--help"}}, "/battle-score demo --help", true},
		{"only a room", "battle-score", []o{{Name: "room", Value: "pk-live1"}}, "/battle-score pk-live1", true},
		{"info", "battle", []o{{Name: "info", Options: []o{{Name: "battle", Value: "demo"}}}}, "/battle-score demo", false},
		{"info without a battle", "battle", []o{{Name: "info"}}, "/battle info", false},
		{"status", "battle", []o{{Name: "status"}}, "/battle status", false},
		{"status of one", "battle", []o{{Name: "status", Options: []o{{Name: "operation", Value: "K7QX"}}}}, "/battle status K7QX", false},
		{"status of two", "battle", []o{{Name: "status", Options: []o{{Name: "operation", Value: "a b"}}}}, "/battle status a b", false},
		{"log", "battle", []o{{Name: "log"}}, "/battle log 10", false},
		{"log of a battle that is a number", "battle", []o{{Name: "log", Options: []o{{Name: "battle", Value: "12"}}}}, "/battle log 12 10", false},
		{"log of some", "battle", []o{{Name: "log", Options: []o{{Name: "battle", Value: "demo"}, {Name: "count", Value: 5}}}}, "/battle log demo 5", false},
		{"a battle that hides a count", "battle", []o{{Name: "log", Options: []o{{Name: "battle", Value: "--help"}}}}, "/battle log --help 10", true},
		{"list", "battle", []o{{Name: "list"}}, "/battle list", false},
		{"watch", "battle", []o{{Name: "watch", Options: []o{{Name: "battle", Value: "demo"}}}}, "/battle watch demo", false},
		{"unwatch of the channel's battle", "battle", []o{{Name: "unwatch"}}, "/battle unwatch", false},
		{"undo", "battle", []o{{Name: "undo"}}, "/battle undo", false},
		{"undo of one", "battle", []o{{Name: "undo", Options: []o{{Name: "operation", Value: "K7QX"}}}}, "/battle undo K7QX", false},
		{"resolve", "battle", []o{{Name: "resolve", Options: []o{{Name: "operation", Value: "k7qx"}, {Name: "outcome", Value: "not applied"}}}}, "/battle resolve k7qx not-applied", false},
		{"an operation that brings its outcome", "battle", []o{{Name: "resolve", Options: []o{{Name: "operation", Value: "k7qx not"}, {Name: "outcome", Value: "applied"}}}}, "/battle resolve k7qx not applied", true},
		{"name", "battle", []o{{Name: "name", Options: []o{{Name: "alias", Value: "Final"}, {Name: "battle", Value: "room:a"}}}}, "/battle name room:a Final", false},
		{"a name that brings its battle", "battle", []o{{Name: "name", Options: []o{{Name: "alias", Value: "demo final"}}}}, "/battle name demo final", true},
		{"overlay", "battle", []o{{Name: "overlay", Options: []o{{Name: "battle", Value: "demo"}, {Name: "revoke", Value: true}}}}, "/battle overlay demo revoke", false},
		{"a battle that revokes", "battle", []o{{Name: "overlay", Options: []o{{Name: "battle", Value: "revoke"}}}}, "/battle overlay revoke", true},
		{"create", "battle", []o{{Name: "create", Options: []o{{Name: "rooms", Value: "a vs b"}, {Name: "duration", Value: "5 min"}}}}, "/battle create a vs b for 5 min", false},
		{"create with a note", "battle", []o{{Name: "create", Options: []o{{Name: "rooms", Value: "a vs b"}, {Name: "duration", Value: "5:00"}, {Name: "note", Value: "Grand  final -- x"}}}}, "/battle create a vs b for 5:00 -- Grand  final -- x", false},
		{"rooms without vs are the grammar's to refuse", "battle", []o{{Name: "create", Options: []o{{Name: "rooms", Value: "a b"}, {Name: "duration", Value: "5"}}}}, "/battle create a b for 5", false},
		{"rooms that bring their duration and a note", "battle", []o{{Name: "create", Options: []o{{Name: "rooms", Value: "a vs b for 5m -- x"}, {Name: "duration", Value: "5m"}}}}, "", true},
		{"a duration that brings a note", "battle", []o{{Name: "create", Options: []o{{Name: "rooms", Value: "a vs b"}, {Name: "duration", Value: "5m --"}, {Name: "note", Value: "x"}}}}, "", true},
		{"rooms that are a flag", "battle", []o{{Name: "create", Options: []o{{Name: "rooms", Value: "--help"}, {Name: "duration", Value: "5m"}}}}, "", true},
		{"bulk with a file", "battle", []o{{Name: "bulk", Options: []o{{Name: "file", Value: discordfake.Attachment{Name: "a.csv", Content: "x"}}}}}, "/battle bulk", false},
		{"the stop of a bulk", "battle", []o{{Name: "bulk", Options: []o{{Name: "stop", Value: "K7QX"}}}}, "/battle bulk stop K7QX", false},
		{"an operation that is more than one word", "battle", []o{{Name: "bulk", Options: []o{{Name: "stop", Value: "k7qx x"}}}}, "/battle bulk stop k7qx x", false},
		{"a battle that is a bulk", "battle-score", []o{{Name: "battle", Value: "bulk"}}, "/battle-score bulk", true},
		{"whoami", "battle", []o{{Name: "whoami"}}, "/battle whoami", false},
		{"help", "battle", []o{{Name: "help"}}, "/battle help", false},
		{"help on one", "battle", []o{{Name: "help", Options: []o{{Name: "topic", Value: "add"}}}}, "/battle help add", false},
		{"an unheard-of subcommand", "battle", []o{{Name: "explode"}}, "/battle explode", false},
		{"an unheard-of command", "explode", nil, "/explode ", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{desk: d})
			receipt := r.ask(t, discordfake.Ask{Command: tt.command, Options: tt.options})
			if tt.refused {
				if r.reads(t, "could be read in another way"); receipt.Answered != 4 || len(asks) != 0 {
					t.Errorf("the first answer is of type %d", receipt.Answered)
				}
				return
			}
			ask := receive(t, r, asks)
			if got := ask.Command + " " + ask.Text; got != tt.want {
				t.Errorf("composed %q, want %q", got, tt.want)
			}
		})
	}
}

// TestComposeChangesNoMeaning types anything into the options: the line that comes of it names that
// battle, that room and that number, or is refused.
func TestComposeChangesNoMeaning(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(discordfake.Config{})
	t.Cleanup(fake.Close)
	word := rapid.OneOf(
		rapid.StringMatching(`[a-z0-9+/=:"'\x60-]{1,8}`),
		rapid.SampledFrom([]string{"add", "set", "info", "--dry-run", "--help", "?", "5", "a 5 b", "\"a b\"", "'", "/battle", "room:x", "ROOM:x", "\u00a0x", "“a”", "&amp;", "—dry-run"}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		battle, room := word.Draw(t, "battle"), word.Draw(t, "room")
		action, score := rapid.SampledFrom([]string{"add", "set"}).Draw(t, "action"), rapid.IntRange(0, 1<<31-1).Draw(t, "score")
		more := rapid.SampledFrom([]string{"", "pk-live9 7", "7", "x"}).Draw(t, "more")
		body, err := fake.AskBody(discordfake.Ask{Options: []discordfake.Option{
			{Name: "battle", Value: battle}, {Name: "action", Value: action}, {Name: "room", Value: room}, {Name: "score", Value: score}, {Name: "more", Value: more},
		}})
		if err != nil {
			t.Fatalf("the fake: %v", err)
		}
		ask, _, _, refused, err := discordbot.Read([]byte(body))
		if err != nil || refused {
			return
		}
		req, problem := grammar.Parse(ask.Command, ask.Text)
		if problem != nil {
			return
		}
		first := req.Changes[0]
		if !strings.EqualFold(req.Battle, strings.TrimSpace(battle)) || string(req.Verb) != action ||
			first.Room != strings.TrimSpace(room) || first.Points != int64(score) || req.DryRun {
			t.Fatalf("%q was read as %+v", ask.Text, req)
		}
	})
}

// TestComposeChangesNoMeaningOfASubcommand does the same with the options of /battle; of a new battle the rooms are text
// form, and mean what is read of them.
func TestComposeChangesNoMeaningOfASubcommand(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(discordfake.Config{})
	t.Cleanup(fake.Close)
	word := rapid.OneOf(
		rapid.StringMatching(`[a-z0-9+/="'\x60-]{1,6}( [a-z-]{1,6}){0,2}`),
		rapid.SampledFrom([]string{"", "last", "not", "applied", "revoke", "--help", "--", "—", "x -- y", "a vs b", "a vs b for 5m", "5m", "5 min", "5:00 -- z", "demo", "ROOM:x", "“a”", "&amp;", "x\ny"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		sub := rapid.SampledFrom([]string{"name", "resolve", "undo", "overlay", "create"}).Draw(t, "subcommand")
		drawn, options := map[string]string{}, []discordfake.Option(nil)
		for _, name := range map[string][]string{
			"name": {"alias", "battle"}, "resolve": {"operation", "outcome"}, "undo": {"operation"}, "overlay": {"battle"}, "create": {"rooms", "duration", "note"},
		}[sub] {
			if drawn[name] = word.Draw(t, name); drawn[name] != "" {
				options = append(options, discordfake.Option{Name: name, Value: drawn[name]})
			}
			drawn[name] = strings.Join(strings.Fields(drawn[name]), " ")
		}
		body, err := fake.AskBody(discordfake.Ask{Command: "battle", Options: []discordfake.Option{{Name: sub, Options: options}}})
		if err != nil {
			t.Fatalf("the fake: %v", err)
		}
		ask, _, _, refused, err := discordbot.Read([]byte(body))
		if err != nil || refused {
			return
		}
		req, problem := grammar.Parse(ask.Command, ask.Text)
		if problem != nil {
			return
		}
		if drawn["operation"] == "" {
			drawn["operation"] = req.Operation // the last, by default
		}
		d, _ := grammar.Duration(strings.TrimRight(drawn["duration"], "-— "))
		if string(req.Verb) != sub || !strings.EqualFold(req.Battle, drawn["battle"]) || !strings.EqualFold(req.Alias, drawn["alias"]) ||
			!strings.EqualFold(req.Operation, drawn["operation"]) || req.Outcome != drawn["outcome"] || req.Revoke ||
			req.Duration != d || req.Note != drawn["note"] {
			t.Fatalf("%q was read as %+v", ask.Text, req)
		}
	})
}
