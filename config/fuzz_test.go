package config_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ringside/config"
)

// FuzzLoad feeds Load with any file. It must end in settings or in an *Error whose every line is a line
// that names the file, fit for a terminal and without a secret.
func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add(least)
	for _, slips := range slips() {
		for _, s := range slips {
			toml, _ := s.apply(f)
			f.Add(toml)
		}
	}
	f.Fuzz(func(t *testing.T, toml string) {
		m := surroundings()
		m.env["SLACK_BOT_TOKEN"], m.files["/run/secrets/callback"] = "hidden one", "hidden\ntwo"
		c, err := m.load(toml)
		if err == nil {
			mustHold(t, c)
			return
		}
		var wrong *config.Error
		if c != nil || !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
			t.Fatalf("Load returned %v and %v", c, err)
		}
		for _, p := range wrong.Problems {
			mustRead(t, p, strings.Count(toml, "\n")+1)
		}
		if text := err.Error(); strings.Contains(text, "hidden") && !strings.Contains(toml, "hidden") {
			t.Errorf("a secret shows in %q", text)
		}
	})
}

// mustHold fails if loaded settings break what their types promise.
func mustHold(t *testing.T, c *config.Config) {
	t.Helper()
	if c.Tencent.SecretKey.Empty() || c.Tencent.CallsPerSecond < 1 || c.Tencent.CallsPerSecond > 200 || c.Ledger.Path() == "" {
		t.Errorf("Load accepted %+v", c)
	}
	if c.Slack.Enabled && (c.Slack.BotToken.Empty() || c.Slack.AppToken.Empty() == c.Slack.SigningSecret.Empty() || len(c.Slack.Teams) == 0) {
		t.Errorf("Load accepted a half-configured Slack: %+v", c.Slack)
	}
	if len(c.Grants) == 0 {
		t.Error("Load accepted a file without a grant")
	}
	for _, g := range c.Grants {
		if g.Name == "" || len(g.Who) == 0 || len(g.May) == 0 || len(g.Battles) == 0 || g.MaxPoints < 1 ||
			g.ConfirmOver < 0 || g.ConfirmOver > g.MaxPoints || g.ApprovalOver < 0 || g.ApprovalOver > g.MaxPoints {
			t.Errorf("Load accepted the grant %+v", g)
		}
	}
}

func mustRead(t *testing.T, p config.Problem, lines int) {
	t.Helper()
	line := p.String()
	if !strings.HasPrefix(line, "ringside.toml:") || p.Text == "" || len(line) > 1000 || !utf8.ValidString(line) {
		t.Errorf("the problem reads %q", line)
	}
	if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		t.Errorf("the problem holds a control character: %q", line)
	}
	if p.Line < 0 || p.Line > lines {
		t.Errorf("the problem is in line %d of %d: %q", p.Line, lines, line)
	}
}
