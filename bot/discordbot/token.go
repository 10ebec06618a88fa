package discordbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"go.uber.org/zap"
)

// TokenError says that Discord refuses the bot token, which no new attempt can cure.
type TokenError struct {
	Status int // 401, or 4004 from the gateway
}

// Error says what to do.
func (e *TokenError) Error() string {
	return fmt.Sprintf("Discord refuses discord.bot_token (%d): reset the token under Bot of the application and copy it again", e.Status)
}

// Fatal returns true: a person has to change the token.
func (e *TokenError) Fatal() bool { return true }

// SetupError says that the settings and the application in Discord's portal do not fit together.
type SetupError struct {
	Setting string // "discord.application_id", "discord.public_key" or "discord.mode"
	Reason  string
}

// Error names the setting and what is wrong.
func (e *SetupError) Error() string { return e.Setting + ": " + e.Reason }

// Fatal returns true: a person has to change the settings or the application.
func (e *SetupError) Fatal() bool { return true }

// Check tries the token with calls that change nothing: it reads the application, in gateway mode the
// number of sessions left, and each server's list of our commands, which tells whether the bot was invited.
func (b *Bot) Check(ctx context.Context) error {
	if err := b.testToken(ctx); err != nil {
		return err
	}
	var wrong []error
	if b.settings.Mode == ModeGateway {
		wrong = append(wrong, b.askLimit(ctx))
	}
	for _, guild := range b.settings.Guilds {
		path := "applications/" + b.settings.ApplicationID + "/guilds/" + guild + "/commands"
		err := b.call(ctx, "reading the commands of server "+guild, request{method: http.MethodGet, path: path, limit: path, repeatable: true}, nil)
		if err != nil {
			wrong = append(wrong, unregistered(guild, err))
		}
	}
	return errors.Join(wrong...)
}

// application is what Discord says of the application that a bot token belongs to.
// https://discord.com/developers/docs/resources/application
type application struct {
	ID       string `json:"id"`
	Key      string `json:"verify_key"`
	Endpoint string `json:"interactions_endpoint_url"`
}

// testToken asks Discord whose the bot token is.
func (b *Bot) testToken(ctx context.Context) error {
	var app application
	r := request{method: http.MethodGet, path: "applications/@me", limit: "applications/@me", repeatable: true}
	err := b.call(ctx, "testing the bot token", r, &app)
	if apiStatus(err) == http.StatusUnauthorized {
		return &TokenError{Status: http.StatusUnauthorized}
	}
	if err != nil {
		return err
	}
	return b.judge(app)
}

// judge refuses a token that works but cannot serve with these settings.
func (b *Bot) judge(app application) error {
	switch {
	case app.ID != b.settings.ApplicationID:
		return &SetupError{Setting: "discord.application_id", Reason: "discord.bot_token belongs to application " + clip(line(app.ID), maxShown)}
	case b.settings.Mode == ModeHTTP && app.Key != "" && !strings.EqualFold(app.Key, b.settings.PublicKey):
		return &SetupError{Setting: "discord.public_key", Reason: "it is not the public key of the application"}
	case b.settings.Mode == ModeGateway && app.Endpoint != "":
		return &SetupError{Setting: "discord.mode", Reason: "the application has an interactions endpoint URL, so that nothing arrives over the gateway: " +
			"clear it under General Information, or set the mode to http"}
	case b.settings.Mode == ModeHTTP && app.Endpoint == "":
		b.log.Warn("the application has no interactions endpoint URL yet: nothing arrives until one is set under General Information")
	}
	return nil
}

// prove tests the bot token until Discord has answered. It returns nil when ctx ends.
func (b *Bot) prove(ctx context.Context) error {
	delays := newDelays()
	for {
		err := b.testToken(ctx)
		if over(ctx) {
			return nil
		}
		b.health.setToken(err)
		if err == nil || isFatal(err) {
			return err
		}
		wait := max(delays.NextBackOff(), waitOf(err))
		b.log.Warn("the bot token could not be tested", zap.Error(err), zap.Duration("next_attempt_in", wait))
		if !b.waited(ctx, wait) {
			return nil
		}
	}
}

func isFatal(err error) bool {
	var f interface{ Fatal() bool }
	return errors.As(err, &f) && f.Fatal()
}
