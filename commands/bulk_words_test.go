package commands

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringside/commands/sheet"
	"ringside/ledger"
	"ringside/operations"
)

// at is when the replies of these tests are drawn.
func at() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }

func bulkHandler() *Handler {
	return &Handler{settings: Settings{CallsPerSecond: 100}, now: at}
}

func theBulk(state ledger.State) ledger.Operation {
	return ledger.Operation{ID: "k7m2qx", Kind: ledger.Bulk, State: state, Asker: "slack:T1/user/UANA", AskerName: "mika", Expires: at().Add(time.Minute)}
}

// manyRows are 10,000 rows over 2,500 battles, of which one in ten overwrites.
func manyRows() []ledger.BulkRow {
	rows := make([]ledger.BulkRow, 10_000)
	for i := range rows {
		rows[i] = ledger.BulkRow{Line: i + 2, Kind: ledger.Add, Battle: fmt.Sprintf("b%04d", i/4), Room: fmt.Sprintf("pk-%d", i), Points: int64(i%97) + 1}
		if i%40 < 4 {
			shown := int64(i)
			rows[i].Kind, rows[i].Shown = ledger.Set, &shown
		}
	}
	rows[17].Points, rows[17].Alias = 5000, "final"
	return rows
}

// became gives rows an outcome.
func became(rows []ledger.BulkRow, outcome ledger.Outcome, reason string, code int) {
	for i := range rows {
		rows[i].Operation, rows[i].Outcome, rows[i].Reason, rows[i].Code = fmt.Sprintf("op%04d", rows[i].Line/4), outcome, reason, code
	}
}

func progressed(change func(*operations.BulkProgress)) operations.BulkProgress {
	p := operations.BulkProgress{Operation: theBulk(ledger.Running), Rows: 10_000, Parts: 2500, PartsDone: 1003, Applied: 4000, NotApplied: 10, Unknown: 2, Left: 5988}
	if change != nil {
		change(&p)
	}
	return p
}

func bulkReplies() map[string]Reply {
	h, rows := bulkHandler(), operations.Pack(manyRows())
	problems := checked{notes: []string{idWords("slack:T1/user/UANA")}}
	for i := range 1200 {
		problems.problems.Add(sheet.Problem{Line: i + 1, Text: "final,ad,pk-live1,1", What: "“ad” is not an action: it is add or set. Did you mean “add”?"})
	}
	past := []mark{{at(), 0, 0}, {at().Add(10 * time.Second), 4012, 1003}}
	applied := operations.Pack(manyRows())
	became(applied, ledger.Applied, "", 0)
	mixed := operations.Pack(manyRows())
	became(mixed, ledger.Applied, "", 0)
	became(mixed[4:8], ledger.NotApplied, operations.ReasonMoved, 0)
	became(mixed[100:103], ledger.NotApplied, operations.ReasonRefused, 100006)
	became(mixed[200:201], ledger.NotApplied, operations.ReasonNoRoom, 0)
	became(mixed[9000:9012], ledger.Unknown, operations.ReasonNoAnswer, 0)
	stopped := operations.Pack(manyRows())
	became(stopped[:400], ledger.Applied, "", 0)
	return map[string]Reply{
		"preview":        h.bulkQuestion(operations.Question{Operation: theBulk(ledger.Pending), Yes: "y", No: "n"}, rows),
		"problems":       problemsReply("scores.csv", problems),
		"problem_pasted": problemsReply("", checked{problems: sheet.Problems{Kept: []sheet.Problem{{What: "There are no rows in it."}}}}),
		"progress_begins": h.progressReply(progressed(func(p *operations.BulkProgress) {
			p.Applied, p.NotApplied, p.Unknown, p.Left, p.PartsDone = 0, 0, 0, 10_000, 0
		}), nil, "s"),
		"progress":          h.progressReply(progressed(nil), past, "s"),
		"progress_stopping": h.progressReply(progressed(func(p *operations.BulkProgress) { p.Operation.State = ledger.Stopping }), past, "s"),
		"progress_failing":  h.progressReply(progressed(func(p *operations.BulkProgress) { p.Err = errors.New("no ledger") }), past, "s"),
		"summary_applied":   summaryOf(theBulk(ledger.Settled), applied),
		"summary_mixed":     summaryOf(theBulk(ledger.Settled), mixed),
		"summary_stopped":   summaryOf(theBulk(ledger.Settled), stopped),
		"status_running":    summaryOf(theBulk(ledger.Running), stopped),
	}
}

