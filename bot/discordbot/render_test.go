package discordbot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"ringside/bot/discordbot"
	"ringside/commands"
)

// drawings are the replies that people see most, by the name of their golden file.
func drawings() map[string]commands.Reply {
	return map[string]commands.Reply{
		"result_one_room":   resultOf(1),
		"result_nine_rooms": resultOf(9),
		"question": {
			Tone:     commands.ToneWarn,
			Headline: "Set 2 scores in demo?",
			Rows: []commands.Row{
				{Subject: "pk-live1", Change: "1,240 → 500", Detail: "leads now, would be behind by 300"},
				{Subject: "pk-live2", Change: "900 → 800", Detail: "would lead by 300"},
			},
			Notes:   []string{"A gift that arrives before you confirm is overwritten.", "This question ends in 60 s."},
			Buttons: []commands.Button{{ID: "c7f3a9", Label: "Confirm", Style: commands.StyleDanger}, {ID: "d81b02", Label: "Cancel"}},
		},
		"refusal": {
			Tone:     commands.ToneBad,
			Headline: "You may not add 6,000 points here: nothing was sent",
			Rows:     []commands.Row{{Label: "missing", Detail: "no grant of yours allows more than 5,000 points in one operation"}},
			Notes:    []string{"Your id is discord:998877/user/3344."},
			Examples: []string{"/battle-score demo add pk-live1 5000"},
		},
		"help":     helpOf(160),
		"progress": {Headline: "Still under way: asking Tencent"},
		"status": {
			Headline: "Operation k7qx2m",
			Rows: []commands.Row{
				{Label: "applied", Subject: "pk-live1", Change: "+100", Detail: "now 1,340, leads by 90"},
				{Label: "unknown", Subject: "pk-live2", Change: "+50", Detail: "before 1,200, now 1,250: it probably counted"},
			},
			Notes:   []string{"Asked by mika at 20:14:07 UTC, answered after 5.0 s."},
			Buttons: []commands.Button{{ID: "a1", Label: "It counted", Style: commands.StylePrimary}, {ID: "b2", Label: "It did not"}},
			Footer:  "k7qx2m · request 6f1c5f0e · audit 9b1f4c2d77aa01ee",
		},
		"hostile": hostile(),
		"empty":   {},
		"document": {Headline: "7 lines are wrong: nothing was sent", Tone: commands.ToneBad, Document: sheet(), Picture: card(),
			Buttons: []commands.Button{{ID: "a1", Label: "Again"}}},
		"document_in_words": {Headline: "Nothing", Document: &commands.Document{Name: "@everyone_errors.csv"}},
		"picture":           {Headline: "Final score of demo", Public: true, Picture: card(), Buttons: []commands.Button{{ID: "a1", Label: "Again"}}},
		"picture_in_words":  {Headline: "Final score of demo", Picture: &commands.Picture{Name: "final.png", Alt: "@everyone pk-live1\u202e won"}},
	}
}

func resultOf(rooms int) commands.Reply {
	r := commands.Reply{
		Tone:     commands.ToneGood,
		Headline: fmt.Sprintf("Added points to %d of %d rooms in demo", rooms, rooms),
		Buttons:  []commands.Button{{ID: "again1", Label: "Again"}, {ID: "undo1", Label: "Undo", Style: commands.StyleDanger}},
		Footer:   "k7qx2m · audit 9b1f4c2d77aa01ee",
		Public:   true,
	}
	for i := range rooms {
		r.Rows = append(r.Rows, commands.Row{
			Label: "applied", Subject: fmt.Sprintf("pk-live%d", i+1), Change: "+100", Detail: "now 1,340, leads by 90",
		})
	}
	return r
}

