package grammar_test

import (
	"testing"

	"ringside/commands/grammar"
)

func undo(operation string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbUndo, Operation: operation}
}

func resolve(operation, outcome string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbResolve, Operation: operation, Outcome: outcome}
}

func TestParseReadsUndoAndResolve(t *testing.T) {
	t.Parallel()
	not := resolve("7kq2mx", grammar.NotApplied)
	runAccepted(t, battleCommand, []accepted{
		{"undo of the last", "undo", undo("last")},
		{"undo of the last in words", "UNDO Last", undo("last")},
		{"undo", "undo 7KQ2mx", undo("7kq2mx")},
		{"applied", "resolve 7KQ2mx Applied", resolve("7kq2mx", grammar.Applied)},
		{"not applied", "resolve 7kq2mx not applied", not},
		{"not-applied", "resolve 7kq2mx NOT-applied", not},
		{"not–applied", "resolve 7kq2mx not–applied", not},
		{"not_applied", "resolve 7kq2mx not_applied", not},
		{"notapplied", "resolve 7kq2mx notapplied", not},
		{"in quotes", "resolve `7kq2mx` “not applied”", not},
		{"the last", "resolve last applied", resolve("last", grammar.Applied)},
	})
}

func TestParseRefusesUndoAndResolve(t *testing.T) {
	t.Parallel()
	yes, no := "/battle resolve 7k applied", "/battle resolve 7k not-applied"
	last := []string{"/battle resolve last applied", "/battle resolve last not-applied"}
	const neither = "An operation is resolved as applied or as not-applied, not as "
	const noOutcome = "“resolve” needs what became of the operation: applied or not-applied."
	runRefused(t, battleCommand, []refused{
		{"undo of two", "undo a b", "“b” is one word too many after “undo”.", "", []string{"/battle undo a"}},
		{
			"dry run of an undo", "undo --dry-run",
			"--dry-run goes with add and set only; undo always shows what it would do and asks.", "",
			[]string{"/battle help undo"},
		},
		{"slip", "reslove 7k applied", "“reslove” is not something that /battle can do.", "resolve", []string{yes}},
		{"nothing", "resolve", noOutcome, "", last},
		{"no outcome", "resolve 7k", noOutcome, "", []string{yes, no}},
		{"no operation", "resolve applied", "The operation stands before “applied”: its id, or last.", "", last},
		{
			"no operation, two words", "resolve not applied",
			"The operation stands before “not applied”: its id, or last.", "",
			[]string{last[1], last[0]},
		},
		{"half of an outcome", "resolve not", "The operation stands before “not”: its id, or last.", "", last},
		{"slip of applied", "resolve 7k aplied", neither + "“aplied”.", "applied", []string{yes, no}},
		{"slip of not-applied", "resolve 7k nt-applied", neither + "“nt-applied”.", "not-applied", []string{no, yes}},
		{"slip in two words", "resolve 7k not aplied", neither + "“not aplied”.", "not-applied", []string{no, yes}},
		{"the opposite of its nearest", "resolve 7k unapplied", neither + "“unapplied”.", "", []string{yes, no}},
		{"half of it", "resolve 7k not", neither + "“not”.", "", []string{yes, no}},
		{"another word", "resolve 7k yes", neither + "“yes”.", "", []string{yes, no}},
		{"parted otherwise", "resolve 7k no tapplied", neither + "“no tapplied”.", "not-applied", []string{no, yes}},
		{"a word too many", "resolve 7k applied now", neither + "“applied now”.", "", []string{yes, no}},
		{"an empty outcome", `resolve 7k ""`, neither + "“”.", "", []string{yes, no}},
		{
			"an operation that is none", "resolve <operation> not-applied",
			"“<operation>” is a placeholder; put the real operation in its place, without < and >.", "",
			[]string{last[1], last[0]},
		},
		{"dry run", "resolve 7k applied --dry-run", "--dry-run goes with add and set only.", "", []string{"/battle help resolve"}},
	})
}
