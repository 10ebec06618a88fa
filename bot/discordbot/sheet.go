package discordbot

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// attached fetches the file of an ask, if it came with one, or tells the caller why not and returns false.
func (b *Bot) attached(ctx context.Context, in inbound, to *responder) bool {
	if in.file == nil {
		return true
	}
	sheet, err := b.fetch(ctx, *in.file)
	if err == nil {
		in.ask.Sheet = sheet
		return true
	}
	r := edge.NotRead()
	var refused *edge.Refused
	if errors.As(err, &refused) {
		r = refused.Reply
	} else {
		b.log.Warn("a file could not be fetched", zap.Error(err))
	}
	if err := to.Answer(ctx, r); err != nil {
		b.log.Warn("the caller could not be told that a file was not taken", zap.Error(err))
	}
	return false
}

// fetch reads a file that a person attached. Its address needs no token, and none travels with the request.
func (b *Bot) fetch(ctx context.Context, a edge.Attachment) (*commands.Sheet, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	if !b.mayRead(a.URL) {
		return nil, errors.New("the address of the file is not Discord's")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL, nil)
	if err != nil {
		return nil, errors.New("the address of the file is malformed")
	}
	sheet, err := a.Read(ctx, b.files, req)
	return sheet, masked(err)
}

// mayRead reports whether a file may be read from raw: Discord's own hosts for files, or the server that the whole
// adapter was pointed at.
func (b *Bot) mayRead(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	if base := b.settings.base(); base != nil && u.Scheme == base.Scheme && strings.EqualFold(u.Host, base.Host) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	ours := host == "cdn.discordapp.com" || host == "media.discordapp.net"
	return u.Scheme == "https" && ours && (u.Port() == "" || u.Port() == "443")
}
