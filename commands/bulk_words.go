package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// shownUnknownRows is how many unknown rows a summary names.
const shownUnknownRows = 10

// shownReasons is how many reasons a summary explains.
const shownReasons = 5

// sums counts the rows of a bulk by what became of them.
type sums struct {
	applied, notApplied, unknown int
	unsent                       int // of a bulk that is over
	left                         int // of one that is not
}

func sumsOf(o ledger.Operation, rows []ledger.BulkRow) sums {
	var s sums
	for _, r := range rows {
		switch {
		case r.Outcome == ledger.Applied:
			s.applied++
		case r.Outcome == ledger.NotApplied:
			s.notApplied++
		case r.Outcome == ledger.Unknown:
			s.unknown++
		case bulkOver(o):
			s.unsent++
		default:
			s.left++
		}
	}
	return s
}

// all returns how many rows there are.
func (s sums) all() int { return s.applied + s.notApplied + s.unknown + s.unsent + s.left }

// tone is that of a bulk that is over.
func (s sums) tone() Tone {
	switch {
	case s.unknown > 0:
		return ToneWarn
	case s.notApplied+s.unsent > 0:
		return ToneBad
	}
	return ToneGood
}

// rows shows the counts that are not zero.
func (s sums) rows() []Row {
	var rows []Row
	for _, one := range []struct {
		label, detail string
		n             int
	}{
		{string(ledger.Applied), "", s.applied},
		{string(ledger.NotApplied), "", s.notApplied},
		{string(ledger.NotApplied), "never sent", s.unsent},
		{string(ledger.Unknown), "sent, without a clear answer", s.unknown},
		{"left", "", s.left},
	} {
		if one.n > 0 {
			rows = append(rows, Row{Label: one.label, Change: grammar.FormatInt(int64(one.n)), Detail: one.detail})
		}
	}
	return rows
}

// bulkReply tells how far a bulk is, or what became of it, with the document of all its rows.
func (h *Handler) bulkReply(ctx context.Context, o ledger.Operation) Reply {
	rows, err := h.History.BulkRows(ctx, o.ID)
	if err != nil {
		h.Log.Error("the rows of a bulk could not be read", zap.String("operation", o.ID), zap.Error(err))
		return Reply{
			Tone: ToneWarn, Headline: fmt.Sprintf("Bulk %s: %s", o.ID, bulkState(o)),
			Notes: []string{"Its rows could not be read from the ledger just now."}, Examples: []string{"/battle status " + o.ID},
		}
	}
	return summaryOf(o, rows)
}

// summaryOf tells the same of a bulk and its rows.
func summaryOf(o ledger.Operation, rows []ledger.BulkRow) Reply {
	s := sumsOf(o, rows)
	r := Reply{
		Headline: fmt.Sprintf("Bulk %s: %s", o.ID, bulkState(o)), Rows: s.rows(), Notes: reasonNotes(rows),
		Footer: bulkFooter(o, s.all()), Document: outcomesDocument(o, rows),
	}
	if o.State == ledger.Settled {
		r.Tone, r.Headline = s.tone(), fmt.Sprintf("Bulk %s: %s", o.ID, finalWords(s))
	}
	return withUnknown(r, rows)
}

// finalWords says what became of a bulk as a whole.
func finalWords(s sums) string {
	if s.applied == s.all() {
		return fmt.Sprintf("all %s applied.", many(s.all(), "row", "rows"))
	}
	if s.unsent > 0 {
		return fmt.Sprintf("stopped; %s of %s applied.", grammar.FormatInt(int64(s.applied)), many(s.all(), "row", "rows"))
	}
	return fmt.Sprintf("%s of %s applied.", grammar.FormatInt(int64(s.applied)), many(s.all(), "row", "rows"))
}

// bulkState says in a few words how far a bulk came.
func bulkState(o ledger.Operation) string {
	switch o.State {
	case ledger.Pending:
		return "waits for a yes; nothing was sent."
	case ledger.Running:
		return "running."
	case ledger.Stopping:
		return "stopping; what was sent is settled."
	case ledger.Cancelled:
		return "cancelled; nothing was sent."
	case ledger.Expired:
		return "expired; nothing was sent."
	}
	return "finished."
}

