package discordbot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// maxAlt bounds the words for those who do not see a picture; Discord takes 1,024 characters.
const maxAlt = 1000

// attachment tells of a file that travels beside a message.
// https://discord.com/developers/docs/reference#uploading-files
type attachment struct {
	ID          int    `json:"id"` // the number of the file in the request
	Name        string `json:"filename"`
	Description string `json:"description,omitempty"`
}

// gallery shows the one picture that travels beside a message: among components, Discord shows no file by itself.
// https://discord.com/developers/docs/components/reference#media-gallery
func gallery(p *commands.Picture) discordgo.MediaGallery {
	item := discordgo.MediaGalleryItem{Media: discordgo.UnfurledMediaItem{URL: "attachment://" + edge.FileName(p)}}
	if alt := altOf(p); alt != "" {
		item.Description = &alt
	}
	return discordgo.MediaGallery{Items: []discordgo.MediaGalleryItem{item}}
}

func altOf(p *commands.Picture) string { return clip(line(p.Alt), maxAlt) }

// attach puts a picture beside m.
func (m outgoing) attach(p *commands.Picture) outgoing {
	m.picture = p
	m.Attachments = []attachment{{Name: edge.FileName(p), Description: altOf(p)}}
	return m
}

// replacing says of the files beside m that they are all there shall be: those of the message before go.
func (m outgoing) replacing() outgoing {
	if m.Attachments == nil {
		m.Attachments = []attachment{}
	}
	return m
}

// inWords puts the words of m's picture in the picture's place.
func (m outgoing) inWords() outgoing {
	m.Components = Render(edge.InWords(m.reply)).Components
	m.picture, m.Attachments = nil, []attachment{}
	return m
}

// multipart encodes m with its picture beside it.
func (m outgoing) multipart() (kind string, body []byte, err error) {
	file := &discordgo.File{Name: edge.FileName(m.picture), ContentType: "image/png", Reader: bytes.NewReader(m.picture.PNG)}
	kind, body, err = discordgo.MultipartBodyWithJSON(m, []*discordgo.File{file})
	if err != nil {
		return "", nil, fmt.Errorf("encoding a picture: %w", err)
	}
	return kind, body, nil
}

// carry makes a call that carries a message, and makes it again without the picture where that may be what Discord
// refuses: the permission to attach files is one of its own, and words must not fail for it.
func (b *Bot) carry(ctx context.Context, what string, r request, m outgoing, into any) error {
	r.body = m
	err := b.call(ctx, what, r, into)
	if m.picture == nil || !mayBePicture(err) {
		return err
	}
	b.log.Warn("a picture was refused; its words take its place", zap.Error(err))
	r.body = m.inWords()
	return b.call(ctx, what, r, into)
}

// mayBePicture reports whether err may be about a picture and not about the message beside it.
func mayBePicture(err error) bool {
	var refused *APIError
	if !errors.As(err, &refused) {
		return false
	}
	return refused.Status == http.StatusBadRequest || refused.Status == http.StatusRequestEntityTooLarge || refused.Code == codeMissingPermissions
}
