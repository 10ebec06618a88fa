package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is what a setting holds, in words that end the sentence "it must be …".
type Kind string

// The kinds of settings.
const (
	KindText     Kind = "text in quotes"
	KindNumber   Kind = "a whole number"
	KindFlag     Kind = "true or false"
	KindDuration Kind = "a duration in quotes"
	KindTexts    Kind = "a list of texts"
	KindSecret   Kind = `"env:NAME" or "file:PATH"`
)

// Setting describes one key of the file.
type Setting struct {
	Key      string // the full path: "slack.mode", "grant.may"
	Kind     Kind
	Default  any  // as in TOML: string, int64, bool or []any; nil if there is none
	Required bool // the file does not load without it; others may be needed by what is enabled
	Example  any  // a value as in TOML, for a setting without a default; may be nil
}

// setting is a Setting and where a good value of it goes.
type setting struct {
	Setting
	read func(at spot, raw any)
}

// check holds a text against a rule and says what is wrong with it: "must be …"; empty if nothing is.
type check func(text string) string

// must makes a setting one that has to stand in the file, and not empty.
func (s setting) must(example any) setting {
	read := s.read
	s.Default, s.Required, s.Example = nil, true, example
	s.read = func(at spot, raw any) {
		if list, ok := raw.([]any); raw == "" || ok && len(list) == 0 {
			at.say("must not be empty; write for example %s", literal(example))
			return
		}
		read(at, raw)
	}
	return s
}

// apply reads a setting from its table, or takes its default.
func (s setting) apply(at spot, table map[string]any) {
	raw, ok := table[s.Key]
	switch {
	case ok:
		s.read(at, raw)
	case s.Required:
		if !at.excused() {
			at.say("must be set, for example %s", literal(s.Example))
		}
	case s.Default != nil:
		s.read(at, s.Default)
	}
}

func text[T ~string](key string, into *T, fallback string, checks ...check) setting {
	return setting{Setting{Key: key, Kind: KindText, Default: fallback}, func(at spot, raw any) {
		if got, ok := typed[string](at, raw, KindText); ok && at.passes(got, checks) {
			*into = T(got)
		}
	}}
}

// optional passes the empty text, which stands for none.
func optional(c check) check {
	return func(text string) string {
		if text == "" {
			return ""
		}
		return c(text)
	}
}

func number[T ~int | ~int64](key string, into *T, low, high int64) setting {
	return setting{Setting{Key: key, Kind: KindNumber}, func(at spot, raw any) {
		got, ok := typed[int64](at, raw, KindNumber)
		switch {
		case !ok:
		case got < low || got > high:
			at.say("must be %d to %d, and is %d", low, high, got)
		default:
			*into = T(got)
		}
	}}
}

func (s setting) or(fallback any) setting {
	s.Default = fallback
	return s
}

func flag(key string, into *bool) setting {
	return setting{Setting{Key: key, Kind: KindFlag, Default: false}, func(at spot, raw any) {
		if got, ok := typed[bool](at, raw, KindFlag); ok {
			*into = got
		}
	}}
}

func duration(key string, into *time.Duration, fallback string, bounds span) setting {
	return setting{Setting{Key: key, Kind: KindDuration, Default: fallback}, func(at spot, raw any) {
		written, ok := typed[string](at, raw, KindDuration)
		if !ok {
			return
		}
		got, err := time.ParseDuration(written)
		switch {
		case err != nil:
			at.say("%s is not a duration; write it like %q", quote(written), fallback)
		case !bounds.holds(got):
			at.say("must be %s, and is %s", bounds, short(got))
		default:
			*into = got
		}
	}}
}

// span is the lengths of time from low to high; an open one leaves out low itself.
type span struct {
	low, high time.Duration
	open      bool
}

func within(low, high time.Duration) span { return span{low: low, high: high} }

func above(low, high time.Duration) span { return span{low: low, high: high, open: true} }

func (s span) holds(d time.Duration) bool {
	return d <= s.high && (d > s.low || d == s.low && !s.open)
}

// String returns the span in words.
func (s span) String() string {
	if s.open {
		return "more than " + short(s.low) + ", up to " + short(s.high)
	}
	return short(s.low) + " to " + short(s.high)
}

// short writes a duration without its empty ends: "10m", not "10m0s".
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func texts[T ~string](key string, into *[]T, checks ...check) setting {
	return setting{Setting{Key: key, Kind: KindTexts, Default: []any{}}, func(at spot, raw any) {
		list, ok := typed[[]any](at, raw, KindTexts)
		if !ok {
			return
		}
		for i, raw := range list {
			got, ok := typed[string](at.item(i), raw, KindText)
			if ok && at.item(i).passes(got, checks) {
				*into = append(*into, T(got))
			}
		}
	}}
}

// typed returns a raw value as T, or reports that the file should hold something of another kind.
func typed[T any](at spot, raw any, want Kind) (T, bool) {
	got, ok := raw.(T)
	if !ok {
		at.say("must be %s, and is %s%s", want, kindOf(raw), unquoted(raw, want))
	}
	return got, ok
}

func kindOf(raw any) string {
	switch raw.(type) {
	case string:
		return "text"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}

// unquoted is advice for the commonest slip: quotes left out, or put where none belong.
func unquoted(raw any, want Kind) string {
	_, isText := raw.(string)
	switch {
	case isText && (want == KindNumber || want == KindFlag):
		return "; leave out the quotes"
	case isText && want == KindTexts:
		return "; put it in [ ]"
	case want == KindText && (kindOf(raw) == "a number" || kindOf(raw) == "true or false"):
		return "; put it in quotes"
	}
	return ""
}

func (s spot) passes(text string, checks []check) bool {
	for _, c := range checks {
		if wrong := c(text); wrong != "" {
			s.say("%s", wrong)
			return false
		}
	}
	return true
}

// literal writes a value as TOML does.
func literal(value any) string {
	switch value := value.(type) {
	case string:
		return fmt.Sprintf("%q", value)
	case []any:
		parts := make([]string, len(value))
		for i, v := range value {
			parts[i] = literal(v)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return fmt.Sprint(value)
	}
}

// oneOf passes the listed words.
func oneOf(words ...string) check {
	return func(text string) string {
		if slices.Contains(words, text) {
			return ""
		}
		return fmt.Sprintf("must be one of %s, and is %s%s", strings.Join(words, ", "), quote(text), didYouMean(text, words))
	}
}
