package grammar

import (
	"slices"
	"strings"
)

// readOperation reads [<operation>]; without one it is the caller's last.
func readOperation(verb Verb, args []string) (Request, *Error) {
	request := Request{Verb: verb, Operation: LastOperation}
	if problem := tooMany(verb, args, 1); problem != nil || len(args) == 0 {
		return request, problem
	}
	request.Operation = strings.ToLower(args[0])
	return request, checkOperation(args[0])
}

// readResolve reads <operation> applied|not-applied. Both must be there: what is unknown is settled by nobody's
// default.
func readResolve(args []string) (Request, *Error) {
	request := Request{Verb: VerbResolve, Operation: LastOperation}
	if len(args) == 0 {
		return request, noOutcome(request)
	}
	if _, ok := outcome(args); ok || strings.EqualFold(args[0], "not") {
		return request, problemf(args[0], "The operation stands before %s: its id, or %s.", mark(strings.Join(args, " ")), LastOperation).
			try(resolved(request, args)...)
	}
	request.Operation = strings.ToLower(args[0])
	if problem := checkOperation(args[0]); problem != nil {
		request.Operation = LastOperation
		return request, problem.try(resolved(request, args[1:])...)
	}
	if len(args) == 1 {
		return request, noOutcome(request)
	}
	is, ok := outcome(args[1:])
	if !ok {
		return request, notOutcome(request, args[1:])
	}
	request.Outcome = is
	return request, nil
}

// outcome reads applied, or not-applied in one word or two.
func outcome(words []string) (string, bool) {
	switch strings.ToLower(strings.Map(plainDash, strings.Join(words, "-"))) {
	case "applied":
		return Applied, true
	case "not-applied", "notapplied":
		return NotApplied, true
	default:
		return "", false
	}
}

func plainDash(r rune) rune {
	if isDash(r) || r == '_' {
		return '-'
	}
	return r
}

func outcomes() []string { return []string{Applied, NotApplied} }

// outcomeWord writes an outcome as one word of a line.
func outcomeWord(outcome string) string { return strings.ReplaceAll(outcome, " ", "-") }

func noOutcome(request Request) *Error {
	return problemf("", "%s needs what became of the operation: applied or not-applied.", mark(string(VerbResolve))).
		try(resolved(request, nil)...)
}

func notOutcome(request Request, words []string) *Error {
	word := strings.Join(words, " ")
	problem := problemf(word, "An operation is resolved as applied or as not-applied, not as %s.", mark(word))
	if near, ok := nearOutcome(words); ok {
		problem.Near = outcomeWord(near)
	}
	return problem.try(resolved(request, words)...)
}

// nearOutcome returns the outcome that a slip stands for. It begins as the outcome does: one letter more or less at
// the beginning turns the one into its opposite ("unapplied").
func nearOutcome(words []string) (string, bool) {
	typed := strings.Join(words, " ")
	near, ok := Nearest(typed, outcomes())
	return near, ok && strings.EqualFold(near[:1], typed[:1])
}

// resolved returns the lines for both outcomes, first the one that words stand for.
func resolved(request Request, words []string) []string {
	first, ok := outcome(words)
	if !ok {
		first, ok = nearOutcome(words)
	}
	both := outcomes()
	if ok && first == NotApplied {
		slices.Reverse(both)
	}
	lines := make([]string, len(both))
	for i, is := range both {
		request.Outcome = is
		lines[i] = request.Line()
	}
	return lines
}
