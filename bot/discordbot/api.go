package discordbot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"ringside/bot/edge"
	"ringside/commands"
)

// mentions is the list of what a message may mention. Without it, Discord reads mentions out of the text.
type mentions struct {
	Parse []string `json:"parse"`
}

// outgoing is a message on its way. Content and embeds are not among its fields: they exclude components
// of this kind.
type outgoing struct {
	Message
	AllowedMentions mentions     `json:"allowed_mentions"`
	Attachments     []attachment `json:"attachments,omitzero"` // an empty list takes away those that are there
	Nonce           string       `json:"nonce,omitempty"`
	EnforceNonce    bool         `json:"enforce_nonce,omitempty"`

	reply commands.Reply // what was drawn
	files []edge.File    // beside the message
}

func newOutgoing(r commands.Reply) outgoing {
	m := outgoing{Message: Render(r), AllowedMentions: mentions{Parse: []string{}}, reply: r}
	return m.attach(edge.Files(r))
}

// private makes a message that only the person who asked sees.
func (m outgoing) private() outgoing {
	m.Flags |= discordgo.MessageFlagsEphemeral
	return m
}

// callback is the first answer to an interaction.
// https://discord.com/developers/docs/interactions/receiving-and-responding
type callback struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

// choices is the answer to autocomplete. The list is there even when it is empty, which the library's own
// type would leave out.
type choices struct {
	Choices []choice `json:"choices"`
}

type deferral struct {
	Flags discordgo.MessageFlags `json:"flags"`
}

// deferred promises an answer: to a command or a form in a private placeholder, to a press in the message itself.
func (in inbound) deferred() callback {
	if in.press != nil {
		return callback{Type: discordgo.InteractionResponseDeferredMessageUpdate}
	}
	return callback{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource, Data: deferral{Flags: discordgo.MessageFlagsEphemeral}}
}

// atOnce answers with a private message, after which nothing more is to come.
func atOnce(r commands.Reply) callback {
	return callback{Type: discordgo.InteractionResponseChannelMessageWithSource, Data: newOutgoing(edge.InWords(r)).private()}
}

// respond sends the first answer over REST. It is made again when its own answer was lost: Discord takes
// only one, and says so.
func (b *Bot) respond(ctx context.Context, in inbound, c callback) error {
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	r := request{method: http.MethodPost, path: "interactions/" + in.id + "/" + in.token + "/callback", body: c}
	err := b.call(ctx, "acknowledging", r, nil)
	if err == nil || !ambiguous(err) {
		return err
	}
	if again := b.call(ctx, "acknowledging again", r, nil); again != nil && apiCode(again) != codeAcknowledged {
		return again
	}
	return nil
}

// ambiguous reports whether err leaves open what Discord did.
func ambiguous(err error) bool {
	var limited *LimitedError
	var refused *APIError
	if errors.As(err, &refused) {
		return refused.Status >= http.StatusInternalServerError
	}
	return !errors.As(err, &limited)
}

// sent is what Discord tells of a message.
type sent struct {
	ID      string                 `json:"id"`
	Channel string                 `json:"channel_id"`
	Flags   discordgo.MessageFlags `json:"flags"`
}

func (b *Bot) webhook(token string) string {
	return "webhooks/" + b.settings.ApplicationID + "/" + token
}

// follow sends a new message through an interaction's token.
func (b *Bot) follow(ctx context.Context, token string, m outgoing, fresh bool) (sent, error) {
	var s sent
	r := request{method: http.MethodPost, path: b.webhook(token) + "?wait=true", limit: "webhook/" + token, settling: fresh}
	err := b.carry(ctx, "sending a reply", r, m, &s)
	if err == nil && !isID(s.ID) {
		err = errors.New("sending a reply: no message in the answer")
	}
	return s, err
}

// edit changes a message that was sent through an interaction's token, or "@original".
func (b *Bot) edit(ctx context.Context, token, message string, m outgoing, fresh bool) error {
	r := request{method: http.MethodPatch, path: b.webhook(token) + "/messages/" + message, limit: "webhook/" + token, repeatable: true, settling: fresh}
	return b.carry(ctx, "changing a reply", r, m.replacing(), nil)
}

// remove deletes a message that was sent through an interaction's token.
func (b *Bot) remove(ctx context.Context, token, message string) error {
	r := request{method: http.MethodDelete, path: b.webhook(token) + "/messages/" + message, limit: "webhook/" + token}
	return b.call(ctx, "taking a reply away", r, nil)
}

// post sends a message to a channel. The nonce makes a repetition within a few minutes harmless: Discord
// then returns the first message.
func (b *Bot) post(ctx context.Context, channel, nonce string, m outgoing) (sent, error) {
	m.Nonce, m.EnforceNonce = nonce, true
	path := "channels/" + channel + "/messages"
	var s sent
	err := b.carry(ctx, "posting a message", request{method: http.MethodPost, path: path, limit: path, repeatable: true}, m, &s)
	return s, err
}

// update changes a message of ours in a channel. Discord counts changes apart from new messages. A hasty one does not
// wait for its limits.
func (b *Bot) update(ctx context.Context, channel, message string, m outgoing, hasty bool) error {
	path := "channels/" + channel + "/messages"
	r := request{method: http.MethodPatch, path: path + "/" + message, limit: path + "/changes", repeatable: true, hasty: hasty}
	return b.carry(ctx, "changing a message", r, m.replacing(), nil)
}

// open returns the channel of the direct messages with a user.
func (b *Bot) open(ctx context.Context, user string) (channel string, err error) {
	var opened struct {
		ID string `json:"id"`
	}
	r := request{method: http.MethodPost, path: "users/@me/channels", body: map[string]string{"recipient_id": user}, limit: "users/@me/channels", repeatable: true}
	if err := b.call(ctx, "opening a direct message", r, &opened); err != nil {
		return "", err
	}
	if !isID(opened.ID) {
		return "", errors.New("opening a direct message: no channel in the answer")
	}
	return opened.ID, nil
}

// nonceOf returns a nonce of the 25 characters that Discord allows, the same for the same parts.
func nonceOf(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = h.Write([]byte(part + "\x00")) // It cannot fail.
	}
	const characters = 24
	return hex.EncodeToString(h.Sum(nil))[:characters]
}