func TestBulkReplies(t *testing.T) {
	t.Parallel()
	for name, r := range bulkReplies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := drawn(r)
			for _, b := range r.Buttons {
				text += "[" + b.Label + "]\n"
			}
			if r.Document != nil {
				lines := strings.SplitAfter(string(r.Document.Text), "\n")
				text += fmt.Sprintf("[file %s: %d lines]\n%s", r.Document.Name, len(lines)-1, strings.Join(lines[:min(3, len(lines))], ""))
			}
			compareGolden(t, filepath.Join("testdata", "bulk", name+".golden"), text)
		})
	}
}

// TestCellsThatLookLikeFormulas are not taken for one by a spreadsheet, in either file.
func TestCellsThatLookLikeFormulas(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "final": "final", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "a=b": "a=b", "'=1": "'=1",
	} {
		if got := plainCell(cell); got != want {
			t.Errorf("plainCell(%q) = %q, want %q", cell, got, want)
		}
	}
	outcomes := string(outcomesDocument(theBulk(ledger.Settled), []ledger.BulkRow{{
		Line: 1, Kind: ledger.Add, Battle: "+aZ=", Room: "@room", Points: 5, Operation: "-op", Outcome: ledger.NotApplied, Reason: "=why",
	}}).Text)
	if want := "1,'+aZ=,add,'@room,5,not applied,'=why,'-op\n"; !strings.HasSuffix(outcomes, want) {
		t.Errorf("outcomes end with %q, want %q", outcomes, want)
	}
	var problems sheet.Problems
	problems.Add(sheet.Problem{Line: 1, Text: "=HYPERLINK(1),add,r,1", What: "-"})
	if got, want := string(errorsDocument(problems).Text), "line,row,problem\n1,\"'=HYPERLINK(1),add,r,1\",'-\n"; got != want {
		t.Errorf("errors are %q, want %q", got, want)
	}
}

func TestADocumentIsBounded(t *testing.T) {
	t.Parallel()
	rows := manyRows()
	for i := range rows {
		rows[i].Battle = strings.Repeat("b", 600)
	}
	text := outcomesDocument(theBulk(ledger.Settled), rows).Text
	if len(text) > 4<<20 || !strings.HasSuffix(string(text), "the rest is left out\n") {
		t.Errorf("%d bytes, which end with %q", len(text), text[len(text)-60:])
	}
}

func TestHowFastABulkGoes(t *testing.T) {
	t.Parallel()
	s := &show{}
	for i := range 61 {
		s.latest = progressed(func(p *operations.BulkProgress) { p.Left, p.PartsDone = 10_000-i*100, i*25 })
		s.note(at().Add(time.Duration(i) * time.Second / 2))
	}
	if got := paceWords(s.latest, s.past); got != " · 200 rows a second · 20 s left" {
		t.Errorf("pace: %q", got)
	}
	if n := len(s.past); n > 25 || s.past[0].at.Before(at().Add(19*time.Second)) {
		t.Errorf("%d marks are remembered, the oldest of %v", n, s.past[0].at)
	}
	if got := paceWords(s.latest, s.past[:1]); got != "" {
		t.Errorf("pace after one mark: %q", got)
	}
}

// TestEditsOfAProgress counts what a platform is asked to change: at most one each two seconds, and nothing without news.
func TestEditsOfAProgress(t *testing.T) {
	t.Parallel()
	now := at()
	s := &show{latest: progressed(nil)}
	if !s.due(now) {
		t.Error("the first is not due at once")
	}
	s.at, s.face = now, faceOfBulk(s.latest)
	if s.due(now.Add(time.Minute)) {
		t.Error("due without news")
	}
	s.latest.Applied++
	if s.due(now.Add(boardPace-1)) || !s.due(now.Add(boardPace)) {
		t.Error("the pace is not kept")
	}
	if s.mute = true; s.due(now.Add(time.Minute)) {
		t.Error("due where nothing can be shown")
	}
}

func TestWhatIsOddAboutBattles(t *testing.T) {
	t.Parallel()
	for want, named := range map[string][]string{
		"": nil, "Over: a.": {"a"}, "Over: a, b and c.": {"a", "b", "c"}, "Over: a, b, c and 1 other.": {"a", "b", "c", "d"}, "Over: a, b, c and 2 others.": {"a", "b", "c", "d", "e"},
	} {
		if got := about(named, "Over: %s."); got != want {
			t.Errorf("about(%q) = %q, want %q", named, got, want)
		}
	}
}
