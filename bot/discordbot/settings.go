package discordbot

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// validate names everything that is wrong, each with the key that it is set by.
func (s Settings) validate() error {
	var wrong []error
	switch s.Mode {
	case ModeGateway:
	case ModeHTTP:
		if s.publicKey() == nil {
			wrong = append(wrong, errors.New("discord.public_key is needed in http mode: the 64 hexadecimal digits under General Information of the application"))
		}
	default:
		wrong = append(wrong, fmt.Errorf("discord.mode is %q: it must be %q or %q", clip(s.Mode, maxShown), ModeGateway, ModeHTTP))
	}
	if !isID(s.ApplicationID) {
		wrong = append(wrong, errors.New("discord.application_id is needed: the digits under General Information of the application"))
	}
	wrong = append(wrong, s.validateToken(), s.validateGuilds(), s.validateURL())
	return errors.Join(wrong...)
}

// validateToken catches the usual mix-up. Only the kind of a token is looked at, never shown.
func (s Settings) validateToken() error {
	switch token := s.BotToken.Reveal(); {
	case token == "":
		return errors.New("discord.bot_token is needed")
	case strings.HasPrefix(token, "Bot "), strings.ContainsAny(token, " \t\r\n"):
		return errors.New("discord.bot_token holds more than the token: leave out the word Bot and any space")
	default:
		return nil
	}
}

func (s Settings) validateGuilds() error {
	if len(s.Guilds) == 0 {
		return errors.New("discord.guilds is empty: every server would be refused")
	}
	for _, guild := range s.Guilds {
		if !isID(guild) {
			return fmt.Errorf("discord.guilds holds %q, which is not the id of a server", clip(guild, maxShown))
		}
	}
	return nil
}

func (s Settings) validateURL() error {
	if s.APIURL != "" && s.base() == nil {
		return errors.New("discord.api_url is not an http or https address like https://discord.com")
	}
	return nil
}

// base returns the address in place of https://discord.com, or nil for Discord itself.
func (s Settings) base() *url.URL {
	if s.APIURL == "" {
		return nil
	}
	address := strings.TrimSuffix(s.APIURL, "/")
	for _, tail := range []string{"/api", "/api/v9", "/api/v10"} { // as it stands in Discord's own addresses
		address = strings.TrimSuffix(address, tail)
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil
	}
	return u
}

// publicKey returns the key, or nil if it is not the 32 bytes that it must be.
func (s Settings) publicKey() ed25519.PublicKey {
	key, err := hex.DecodeString(s.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil
	}
	return key
}
