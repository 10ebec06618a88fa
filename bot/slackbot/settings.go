package slackbot

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// validate names everything that is wrong, each with the key that it is set by.
func (s Settings) validate() error {
	var wrong []error
	switch s.Mode {
	case ModeSocket:
		wrong = append(wrong, s.validateAppToken())
	case ModeHTTP:
		if s.SigningSecret.Empty() {
			wrong = append(wrong, errors.New("slack.signing_secret is needed in http mode"))
		}
	default:
		wrong = append(wrong, fmt.Errorf("slack.mode is %q: it must be %q or %q", clip(s.Mode, maxShown), ModeSocket, ModeHTTP))
	}
	wrong = append(wrong, s.validateBotToken(), s.validateTeams())
	return errors.Join(wrong...)
}

// validateBotToken catches the usual mix-up. Only the kind of a token is looked at, never shown.
func (s Settings) validateBotToken() error {
	switch token := s.BotToken.Reveal(); {
	case token == "":
		return errors.New("slack.bot_token is needed")
	case strings.HasPrefix(token, "xapp-"):
		return errors.New("slack.bot_token holds an app-level token: it must be the bot token, which begins with xoxb-")
	default:
		return nil
	}
}

func (s Settings) validateAppToken() error {
	switch token := s.AppToken.Reveal(); {
	case token == "":
		return errors.New("slack.app_token is needed in socket mode")
	case strings.HasPrefix(token, "xoxb-"), strings.HasPrefix(token, "xoxp-"):
		return errors.New("slack.app_token holds a bot or user token: it must be the app-level token, which begins with xapp-")
	default:
		return nil
	}
}

func (s Settings) validateTeams() error {
	if len(s.Teams) == 0 {
		return errors.New("slack.teams is empty: every workspace would be refused")
	}
	for _, team := range s.Teams {
		if !isID(team) {
			return fmt.Errorf("slack.teams holds %q, which is not the id of a workspace", clip(team, maxShown))
		}
	}
	return nil
}

// endpoint returns the address that the names of methods are appended to.
func endpoint(raw string) (string, error) {
	if raw == "" {
		return slack.APIURL, nil
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return "", errors.New("slack.api_url is not an http or https address like https://slack.com/api/")
	}
	if !strings.HasSuffix(raw, "/") {
		raw += "/"
	}
	return raw, nil
}
