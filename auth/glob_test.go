package auth

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		glob, text string
		want       bool
	}{
		"nothing is nothing":               {"", "", true},
		"nothing is not something":         {"", "a", false},
		"literal":                          {"pk-live1", "pk-live1", true},
		"literal is the whole":             {"pk-live1", "pk-live12", false},
		"literal does not start midway":    {"live1", "pk-live1", false},
		"case counts":                      {"PK-*", "pk-live1", false},
		"star is none":                     {"pk-*", "pk-", true},
		"star is many":                     {"pk-*", "pk-live1", true},
		"star is everything":               {"*", "any thing", true},
		"star is nothing at all":           {"*", "", true},
		"star takes a slash, plus, equals": {"*", "a/b+c==", true},
		"star in the middle":               {"a*b+c=", "a/x/b+c=", true},
		"stars that must give back":        {"*ab*ab*c", "xabyabzabc", true},
		"last star gives back":             {"*ab", "abaab", true},
		"star then wrong end":              {"pk-*-final", "pk-1-finals", false},
		"many stars are one":               {"a****b", "ab", true},
		"question is one":                  {"pk-?", "pk-1", true},
		"question is not none":             {"pk-?", "pk-", false},
		"question is not two":              {"pk-?", "pk-12", false},
		"question is one rune":             {"?", "é", true},
		"question is not half a rune":      {"??", "é", false},
		"star stops between runes":         {"*?", "日本", true},
		"star and questions":               {"*??", "日本", true},
		"more questions than runes":        {"*???", "日本", false},
		"star gives back whole runes":      {"*????bc", "日acbc", false},
		"brackets are themselves":          {"[ab]", "a", false},
		"dot is itself":                    {"a.c", "abc", false},
		"backslash is itself":              {`\*`, `\x`, true},
		"new line under a star":            {"*", "a\nb", true},
		"broken byte is one":               {"?", "\xff", true},
		"broken byte is not another":       {"\uFFFD", "\xff", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := match(test.glob, test.text); got != test.want {
				t.Errorf("match(%q, %q) = %v, want %v", test.glob, test.text, got, test.want)
			}
		})
	}
}

func TestMatchDoesNotExplode(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", 20_000)
	glob := strings.Repeat("*a", 200) + "b"
	if match(glob, text) {
		t.Error("matched a text without the last letter")
	}
}

// reference is the plainest way to say what a glob means.
func reference(glob, text string) bool {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range glob {
		switch r {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String()).MatchString(text)
}

func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"pk-*", "pk-live1"}, {"*ab*ab*c", "xabyabzabc"}, {"?*?", "日本"}, {"**?", ""}, {"a?b*", "aéb"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, glob, text string) {
		got := match(glob, text)
		if !utf8.ValidString(glob) || !utf8.ValidString(text) || len(glob) > 200 || len(text) > 1000 {
			return // the reference does not speak of these; that match returned is enough
		}
		if want := reference(glob, text); got != want {
			t.Errorf("match(%q, %q) = %v, want %v", glob, text, got, want)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for name, glob := range map[string]string{"star": "*", "prefix": "pk-*", "literal": "pk-live1", "several": "*-*-?ive*"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				match(glob, "pk-live-live1")
			}
		})
	}
}
