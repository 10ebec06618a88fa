// Package sheet reads a sheet: many changes of scores that a person handed in at once, as pasted lines or as a file.
//
// A row is `battle, add or set, room, score`, by the rules of CSV (RFC 4180), on one line. Commas part the cells; semicolons
// or tabs do where the sheet uses them instead. A header line, blank lines and lines that begin with # are left out. Names
// and numbers are read by the rules of package grammar. It is pure: it knows no battle and no person.
package sheet

import (
	"fmt"
	"strings"

	"ringside/commands/grammar"
)

// The bounds of a sheet.
const (
	MaxRows     = 20_000
	MaxProblems = 1_000 // that are kept; the others are counted
	shownText   = 200   // characters of a line that are repeated
)

// Row is one change.
type Row struct {
	Line   int          // from 1
	Verb   grammar.Verb // VerbAdd or VerbSet
	Battle string       // an id, an alias or "room:<roomId>"
	Room   string
	Points int64  // to add, or the score to set
	Text   string // as it was written, shortened and safe to show
}

// Problem is something wrong in one line. Its texts are plain and hold no control, invisible or direction characters.
type Problem struct {
	Line int    // from 1; 0 for the sheet as a whole
	Text string // the line as it was written, shortened; empty for the sheet as a whole
	What string // one or two sentences
}

// Problems are all that is wrong with a sheet, by line.
type Problems struct {
	Kept []Problem
	More int // how many there are beside them
}

// Add adds a problem, or counts it if there are too many.
func (p *Problems) Add(problem Problem) {
	if len(p.Kept) >= MaxProblems {
		p.More++
		return
	}
	p.Kept = append(p.Kept, problem)
}

// Count returns how many there are in all.
func (p *Problems) Count() int { return len(p.Kept) + p.More }

// Read reads a sheet. The rows are those that nothing is wrong with; each room stands once among the rows of a battle as it
// is named there.
func Read(text []byte) ([]Row, Problems) {
	var problems Problems
	if what := notText(text); what != "" {
		problems.Add(Problem{What: what})
		return nil, problems
	}
	lines := linesOf(text)
	r := reader{comma: commaOf(lines), seen: map[place]int{}, problems: &problems}
	switch what := whole(lines, r.comma); {
	case what != "":
		problems.Add(Problem{What: what})
		return nil, problems
	case len(lines) > 0 && isHeader(cellsOf(lines[0].text, r.comma)):
		lines = lines[1:]
	}
	for _, l := range lines {
		r.read(l)
	}
	return r.rows, problems
}

// whole says what is wrong with a sheet as a whole; mostly nothing.
func whole(lines []line, comma rune) string {
	rows := len(lines)
	if rows > 0 {
		header := cellsOf(lines[0].text, comma)
		if isHeader(header) {
			rows--
		} else if isShuffled(header) {
			return "The columns must stand in this order: battle, action, room, score."
		}
	}
	switch {
	case rows == 0:
		return "There are no rows in it. A row is: battle, add or set, room, score."
	case rows > MaxRows:
		return fmt.Sprintf("It has %s rows; at most %s are read at once. Split it.", grammar.FormatInt(int64(rows)), grammar.FormatInt(MaxRows))
	}
	return ""
}

// place is a room of a battle as a sheet names it. An alias has no case.
type place struct{ battle, room string }

// reader reads rows one after the other.
type reader struct {
	comma    rune
	rows     []Row
	seen     map[place]int // the line
	problems *Problems
}

// read takes in one line.
func (r *reader) read(l line) {
	row, wrong := r.row(l)
	for _, what := range wrong {
		r.problems.Add(Problem{Line: l.number, Text: row.Text, What: what})
	}
	if len(wrong) == 0 {
		r.rows = append(r.rows, row)
	}
}

// row reads one line and returns all that is wrong with it.
func (r *reader) row(l line) (Row, []string) {
	row := Row{Line: l.number, Text: grammar.Show(l.text, shownText)}
	cells, what := r.cells(l.text)
	if what != "" {
		return row, []string{what}
	}
	var wrong []string
	check := func(err error) {
		if err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	var err error
	row.Battle, err = grammar.BattleCell(cells[0])
	check(err)
	row.Verb, err = grammar.ActionCell(cells[1])
	check(err)
	row.Room = cells[2]
	check(grammar.RoomCell(row.Room))
	row.Points, err = number(row.Verb, cells[3])
	check(err)
	if len(wrong) > 0 {
		return row, wrong
	}
	return row, r.once(row)
}

// number reads a number; where the action is not known, one that either action takes is right.
func number(verb grammar.Verb, cell string) (int64, error) {
	if verb != "" {
		return grammar.NumberCell(verb, cell)
	}
	if n, err := grammar.NumberCell(grammar.VerbAdd, cell); err == nil {
		return n, nil
	}
	return grammar.NumberCell(grammar.VerbSet, cell)
}

// once refuses a room that stood among the rows of the battle before.
func (r *reader) once(row Row) []string {
	at := place{strings.ToLower(row.Battle), row.Room}
	if strings.HasPrefix(row.Battle, grammar.RoomPrefix) {
		at.battle = row.Battle
	}
	if other, twice := r.seen[at]; twice {
		return []string{Twice(row.Room, other)}
	}
	r.seen[at] = row.Line
	return nil
}

// Twice says that a room of one battle is in two lines.
func Twice(room string, other int) string {
	return fmt.Sprintf("“%s” is in line %d already, for the same battle; each room of a battle stands once in a sheet.", grammar.Show(room, grammar.MaxRoomName), other)
}
