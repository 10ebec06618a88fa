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

// showPicture puts a picture below a message that stands in a channel, for all who read there. Its failure changes
// nothing: the words were delivered.
func (b *Bot) showPicture(ctx context.Context, channel string, p *commands.Picture) {
	if !edge.CanShow(p) {
		return
	}
	if err := b.upload(ctx, channel, p); err != nil {
		b.log.Warn("a picture could not be shown", zap.String("channel", channel), zap.Error(err))
	}
}

// upload takes three calls: an address is asked for, the bytes go there, and the file is shown in the channel.
// https://docs.slack.dev/messaging/working-with-files#upload
func (b *Bot) upload(ctx context.Context, channel string, p *commands.Picture) error {
	name := edge.FileName(p)
	var ticket *slack.GetUploadURLExternalResponse
	err := b.call(ctx, "asking where to send a picture", func(ctx context.Context) (err error) {
		ticket, err = b.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: name, FileSize: len(p.PNG), AltTxt: clip(line(p.Alt), maxAlt),
		})
		return err
	})
	if err != nil {
		return err
	}
	if !b.mayUpload(ticket.UploadURL) {
		return errors.New("sending a picture: the address is not Slack's")
	}
	err = b.call(ctx, "sending a picture", func(ctx context.Context) error {
		return b.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: ticket.UploadURL, Reader: bytes.NewReader(p.PNG), Filename: name})
	})
	if err != nil {
		return err
	}
	return b.call(ctx, "showing a picture", func(ctx context.Context) error {
		_, err := b.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: ticket.FileID, Title: name}}, Channel: channel,
		})
		return err
	})
}

// mayUpload reports whether a picture, and the token with it, may be sent to raw: to Slack's own hosts, or to the
// server that the whole adapter was pointed at.
func (b *Bot) mayUpload(raw string) bool {
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
