package discordbot

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"ringside/bot/edge"
	"ringside/commands"
)

// Limits of Discord's on a form. https://discord.com/developers/docs/components/reference#text-input
const (
	maxFormTitle   = 45
	maxFormLabel   = 45
	maxPlaceholder = 100
	maxRows        = 4000 // characters in a field
)

const (
	// formPrefix begins what a form carries: the line of the command that it was opened for comes after it.
	formPrefix = "ringside_form:"
	rowsInput  = "rows"
)

// modal is a form as the first answer to a command. A field for a file is left to the command's own option: the library
// gives up on a form that has one.
// https://discord.com/developers/docs/interactions/receiving-and-responding
type modal struct {
	CustomID   string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

// first is the first answer to an ask: a form, if it needs one, and otherwise the promise of an answer.
func (in inbound) first() callback {
	if in.form == nil {
		return in.deferred()
	}
	return callback{Type: discordgo.InteractionResponseModal, Data: drawForm(*in.form, in.ask.Command+" "+in.ask.Text)}
}

func drawForm(f commands.Form, carried string) modal {
	rows := discordgo.TextInput{
		CustomID:    rowsInput,
		Label:       clip(line(f.Label), maxFormLabel),
		Style:       discordgo.TextInputParagraph,
		Placeholder: clip(line(f.Placeholder), maxPlaceholder),
		Required:    true,
		MinLength:   1,
		MaxLength:   maxRows,
	}
	return modal{
		CustomID:   formPrefix + carried,
		Title:      clip(line(f.Title), maxFormTitle),
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{rows}}},
	}
}

// formRow is a row of a form as it was filled in.
type formRow struct {
	Components []struct {
		CustomID string `json:"custom_id"`
		Value    string `json:"value"`
	} `json:"components"`
}

// readForm understands a form of ours. What it carries is not believed: it must be a command that has a form, and who may
// do what is decided as for any other.
func (i *interaction) readForm(in inbound) (inbound, error) {
	carried, ours := strings.CutPrefix(i.Data.CustomID, formPrefix)
	if !ours {
		return inbound{}, errNotForUs
	}
	command, text, _ := strings.Cut(carried, " ")
	in.ask = i.invocation(in, clip(command, maxName), text)
	rows := i.rows()
	switch _, needed := commands.FormFor(*in.ask); {
	case !needed:
		in.refuse = outdated()
	case len(rows) > commands.MaxSheet:
		r := commands.TooLarge()
		in.refuse = &r
	}
	in.ask.Sheet = &commands.Sheet{Text: []byte(rows)}
	return in, nil
}

func (i *interaction) rows() string {
	for _, row := range i.Data.Components {
		for _, input := range row.Components {
			if input.CustomID == rowsInput {
				return input.Value
			}
		}
	}
	return ""
}

// handed is a file that a person attached to a command. https://discord.com/developers/docs/resources/message#attachment-object
type handed struct {
	Name string `json:"filename"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// readSheet finds out where the rows of a command are that has a sheet: in its file, or in a form that is to be shown.
func (i *interaction) readSheet(in *inbound) {
	form, needed := commands.FormFor(*in.ask)
	id, attached := fileOf(i.Data.Options)
	switch {
	case attached && !needed:
		in.refuse = fileForNothing()
	case attached:
		file := i.Data.Resolved.Attachments[id]
		in.file = &edge.Attachment{Name: clip(line(file.Name), maxName), Size: file.Size, URL: file.URL}
	case needed:
		in.form = &form
	}
}

// fileOf returns the id of the file that was attached to a subcommand.
func fileOf(options []given) (id string, attached bool) {
	for _, sub := range options {
		for _, option := range sub.Options {
			if option.Name == optFile && option.Type == optionFile {
				return option.text(), true
			}
		}
	}
	return "", false
}

func outdated() *commands.Reply {
	return &commands.Reply{
		Tone: commands.ToneBad, Headline: "This form is of an older Ringside: nothing was done",
		Notes:    []string{"Copy your rows, and type the command again:"},
		Examples: []string{commands.BattleCommand + " bulk"},
	}
}

func fileForNothing() *commands.Reply {
	return &commands.Reply{
		Tone: commands.ToneBad, Headline: "Either a file or an operation to stop, not both: nothing was done",
		Notes: []string{"Leave one of the two options out."},
	}
}

func notShown() commands.Reply {
	return commands.Reply{
		Tone: commands.ToneWarn, Headline: "Discord did not show the form, so nothing was done",
		Notes:    []string{"If it did show after all, use it. Otherwise type the command again, or attach the rows to it as a CSV file:"},
		Examples: []string{commands.BattleCommand + " bulk"},
	}
}
