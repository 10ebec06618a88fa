package discordbot

import (
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ringside/bot/edge"
	"ringside/commands"
)

// Limits of Discord's, each with some room left.
// https://discord.com/developers/docs/components/reference
const (
	maxText     = 3800 // of 4,000 characters in all texts of a message together
	maxButtons  = 25   // in five rows
	maxInRow    = 5    // buttons in one row
	maxLabel    = 80   // characters on a button
	maxCustomID = 100  // characters that a button carries

	maxNotes    = 1100
	maxExamples = 800
)

// Bounds on single texts, in characters after escaping.
const (
	maxHeadline = 300
	maxFooter   = 300
	maxNote     = 900
	maxExample  = 300
	maxRowLabel = 60
	maxSubject  = 200
	maxChange   = 100
	maxDetail   = 400
)

// Message is a Reply drawn for Discord: one container of components, and nothing outside of it. Neither
// a reader's choice to hide embeds nor a missing permission to embed can make it empty.
type Message struct {
	Flags      discordgo.MessageFlags       `json:"flags"`
	Components []discordgo.MessageComponent `json:"components"`
}

// Render draws r within Discord's limits. Every text is escaped; what does not fit is left out with a
// visible "and n more". Lines to type are written with the names of Discord's options. Files travel beside the message
// and are shown in it; words stand in the place of those that cannot be sent.
func Render(r commands.Reply) Message {
	r = edge.Sendable(r)
	head, rows, notes, examples, foot := body(r)
	parts := make([]discordgo.MessageComponent, 0, 8)
	for _, lines := range [][]string{head, rows, notes, examples} {
		if len(lines) > 0 {
			parts = append(parts, discordgo.TextDisplay{Content: strings.Join(lines, "\n")})
		}
	}
	for _, f := range edge.Files(r) {
		parts = append(parts, drawFile(f))
	}
	parts = appendButtons(parts, r.Buttons)
	if foot != "" {
		parts = append(parts, discordgo.TextDisplay{Content: foot})
	}
	if len(parts) == 0 {
		parts = append(parts, discordgo.TextDisplay{Content: "Ringside"})
	}
	return Message{
		Flags:      discordgo.MessageFlagsIsComponentsV2,
		Components: []discordgo.MessageComponent{discordgo.Container{AccentColor: colour(r.Tone), Components: parts}},
	}
}

// body draws all texts. Headline, footer, notes and examples have a bounded share, and rows have what
// they leave.
func body(r commands.Reply) (head, rows, notes, examples []string, foot string) {
	left := maxText
	if text := bold(escape(line(r.Headline), maxHeadline)); text != "" {
		head = []string{text}
		left -= length(text)
	}
	if text := begin(escape(line(r.Footer), maxFooter)); text != "" {
		foot = "-# " + text
		left -= length(foot)
	}
	notes = fit(len(r.Notes), maxNotes, &left, func(i int) string { return noteLines(r.Notes[i]) })
	examples = fit(len(r.Examples), maxExamples, &left, func(i int) string { return code(native(line(r.Examples[i])), maxExample) })
	rows = fit(len(r.Rows), left, &left, func(i int) string { return rowLine(r.Rows[i]) })
	return head, rows, notes, examples, foot
}

// fit draws up to n lines within share, taking what they need from left, and says how many were left out.
func fit(n, share int, left *int, draw func(int) string) []string {
	const room = 24 // for the line that says how many are missing
	share = min(share, *left)
	lines := make([]string, 0, n)
	for i := range n {
		text := draw(i)
		need := length(text) + 1
		if need > share-room {
			lines = append(lines, "… and "+strconv.Itoa(n-i)+" more")
			*left -= room
			break
		}
		if text != "" {
			lines = append(lines, text)
			share -= need
			*left -= need
		}
	}
	return lines
}

// noteLines draws a note, which may have several lines.
func noteLines(note string) string {
	var kept []string
	left := maxNote
	for part := range strings.SplitSeq(note, "\n") {
		if part = begin(escape(line(part), max(left, 1))); part != "" && left > 1 {
			kept = append(kept, part)
			left -= length(part) + 1
		}
	}
	return strings.Join(kept, "\n")
}

// rowLine draws one row, outcome first, with its empty parts left out.
func rowLine(row commands.Row) string {
	parts := [...]string{
		bold(escape(line(row.Label), maxRowLabel)),
		code(native(line(row.Subject)), maxSubject),
		escape(line(row.Change), maxChange),
		escape(line(row.Detail), maxDetail),
	}
	var b strings.Builder
	b.Grow(len(parts[0]) + len(parts[1]) + len(parts[2]) + len(parts[3]) + 2*len(parts))
	for _, part := range parts {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("  ")
		}
		b.WriteString(part)
	}
	return begin(b.String())
}

// colour is a decoration at the edge: the headline says the same in words.
func colour(t commands.Tone) *int {
	tones := map[commands.Tone]int{
		commands.ToneGood: 0x2e7d32,
		commands.ToneWarn: 0xf9a825,
		commands.ToneBad:  0xc62828,
	}
	if c, ok := tones[t]; ok {
		return &c
	}
	return nil
}

// appendButtons draws the buttons in rows. A button carries its opaque id and nothing else; a second one
// with the same id, which Discord refuses, is left out.
func appendButtons(parts []discordgo.MessageComponent, buttons []commands.Button) []discordgo.MessageComponent {
	seen := make(map[string]bool, len(buttons))
	var row []discordgo.MessageComponent
	for _, button := range buttons {
		if button.ID == "" || length(button.ID) > maxCustomID || seen[button.ID] || len(seen) == maxButtons {
			continue
		}
		seen[button.ID] = true
		row = append(row, drawButton(button))
		if len(row) == maxInRow {
			parts, row = append(parts, discordgo.ActionsRow{Components: row}), nil
		}
	}
	if len(row) > 0 {
		parts = append(parts, discordgo.ActionsRow{Components: row})
	}
	return parts
}

func drawButton(button commands.Button) discordgo.Button {
	label := clip(line(button.Label), maxLabel)
	if label == "" {
		label = "…"
	}
	return discordgo.Button{Label: label, Style: style(button.Style), CustomID: button.ID}
}

func style(s commands.Style) discordgo.ButtonStyle {
	switch s {
	case commands.StylePrimary:
		return discordgo.PrimaryButton
	case commands.StyleDanger:
		return discordgo.DangerButton
	default:
		return discordgo.SecondaryButton
	}
}
