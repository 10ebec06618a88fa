package discordbot_test

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"ringside/bot/discordbot"
	"ringside/secret"
)

func TestNewNamesEverySettingThatIsWrong(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("0a", 32)
	good := discordbot.Settings{
		Mode: discordbot.ModeGateway, BotToken: secret.New("token"), ApplicationID: "111", PublicKey: key, Guilds: []string{"998877"},
	}
	tests := []struct {
		name   string
		change func(*discordbot.Settings)
		want   []string // words of the error; none for no error
	}{
		{"all is well over the gateway", func(s *discordbot.Settings) { s.PublicKey = "" }, nil},
		{"all is well over HTTP", func(s *discordbot.Settings) { s.Mode = discordbot.ModeHTTP }, nil},
		{"an address as Discord writes its own", func(s *discordbot.Settings) { s.APIURL = "http://127.0.0.1:9/api/v10/" }, nil},
		{"a proxy", func(s *discordbot.Settings) { s.APIURL = "http://127.0.0.1:9/discord/" }, nil},
		{"an unknown mode", func(s *discordbot.Settings) { s.Mode = "socket" }, []string{"discord.mode", `"socket"`, `"gateway"`, `"http"`}},
		{"no token", func(s *discordbot.Settings) { s.BotToken = secret.Value{} }, []string{"discord.bot_token"}},
		{"a token with its word", func(s *discordbot.Settings) { s.BotToken = secret.New("Bot hunter2") }, []string{"discord.bot_token", "Bot"}},
		{"a token with a line end", func(s *discordbot.Settings) { s.BotToken = secret.New("hunter2\n") }, []string{"discord.bot_token"}},
		{"no application", func(s *discordbot.Settings) { s.ApplicationID = "" }, []string{"discord.application_id"}},
		{"an application by its name", func(s *discordbot.Settings) { s.ApplicationID = "ringside" }, []string{"discord.application_id"}},
		{"no public key over HTTP", func(s *discordbot.Settings) { s.Mode, s.PublicKey = discordbot.ModeHTTP, "" }, []string{"discord.public_key"}},
		{"a public key that is too short", func(s *discordbot.Settings) { s.Mode, s.PublicKey = discordbot.ModeHTTP, key[2:] }, []string{"discord.public_key"}},
		{"a public key that is no hex", func(s *discordbot.Settings) { s.Mode, s.PublicKey = discordbot.ModeHTTP, strings.Repeat("zz", 32) }, []string{"discord.public_key"}},
		{"no server", func(s *discordbot.Settings) { s.Guilds = nil }, []string{"discord.guilds"}},
		{"a server by its name", func(s *discordbot.Settings) { s.Guilds = []string{"our server"} }, []string{"discord.guilds", `"our server"`}},
		{"an address that is none", func(s *discordbot.Settings) { s.APIURL = "discord.com" }, []string{"discord.api_url"}},
		{"a password in the address", func(s *discordbot.Settings) { s.APIURL = "https://a:hunter2@proxy" }, []string{"discord.api_url"}},
		{
			"all at once", func(s *discordbot.Settings) { *s = discordbot.Settings{Mode: discordbot.ModeHTTP} },
			[]string{"discord.public_key", "discord.bot_token", "discord.application_id", "discord.guilds"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := good
			tt.change(&s)
			_, err := discordbot.New(s, desk{}, newCrew(1), zap.NewNop())
			if (err != nil) != (tt.want != nil) {
				t.Fatalf("New returned %v, want an error with %q", err, tt.want)
			}
			for _, word := range tt.want {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	t.Parallel()
	s := discordbot.Settings{Mode: discordbot.ModeGateway, BotToken: secret.New("x"), ApplicationID: "1", Guilds: []string{"1"}}
	if _, err := discordbot.New(s, nil, newCrew(1), zap.NewNop()); err == nil {
		t.Error("New did without a handler")
	}
	if _, err := discordbot.New(s, desk{}, nil, zap.NewNop()); err == nil {
		t.Error("New did without workers")
	}
	if _, err := discordbot.New(s, desk{}, newCrew(1), nil); err == nil {
		t.Error("New did without a logger")
	}
}
