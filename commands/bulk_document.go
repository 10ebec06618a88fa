package commands

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"ringside/commands/sheet"
	"ringside/ledger"
)

// maxDocument is how large a Document may be, with some room for its last line.
const maxDocument = 4<<20 - 1<<10

// table writes a Document of rows.
type table struct {
	text bytes.Buffer
	out  *csv.Writer
	full bool
}

func newTable(head ...string) *table {
	t := &table{}
	t.out = csv.NewWriter(&t.text)
	t.write(head...)
	return t
}

// write adds a row while there is room for it.
func (t *table) write(cells ...string) {
	if t.full {
		return
	}
	for i := range cells {
		cells[i] = plainCell(cells[i])
	}
	_ = t.out.Write(cells) // a buffer takes everything
	t.out.Flush()
	if t.full = t.text.Len() > maxDocument; t.full {
		t.text.WriteString("the file would be too large; the rest is left out\n")
	}
}

func (t *table) document(name string) *Document { return &Document{Name: name, Text: t.text.Bytes()} }

// plainCell keeps a spreadsheet from taking a cell for a formula (https://owasp.org/www-community/attacks/CSV_Injection).
func plainCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// errorsDocument lists all that is wrong with a sheet.
func errorsDocument(problems sheet.Problems) *Document {
	t := newTable("line", "row", "problem")
	for _, p := range problems.Kept {
		line := ""
		if p.Line > 0 {
			line = strconv.Itoa(p.Line)
		}
		t.write(line, p.Text, p.What)
	}
	if problems.More > 0 {
		t.write("", "", "and "+strconv.Itoa(problems.More)+" more that are not listed")
	}
	return t.document("errors.csv")
}

// outcomesDocument lists what became of each row of a bulk, as far as it came.
func outcomesDocument(o ledger.Operation, rows []ledger.BulkRow) *Document {
	t := newTable("line", "battle", "action", "room", "points", "outcome", "reason", "operation")
	for _, r := range rows {
		outcome, reason := rowOutcome(o, r)
		t.write(strconv.Itoa(r.Line), battleOf(r), string(r.Kind), r.Room, strconv.FormatInt(r.Points, 10), outcome, reason, r.Operation)
	}
	return t.document("outcomes-" + o.ID + ".csv")
}

// rowOutcome says what became of a row. What a bulk that is over never sent certainly did not count.
func rowOutcome(o ledger.Operation, r ledger.BulkRow) (outcome, reason string) {
	switch {
	case r.Outcome != ledger.Undecided:
		return string(r.Outcome), reasonOf(r)
	case bulkOver(o):
		return string(ledger.NotApplied), "not sent"
	case r.Operation != "":
		return "", "under way"
	}
	return "", "waiting"
}

// bulkOver reports whether nothing more of a bulk will be sent.
func bulkOver(o ledger.Operation) bool {
	return o.State != ledger.Pending && o.State != ledger.Running && o.State != ledger.Stopping
}

// reasonOf is a row's reason as a word, with Tencent's code where there is one.
func reasonOf(r ledger.BulkRow) string {
	if r.Code == 0 {
		return r.Reason
	}
	return strings.TrimSpace(r.Reason + " (code " + strconv.Itoa(r.Code) + ")")
}
