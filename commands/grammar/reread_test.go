package grammar_test

import (
	"errors"
	"strings"
	"testing"

	"ringside/commands/grammar"
)

// reread parses a complete line, command and all.
func reread(t *testing.T, line string) grammar.Request {
	t.Helper()
	command, text, _ := strings.Cut(line, " ")
	request, err := grammar.Parse(command, text)
	if err != nil {
		t.Fatalf("the line %q is not read: %v", line, err)
	}
	return request
}

// refusal parses a text that must be refused.
func refusal(t *testing.T, command, text string) *grammar.Error {
	t.Helper()
	request, err := grammar.Parse(command, text)
	var refused *grammar.Error
	if !errors.As(err, &refused) {
		t.Fatalf("Parse(%q, %q) = %+v, %v, want an *Error", command, text, request, err)
	}
	return refused
}
