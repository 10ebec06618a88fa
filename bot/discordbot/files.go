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

// drawFile shows a file that travels beside a message: among components, Discord shows none by itself.
// https://discord.com/developers/docs/components/reference#media-gallery
// https://discord.com/developers/docs/components/reference#file
func drawFile(f edge.File) discordgo.MessageComponent {
	media := discordgo.UnfurledMediaItem{URL: "attachment://" + f.Name}
	if !f.IsPicture() {
		return discordgo.FileComponent{File: media}
	}
	item := discordgo.MediaGalleryItem{Media: media}
	if alt := altOf(f); alt != "" {
		item.Description = &alt
	}
	return discordgo.MediaGallery{Items: []discordgo.MediaGalleryItem{item}}
}

func altOf(f edge.File) string { return clip(line(f.Alt), maxAlt) }

// attach puts files beside m.
func (m outgoing) attach(files []edge.File) outgoing {
	m.files = files
	for i, f := range files {
		m.Attachments = append(m.Attachments, attachment{ID: i, Name: f.Name, Description: altOf(f)})
	}
	return m
}

// replacing says of the files beside m that they are all there shall be: those of the message before go.
func (m outgoing) replacing() outgoing {
	if m.Attachments == nil {
		m.Attachments = []attachment{}
	}
	return m
}

// inWords puts words in the place of m's files.
func (m outgoing) inWords() outgoing {
	m.Components = Render(edge.InWords(m.reply)).Components
	m.files, m.Attachments = nil, []attachment{}
	return m
}

// multipart encodes m with its files beside it.
func (m outgoing) multipart() (kind string, body []byte, err error) {
	var files []*discordgo.File
	for _, f := range m.files {
		files = append(files, &discordgo.File{Name: f.Name, ContentType: f.Kind, Reader: bytes.NewReader(f.Content)})
	}
	kind, body, err = discordgo.MultipartBodyWithJSON(m, files)
	if err != nil {
		return "", nil, fmt.Errorf("encoding a file: %w", err)
	}
	return kind, body, nil
}

// carry makes a call that carries a message, and makes it again without the files where they may be what Discord
// refuses: the permission to attach files is one of its own, and words must not fail for it.
func (b *Bot) carry(ctx context.Context, what string, r request, m outgoing, into any) error {
	r.body = m
	err := b.call(ctx, what, r, into)
	if len(m.files) == 0 || !mayBeFile(err) {
		return err
	}
	b.log.Warn("a file was refused; words take its place", zap.Error(err))
	r.body = m.inWords()
	return b.call(ctx, what, r, into)
}

// mayBeFile reports whether err may be about a file and not about the message beside it.
func mayBeFile(err error) bool {
	var refused *APIError
	if !errors.As(err, &refused) {
		return false
	}
	return refused.Status == http.StatusBadRequest || refused.Status == http.StatusRequestEntityTooLarge || refused.Code == codeMissingPermissions
}
