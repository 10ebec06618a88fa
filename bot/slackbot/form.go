package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// Limits of Slack's on a form. https://docs.slack.dev/reference/views/modal-views
const (
	maxFormWord    = 24   // characters of the title and on the button
	maxFormLabel   = 45   // of 2,000 characters over a field; phones show about as many
	maxPlaceholder = 150  // characters in an empty field
	maxRows        = 3000 // characters in a field
	maxMetadata    = 3000 // characters that a form carries
)

// openTimeout bounds the opening of a form: the trigger of a command works for three seconds.
const openTimeout = 2500 * time.Millisecond

// The names of a form and of what is in it.
const (
	formID    = "ringside_form"
	formInput = "ringside_input"
	rowsField = "rows"
	fileField = "file"
)

// origin is what a form carries of the command that it was opened for.
type origin struct {
	Command string `json:"command"`
	Text    string `json:"text"`
	Team    string `json:"team"`
	Channel string `json:"channel"`
	User    string `json:"user"`
	Name    string `json:"name"`
}

// showForm opens a form for a command, or tells the caller what to do instead.
func (b *Bot) showForm(ctx context.Context, in inbound, f commands.Form, to *responder) {
	err := b.openForm(ctx, in, f)
	switch apiCode(err) {
	case "trigger_exchanged", "exchanged_trigger_id":
		b.log.Info("a form was opened before, by another delivery or another process", zap.Error(err))
		return
	}
	if err == nil {
		return
	}
	b.log.Warn("a form could not be opened", zap.Error(err))
	if err := to.Answer(ctx, notOpened()); err != nil {
		b.log.Warn("the caller could not be told that a form was not opened", zap.Error(err))
	}
}

// openForm calls https://docs.slack.dev/reference/methods/views.open. An app that was installed before Ringside took
// files lacks the scope files:read, and then Slack refuses the field for a file: the form comes without it.
func (b *Bot) openForm(ctx context.Context, in inbound, f commands.Form) error {
	carried, err := json.Marshal(origin{
		Command: in.ask.Command, Text: in.ask.Text, Team: in.team, Channel: in.channel, User: in.user, Name: in.ask.Caller.Name,
	})
	if err != nil {
		return fmt.Errorf("encoding a form: %w", err)
	}
	if length(string(carried)) > maxMetadata {
		return errors.New("opening a form: the command is too long to be carried by it")
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	view := drawForm(f, string(carried))
	err = b.openView(ctx, in.trigger, view)
	switch apiCode(err) {
	case "missing_scope", "invalid_arguments":
		b.log.Warn("a form comes without its field for a file; the app may lack the scope files:read", zap.Error(err))
		view.Blocks.BlockSet = view.Blocks.BlockSet[:1]
		return b.openView(ctx, in.trigger, view)
	}
	return err
}

func (b *Bot) openView(ctx context.Context, trigger string, view slack.ModalViewRequest) error {
	return b.once(ctx, "opening a form", func(ctx context.Context) error {
		_, err := b.api.OpenViewContext(ctx, trigger, view)
		return err
	})
}

// drawForm draws a field for rows, and one for a file below. Neither has to be filled in, since the other may be.
func drawForm(f commands.Form, carried string) slack.ModalViewRequest {
	rows := slack.NewPlainTextInputBlockElement(words(f.Placeholder, maxPlaceholder), formInput)
	rows.Multiline, rows.MaxLength, rows.FocusOnLoad = true, maxRows, true
	file := slack.NewFileInputBlockElement(formInput).WithFileTypes(edge.SheetTypes()...).WithMaxFiles(1)
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      formID,
		PrivateMetadata: carried,
		Title:           words(f.Title, maxFormWord),
		Submit:          words(f.Send, maxFormWord),
		Close:           words("Cancel", maxFormWord),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(rowsField, words(f.Label, maxFormLabel), nil, rows).WithOptional(true),
			slack.NewInputBlock(fileField, words(f.FileLabel, maxFormLabel), nil, file).WithOptional(true),
		}},
	}
}

// words makes plain text of at most limit characters.
func words(s string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, clip(drawLabel(s), limit), false, false)
}

func notOpened() commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "Slack did not open the form, so nothing was read and nothing was sent",
		Notes:    []string{"Type the command again. If that does not help, whoever runs Ringside can send the rows from a terminal:"},
		Examples: []string{"ringside bulk --config FILE --file scores.csv"},
	}
}
