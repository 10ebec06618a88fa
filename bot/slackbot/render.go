package slackbot

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"ringside/bot/edge"
	"ringside/commands"
)

// Limits of Slack's, each with some room left.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	maxSection  = 2900 // of 3,000 characters in a section
	maxButtons  = 25   // in one actions block
	maxLabel    = 75   // characters on a button
	maxValue    = 2000 // characters in the value of a button
	maxFallback = 2900 // Slack advises 4,000 for the plain text of a message

	// maxBody is for rows, notes and examples together, so that a whole message stays under 12,000
	// characters; about 13,200 have been seen to fail.
	maxBody     = 8500
	maxNotes    = 2000
	maxExamples = 1500
)

// Bounds on single texts, in characters after escaping. Each is well under maxSection.
const (
	maxHeadline = 300
	maxFooter   = 400
	maxNote     = 1200
	maxExample  = 300
	maxRowLabel = 60
	maxSubject  = 200
	maxChange   = 100
	maxDetail   = 500
)

// The block and the buttons keep the same names in every message; only a button's value differs.
const (
	blockID      = "ringside"
	actionPrefix = "ringside_"
)

// Message is a Reply drawn for Slack.
type Message struct {
	Text   string        // for notifications and screen readers; never empty
	Blocks []slack.Block // within Slack's limits
}

// Render draws r within Slack's limits. Every text is escaped; what does not fit is left out with a
// visible "and n more". Files come after the message; the words of those that cannot be sent stand here.
func Render(r commands.Reply) Message {
	r = edge.Sendable(r)
	headline := escape(line(r.Headline), maxHeadline)
	rows, notes, examples := body(r)
	blocks := make([]slack.Block, 0, 8)
	if headline != "" {
		blocks = append(blocks, section(mark(r.Tone)+bold(headline)))
	}
	blocks = appendSections(blocks, rows)
	blocks = appendSections(blocks, notes)
	blocks = appendSections(blocks, examples)
	if buttons := actions(r.Buttons); buttons != nil {
		blocks = append(blocks, buttons)
	}
	if footer := escape(line(r.Footer), maxFooter); footer != "" {
		blocks = append(blocks, slack.NewContextBlock("", markup(footer)))
	}
	return Message{Text: fallback(headline, r), Blocks: blocks}
}

// body draws the lines of rows, notes and examples. Notes and examples have a bounded share, and rows
// have what they leave.
func body(r commands.Reply) (rows, notes, examples []string) {
	left := maxBody
	notes = fit(len(r.Notes), maxNotes, &left, func(i int) string { return escape(paragraph(r.Notes[i]), maxNote) })
	examples = fit(len(r.Examples), maxExamples, &left, func(i int) string { return code(escape(line(r.Examples[i]), maxExample)) })
	rows = fit(len(r.Rows), left, &left, func(i int) string { return rowLine(r.Rows[i]) })
	return rows, notes, examples
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

// rowLine draws one row, outcome first, with its empty parts left out.
func rowLine(row commands.Row) string {
	label, subject, change, detail := parts(row)
	return join(bold(label), code(subject), change, detail)
}

// plainRow is rowLine without marks, for the text that is read aloud.
func plainRow(row commands.Row) string { return join(parts(row)) }

func parts(row commands.Row) (label, subject, change, detail string) {
	return escape(line(row.Label), maxRowLabel),
		escape(line(row.Subject), maxSubject),
		escape(line(row.Change), maxChange),
		escape(line(row.Detail), maxDetail)
}

// join puts two spaces between the parts that are not empty.
func join(label, subject, change, detail string) string {
	parts := [...]string{label, subject, change, detail}
	var b strings.Builder
	b.Grow(len(label) + len(subject) + len(change) + len(detail) + 2*len(parts))
	for _, part := range parts {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("  ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// fallback is what a notification shows and a screen reader says.
func fallback(headline string, r commands.Reply) string {
	left := maxFallback - length(headline)
	rows := fit(len(r.Rows), left, &left, func(i int) string { return plainRow(r.Rows[i]) })
	if headline != "" {
		rows = append([]string{headline}, rows...)
	}
	if len(rows) == 0 {
		return "Ringside"
	}
	return strings.Join(rows, "\n")
}

// mark is a decoration: the headline says the same in words.
func mark(t commands.Tone) string {
	switch t {
	case commands.ToneGood:
		return ":white_check_mark: "
	case commands.ToneWarn:
		return ":warning: "
	case commands.ToneBad:
		return ":no_entry: "
	default:
		return ""
	}
}