// reasonNotes explains what did not take effect, once per reason and with how many rows it was.
func reasonNotes(rows []ledger.BulkRow) []string {
	var order []string
	count, first := map[string]int{}, map[string]ledger.BulkRow{}
	for _, r := range rows {
		if r.Outcome != ledger.NotApplied {
			continue
		}
		key := reasonOf(r)
		if count[key] == 0 {
			order, first[key] = append(order, key), r
		}
		count[key]++
	}
	slices.SortStableFunc(order, func(a, b string) int { return count[b] - count[a] })
	var notes []string
	for i, key := range order {
		if i == shownReasons {
			return append(notes, "The file names the other reasons.")
		}
		notes = append(notes, sentence(append([]string{"Not applied, " + many(count[key], "row", "rows") + ":"}, bulkReason(first[key])...)...))
	}
	return notes
}

// bulkReason explains why a row was not applied.
func bulkReason(r ledger.BulkRow) []string {
	switch r.Reason {
	case operations.ReasonNoRoom:
		return []string{"The room was not in the battle."}
	case operations.ReasonNotSent:
		return []string{"Nothing was sent: there was no way to Tencent in time. The operation of a row says more."}
	}
	return reasonWords(ledger.Operation{Kind: r.Kind, Battle: r.Battle}, ledger.Room{Room: r.Room, Reason: r.Reason, Code: r.Code})
}

// withUnknown names the rows of which nobody knows whether they counted, and the way on.
func withUnknown(r Reply, rows []ledger.BulkRow) Reply {
	var named []string
	open := 0
	for _, row := range rows {
		if row.Outcome != ledger.Unknown {
			continue
		}
		if open++; open > shownUnknownRows {
			continue
		}
		r.Rows = append(r.Rows, Row{
			Label: string(ledger.Unknown), Subject: row.Room, Change: changeWords(row.Kind, row.Points),
			Detail: fmt.Sprintf("in %s, line %d, operation %s", battleOf(row), row.Line, row.Operation),
		})
		if !slices.Contains(named, row.Operation) {
			named = append(named, row.Operation)
		}
	}
	if open == 0 {
		return r
	}
	if open > shownUnknownRows {
		r.Notes = append(r.Notes, fmt.Sprintf("And %s more that are unknown; the file names them all.", grammar.FormatInt(int64(open-shownUnknownRows))))
	}
	r.Notes = append(r.Notes, "An unknown may or may not have counted. Look at its operation, which tells what the scores show, and say what became of it; do not simply repeat it.")
	for _, op := range named[:min(len(named), 2)] {
		r.Examples = append(r.Examples, "/battle status "+op, "/battle resolve "+op+" applied", "/battle resolve "+op+" not-applied")
	}
	return r
}

// bulkFooter is the small print under a bulk.
func bulkFooter(o ledger.Operation, rows int) string {
	return strings.Join(present("operation "+o.ID, many(rows, "row", "rows"), "asked by "+short(o.AskerName, o.Asker), auditWords(o)), " · ")
}

func auditWords(o ledger.Operation) string {
	if o.Digest == "" {
		return ""
	}
	return "audit " + o.Digest
}

// bulkNews tells the person who asked for a bulk what became of it.
func (h *Handler) bulkNews(ctx context.Context, o ledger.Operation) Reply {
	r := h.bulkReply(ctx, o)
	r.Headline = nameOf(o.AskerName, o.Asker) + ": " + lowerFirst(r.Headline)
	r.Public = !h.settings.AnnounceToCaller
	return r
}

// statusOf tells what became of any operation.
func (h *Handler) statusOf(ctx context.Context, o ledger.Operation) Reply {
	if o.Kind == ledger.Bulk {
		return h.bulkReply(ctx, o)
	}
	return statusReply(o)
}

// maySeeBulk decides whether somebody else may see the rows of a bulk: audit.read for every battle in it.
func (h *Handler) maySeeBulk(ctx context.Context, t talk, o ledger.Operation) error {
	rows, err := h.History.BulkRows(ctx, o.ID)
	if err != nil {
		return fmt.Errorf("read the rows of a bulk: %w", err)
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.Battle] {
			continue
		}
		seen[r.Battle] = true
		d := h.Policy.Decide(ctx, auth.Question{
			Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.AuditRead, Battles: present(r.Battle, r.Alias), Channel: t.Place.Channel,
		})
		if !d.Allowed {
			return h.forbidden(d.Refusal)
		}
	}
	return nil
}
