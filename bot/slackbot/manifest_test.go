package slackbot_test

import (
	"encoding/json"
	"testing"

	"ringside/bot/slackbot"
)

func TestManifestGolden(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mode, url string }{
		{"manifest_socket", slackbot.ModeSocket, ""},
		{"manifest_http", slackbot.ModeHTTP, "https://ringside.example.com/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := slackbot.Manifest(tt.mode, tt.url)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".golden.json", got)
			checkManifestLimits(t, got)
		})
	}
}

func checkManifestLimits(t *testing.T, raw []byte) {
	t.Helper()
	var m struct {
		Display struct {
			Name        string `json:"name"`
			Description string `json:"description"`
			Long        string `json:"long_description"`
		} `json:"display_information"`
		Features struct {
			Bot struct {
				Name string `json:"display_name"`
			} `json:"bot_user"`
			Commands []struct {
				Command     string `json:"command"`
				Description string `json:"description"`
				Hint        string `json:"usage_hint"`
			} `json:"slash_commands"`
		} `json:"features"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatalf("the manifest is not JSON: %v", err)
	}
	limit := func(what, text string, most int) {
		if text == "" || len(text) > most {
			t.Errorf("%s has %d characters, and 1 to %d are allowed", what, len(text), most)
		}
	}
	limit("the name", m.Display.Name, 35)
	limit("the description", m.Display.Description, 140)
	limit("the long description", m.Display.Long, 4000)
	limit("the name of the bot", m.Features.Bot.Name, 80)
	for _, c := range m.Features.Commands {
		limit("a command", c.Command, 32)
		limit("the description of a command", c.Description, 2000)
		limit("the hint of a command", c.Hint, 1000)
	}
}

func TestManifestRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mode, url string }{
		{"an unknown mode", "rtm", ""},
		{"HTTP without an address", slackbot.ModeHTTP, ""},
		{"an address that is not https", slackbot.ModeHTTP, "http://ringside.example.com"},
		{"an address without a host", slackbot.ModeHTTP, "https://"},
		{"an address with a query", slackbot.ModeHTTP, "https://ringside.example.com/?a=b"},
		{"an address with a password", slackbot.ModeHTTP, "https://a:b@ringside.example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := slackbot.Manifest(tt.mode, tt.url); err == nil {
				t.Errorf("Manifest accepted it: %s", got)
			}
		})
	}
}
