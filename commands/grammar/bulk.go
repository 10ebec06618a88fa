package grammar

import "strings"

// stopWord ends a bulk that runs.
const stopWord = "stop"

// readBulk reads nothing, or stop [<operation>]; without an operation it is the caller's last. The rows themselves come
// in a form or a file.
func readBulk(args []string) (Request, *Error) {
	request := Request{Verb: VerbBulk}
	if len(args) == 0 {
		return request, nil
	}
	if !strings.EqualFold(args[0], stopWord) {
		return request, notStop(args)
	}
	stop, problem := readOperation(VerbBulk, args[1:])
	if len(args) > 2 {
		problem = problemf(args[2], "%s is one word too many after %s.", mark(args[2]), mark(stopWord))
	}
	return stop, problem
}

// notStop says what is wrong with words after bulk that do not stop anything. Whoever slipped in stop is offered nothing
// that begins a bulk.
func notStop(args []string) *Error {
	near, ok := Nearest(args[0], []string{stopWord})
	if !ok {
		return problemf(args[0], "%s takes no rows in its line: type it alone, and Ringside asks for them or for a file.", mark(string(VerbBulk)))
	}
	problem := problemf(args[0], "After %s comes nothing, or %s and the operation; not %s.", mark(string(VerbBulk)), stopWord, mark(args[0])).near(near)
	stop, wrong := readOperation(VerbBulk, args[1:min(2, len(args))])
	if wrong != nil {
		stop.Operation = LastOperation
	}
	return problem.try(stop.Line())
}
