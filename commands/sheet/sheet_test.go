package sheet_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/commands/grammar"
	"ringside/commands/sheet"
)

func add(line int, battle, room string, points int64) sheet.Row {
	return sheet.Row{Line: line, Verb: grammar.VerbAdd, Battle: battle, Room: room, Points: points}
}

func set(line int, battle, room string, points int64) sheet.Row {
	return sheet.Row{Line: line, Verb: grammar.VerbSet, Battle: battle, Room: room, Points: points}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []sheet.Row
	}{
		{"one row", "final,add,pk-live1,100", []sheet.Row{add(1, "final", "pk-live1", 100)}},
		{"spaces", " final , ADD , pk-live1 , 100 \n", []sheet.Row{add(1, "final", "pk-live1", 100)}},
		{"a header", "Battle,Action,Room,Score\nfinal,set,pk-live1,0\n", []sheet.Row{set(2, "final", "pk-live1", 0)}},
		{"a header in other words", "battle id, add/set, roomId, points\nfinal,add,pk-live1,7", []sheet.Row{add(2, "final", "pk-live1", 7)}},
		{
			"comments and blank lines", "# Saturday\n\n  # more, of, this, 1\nfinal,add,pk-live1,1\n,,,\nfinal,add,pk-live2,2\n",
			[]sheet.Row{add(4, "final", "pk-live1", 1), add(6, "final", "pk-live2", 2)},
		},
		{"a header under a comment", "# x\nbattle,action,room,score\nfinal,add,r,1", []sheet.Row{add(3, "final", "r", 1)}},
		{"byte order mark and CRLF", "\ufeffbattle,action,room,score\r\nfinal,add,r,1\r\nfinal,add,q,2\r\n", []sheet.Row{add(2, "final", "r", 1), add(3, "final", "q", 2)}},
		{"lines of an old system", "final,add,r,1\rfinal,add,q,2", []sheet.Row{add(1, "final", "r", 1), add(2, "final", "q", 2)}},
		{"semicolons", "final;add;r;1,000\nfinal;set;q;\"2\"", []sheet.Row{add(1, "final", "r", 1000), set(2, "final", "q", 2)}},
		{"tabs", "final\tadd\tr\t1,000\nfinal\tset\tq\t2\t", []sheet.Row{add(1, "final", "r", 1000), set(2, "final", "q", 2)}},
		{"quotes", `"final", "add", "r", "1,000"`, []sheet.Row{add(1, "final", "r", 1000)}},
		{"quotes of a phone", `final,add,r,“1,000”`, []sheet.Row{add(1, "final", "r", 1000)}},
		{"doubled quotes", `final,add,"r""x",1`, []sheet.Row{add(1, "final", `r"x`, 1)}},
		{"grouped by _", "final,add,r,1_000", []sheet.Row{add(1, "final", "r", 1000)}},
		{"cells that a spreadsheet adds", "final,add,r,1,,\n", []sheet.Row{add(1, "final", "r", 1)}},
		{"an id and a room", "aZ+/==,add,r,1\nROOM:r2,add,r2,1", []sheet.Row{add(1, "aZ+/==", "r", 1), add(2, "room:r2", "r2", 1)}},
		{"a room in two battles", "a1,add,r,1\na2,add,r,1", []sheet.Row{add(1, "a1", "r", 1), add(2, "a2", "r", 1)}},
		{"rooms that differ in case only", "a1,add,r,1\na1,add,R,1", []sheet.Row{add(1, "a1", "r", 1), add(2, "a1", "R", 1)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rows, problems := sheet.Read([]byte(tc.text))
			if problems.Count() > 0 {
				t.Fatalf("problems: %+v", problems)
			}
			if diff := cmp.Diff(tc.want, rows, cmpopts.IgnoreFields(sheet.Row{}, "Text")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// problem writes a problem as a test compares it.
func problem(p sheet.Problem) string { return fmt.Sprintf("%d: %s", p.Line, p.What) }

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const good = "final,add,r,1\n"
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{"0: There are no rows in it. A row is: battle, add or set, room, score."}},
		{"a header alone", "battle,action,room,score\n# x\n", []string{"0: There are no rows in it. A row is: battle, add or set, room, score."}},
		{"columns in another order", "room,score,battle,action\nr,1,final,add", []string{"0: The columns must stand in this order: battle, action, room, score."}},
		{"UTF-16", "\xff\xfef\x00", []string{"0: It is written in UTF-16. Save it as “CSV UTF-8”."}},
		{"a workbook", "PK\x03\x04xl", []string{"0: It is a workbook, not a text. Save it as “CSV UTF-8”."}},
		{"NUL", good + "\x00", []string{"0: It is not a text file. A sheet is CSV in UTF-8."}},
		{"another encoding", good + "fin\xe9l,add,r,1\n", []string{"2: The line is not valid UTF-8. Save the sheet as “CSV UTF-8”."}},
		{"everything in one row", good + "add,plus,,1k", []string{
			"2: “add” is a word of the command, so it cannot stand for a battle here.",
			"2: “plus” is not an action: it is add or set. Did you mean “add”?",
			"2: The name of the room is empty.",
			"2: “1k” is a short form; write the number in full, so that nobody has to guess.",
		}},
		{"every line", "final,ad,r,1\nfinal,add,q,1.5\nfinal,add,p,-2", []string{
			"1: “ad” is not an action: it is add or set. Did you mean “add”?",
			"2: “1.5” holds a decimal point; numbers here are whole, and thousands are parted by a comma.",
			"3: “-2” is below zero: points are only added; to lower a score, look it up and set the lower one.",
		}},
		{"the sign of an addition that is none", "final,adn,r,+5", []string{"1: “adn” is not an action: it is add or set. Did you mean “add”?"}},
		{"commas in a number", good + "final,add,q,1,000\nfinal,add,p,1,234,567", []string{
			`2: Commas part the cells, so write the number in quotation marks ("1,000") or without commas (1000).`,
			`3: Commas part the cells, so write the number in quotation marks ("1,234,567") or without commas (1234567).`,
		}},
		{"too few cells", good + "final,add,q", []string{"2: A row has four cells (battle, add or set, room, score), and this one has 3."}},
		{"too many cells", good + "final,add,q,1,2", []string{"2: A row has four cells (battle, add or set, room, score), and this one has 5."}},
		{"two kinds of separators", good + "final,add,q,1\nfinal;add;p;1", []string{"3: Here semicolons part the cells, elsewhere commas; use one of them in the whole sheet."}},
		{"an open quote", good + `final,add,"q,1` + "\nfinal,add,p,1\nfinal,ad,o,1", []string{
			"2: A quotation mark is not closed, or something follows the closing one; a row stands on one line.",
			"4: “ad” is not an action: it is add or set. Did you mean “add”?",
		}},
		{"a quote inside", `final,add,q"x,1`, []string{"1: There is a quotation mark inside of a cell; put the whole cell in quotation marks, and double those inside of it."}},
		{"a room twice", good + "# x\nFINAL,set,r,5\nfinal,add,r,2", []string{
			"3: “r” is in line 1 already, for the same battle; each room of a battle stands once in a sheet.",
			"4: “r” is in line 1 already, for the same battle; each room of a battle stands once in a sheet.",
		}},
		{"hidden", "final,add,r\u200b,1", []string{"1: “r[U+200B]” holds a zero-width space (U+200B), which cannot be seen; type the word again by hand."}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, problems := sheet.Read([]byte(tc.text))
			var got []string
			for _, p := range problems.Kept {
				got = append(got, problem(p))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGoodRowsBesideBadOnes(t *testing.T) {
	t.Parallel()
	rows, problems := sheet.Read([]byte("final,add,r,1\nfinal,ad,q,1\nfinal,add,p,2"))
	want := []sheet.Row{add(1, "final", "r", 1), add(3, "final", "p", 2)}
	if diff := cmp.Diff(want, rows, cmpopts.IgnoreFields(sheet.Row{}, "Text")); diff != "" || problems.Count() != 1 {
		t.Errorf("%d problems (-want +got):\n%s", problems.Count(), diff)
	}
	if got := problems.Kept[0].Text; got != "final,ad,q,1" {
		t.Errorf("the line is told as %q", got)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	rows := func(n int) []byte {
		var text strings.Builder
		text.WriteString("battle,action,room,score\n")
		for i := range n {
			fmt.Fprintf(&text, "final,add,r%d,1\n", i)
		}
		return []byte(text.String())
	}
	most, problems := sheet.Read(rows(sheet.MaxRows))
	if len(most) != sheet.MaxRows || problems.Count() != 0 {
		t.Errorf("%d rows, %d problems", len(most), problems.Count())
	}
	none, problems := sheet.Read(rows(sheet.MaxRows + 1))
	if len(none) != 0 || problem(problems.Kept[0]) != "0: It has 20,001 rows; at most 20,000 are read at once. Split it." {
		t.Errorf("%d rows, problems %+v", len(none), problems)
	}
	_, problems = sheet.Read([]byte(strings.Repeat("final,ad,r,1\n", sheet.MaxProblems+5)))
	if len(problems.Kept) != sheet.MaxProblems || problems.More != 5 {
		t.Errorf("%d problems kept, %d counted", len(problems.Kept), problems.More)
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "battle,action,room,score\nfinal,add,r,1\n", "\ufefffinal;set;r;\"1,000\"\r\n# x\r\nfinal;add;q;2", "final\tadd\tr\t1",
		"final,add,r,1,000", "a,\"b\nc\",d,e\n", "\"\"\"\",add,r,1", "room:r,add,r,1\nROOM:r,add,r,2", "\xff\xfe", "f\xe9,add,r,1",
		"“final”,add,r,1", "room,score,battle,action\n1,2,3,4", "a,add,r\u202e,1\ra,add,=r,1", ",,,\n#", "final;add;r;1\nfinal,add,q,1\nx",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := slices.Clone(text)
		rows, problems := sheet.Read(text)
		if !slices.Equal(before, text) {
			t.Fatal("the text was changed")
		}
		if len(rows)+problems.Count() == 0 {
			t.Error("neither a row nor a problem")
		}
		for _, p := range problems.Kept {
			if p.What == "" || strings.ContainsAny(p.What+p.Text, "\x00\x1b\u202e\u200b\n\r") {
				t.Errorf("a problem that cannot be shown: %+v", p)
			}
		}
		checkRows(t, rows)
	})
}

// checkRows writes rows anew, and they must be read as the same.
func checkRows(t *testing.T, rows []sheet.Row) {
	t.Helper()
	if len(rows) == 0 {
		return
	}
	var anew strings.Builder
	for i, r := range rows {
		if i > 0 && rows[i-1].Line >= r.Line || r.Points < 0 || r.Points > grammar.MaxScore {
			t.Fatalf("row %d: %+v", i, r)
		}
		quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		fmt.Fprintf(&anew, "%s,%s,%s,%d\n", quote(r.Battle), r.Verb, quote(r.Room), r.Points)
	}
	again, problems := sheet.Read([]byte(anew.String()))
	if problems.Count() > 0 {
		t.Fatalf("%s\nproblems: %+v", anew.String(), problems)
	}
	if diff := cmp.Diff(rows, again, cmpopts.IgnoreFields(sheet.Row{}, "Line", "Text")); diff != "" {
		t.Errorf("read otherwise (-first +again):\n%s", diff)
	}
}
