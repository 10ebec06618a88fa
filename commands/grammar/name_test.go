package grammar_test

import (
	"testing"

	"ringside/commands/grammar"
)

func named(battle, alias string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbName, Battle: battle, Alias: alias}
}

func overlay(battle string, revoke bool) grammar.Request {
	return grammar.Request{Verb: grammar.VerbOverlay, Battle: battle, Revoke: revoke}
}

func TestParseReadsNameAndOverlay(t *testing.T) {
	t.Parallel()
	runAccepted(t, battleCommand, []accepted{
		{"name", "name aZ+/== final", named("aZ+/==", "final")},
		{"name in lower case", "name room:PK Grand-Final-2", named("room:PK", "grand-final-2")},
		{"name of the channel's battle", "name final", named("", "final")},
		{"a name that is a number", "name demo 42", named("demo", "42")},
		{"overlay of the channel's battle", "overlay", overlay("", false)},
		{"overlay", "overlay demo", overlay("demo", false)},
		{"overlay revoked", "overlay demo Revoke", overlay("demo", true)},
		{"overlay of the channel's battle revoked", "overlay revoke", overlay("", true)},
	})
}

func TestParseRefusesNameAndOverlay(t *testing.T) {
	t.Parallel()
	helpName := []string{"/battle help name"}
	const rule = " cannot be the name of a battle: a name is 2 to 32 of a-z, 0-9 and -, and begins with a letter or a digit."
	const keyword = " is a word of the command, so it cannot be the name of a battle."
	const tooMany = " is one word too many after "
	runRefused(t, battleCommand, []refused{
		{"nothing", "name", "“name” needs a battle and the name to give it.", "", helpName},
		{"a keyword", "name demo List", "“List”" + keyword, "", helpName},
		{"last", "name demo last", "“last”" + keyword, "", helpName},
		{"revoke", "name revoke", "“revoke”" + keyword, "", helpName},
		{"a keyword as the battle", "name watch final", "“watch” is a word of the command, so it cannot stand for a battle here.", "", helpName},
		{"a battle alone", "name room:x", "“room:x” names a battle; the name to give it comes after it.", "", helpName},
		{"the wrong way round", "name final room:x", "“room:x”" + rule, "", []string{"/battle name room:x final"}},
		{"underscore", "name demo Grand_Final", "“Grand_Final”" + rule, "", []string{"/battle name demo grand-final"}},
		{"long dash", "name grand–final", "“grand–final”" + rule, "", []string{"/battle name grand-final"}},
		{"several words", "name demo grand final", "“final”" + tooMany + "“name”.", "", []string{"/battle name demo grand-final"}},
		{"other letters", "name demo финал", "“финал”" + rule, "", helpName},
		{"one letter", "name demo x", "“x”" + rule, "", helpName},
		{"an empty name", `name demo ""`, "“”" + rule, "", helpName},
		{"like a flag", "name demo -final", "“-final”" + rule, "", []string{"/battle name demo final"}},
		{"placeholder", "name demo <alias>", "“<alias>”" + rule, "", helpName},
		{"dry run", "name demo final --dry-run", "--dry-run goes with add and set only.", "", helpName},
		{"slip of revoke", "overlay demo revok", "“revok”" + tooMany + "“overlay”.", "revoke", []string{"/battle overlay demo revoke"}},
		{
			"revoke first", "overlay revoke demo",
			"“revoke” is a word of the command, so it cannot stand for a battle here.", "",
			[]string{"/battle overlay demo revoke"},
		},
		{"overlay of two", "overlay a b", "“b”" + tooMany + "“overlay”.", "", []string{"/battle overlay a"}},
		{"list with a word", "list all", "“all”" + tooMany + "“list”.", "", []string{"/battle list"}},
		{"watch with two", "watch a b", "“b”" + tooMany + "“watch”.", "", []string{"/battle watch a"}},
		{"watch with two and a dry run", "watch a b --dry-run", "“b”" + tooMany + "“watch”.", "", []string{"/battle help watch"}},
		{"dry run of a list", "list --dry-run", "--dry-run goes with add and set only.", "", []string{"/battle list"}},
		{"last is no battle", "info last", "“last” is a word of the command, so it cannot stand for a battle here.", "", []string{"/battle info"}},
	})
}