func helpOf(rows int) commands.Reply {
	r := commands.Reply{Headline: "What you may do here"}
	for i := range rows {
		r.Rows = append(r.Rows, commands.Row{
			Label: fmt.Sprintf("score.add %d", i), Subject: "/battle-score <battle> add <room> <points>", Detail: "adds to the current score of a room",
		})
	}
	r.Examples = []string{"/battle-score demo add pk-live1 100", "/battle list"}
	return r
}

func hostile() commands.Reply {
	const bad = "@everyone <@3344> <@&1122> </battle:1> `*_~||x|| \\ \u202Edesrever\u202C \x00\x1b[31m [pk-live1](https://evil.example) <t:1>\n# next\u2028line"
	return commands.Reply{
		Headline: bad,
		Rows:     []commands.Row{{Label: bad, Subject: bad, Change: bad, Detail: bad}},
		Notes:    []string{bad, "- not a list\n1. nor this\n-# nor small\n> nor a quotation"},
		Examples: []string{bad},
		Buttons:  []commands.Button{{ID: "x", Label: bad}},
		Footer:   bad,
	}
}

func TestRenderGolden(t *testing.T) {
	t.Parallel()
	for name, reply := range drawings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name+".golden.json", encode(t, discordbot.Render(reply)))
		})
	}
}

// TestRenderNarrow shows what a person reads, as lines of text.
func TestRenderNarrow(t *testing.T) {
	t.Parallel()
	for name, reply := range drawings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name+".golden.md", []byte(strings.Join(texts(discordbot.Render(reply)), "\n\n")+"\n"))
		})
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatalf("encoding: %v", err)
	}
	return b.Bytes()
}

func TestRenderSaysHowMuchIsMissing(t *testing.T) {
	t.Parallel()
	text := strings.Join(texts(discordbot.Render(helpOf(400))), "\n")
	if !strings.Contains(text, "… and ") || !strings.Contains(text, " more") {
		t.Error("400 rows do not fit, and nothing says so")
	}
	if !strings.Contains(text, "/battle list") {
		t.Error("the rows pushed the examples out")
	}
}

func TestRenderKeepsTheWords(t *testing.T) {
	t.Parallel()
	text := strings.Join(texts(discordbot.Render(resultOf(9))), "\n")
	for i := range 9 {
		want := fmt.Sprintf("**applied**  `pk-live%d`  +100  now 1,340, leads by 90", i+1)
		if !strings.Contains(text, want) {
			t.Errorf("no line %q", want)
		}
	}
}

// checkLimits fails for whatever Discord would refuse, and for anything that could mention somebody.
func checkLimits(t interface{ Fatalf(string, ...any) }, m discordbot.Message) {
	if m.Flags != discordgo.MessageFlagsIsComponentsV2 || len(m.Components) != 1 {
		t.Fatalf("flags %d, %d components", m.Flags, len(m.Components))
	}
	total, count := 0, 1
	for _, text := range texts(m) {
		n := len(utf16.Encode([]rune(text)))
		total += n
		count++
		if n == 0 {
			t.Fatalf("a text is empty")
		}
		checkHarmless(t, text)
	}
	for _, item := range pictures(m) {
		count++
		if item.Description != nil && (*item.Description == "" || len(utf16.Encode([]rune(*item.Description))) > 1024) {
			t.Fatalf("a picture is called %q", *item.Description)
		}
		if !regexp.MustCompile(`^attachment://[A-Za-z0-9._-]+\.png$`).MatchString(item.Media.URL) {
			t.Fatalf("a picture is at %q", item.Media.URL)
		}
	}
	for _, row := range rows(m) {
		count += 1 + len(row.Components)
		if len(row.Components) > 5 {
			t.Fatalf("%d buttons in a row", len(row.Components))
		}
		for _, c := range row.Components {
			button, ok := c.(discordgo.Button)
			n := len(utf16.Encode([]rune(button.Label)))
			total += n
			if !ok || n == 0 || n > 80 || button.CustomID == "" || len(button.CustomID) > 100 {
				t.Fatalf("a button is %+v", c)
			}
		}
	}
	if total > 4000+25*80 || count > 40 {
		t.Fatalf("%d characters in %d components", total, count)
	}
}

