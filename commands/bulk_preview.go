package commands

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

const (
	shownProblems = 15
	shownLargest  = 5
	shownNames    = 3 // battles that one note names
)

// problemsReply tells all that is wrong with a sheet: the first of it in words, all of it as a file.
func problemsReply(name string, c checked) Reply {
	problems := c.problems
	r := Reply{Tone: ToneBad, Document: errorsDocument(problems)}
	in := ""
	if name != "" {
		in = " with " + grammar.Show(name, 60)
	}
	r.Headline = fmt.Sprintf("%s%s, so nothing was sent.", many(problems.Count(), "thing is wrong", "things are wrong"), in)
	for _, p := range problems.Kept[:min(len(problems.Kept), shownProblems)] {
		row := Row{Detail: p.What}
		if p.Line > 0 {
			row.Label = fmt.Sprintf("line %d", p.Line)
		}
		r.Rows = append(r.Rows, row)
	}
	if rest := problems.Count() - len(r.Rows); rest > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("And %s more; %s lists them.", grammar.FormatInt(int64(rest)), r.Document.Name))
	}
	r.Notes = append(r.Notes, c.notes...)
	r.Notes = append(r.Notes, "Put it right and hand in the whole sheet again.")
	return r
}

// many is counts with commas between thousands.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return grammar.FormatInt(int64(n)) + " " + more
}

// tally is what the rows of a bulk come to.
type tally struct {
	rows, sets, calls, battles int
	added                      int64
}

func tallyOf(rows []ledger.BulkRow) tally {
	t := tally{rows: len(rows)}
	battles := map[string]bool{}
	for _, r := range rows {
		battles[r.Battle] = true
		t.calls = max(t.calls, r.Part)
		if r.Kind == ledger.Set {
			t.sets++
		} else {
			t.added += r.Points
		}
	}
	t.battles = len(battles)
	return t
}

// bulkQuestion shows what a bulk comes to and asks for a yes.
func (h *Handler) bulkQuestion(q operations.Question, rows []ledger.BulkRow) Reply {
	o, t := q.Operation, tallyOf(rows)
	r := Reply{
		Tone:     ToneWarn,
		Headline: fmt.Sprintf("Change %s in %s?", many(t.rows, "score", "scores"), many(t.battles, "battle", "battles")),
		Rows:     append(h.tallyRows(t), largest(rows)...),
		Notes:    []string{"Commands that people type go first, and you can stop it at any time."},
		Buttons:  []Button{{ID: q.Yes, Label: "Confirm", Style: StylePrimary}, {ID: q.No, Label: "Cancel"}},
		Footer:   fmt.Sprintf("operation %s · nothing is sent before you confirm · %s to answer", o.ID, span(o.Expires.Sub(h.now()))),
	}
	if t.sets > 0 {
		r.Buttons[0].Style = StyleDanger
		r.Notes = append(r.Notes, "An overwrite replaces the score: a gift that arrives in between is overwritten too. One that would by then do something else "+
			"than it does now (another leader, much more discarded, more than your grant allows) is left out and told.")
	}
	return r
}

// tallyRows counts what a bulk does, and says how long it takes at the ceiling.
func (h *Handler) tallyRows(t tally) []Row {
	calls := Row{Label: "calls to Tencent", Change: grammar.FormatInt(int64(t.calls))}
	if ceiling := h.settings.CallsPerSecond; ceiling > 0 {
		took := time.Duration(float64(t.calls) / float64(ceiling) * float64(time.Second)).Truncate(time.Second)
		calls.Detail = fmt.Sprintf("about %s at %d a second", span(max(time.Second, took)), ceiling)
	}
	rows := []Row{
		{Label: "rows", Change: grammar.FormatInt(int64(t.rows)), Detail: fmt.Sprintf("in %s", many(t.battles, "battle", "battles"))},
		calls,
	}
	if t.rows > t.sets {
		rows = append(rows, Row{Label: "points added in all", Change: grammar.FormatInt(t.added), Detail: "in " + many(t.rows-t.sets, "row", "rows")})
	}
	if t.sets > 0 {
		rows = append(rows, Row{Label: "overwrites", Change: grammar.FormatInt(int64(t.sets))})
	}
	return rows
}

// largest shows the rows that change the most.
func largest(rows []ledger.BulkRow) []Row {
	order := slices.Clone(rows)
	slices.SortStableFunc(order, func(a, b ledger.BulkRow) int { return cmp.Compare(distance(b), distance(a)) })
	var shown []Row
	for _, r := range order[:min(len(order), shownLargest)] {
		row := Row{Label: "largest", Subject: r.Room, Change: changeWords(r.Kind, r.Points), Detail: fmt.Sprintf("in %s, line %d", battleOf(r), r.Line)}
		if r.Shown != nil {
			row.Detail = fmt.Sprintf("%s → %s %s", grammar.FormatInt(*r.Shown), grammar.FormatInt(r.Points), row.Detail)
		}
		shown = append(shown, row)
	}
	return shown
}

// bulkWarnings tells what is odd about the battles of a bulk, and forbids nothing.
func (h *Handler) bulkWarnings(ctx context.Context, t talk, rows []ledger.BulkRow) []string {
	open := h.openBattles(ctx)
	var unheard, ended, unknown []string
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.Battle] {
			continue
		}
		seen[r.Battle] = true
		if e, known := h.Book.Known(r.Battle); !known {
			unheard = append(unheard, r.Battle)
		} else if !e.Running {
			ended = append(ended, battleOf(r))
		}
		if open[r.Battle] {
			unknown = append(unknown, battleOf(r))
		}
	}
	for i, battle := range unheard[:min(len(unheard), shownNames)] {
		if near, ok := h.nearBattle(ctx, t.Caller, t.Place, battle); ok {
			unheard[i] = fmt.Sprintf("%s (did you mean %s?)", battle, near)
		}
	}
	return present(
		about(unheard, "Not known to Ringside: %s. If there is no such battle, Tencent refuses its rows."),
		about(ended, "Over, it seems: %s. Tencent will probably refuse these rows."),
		about(unknown, "Whether an earlier change counted is unknown in %s. Look at the scores first: this may be the second time."),
	)
}

// openBattles returns the battles in which the outcome of a change is unknown, as far as they are among the latest.
func (h *Handler) openBattles(ctx context.Context) map[string]bool {
	found, err := h.History.Unknown(ctx, "", maxScanned)
	if err != nil {
		h.Log.Warn("open unknowns could not be read", zap.Error(err))
	}
	open := map[string]bool{}
	for _, o := range found {
		open[o.Battle] = true
	}
	return open
}

// about names the first of some battles in a note; none is no note.
func about(battles []string, note string) string {
	if len(battles) == 0 {
		return ""
	}
	names := battles[:min(len(battles), shownNames)]
	if rest := len(battles) - len(names); rest > 0 {
		names = append(slices.Clone(names), many(rest, "other", "others"))
	}
	return strings.Replace(note, "%s", list(names), 1)
}
