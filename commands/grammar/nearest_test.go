package grammar_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringside/commands/grammar"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	keywords := []string{"add", "set", "info", "status", "log", "whoami", "help"}
	rooms := []string{"pk-live1", "pk-live2", "PK-Final", "комната"}
	cases := []struct {
		name  string
		word  string
		known []string
		want  string // empty: none
	}{
		{"the word itself", "status", keywords, "status"},
		{"case aside", "pk-final", rooms, "PK-Final"},
		{"swapped letters", "adn", []string{"set", "and"}, "and"},
		{"letter missing", "ad", keywords, "add"},
		{"letter too many", "addd", keywords, "add"},
		{"wrong letter", "sot", keywords, "set"},
		{"two mistakes in a long word", "pl-live22", rooms, "pk-live2"},
		{"two mistakes in a short word", "odt", keywords, ""},
		{"longest shared beginning wins", "pk-live", []string{"xk-live", "pk-livex"}, "pk-livex"},
		{"the earlier of equals", "pk-live3", rooms, "pk-live1"},
		{"fewest mistakes win", "statuss", []string{"statics", "status"}, "status"},
		{"runes and not bytes", "комнота", rooms, "комната"},
		{"nothing near", "frobnicate", keywords, ""},
		{"empty word", "", []string{"a", ""}, ""},
		{"empty candidate", "a", []string{""}, ""},
		{"no candidates", "add", nil, ""},
		{"longest word compared", strings.Repeat("a", 64), []string{strings.Repeat("a", 64)}, strings.Repeat("a", 64)},
		{"longer than compared", strings.Repeat("a", 65), []string{strings.Repeat("a", 65)}, ""},
		{"candidate longer than compared", strings.Repeat("a", 64), []string{strings.Repeat("a", 65)}, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := grammar.Nearest(tc.word, tc.known)
			if got != tc.want || ok != (tc.want != "") {
				t.Errorf("Nearest(%q) = %q, %v, want %q", tc.word, got, ok, tc.want)
			}
		})
	}
}

func TestNearestForgivesOneMistakeOfAnyKind(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z0-9-]{3,32}`).Draw(t, "word")
		at := rapid.IntRange(0, len(word)-2).Draw(t, "at")
		typed := rapid.SampledFrom([]string{
			word[:at] + word[at+1:],
			word[:at] + "_" + word[at:],
			word[:at] + "_" + word[at+1:],
			word[:at] + string([]byte{word[at+1], word[at]}) + word[at+2:],
		}).Draw(t, "typed")
		if got, ok := grammar.Nearest(typed, []string{"", "=+/", word}); !ok || got != word {
			t.Fatalf("Nearest(%q) = %q, %v, want %q", typed, got, ok, word)
		}
	})
}
