package console_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"ringside/bot/console"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "pk-live1 → 红队 é", "pk-live1 → 红队 é"},
		{"line breaks stay", "a\r\nb\nc", "a\nb\nc"},
		{"a lone return", "a\rb", "a␍b"},
		{"escape", "\x1b[31m", "␛[31m"},
		{"delete", "a\x7f", "a␡"},
		{"C1", "\u009b31m", "<U+009B>31m"},
		{"tab", "a\tb", "a b"},
		{"direction", "a\u202Eb\u2066c\u200F", "a<U+202E>b<U+2066>c<U+200F>"},
		{"invisible", "pk\u200B-live1", "pk<U+200B>-live1"},
		{"separators", "a\u2028b\u2029c", "a b c"},
		{"joiners stay", "👨\u200D👩", "👨\u200D👩"},
		{"bad bytes", "a\xffb", "a\uFFFDb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := console.Plain(tt.in); got != tt.want {
				t.Errorf("Plain(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestPlainIsBounded(t *testing.T) {
	t.Parallel()
	got := console.Plain(strings.Repeat("é", 100_000))
	if n := utf8.RuneCountInString(got); n != 4000 || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d runes, want 4000 that end in an ellipsis", n)
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	if got := console.OneLine(" a\n\nb\r\nc "); got != "a  b c" {
		t.Errorf("OneLine() = %q", got)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want int
	}{
		{"", 0}, {"abc", 3}, {"é", 1}, {"e\u0301", 1}, {"红队", 4}, {"チーム", 6}, {"한국", 4}, {"ＡＢ", 4}, {"ｱ", 1},
		{"→ “”", 4}, {"👍", 2}, {"𠀀", 2}, {"а", 1}, {"\u200D", 0},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			if got := console.Columns(tt.text); got != tt.want {
				t.Errorf("Columns(%q) = %d, want %d", tt.text, got, tt.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		width    int
		want     []string
	}{
		{"fits", "one two", 7, []string{"one two"}},
		{"breaks between words", "one two three", 8, []string{"one two", "three"}},
		{"blanks shrink", "one   two", 20, []string{"one two"}},
		{"line breaks stay", "one\n\ntwo", 20, []string{"one", "", "two"}},
		{"a word that is too long", "ab abcdefgh c", 3, []string{"ab", "abc", "def", "gh", "c"}},
		{"wide characters", "红队红队", 5, []string{"红队", "红队"}},
		{"wider than the width", "红队", 1, []string{"红", "队"}},
		{"nothing", "", 5, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := console.Wrap(tt.in, tt.width); !slices.Equal(got, tt.want) {
				t.Errorf("Wrap() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWrapKeepsEveryCharacterWithinTheWidth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[a-z红\n ]{0,60}`).Draw(rt, "text")
		width := rapid.IntRange(2, 20).Draw(rt, "width")
		lines := console.Wrap(text, width)
		for _, line := range lines {
			if console.Columns(line) > width {
				rt.Fatalf("%q is wider than %d", line, width)
			}
		}
		if got, want := squeeze(strings.Join(lines, "")), squeeze(text); got != want {
			rt.Fatalf("%q became %q", want, got)
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestClip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"红队红队", 6, "红队…"}, {"红队红队", 5, "红队…"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			if got := console.Clip(tt.in, tt.width); got != tt.want {
				t.Errorf("Clip(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
			}
		})
	}
}