var plain = regexp.MustCompile(`^(\*\*)?[^*_~|<\[@]*(\*\*)?[^*_~|<\[@]*$`)

// bare puts an x for every code span and escape of a line, so that what stood on their two sides does not become one.
func bare(l string) string {
	var b strings.Builder
	code := false
	for i := 0; i < len(l); i++ {
		switch {
		case l[i] == '`':
			code = !code
			b.WriteByte('x')
		case code:
		case l[i] == '\\' && i+1 < len(l) && strings.IndexByte("\\*_~`|<[@:-+#>.", l[i+1]) >= 0:
			i++
			b.WriteByte('x')
		default:
			b.WriteByte(l[i])
		}
	}
	if code {
		b.WriteByte('`')
	}
	return b.String()
}

// checkHarmless takes out code spans and escapes; what is left may hold no mark but our own.
func checkHarmless(t interface{ Fatalf(string, ...any) }, text string) {
	if strings.ContainsAny(text, "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x00\x1b") || !utf8.ValidString(text) {
		t.Fatalf("a text could turn round or garble: %q", text)
	}
	for _, l := range strings.Split(text, "\n") {
		l = strings.TrimPrefix(l, "-# ")
		left := bare(l)
		if !plain.MatchString(left) || strings.Contains(left, "`") || strings.Contains(left, "://") {
			t.Fatalf("a text could mention, link or format: %q of %q", left, l)
		}
		if strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "-#") || strings.HasPrefix(l, "+ ") || strings.HasPrefix(l, "# ") || strings.HasPrefix(l, ">") || regexp.MustCompile(`^[0-9]+\.`).MatchString(l) {
			t.Fatalf("a line begins a list: %q", l)
		}
	}
}

func parts(m discordbot.Message) []discordgo.MessageComponent {
	box, _ := m.Components[0].(discordgo.Container)
	return box.Components
}

func texts(m discordbot.Message) []string {
	var all []string
	for _, c := range parts(m) {
		if text, ok := c.(discordgo.TextDisplay); ok {
			all = append(all, text.Content)
		}
	}
	return all
}

func pictures(m discordbot.Message) []discordgo.MediaGalleryItem {
	var all []discordgo.MediaGalleryItem
	for _, c := range parts(m) {
		if box, ok := c.(discordgo.MediaGallery); ok {
			all = append(all, box.Items...)
		}
	}
	return all
}

func rows(m discordbot.Message) []discordgo.ActionsRow {
	var all []discordgo.ActionsRow
	for _, c := range parts(m) {
		if row, ok := c.(discordgo.ActionsRow); ok {
			all = append(all, row)
		}
	}
	return all
}

func TestRenderStaysWithinLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkLimits(t, discordbot.Render(anyReply(t)))
	})
}

func anyReply(t *rapid.T) commands.Reply {
	text := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"@everyone", "<@3344>", "`", "\\", "**", "\u202e", "\n\n", "1. a", "-# a", "- a\n+ b", strings.Repeat("<", 5000), strings.Repeat("世", 4000), strings.Repeat("😀", 2500), "/battle-score demo add a 1"}),
	)
	row := rapid.Custom(func(t *rapid.T) commands.Row {
		return commands.Row{Label: text.Draw(t, "label"), Subject: text.Draw(t, "subject"), Change: text.Draw(t, "change"), Detail: text.Draw(t, "detail")}
	})
	button := rapid.Custom(func(t *rapid.T) commands.Button {
		return commands.Button{ID: rapid.StringMatching("[a-z0-9]{1,64}").Draw(t, "id"), Label: text.Draw(t, "button")}
	})
	return commands.Reply{
		Headline: text.Draw(t, "headline"),
		Rows:     rapid.SliceOfN(row, 0, 60).Draw(t, "rows"),
		Notes:    rapid.SliceOfN(text, 0, 8).Draw(t, "notes"),
		Examples: rapid.SliceOfN(text, 0, 30).Draw(t, "examples"),
		Buttons:  rapid.SliceOfN(button, 0, 40).Draw(t, "buttons"),
		Footer:   text.Draw(t, "footer"),
	}
}

