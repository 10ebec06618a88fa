package slackbot

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"ringside/commands"
)

// markup is text in Slack's markup. It is verbatim, so that Slack does not turn a typed "@here" or
// "#general" into a mention by itself.
func markup(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

func section(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(markup(text), nil, nil, slack.SectionBlockOptionExpand(true))
}

// appendSections puts lines into as few sections as the size of a section allows.
func appendSections(blocks []slack.Block, lines []string) []slack.Block {
	var b strings.Builder
	used := 0
	for _, text := range lines {
		n := length(text)
		if used > 0 && used+n+1 > maxSection {
			blocks = append(blocks, section(b.String()))
			b.Reset()
			used = 0
		}
		if used > 0 {
			b.WriteByte('\n')
			used++
		}
		b.WriteString(text)
		used += n
	}
	if used > 0 {
		blocks = append(blocks, section(b.String()))
	}
	return blocks
}

// actions draws the buttons, or returns nil if there are none. A button carries its opaque id and
// nothing else.
func actions(buttons []commands.Button) slack.Block {
	elements := make([]slack.BlockElement, 0, min(len(buttons), maxButtons))
	for _, button := range buttons {
		if button.ID == "" || len(button.ID) > maxValue || len(elements) == maxButtons {
			continue
		}
		elements = append(elements, drawButton(len(elements), button))
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock(blockID, elements...)
}

func drawButton(index int, button commands.Button) *slack.ButtonBlockElement {
	text := slack.NewTextBlockObject(slack.PlainTextType, drawLabel(button.Label), false, false)
	return slack.NewButtonBlockElement(actionPrefix+strconv.Itoa(index), button.ID, text).WithStyle(style(button.Style))
}

// drawLabel makes plain text, which Slack shows as it is. Escapes could show as well, so that angle
// brackets give way to characters that look like them and mean nothing.
func drawLabel(s string) string {
	s = line(s)
	if strings.ContainsAny(s, "<>`") {
		s = strings.Map(lookalike, s)
	}
	if s == "" {
		return "…"
	}
	return clip(s, maxLabel)
}

func lookalike(r rune) rune {
	switch r {
	case '<':
		return '‹'
	case '>':
		return '›'
	case '`':
		return '\''
	default:
		return r
	}
}

func style(s commands.Style) slack.Style {
	switch s {
	case commands.StylePrimary:
		return slack.StylePrimary
	case commands.StyleDanger:
		return slack.StyleDanger
	default:
		return slack.StyleDefault
	}
}
