package commands

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ringside/commands/grammar"
	"ringside/ledger"
)

// clock writes a moment as people on several continents can compare it.
func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

// span writes a duration as people say it: "4 s", "3:12", "1:02:00".
func span(d time.Duration) string {
	seconds := int64(max(0, d.Round(time.Second)) / time.Second)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// sentence joins sentences that may be empty.
func sentence(parts ...string) string { return strings.Join(present(parts...), " ") }

func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	if size == 0 || unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(r)) + s[size:]
}

// changeWords writes what an operation does to a room: "+100" or "= 500".
func changeWords(kind ledger.Kind, points int64) string {
	switch kind {
	case ledger.Create:
		return ""
	case ledger.Set:
		return "= " + grammar.FormatInt(points)
	}
	return "+" + grammar.FormatInt(points)
}

// nameOf is how an operation's asker is called: by name where the platform told one, and by id always.
func nameOf(name, id string) string {
	if name == "" {
		return id
	}
	return name + " (" + id + ")"
}

// label is what an operation's battle is called.
func label(o ledger.Operation) string {
	switch {
	case o.Alias != "":
		return o.Alias
	case o.Kind == ledger.Bulk:
		return "several battles"
	case o.Battle == "":
		return "a new battle"
	}
	return o.Battle
}
