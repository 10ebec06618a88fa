package slackbot

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// maxAlt bounds the words for those who do not see a picture, in characters.
const maxAlt = 1000

// showFiles puts the files of r below a message that stands in a channel, for all who read there. Its failure changes
// nothing: the words were delivered. That a document is missing is said there, or else to the user; he may be empty.
func (b *Bot) showFiles(ctx context.Context, channel, user string, r commands.Reply) {
	for _, f := range edge.Files(r) {
		err := b.upload(ctx, channel, f)
		if err == nil {
			continue
		}
		b.log.Warn(failure(f), zap.String("channel", channel), zap.Error(err))
		if !f.IsPicture() {
			b.regret(ctx, channel, user, f.Name)
		}
	}
}

func failure(f edge.File) string {
	if f.IsPicture() {
		return "a picture could not be shown"
	}
	return "a document could not be sent"
}

// regret says in a channel, or else to a person, that a document is missing there.
func (b *Bot) regret(ctx context.Context, channel, user, name string) {
	_, _, err := b.postMessage(ctx, channel, Render(missing(name)))
	if err != nil && user != "" {
		_, err = b.direct(ctx, commands.Place{User: user}, missing(name))
	}
	if err != nil {
		b.log.Warn("nobody could be told that a document is missing", zap.Error(err))
	}
}

// forOne returns r as it can be shown to one person: Slack shows a file in a channel to all, so that a picture is put
// into words, and a document is to be handed over.
func forOne(r commands.Reply) (commands.Reply, *commands.Document) {
	return edge.Apart(edge.PictureInWords(r), "comes to you as a direct message")
}

// handOver sends a document that forOne returned to one person, as a direct message.
func (b *Bot) handOver(ctx context.Context, to commands.Place, d *commands.Document) {
	for _, f := range edge.Files(commands.Reply{Document: d}) {
		err := b.uploadDirect(ctx, to.User, f)
		if err == nil {
			return
		}
		b.log.Warn(failure(f), zap.Error(err))
		if err := b.tellOne(ctx, to, missing(f.Name)); err != nil {
			b.log.Warn("nobody could be told that a document is missing", zap.Error(err))
		}
	}
}

func (b *Bot) uploadDirect(ctx context.Context, user string, f edge.File) error {
	who, err := b.served(parseUser(user))
	if err != nil {
		return err
	}
	channel, err := b.openConversation(ctx, who.id)
	if err != nil {
		return err
	}
	return b.upload(ctx, channel, f)
}

// upload takes three calls: an address is asked for, the bytes go there, and the file is shown in the channel.
// https://docs.slack.dev/messaging/working-with-files#upload
func (b *Bot) upload(ctx context.Context, channel string, f edge.File) error {
	var ticket *slack.GetUploadURLExternalResponse
	err := b.call(ctx, "asking where to send a file", func(ctx context.Context) (err error) {
		ticket, err = b.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: f.Name, FileSize: len(f.Content), AltTxt: clip(line(f.Alt), maxAlt),
		})
		return err
	})
	if err != nil {
		return err
	}
	if !b.mayReach(ticket.UploadURL) {
		return errors.New("sending a file: the address is not Slack's")
	}
	err = b.call(ctx, "sending a file", func(ctx context.Context) error {
		return b.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: ticket.UploadURL, Reader: bytes.NewReader(f.Content), Filename: f.Name})
	})
	if err != nil {
		return err
	}
	return b.call(ctx, "showing a file", func(ctx context.Context) error {
		_, err := b.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: ticket.FileID, Title: f.Name}}, Channel: channel,
		})
		return err
	})
}

// mayReach reports whether a file may be sent to raw or read from it, with the token: Slack's own hosts, or the server
// that the whole adapter was pointed at.
func (b *Bot) mayReach(raw string) bool {
	if mayReply(raw, false) {
		return true
	}
	to, err := url.Parse(raw)
	api, wrong := url.Parse(b.apiURL)
	if err != nil || wrong != nil || b.settings.APIURL == "" {
		return false
	}
	return to.User == nil && to.Scheme == api.Scheme && strings.EqualFold(to.Host, api.Host)
}

func missing(name string) commands.Reply {
	return commands.Reply{
		Tone:     commands.ToneWarn,
		Headline: "The file " + name + " could not be sent",
		Notes: []string{
			"What it belongs to was done or not done as it was said. To have files, the app needs the scopes files:write and im:write, " +
				"and must be in the channel: /invite it. Then ask for the file again.",
		},
	}
}
