// Package secret holds the type for a value that must never be shown: a key, a token, a signing secret.
package secret

import (
	"fmt"

	"go.uber.org/zap/zapcore"
)

// Redacted is what a Value shows wherever it is printed, logged or marshalled.
const Redacted = "[redacted]"

// Value is a text that cannot print itself. The zero Value holds the empty text.
//
// The text sits behind a function, so that even a printer that walks unexported fields by reflection,
// where no method can be called, meets an address and not the text.
type Value struct{ reveal func() string }

// New returns a Value that holds text.
func New(text string) Value { return Value{reveal: func() string { return text }} }

// Reveal returns the text itself, for the one line that sends or signs with it.
func (v Value) Reveal() string {
	if v.reveal == nil {
		return ""
	}
	return v.reveal()
}

// Empty reports whether the Value holds no text.
func (v Value) Empty() bool { return v.Reveal() == "" }

// String returns Redacted.
func (v Value) String() string { return Redacted }

// GoString returns Redacted.
func (v Value) GoString() string { return Redacted }

// Format writes Redacted for every verb and flag.
func (v Value) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Redacted)) }

// MarshalText returns Redacted; JSON, TOML and XML encoders use it.
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalLogObject writes Redacted when a Value is given to zap as an object.
func (v Value) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("value", Redacted)
	return nil
}
