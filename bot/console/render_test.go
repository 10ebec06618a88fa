package console_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ringside/bot/console"
	"ringside/commands"
)

func replies() map[string]commands.Reply {
	return map[string]commands.Reply{
		"applied": {
			Tone:     commands.ToneGood,
			Headline: "Added to demo.",
			Rows:     []commands.Row{{Label: "applied", Subject: "pk-live1", Change: "+100", Detail: "now 1,340, leads by 90"}},
			Buttons:  []commands.Button{{ID: "a1", Label: "Again"}, {ID: "a2", Label: "Undo"}},
			Footer:   "operation k7m2 · audit 9f3a0c11d2e4b567",
			Public:   true,
		},
		"mixed": {
			Tone:     commands.ToneWarn,
			Headline: "Not all of it took.",
			Rows: []commands.Row{
				{Label: "applied", Subject: "pk-live1", Change: "+100", Detail: "now 1,340, leads by 90"},
				{Label: "not applied", Subject: "pk-live22", Change: "+1,000", Detail: "the room has left the battle"},
				{Label: "unknown", Subject: "红队", Change: "+5", Detail: "probably counted: before 10, now 15"},
			},
			Notes: []string{
				"The outcome of one room is unknown: Tencent's answer was cut off. It will not be sent again. " +
					"Look at the room, then settle it with the command below.",
				"Gifts may have moved the score meanwhile.",
			},
			Examples: []string{"/battle resolve k7m2 applied", "/battle resolve k7m2 not-applied"},
			Footer:   "operation k7m2 · request Q0ICg",
		},
		"preview": {
			Tone:     commands.ToneWarn,
			Headline: "Overwrite the score of one room?",
			Rows: []commands.Row{
				{Subject: "pk-live1", Change: "1,240 → 500", Detail: "discards 740"},
				{Label: "leader", Detail: "pk-live1 by 90 → pk-live2 by 650"},
			},
			Notes: []string{"A gift that arrives in between is overwritten."},
			Buttons: []commands.Button{
				{ID: "c1", Label: "Confirm", Style: commands.StyleDanger}, {ID: "c2", Label: "Cancel"},
			},
		},
		"refused": {
			Tone:     commands.ToneBad,
			Headline: "You may not do that here.",
			Notes:    []string{"No grant gives score.add for room vip-1 to console:local."},
			Examples: []string{"/battle whoami"},
		},
		"headline": {Headline: "The battle has ended."},
		"picture": {
			Headline: "The battle has ended.",
			Notes:    []string{"It ran for 5 minutes."},
			Picture:  &commands.Picture{Name: "final.png", Alt: "Final score:\x1b[2J pk-live1 1,340, pk-live2 1,250", PNG: []byte("x")},
			Footer:   "battle demo",
		},
		"document": {
			Tone:     commands.ToneBad,
			Headline: "7 lines are wrong, so nothing was sent.",
			Document: &commands.Document{Name: "errors.csv", Text: []byte("line,row,problem\n" +
				"2,\"final,\x1b[2Jadd\",\u202eno room\r\n" + strings.Repeat("3,"+strings.Repeat("x", 200)+"\n", 6))},
			Buttons: []commands.Button{{ID: "c1", Label: "Confirm"}},
		},
		"empty-document": {Headline: "Nothing to tell.", Document: &commands.Document{Name: "outcomes.csv"}},
		"short-document": {Document: &commands.Document{Name: "outcomes.csv", Text: []byte("line")}},
		"hostile": {
			Tone:     commands.ToneBad,
			Headline: "\x1b]0;owned\x07 \x1b[2J“a\u202Eb”\r\nnext",
			Rows: []commands.Row{
				{Label: "applied\x1b[31m", Subject: "pk\u200B-live1", Change: "+1\n00", Detail: "\u009B31m \u2066x"},
			},
			Notes:    []string{"one\ttwo\x00", "bad \xff bytes", "\x7f\u2028\uFEFF"},
			Examples: []string{"/battle\nlist \x1b[A"},
			Buttons:  []commands.Button{{ID: "x", Label: "Con\x1b[8mfirm\n1  Cancel"}},
			Footer:   "\x1b[?1049h",
		},
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	for name, r := range replies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name, console.Render(r, false, 80)+"\n")
			golden(t, name+".colour", console.Render(r, true, 80)+"\n")
		})
	}
}

