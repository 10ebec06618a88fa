package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"ringside/commands/grammar"
)

func TestParseReadsUpToItsBoundsAndNotBeyond(t *testing.T) {
	t.Parallel()
	pad := func(text string, size int) string { return text + strings.Repeat(" ", size-len(text)) }
	rooms := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, " r%d 1", i)
		}
		return text.String()
	}
	sides := func(n int) string {
		return strings.TrimPrefix(strings.ReplaceAll(strings.ReplaceAll(rooms(n), " 1", ""), " r", " vs r"), " vs")
	}
	cases := []struct {
		name           string
		command        string
		within, beyond string
	}{
		{"text", scoreCommand, pad("demo", grammar.MaxText), pad("demo", grammar.MaxText+1)},
		{"rooms", scoreCommand, "demo add" + rooms(grammar.MaxRooms), "demo add" + rooms(grammar.MaxRooms+1)},
		{"battle", scoreCommand, strings.Repeat("=", grammar.MaxBattleName), strings.Repeat("=", grammar.MaxBattleName+1)},
		{
			"battle by room", scoreCommand,
			grammar.RoomPrefix + strings.Repeat("r", grammar.MaxRoomName),
			grammar.RoomPrefix + strings.Repeat("r", grammar.MaxRoomName+1),
		},
		{
			"room", scoreCommand,
			"demo add " + strings.Repeat("r", grammar.MaxRoomName) + " 1",
			"demo add " + strings.Repeat("r", grammar.MaxRoomName+1) + " 1",
		},
		{
			"operation", battleCommand,
			"status " + strings.Repeat("0", grammar.MaxOperation),
			"status " + strings.Repeat("0", grammar.MaxOperation+1),
		},
		{"rooms of a new battle", battleCommand, "create" + sides(grammar.MaxRooms) + " for 5m", "create" + sides(grammar.MaxRooms+1) + " for 5m"},
		{"opponents", battleCommand, "create" + sides(2) + " for 5m", "create" + sides(1) + " for 5m"},
		{"longest battle", battleCommand, "create a vs b for 24h", "create a vs b for 24h1s"},
		{"shortest battle", battleCommand, "create a vs b for 1s", "create a vs b for 0s"},
		{
			"note", battleCommand,
			"create a vs b for 5m -- " + strings.Repeat("é", grammar.MaxNote/2), "create a vs b for 5m -- " + strings.Repeat("é", grammar.MaxNote/2) + "x",
		},
		{"longest alias", battleCommand, "name demo " + strings.Repeat("a", grammar.MaxAlias), "name demo " + strings.Repeat("a", grammar.MaxAlias+1)},
		{"shortest alias", battleCommand, "name demo " + strings.Repeat("a", grammar.MinAlias), "name demo " + strings.Repeat("a", grammar.MinAlias-1)},
		{"most lines", battleCommand, fmt.Sprintf("log %d", grammar.MaxCount), fmt.Sprintf("log %d", grammar.MaxCount+1)},
		{"fewest lines", battleCommand, "log 1", "log 0"},
		{"most points", scoreCommand, fmt.Sprintf("add r %d", grammar.MaxScore), fmt.Sprintf("add r %d", grammar.MaxScore+1)},
		{"fewest points", scoreCommand, "add r 1", "add r 0"},
		{"highest score", scoreCommand, fmt.Sprintf("set r %d", grammar.MaxScore), fmt.Sprintf("set r %d", grammar.MaxScore+1)},
		{"lowest score", scoreCommand, "set r 0", "set r -1"},
		{"printable ASCII", scoreCommand, "!~ add ~! 1", "!\u007f add ~! 1"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			reread(t, tc.command+" "+tc.within)
			_ = refusal(t, tc.command, tc.beyond)
		})
	}
}

func TestErrorShowsWordsSafely(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, room, word string }{
		{"as typed", "комната", "комната"},
		{"forty-eight runes", strings.Repeat("ж", 48), strings.Repeat("ж", 48)},
		{"shortened", strings.Repeat("ж", 49), strings.Repeat("ж", 48) + "…"},
		{"escape sequence", "\x1b[31mred", "[U+001B][31mred"},
		{"right-to-left override", "\u202eabc", "[U+202E]abc"},
		{"variation selector", "a\ufe0f", "a\ufe0f"},
		{"unassigned", "a\u0378", "a[U+0378]"},
		{"replacement character", "a\ufffd", "a[U+FFFD]"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, scoreCommand, "demo add "+tc.room+" 1")
			if got.Word != tc.word {
				t.Errorf("Word = %q, want %q", got.Word, tc.word)
			}
			if !strings.Contains(got.Problem, "“"+tc.word+"”") {
				t.Errorf("Problem = %q does not quote the word", got.Problem)
			}
		})
	}
}

func TestQuoteIsUndone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"pk-live1": "pk-live1", "o'neil": "o'neil", `end"`: `end"`,
		`"a`: `'"a'`, "'a": `"'a"`, "`a": "\"`a\"", `"'a`: "`\"'a`", "\"'`a": "\"\"'`a\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := grammar.Quote(name); got != want {
				t.Errorf("Quote = %s, want %s", got, want)
			}
			if got := reread(t, scoreCommand+" "+grammar.Quote(name)); got.Battle != name {
				t.Errorf("read back as %q", got.Battle)
			}
		})
	}
	if got := grammar.Quote(""); got != `""` {
		t.Errorf("Quote of nothing = %s", got)
	}
}