// FuzzRender gives whatever a person may type to every place where it can appear.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{"pk-live1", "@everyone", "<@3344>", "\\`a`", "\u202e", "a\nb", "\xff", "1. x", "https://x", "tps://", strings.Repeat("*", 4000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkLimits(t, discordbot.Render(commands.Reply{
			Headline: s,
			Rows:     []commands.Row{{Label: s, Subject: s, Change: s, Detail: s}, {Detail: s}},
			Notes:    []string{s, s},
			Examples: []string{s},
			Buttons:  []commands.Button{{ID: "a1", Label: s}},
			Footer:   s,
			Picture:  &commands.Picture{Name: s, Alt: s, PNG: []byte(s)},
		}))
	})
}

func TestRenderButtons(t *testing.T) {
	t.Parallel()
	r := commands.Reply{Headline: "?"}
	for i := range 30 {
		r.Buttons = append(r.Buttons, commands.Button{ID: fmt.Sprintf("id%d", i), Label: "Go"})
	}
	r.Buttons[0].Style, r.Buttons[1].Style = commands.StylePrimary, commands.StyleDanger
	r.Buttons[3].ID = "id2"
	drawn := rows(discordbot.Render(r))
	if len(drawn) != 5 || len(drawn[4].Components) != 5 {
		t.Fatalf("there are %d rows, and Discord takes 5 of 5", len(drawn))
	}
	for i, want := range []discordgo.ButtonStyle{discordgo.PrimaryButton, discordgo.DangerButton, discordgo.SecondaryButton} {
		if button, ok := drawn[0].Components[i].(discordgo.Button); !ok || button.Style != want || button.CustomID != fmt.Sprintf("id%d", i) {
			t.Errorf("button %d is %+v", i, drawn[0].Components[i])
		}
	}
}

func TestNative(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"/battle-score demo add pk-live1 100":          "/battle-score battle:demo action:add room:pk-live1 score:100",
		"/battle-score demo set a 5 b 6 c 7 --dry-run": "/battle-score battle:demo action:set room:a score:5 more:b 6 c 7 dry_run:True",
		"/battle-score add pk-live1 100":               "/battle-score action:add room:pk-live1 score:100",
		"/battle-score demo":                           "/battle info battle:demo",
		"/battle info":                                 "/battle info",
		"/battle status last":                          "/battle status operation:last",
		"/battle log demo 5":                           "/battle log battle:demo count:5",
		"/battle help add":                             "/battle help topic:add",
		"/battle whoami":                               "/battle whoami",
		"/battle list":                                 "/battle list",
		"/battle create a vs b for 90s -- Final":       "/battle create rooms:a vs b duration:1m30s note:Final",
		"/battle name demo final":                      "/battle name alias:final battle:demo",
		"/battle overlay demo revoke":                  "/battle overlay battle:demo revoke:True",
		"/battle bulk":                                 "/battle bulk",
		"/battle bulk stop k7qx":                       "/battle bulk stop:k7qx",
		"/battle unwatch":                              "/battle unwatch",
		"/battle undo last":                            "/battle undo operation:last",
		"/battle resolve last not-applied":             "/battle resolve operation:last outcome:not applied",
		"/battle-score <battle> add <room> <points>":   "/battle-score <battle> add <room> <points>",
		"/battle no-such-word":                         "/battle no-such-word",
		"pk-live1":                                     "pk-live1",
		"":                                             "",
	}
	for given, want := range tests {
		if got := discordbot.Native(given); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}
