package grammar_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"ringside/commands/grammar"
)

func TestPointsAndScoreDifferWhereTheyShould(t *testing.T) {
	t.Parallel()
	const refused = -1
	cases := []struct {
		word          string
		points, score int64
	}{
		{"1", 1, 1},
		{"0", refused, 0},
		{"+7", 7, refused},
		{"++7", refused, refused},
		{"+", refused, refused},
		{"", refused, refused},
		{"00", refused, refused},
		{"1,000", 1000, 1000},
		{"12_345_678", 12345678, 12345678},
		{"123,456_789", refused, refused},
		{",100", refused, refused},
		{"100_", refused, refused},
		{"2,147,483,647", grammar.MaxScore, grammar.MaxScore},
		{"2,147,483,648", refused, refused},
		{"9223372036854775807", refused, refused},
		{"9223372036854775808", refused, refused},
		{strings.Repeat("1", 400), refused, refused},
	}
	for _, tc := range cases {
		t.Run(tc.word, func(t *testing.T) {
			t.Parallel()
			checkNumber(t, "Points", grammar.Points, tc.word, tc.points)
			checkNumber(t, "Score", grammar.Score, tc.word, tc.score)
		})
	}
}

func checkNumber(t *testing.T, name string, read func(string) (int64, error), word string, want int64) {
	t.Helper()
	got, err := read(word)
	var refused *grammar.Error
	switch {
	case want >= 0 && (err != nil || got != want):
		t.Errorf("%s(%q) = %d, %v, want %d", name, word, got, err, want)
	case want < 0 && !errors.As(err, &refused):
		t.Errorf("%s(%q) = %d, %v, want an *Error", name, word, got, err)
	}
}

func TestPointsShowsEveryScriptsDigits(t *testing.T) {
	t.Parallel()
	run := []rune{}
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		if run = append(run, r); len(run) < 10 {
			continue
		}
		word := string(run[1:])
		if _, err := grammar.Points(word); err == nil || !strings.Contains(err.Error(), "if it is 123456789,") {
			t.Errorf("Points(%q): %v, want its reading", word, err)
		}
		run = run[:0]
	}
}

func TestFormatInt(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 1340: "1,340", 123456: "123,456", 2147483647: "2,147,483,647",
		-1: "-1", -999: "-999", -1000: "-1,000", -123456: "-123,456",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := grammar.FormatInt(n); got != want {
			t.Errorf("FormatInt(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestFormatIntIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, grammar.MaxScore).Draw(t, "n")
		for _, word := range []string{grammar.FormatInt(n), strconv.FormatInt(n, 10)} {
			if got, err := grammar.Score(word); err != nil || got != n {
				t.Fatalf("Score(%s) = %d, %v", word, got, err)
			}
		}
	})
}
