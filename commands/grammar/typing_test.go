package grammar_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ringside/commands/grammar"
)

// drawWrite draws an add or a set as a careful person would type it.
func drawWrite(t *rapid.T) grammar.Request {
	request := grammar.Request{
		Verb:   rapid.SampledFrom([]grammar.Verb{grammar.VerbAdd, grammar.VerbSet}).Draw(t, "verb"),
		Battle: drawBattle(t),
		DryRun: rapid.Bool().Draw(t, "dry run"),
	}
	rooms := rapid.SliceOfNDistinct(rapid.StringMatching(`pk-[a-z]{1,12}[0-9]{0,3}`), 1, grammar.MaxRooms, rapid.ID[string])
	for _, room := range rooms.Draw(t, "rooms") {
		points := rapid.Int64Range(1, grammar.MaxScore).Draw(t, "points")
		request.Changes = append(request.Changes, grammar.Change{Room: room, Points: points})
	}
	return request
}

func drawBattle(t *rapid.T) string {
	return rapid.OneOf(
		rapid.Just(""),
		rapid.StringMatching(`final-[a-z0-9]{1,20}`),
		rapid.StringMatching(`room:pk-live[0-9]{1,3}`),
		rapid.StringMatching(`[A-Z][A-Za-z0-9+/]{40,80}==`),
	).Draw(t, "battle")
}

// dressed writes a word as chat clients and keyboards may send it.
func dressed(t *rapid.T, word string) string {
	if strings.HasPrefix(word, "--") {
		return rapid.SampledFrom([]string{word, "—dry-run", "–dry–run", "--Dry_Run", "`--dry-run`", "−−dry−run"}).Draw(t, "flag")
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil && n > 999 {
		grouped := grammar.FormatInt(n)
		word = rapid.SampledFrom([]string{word, grouped, strings.ReplaceAll(grouped, ",", "_")}).Draw(t, "number")
	}
	if word == "add" || word == "set" {
		word = rapid.SampledFrom([]string{word, strings.ToUpper(word), strings.ToUpper(word[:1]) + word[1:]}).Draw(t, "keyword")
	}
	quotes := []string{"", `""`, "''", "``", "“”", "‘’", "„“", "«»", "”“"}
	pair := []rune(rapid.SampledFrom(quotes).Draw(t, "quotes"))
	if len(pair) == 0 {
		return word
	}
	return string(pair[0]) + word + string(pair[1])
}

// wordsOf returns the words of a canonical line after the command.
func wordsOf(request grammar.Request) []string { return strings.Fields(request.Line())[1:] }

func TestEveryDressOfALineIsReadAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawWrite(t)
		var text strings.Builder
		for _, word := range wordsOf(want) {
			text.WriteString(dressed(t, word))
			text.WriteString(rapid.SampledFrom([]string{" ", "  ", "\t", "\n", "\u00a0", "\u2009", "\u3000"}).Draw(t, "space"))
		}
		got, err := grammar.Parse(scoreCommand, text.String())
		if err != nil {
			t.Fatalf("%q: %v", text.String(), err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text.String(), diff)
		}
	})
}

// slip spoils the words of a line in a way that people do, after the word at from.
type slip struct {
	name  string
	spoil func(words []string, from int) []string
}

// slips returns spoilers for the first room and number, which stand at from and from+1.
func slips() []slip {
	room := func(edit func(room, number string) []string) func([]string, int) []string {
		return func(words []string, from int) []string {
			return slices.Concat(words[:from], edit(words[from], words[from+1]), words[from+2:])
		}
	}
	format := func(layout string) func([]string, int) []string {
		return room(func(room, number string) []string { return []string{fmt.Sprintf(layout, room, number)} })
	}
	return []slip{
		{"swapped", format("%[2]s %[1]s")},
		{"glued by equals", format("%s=%s")},
		{"glued by a colon", format("%s:%s")},
		{"equals apart", format("%s = %s")},
		{"colon apart", format("%s : %s")},
		{"sentence", format("%[2]s points to %[1]s")},
		{"comma behind the number", format("%s %s,")},
		{"leading zero", format("%s 0%s")},
		{"unit", format("%s %spts")},
		{"long dash in the room", room(func(room, number string) []string {
			return []string{strings.Replace(room, "-", "–", 1), number}
		})},
		{"zero-width space in the room", room(func(room, number string) []string {
			return []string{room[:2] + "\u200b" + room[2:], number}
		})},
		{"placeholder brackets", format("<%s> %s")},
		{"full-width digits", room(func(room, number string) []string {
			return []string{room, strings.Map(func(r rune) rune { return r - '0' + '０' }, number)}
		})},
		{"keyword with a letter twice", func(words []string, from int) []string {
			words = slices.Clone(words)
			words[from-1] += words[from-1][2:]
			return words
		}},
		{"command typed again", func(words []string, _ int) []string { return append([]string{scoreCommand}, words...) }},
		{"quote not closed", func(words []string, _ int) []string { return append([]string{`"` + words[0]}, words[1:]...) }},
	}
}

func TestEverySlipIsRefusedWithTheLineThatWasMeant(t *testing.T) {
	t.Parallel()
	for _, slip := range slips() {
		t.Run(slip.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				meant := drawWrite(t)
				from := 1
				if meant.Battle != "" {
					from = 2
				}
				text := strings.Join(slip.spoil(wordsOf(meant), from), " ")
				if offered := suggested(t, text); !slices.Contains(offered, meant.Line()) {
					t.Fatalf("%q is answered with %q and not with %q", text, offered, meant.Line())
				}
			})
		})
	}
}

// suggested returns the lines that a text is answered with; it must be refused.
func suggested(t *rapid.T, text string) []string {
	t.Helper()
	_, err := grammar.Parse(scoreCommand, text)
	var refused *grammar.Error
	if !errors.As(err, &refused) {
		t.Fatalf("%q is not refused: %v", text, err)
	}
	return refused.Try
}

func TestDryRunIsNeverLostInASuggestion(t *testing.T) {
	t.Parallel()
	for _, slip := range slips() {
		t.Run(slip.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				meant := drawWrite(t)
				meant.Battle, meant.DryRun = "demo", true
				text := strings.Join(slip.spoil(wordsOf(meant), 2), " ")
				for _, line := range suggested(t, text) {
					if !strings.HasSuffix(line, " --dry-run") && !strings.HasPrefix(line, "/battle help") {
						t.Fatalf("%q, a dry run, is answered with %q", text, line)
					}
				}
			})
		})
	}
}

func TestBattleKeywordSlipsAreNamed(t *testing.T) {
	t.Parallel()
	for slip, want := range map[string]string{
		"inof": "info", "inffo": "info", "stats": "status", "sttaus": "status", "lgo": "log", "logg": "log",
		"whoami?": "whoami", "whoiam": "whoami", "hlep": "help", "hepl": "help",
		"undoo": "undo", "reslove": "resolve", "craete": "create", "lsit": "list", "naem": "name", "wacth": "watch",
		"unwach": "unwatch", "overlya": "overlay",
	} {
		t.Run(slip, func(t *testing.T) {
			t.Parallel()
			if got := refusal(t, battleCommand, slip); got.Near != want {
				t.Errorf("Near = %q, want %q", got.Near, want)
			}
		})
	}
}
