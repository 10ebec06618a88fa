package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/slack-go/slack"
	"go.uber.org/zap"
)

// TokenError says that Slack refuses a token, which no new attempt can cure.
type TokenError struct {
	Setting string // "slack.bot_token" or "slack.app_token"
	Code    string // Slack's word, such as "invalid_auth"
}

const (
	botTokenKey = "slack.bot_token" //nolint:gosec // The name of a setting.
	appTokenKey = "slack.app_token" //nolint:gosec // The name of a setting.
)

// Error says which token is refused and what to do.
func (e *TokenError) Error() string {
	cure := "copy the bot token (xoxb-…) again from OAuth & Permissions of the app"
	if e.Setting == appTokenKey {
		cure = "make an app-level token (xapp-…) with connections:write under Basic Information of the app"
	}
	return fmt.Sprintf("Slack refuses %s (%s): %s", e.Setting, e.Code, cure)
}

// Fatal returns true: a person has to change the token.
func (e *TokenError) Fatal() bool { return true }

// refusedToken turns err into a *TokenError if it means that the token of setting is no good.
func refusedToken(setting string, err error) *TokenError {
	code := apiCode(err)
	switch code {
	case "invalid_auth", "account_inactive", "not_authed", "token_revoked", "token_expired",
		"not_allowed_token_type", "missing_scope", "no_permission":
		return &TokenError{Setting: setting, Code: code}
	default:
		return nil
	}
}

// apiCode returns the word by which Slack refused a call, or the empty string.
func apiCode(err error) string {
	var ours *APIError
	if errors.As(err, &ours) {
		return ours.Code
	}
	var theirs slack.SlackErrorResponse
	if errors.As(err, &theirs) {
		return theirs.Err
	}
	return ""
}

// Check tries the tokens with calls that change nothing: auth.test, and in Socket Mode
// apps.connections.open, whose address is then not used.
func (b *Bot) Check(ctx context.Context) error {
	if err := b.testBotToken(ctx); err != nil {
		return err
	}
	if b.settings.Mode != ModeSocket {
		return nil
	}
	err := b.call(ctx, "opening a socket", func(ctx context.Context) error {
		_, _, err := b.api.StartSocketModeContext(ctx)
		return err
	})
	if refused := refusedToken(appTokenKey, err); refused != nil {
		return refused
	}
	return err
}

// testBotToken asks Slack whose the bot token is.
// https://docs.slack.dev/reference/methods/auth.test
func (b *Bot) testBotToken(ctx context.Context) error {
	var me *slack.AuthTestResponse
	err := b.call(ctx, "testing the bot token", func(ctx context.Context) (err error) {
		me, err = b.api.AuthTestContext(ctx)
		return err
	})
	if refused := refusedToken(botTokenKey, err); refused != nil {
		return refused
	}
	if err != nil {
		return err
	}
	return b.judge(me)
}

// judge refuses a token that works but cannot serve: one of another workspace, or without the scope to post.
func (b *Bot) judge(me *slack.AuthTestResponse) error {
	if me.EnterpriseID == "" && me.TeamID != "" && !b.teams[me.TeamID] {
		return &WorkspaceError{Team: clip(line(me.TeamID), maxShown)}
	}
	if lacks(me.Header, "chat:write") {
		return &TokenError{Setting: botTokenKey, Code: "missing scope chat:write"}
	}
	return nil
}

// lacks reports whether Slack lists the scopes of the token, and scope is not one of them.
func lacks(h http.Header, scope string) bool {
	listed := h.Get("X-OAuth-Scopes")
	if listed == "" {
		return false
	}
	for have := range strings.SplitSeq(listed, ",") {
		if strings.TrimSpace(have) == scope {
			return false
		}
	}
	return true
}

// WorkspaceError says that the bot token belongs to a workspace that is not served.
type WorkspaceError struct{ Team string }

// Error names the workspace.
func (e *WorkspaceError) Error() string {
	return fmt.Sprintf("slack.bot_token belongs to workspace %s, which slack.teams does not list", e.Team)
}

// Fatal returns true: a person has to change the settings.
func (e *WorkspaceError) Fatal() bool { return true }

// proveBotToken tests the bot token until Slack has answered. It returns nil when ctx ends.
func (b *Bot) proveBotToken(ctx context.Context) error {
	delays := newDelays()
	for {
		err := b.testBotToken(ctx)
		if over(ctx) {
			return nil
		}
		b.health.setToken(err)
		if err == nil {
			return nil
		}
		if isFatal(err) {
			return err
		}
		wait := delays.NextBackOff()
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
