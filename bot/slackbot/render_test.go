package slackbot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"ringside/bot/slackbot"
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
			Notes:    []string{"Your id is slack:T0123/user/U0456."},
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
		"hostile":           hostile(),
		"empty":             {},
		"document_in_words": {Headline: "Nothing", Document: &commands.Document{Name: "<!here>errors.csv"}},
		"document_for_one":  slackbot.ForOne(withSheet(says("7 lines are wrong: nothing was sent"))),
		"document_missing":  slackbot.Missing("errors.csv"),
		"picture":           {Headline: "Final score of demo", Public: true, Picture: card()},
		"picture_in_words":  {Headline: "Final score of demo", Picture: &commands.Picture{Name: "final.png", Alt: "<!here> pk-live1\u202e won"}},
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
	const bad = "<!channel> <@U0456> &lt;!here&gt; `*_~ \u202Edesrever\u202C \x00\x1b[31m <https://evil.example|pk-live1>\nnext\u2028line"
	return commands.Reply{
		Headline: bad,
		Rows:     []commands.Row{{Label: bad, Subject: bad, Change: bad, Detail: bad}},
		Notes:    []string{bad},
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
			golden(t, name+".golden.json", encode(t, slackbot.Render(reply)))
		})
	}
}

func encode(t testing.TB, m slackbot.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		t.Fatalf("encoding a message: %v", err)
	}
	return b.Bytes()
}

func TestRenderSaysHowMuchIsMissing(t *testing.T) {
	t.Parallel()
	text := string(encode(t, slackbot.Render(helpOf(400))))
	if !strings.Contains(text, "… and ") || !strings.Contains(text, " more") {
		t.Error("400 rows do not fit, and nothing says so")
	}
	if !strings.Contains(text, "/battle list") {
		t.Error("the rows pushed the examples out")
	}
}

func TestRenderKeepsTheWords(t *testing.T) {
	t.Parallel()
	m := slackbot.Render(resultOf(9))
	text := string(encode(t, m))
	for i := range 9 {
		want := fmt.Sprintf("*applied*  `pk-live%d`  +100  now 1,340, leads by 90", i+1)
		if !strings.Contains(text, want) {
			t.Errorf("no line %q", want)
		}
		if spoken := fmt.Sprintf("applied  pk-live%d  +100", i+1); !strings.Contains(m.Text, spoken) {
			t.Errorf("a screen reader does not say %q", spoken)
		}
	}
}

// checkLimits fails for whatever Slack would refuse, and for anything that could mention somebody.
func checkLimits(t interface{ Fatalf(string, ...any) }, m slackbot.Message) {
	if m.Text == "" || utf8.RuneCountInString(m.Text) > 3000 {
		t.Fatalf("the text has %d characters", utf8.RuneCountInString(m.Text))
	}
	if len(m.Blocks) > 50 {
		t.Fatalf("there are %d blocks", len(m.Blocks))
	}
	total := 0
	for _, text := range texts(m.Blocks) {
		n := utf8.RuneCountInString(text)
		total += n
		if n == 0 || n > 3000 {
			t.Fatalf("a text has %d characters", n)
		}
		checkHarmless(t, text)
	}
	checkHarmless(t, m.Text)
	if total > 12000 {
		t.Fatalf("the blocks have %d characters together", total)
	}
}

func checkHarmless(t interface{ Fatalf(string, ...any) }, text string) {
	if strings.ContainsAny(text, "<>\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x00\x1b") || !utf8.ValidString(text) {
		t.Fatalf("a text could mention, link, turn round or garble: %q", text)
	}
	for _, l := range strings.Split(text, "\n") {
		if strings.Count(l, "`")%2 != 0 {
			t.Fatalf("a code span does not end: %q", l)
		}
	}
}

func texts(blocks []slack.Block) []string {
	var all []string
	for _, block := range blocks {
		switch b := block.(type) {
		case *slack.SectionBlock:
			all = append(all, b.Text.Text)
		case *slack.ActionBlock:
			for _, e := range b.Elements.ElementSet {
				if button, ok := e.(*slack.ButtonBlockElement); ok {
					all = append(all, button.Text.Text)
				}
			}
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if text, ok := e.(*slack.TextBlockObject); ok {
					all = append(all, text.Text)
				}
			}
		}
	}
	return all
}

func TestRenderStaysWithinLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkLimits(t, slackbot.Render(anyReply(t)))
	})
}

func anyReply(t *rapid.T) commands.Reply {
	text := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"<!channel>", "<@U0456>", "`", "&", "*", "\u202e", "\n\n", strings.Repeat("<", 5000), strings.Repeat("世", 4000)}),
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
	for _, seed := range []string{"pk-live1", "<!channel>", "<@U0456>", "&lt;!here&gt;", "`a`", "\u202e", "a\nb", "\xff", strings.Repeat("&", 4000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkLimits(t, slackbot.Render(commands.Reply{
			Headline: s,
			Rows:     []commands.Row{{Label: s, Subject: s, Change: s, Detail: s}, {Detail: s}},
			Notes:    []string{s, s},
			Examples: []string{s},
			Buttons:  []commands.Button{{ID: "a1", Label: s}},
			Footer:   s,
			Picture:  &commands.Picture{Name: s, Alt: s},
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
	blocks := slackbot.Render(r).Blocks
	actions, ok := blocks[len(blocks)-1].(*slack.ActionBlock)
	if !ok || actions.BlockID != "ringside" {
		t.Fatalf("the last block is %#v", blocks[len(blocks)-1])
	}
	if n := len(actions.Elements.ElementSet); n != 25 {
		t.Fatalf("there are %d buttons, and Slack takes 25", n)
	}
	for i, want := range []slack.Style{slack.StylePrimary, slack.StyleDanger, slack.StyleDefault} {
		button, ok := actions.Elements.ElementSet[i].(*slack.ButtonBlockElement)
		if !ok || button.Style != want || button.Value != fmt.Sprintf("id%d", i) || button.ActionID != fmt.Sprintf("ringside_%d", i) {
			t.Errorf("button %d is %+v", i, button)
		}
	}
}
