package main

import (
	"fmt"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/bot/slackbot"
	"ringside/commands"
	"ringside/config"
	"ringside/tencent"
)

// configFlag is the flag that every command with real settings has.
type configFlag struct {
	Config string `name:"config" required:"" type:"path" placeholder:"FILE" help:"The settings file."`
}

func (f configFlag) load() (*config.Config, error) {
	c, err := config.Load(f.Config)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// planOf turns settings into what an app is built from.
func planOf(c *config.Config, groups auth.Groups, log *zap.Logger) (plan, error) {
	policy, err := auth.New(c.Grants, c.People, groups)
	if err != nil {
		return plan{}, usageError{fmt.Errorf("grants: %w", err)}
	}
	settings := commands.Settings{
		AnnounceToCaller: c.Chat.Announce == config.AnnounceCaller,
		ConfirmExpires:   c.Confirm.Expires, ApprovalExpires: c.Confirm.ApprovalExpires,
	}
	for _, channel := range c.Chat.Operators {
		settings.Operators = append(settings.Operators, commands.Place{Channel: channel})
	}
	return plan{
		tencent: tencentOf(c), ledger: storeOf(c.Ledger), policy: policy, settings: settings, sole: c.Tencent.SoleOverwriter, publicURL: c.HTTP.PublicURL, log: log,
	}, nil
}

func tencentOf(c *config.Config) tencent.Settings {
	return tencent.Settings{
		SDKAppID: c.Tencent.SDKAppID, Admin: c.Tencent.Admin, SecretKey: c.Tencent.SecretKey, Region: c.Tencent.Region,
		BaseURL: c.Tencent.BaseURL, CallsPerSecond: c.Tencent.CallsPerSecond, Timeout: c.Tencent.Timeout,
	}
}

func slackOf(c *config.Config) slackbot.Settings {
	return slackbot.Settings{
		Mode: string(c.Slack.Mode), BotToken: c.Slack.BotToken, AppToken: c.Slack.AppToken, SigningSecret: c.Slack.SigningSecret,
		APIURL: c.Slack.APIURL, Teams: c.Slack.Teams,
	}
}
