package grammar_test

import (
	"errors"
	"strconv"
	"testing"

	"ringside/commands/grammar"
)

func bulk(stops string) grammar.Request {
	return grammar.Request{Verb: grammar.VerbBulk, Operation: stops}
}

func TestParseReadsBulk(t *testing.T) {
	t.Parallel()
	for _, command := range []string{scoreCommand, battleCommand} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			runAccepted(t, command, []accepted{
				{"alone", "bulk", bulk("")},
				{"case aside", "BULK", bulk("")},
				{"stop", "bulk stop 7KQ2mx", bulk("7kq2mx")},
				{"stop of the last", "bulk Stop", bulk("last")},
				{"stop of the last in words", "bulk stop LAST", bulk("last")},
				{"help on it", "help bulk", help("bulk")},
			})
		})
	}
}

func TestParseRefusesBulk(t *testing.T) {
	t.Parallel()
	const noRows = "“bulk” takes no rows in its line: type it alone, and Ringside asks for them or for a file."
	runRefused(t, battleCommand, []refused{
		{"rows", "bulk final,add,pk-live1,100", noRows, "", []string{"/battle bulk"}},
		{"rows as a line", "bulk final add pk-live1 100", noRows, "", []string{"/battle bulk"}},
		{
			"a slip of stop", "bulk stpo 7k", "After “bulk” comes nothing, or stop and the operation; not “stpo”.", "stop",
			[]string{"/battle bulk stop 7k"},
		},
		{
			"a slip of stop alone", "bulk sotp", "After “bulk” comes nothing, or stop and the operation; not “sotp”.", "stop",
			[]string{"/battle bulk stop last"},
		},
		{"two operations", "bulk stop 7k 8k", "“8k” is one word too many after “stop”.", "", []string{"/battle bulk stop 7k"}},
		{
			"dry run", "bulk --dry-run", "--dry-run goes with add and set only; bulk always shows what it would do and asks.", "",
			[]string{"/battle help bulk"},
		},
		{"a slip", "blk", "“blk” is not something that /battle can do.", "bulk", []string{"/battle bulk"}},
	})
}

func TestBulkIsAWordOfTheCommand(t *testing.T) {
	t.Parallel()
	if !grammar.Reserved("Bulk") {
		t.Error("a battle may be called bulk, and then nobody can name it")
	}
	for request, want := range map[string]grammar.Request{
		"/battle bulk": bulk(""), "/battle bulk stop last": bulk("last"), "/battle bulk stop 7k": bulk("7k"),
	} {
		if got := want.Line(); got != request {
			t.Errorf("Line = %q, want %q", got, request)
		}
	}
}

// TestCells reads cells of a sheet as the words of a line are read.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		read func() (string, error)
		want string
		err  string
	}{
		{"a battle", battleCell("final"), "final", ""},
		{"a battle by room", battleCell("ROOM:pk-live1"), "room:pk-live1", ""},
		{"a battle's id", battleCell("+aZ/="), "+aZ/=", ""},
		{"a keyword", battleCell("add"), "", "“add” is a word of the command, so it cannot stand for a battle here."},
		{"hidden", battleCell("fin\u200bal"), "", "“fin[U+200B]al” holds a zero-width space (U+200B), which cannot be seen; type the word again by hand."},
		{"an action", actionCell("ADD"), "add", ""},
		{"no action", actionCell(""), "", "The action is missing: add or set."},
		{"taking away", actionCell("minus"), "", "“minus” cannot be done: points are only added; to lower a score, set the lower one."},
		{"a slip", actionCell("ste"), "", "“ste” is not an action: it is add or set. Did you mean “set”?"},
		{"another word for it", actionCell("plus"), "", "“plus” is not an action: it is add or set. Did you mean “add”?"},
		{"a word for nothing", actionCell("banana"), "", "“banana” is not an action: it is add or set."},
		{"a room", roomCell("pk-live1"), "pk-live1", ""},
		{"no room", roomCell(""), "", "The name of the room is empty."},
		{"a number", numberCell("1,000"), "1000", ""},
		{"a short number", numberCell("1k"), "", "“1k” is a short form; write the number in full, so that nobody has to guess."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.read()
			var problem *grammar.Error
			if err != nil && !errors.As(err, &problem) {
				t.Fatalf("the error is a %T", err)
			}
			if tc.err != "" && (err == nil || err.Error() != tc.err) || tc.err == "" && err != nil {
				t.Errorf("error %v, want %q", err, tc.err)
			}
			if tc.err == "" && got != tc.want {
				t.Errorf("read as %q, want %q", got, tc.want)
			}
		})
	}
}

func battleCell(cell string) func() (string, error) {
	return func() (string, error) { return grammar.BattleCell(cell) }
}

func actionCell(cell string) func() (string, error) {
	return func() (string, error) {
		verb, err := grammar.ActionCell(cell)
		return string(verb), err
	}
}

func roomCell(cell string) func() (string, error) {
	return func() (string, error) { return cell, grammar.RoomCell(cell) }
}

func numberCell(cell string) func() (string, error) {
	return func() (string, error) {
		n, err := grammar.NumberCell(grammar.VerbAdd, cell)
		return strconv.FormatInt(n, 10), err
	}
}
