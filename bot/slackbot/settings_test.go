package slackbot_test

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/secret"
)

func TestNewNamesEverySettingThatIsWrong(t *testing.T) {
	t.Parallel()
	good := slackbot.Settings{
		Mode:          slackbot.ModeSocket,
		BotToken:      secret.New("xoxb-1"),
		AppToken:      secret.New("xapp-1"),
		SigningSecret: secret.New("s"),
		Teams:         []string{"T0123"},
	}
	tests := []struct {
		name   string
		change func(*slackbot.Settings)
		want   []string // words of the error; none for no error
	}{
		{"all is well over a socket", func(*slackbot.Settings) {}, nil},
		{"all is well over HTTP", func(s *slackbot.Settings) { s.Mode, s.AppToken = slackbot.ModeHTTP, secret.Value{} }, nil},
		{"a proxy", func(s *slackbot.Settings) { s.APIURL = "http://127.0.0.1:9/api" }, nil},
		{"an unknown mode", func(s *slackbot.Settings) { s.Mode = "rtm" }, []string{"slack.mode", `"rtm"`, `"socket"`, `"http"`}},
		{"no bot token", func(s *slackbot.Settings) { s.BotToken = secret.Value{} }, []string{"slack.bot_token"}},
		{"an app token for a bot token", func(s *slackbot.Settings) { s.BotToken = secret.New("xapp-9") }, []string{"slack.bot_token", "xoxb-"}},
		{"a bot token for an app token", func(s *slackbot.Settings) { s.AppToken = secret.New("xoxb-9") }, []string{"slack.app_token", "xapp-"}},
		{"no app token over a socket", func(s *slackbot.Settings) { s.AppToken = secret.Value{} }, []string{"slack.app_token"}},
		{"no signing secret over HTTP", func(s *slackbot.Settings) { s.Mode, s.SigningSecret = slackbot.ModeHTTP, secret.Value{} }, []string{"slack.signing_secret"}},
		{"no team", func(s *slackbot.Settings) { s.Teams = nil }, []string{"slack.teams"}},
		{"a team by its name", func(s *slackbot.Settings) { s.Teams = []string{"our-team!"} }, []string{"slack.teams", `"our-team!"`}},
		{"an address that is none", func(s *slackbot.Settings) { s.APIURL = "slack.com/api" }, []string{"slack.api_url"}},
		{"a password in the address", func(s *slackbot.Settings) { s.APIURL = "https://a:hunter2@proxy/api" }, []string{"slack.api_url"}},
		{
			"all at once",
			func(s *slackbot.Settings) { *s = slackbot.Settings{Mode: slackbot.ModeHTTP} },
			[]string{"slack.signing_secret", "slack.bot_token", "slack.teams"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := good
			tt.change(&s)
			_, err := slackbot.New(s, desk{}, newCrew(1), zap.NewNop())
			if (err != nil) != (tt.want != nil) {
				t.Fatalf("New returned %v, want an error with %q", err, tt.want)
			}
			for _, word := range tt.want {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			if err != nil && (strings.Contains(err.Error(), "-9") || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	t.Parallel()
	s := slackbot.Settings{Mode: slackbot.ModeHTTP, BotToken: secret.New("x"), SigningSecret: secret.New("s"), Teams: []string{"T1"}}
	if _, err := slackbot.New(s, nil, newCrew(1), zap.NewNop()); err == nil {
		t.Error("New did without a handler")
	}
	if _, err := slackbot.New(s, desk{}, nil, zap.NewNop()); err == nil {
		t.Error("New did without workers")
	}
	if _, err := slackbot.New(s, desk{}, newCrew(1), nil); err == nil {
		t.Error("New did without a logger")
	}
}