func TestRenderFitsNarrowTerminals(t *testing.T) {
	t.Parallel()
	golden(t, "mixed.narrow", console.Render(replies()["mixed"], false, 40)+"\n")
	many := question("Which one?", "Alpha", "Bravo", "Charlie", "Delta")
	golden(t, "choices.narrow", console.Render(many, false, 30)+"\n")
	if got := console.Render(replies()["mixed"], false, 0); got == "" {
		t.Error("nothing is drawn without a width")
	}
}

func TestRenderOneRow(t *testing.T) {
	t.Parallel()
	got := console.Render(commands.Reply{Rows: []commands.Row{
		{Label: "applied", Subject: "pk-live1", Change: "+100", Detail: "now 1,340, leads by 90"},
	}}, false, 80)
	if want := "applied  pk-live1  +100  now 1,340, leads by 90"; got != want {
		t.Errorf("Render() = %q, want %q", got, want)
	}
}

func TestRenderLeavesOutWhatIsEmpty(t *testing.T) {
	t.Parallel()
	if got := console.Render(commands.Reply{Notes: []string{""}, Tone: commands.ToneBad}, true, 80); got != "" {
		t.Errorf("Render() = %q, want nothing", got)
	}
	got := console.Render(commands.Reply{Rows: []commands.Row{{Label: "a", Detail: "b"}, {Label: "long", Change: "+1"}}}, false, 80)
	if diff := cmp.Diff("a         b\nlong  +1", got); diff != "" {
		t.Error(diff)
	}
}

func TestRenderProgress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, headline, want string
		colour               bool
	}{
		{name: "plain", headline: "under way", want: "… under way"},
		{name: "its own dots", headline: "… under way", want: "… under way"},
		{name: "dim", headline: "under way", want: "\x1b[2m… under way\x1b[0m", colour: true},
		{name: "one line", headline: "under\nway", want: "… under way"},
		{name: "clipped", headline: strings.Repeat("x", 40), want: "… " + strings.Repeat("x", 17) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := console.RenderProgress(say(tt.headline), tt.colour, 20); got != tt.want {
				t.Errorf("RenderProgress() = %q, want %q", got, tt.want)
			}
		})
	}
}

// harmless reports the first character of text that a terminal would obey.
func harmless(text string) (rune, bool) {
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return r, false
		}
	}
	return 0, true
}

func FuzzRenderIsHarmless(f *testing.F) {
	f.Add("\x1b[2J", "\u202E", 80)
	f.Add("红队\u0301\t", "\xff\u009b", 3)
	f.Add(strings.Repeat("x ", 300), "a\r\nb\u2028c", 0)
	f.Fuzz(func(t *testing.T, a, b string, width int) {
		r := commands.Reply{
			Headline: a, Notes: []string{b, a}, Examples: []string{b}, Footer: a,
			Rows:    []commands.Row{{Label: a, Subject: b, Change: a, Detail: b}, {Label: b}},
			Buttons: []commands.Button{{Label: a}, {Label: b}},
			Picture: &commands.Picture{Alt: a},
		}
		got := console.Render(r, false, width)
		if bad, ok := harmless(got); !ok {
			t.Errorf("%q lets %U through", got, bad)
		}
		if bad, ok := harmless(console.RenderProgress(r, false, width)); !ok {
			t.Errorf("progress lets %U through", bad)
		}
	})
}

func TestColumnsLineUp(t *testing.T) {
	t.Parallel()
	cell := rapid.StringMatching(`[a-z红队éü]{0,8}`)
	rapid.Check(t, func(rt *rapid.T) {
		var rows []commands.Row
		for range rapid.IntRange(1, 5).Draw(rt, "rows") {
			rows = append(rows, commands.Row{
				Label: cell.Draw(rt, "label"), Subject: cell.Draw(rt, "subject"), Detail: "|",
			})
		}
		at := -1
		for _, line := range strings.Split(console.Render(commands.Reply{Rows: rows}, false, 80), "\n") {
			before, _, found := strings.Cut(line, "|")
			if column := console.Columns(before); !found || at >= 0 && column != at {
				rt.Fatalf("%q: the detail is in column %d, not %d", line, column, at)
			} else {
				at = column
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	r := replies()["mixed"]
	b.ReportAllocs()
	for b.Loop() {
		console.Render(r, true, 100)
	}
}
