package bot

import (
	"go.uber.org/zap"

	"ringside/bot/edge"
)

// PanicError is a panic turned into an error. It keeps the kind of the value that was thrown and never
// the value itself, which may hold anything a request held.
type PanicError struct {
	Kind  string // the runtime's own words, or the type of the value
	Stack string // functions and lines, without arguments
}

// Error says that something panicked, and the kind of the value.
func (e *PanicError) Error() string { return "panic: " + e.Kind }

// caught describes a recovered value. Call it in the deferred function itself, while the stack of the
// panic is still there.
func caught(thrown any) *PanicError {
	return &PanicError{Kind: edge.KindOf(thrown), Stack: zap.StackSkip("stack", 1).String}
}
