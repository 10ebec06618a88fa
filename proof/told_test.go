package proof_test

import (
	"regexp"
	"strings"

	"ringside/commands"
	"ringside/ledger"
)

// words is all that a person reads of a reply, in one text.
func words(r commands.Reply) string {
	parts := []string{r.Headline}
	for _, row := range r.Rows {
		parts = append(parts, strings.Join([]string{row.Label, row.Subject, row.Change, row.Detail}, "  "))
	}
	for _, b := range r.Buttons {
		parts = append(parts, "["+b.Label+"]")
	}
	parts = append(append(append(parts, r.Notes...), r.Examples...), r.Footer)
	return strings.Join(parts, "\n")
}

var (
	footerOperation = regexp.MustCompile(`^operation ([0-9a-z]{6})\b`)
	closedOperation = regexp.MustCompile(`^(?:Cancelled|Declined by .*|It was cancelled;|Nobody answered in time).*nothing was sent.*operation ([0-9a-z]{6})`)
	nothingWasSent  = regexp.MustCompile(`(?i)nothing (?:more )?was (?:sent|done)`)
)

// claim is what a reply says of one room of an operation.
type claim struct {
	op, room string
	outcome  ledger.Outcome
	owed     bool // with the remark that the ledger could not take it yet
}

// operationIn returns the operation of which a reply says what became of it.
func operationIn(r commands.Reply) string {
	if op := footerOperation.FindStringSubmatch(r.Footer); op != nil {
		return op[1]
	}
	return ""
}

// claims reads what a reply says became of an operation, as its reader would.
func claims(r commands.Reply) []claim {
	if strings.HasPrefix(r.Headline, "The latest operations") {
		return logged(r)
	}
	op := operationIn(r)
	if op == "" {
		return nil
	}
	var found []claim
	for _, row := range r.Rows {
		switch o := ledger.Outcome(row.Label); o {
		case ledger.Applied, ledger.NotApplied, ledger.Unknown:
			found = append(found, claim{op: op, room: row.Subject, outcome: o, owed: strings.Contains(words(r), "could not take it yet")})
		}
	}
	return found
}

// logged reads the lines of `/battle log` that say the same of every room of an operation.
func logged(r commands.Reply) []claim {
	var found []claim
	for _, row := range r.Rows {
		switch o := ledger.Outcome(row.Label); o {
		case ledger.Applied, ledger.NotApplied, ledger.Unknown:
			found = append(found, claim{op: row.Subject, outcome: o})
		}
	}
	return found
}

// closed reads the operation that a reply says was closed with nothing sent.
func closed(r commands.Reply) string {
	if op := closedOperation.FindStringSubmatch(r.Headline); op != nil {
		return op[1]
	}
	return ""
}

// claimsNothing reports whether a reply refuses its ask: it says that nothing was sent and speaks of no operation.
func claimsNothing(r commands.Reply) bool {
	return r.Tone == commands.ToneBad && nothingWasSent.MatchString(words(r)) && len(claims(r)) == 0 && len(r.Buttons) == 0
}
