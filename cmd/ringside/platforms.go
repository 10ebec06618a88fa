package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"

	"go.uber.org/zap"

	"ringside/bot"
	"ringside/bot/discordbot"
	"ringside/bot/slackbot"
	"ringside/commands"
	"ringside/config"
)

// platform is one chat as `serve` runs it and `check` tries it.
type platform interface {
	bot.Platform
	commands.Notifier
	Routes() map[string]http.Handler
	Check(ctx context.Context) error
}

// asked is what platforms hand people's asks to.
type asked interface {
	slackbot.Handler
	discordbot.Handler
}

// openPlatforms makes the enabled platforms. They connect to nothing before they run.
func openPlatforms(c *config.Config, to asked, workers slackbot.Workers, log *zap.Logger, opts ...discordbot.Option) ([]platform, error) {
	var all []platform
	if c.Slack.Enabled {
		slack, err := slackbot.New(slackOf(c), to, workers, log)
		if err != nil {
			return nil, fmt.Errorf("slack: %w", err)
		}
		all = append(all, slack)
	}
	if c.Discord.Enabled {
		discord, err := discordbot.New(discordOf(c), to, workers, log, opts...)
		if err != nil {
			return nil, fmt.Errorf("discord: %w", err)
		}
		all = append(all, discord)
	}
	return all, nil
}

// mount sorts out what each part of the program needs of the platforms.
func mount(all []platform) (map[string]commands.Notifier, map[string]http.Handler, []bot.Platform) {
	couriers, routes := map[string]commands.Notifier{}, map[string]http.Handler{}
	var run []bot.Platform
	for _, p := range all {
		couriers[p.Name()] = p
		maps.Copy(routes, p.Routes())
		run = append(run, p)
	}
	return couriers, routes, run
}

func discordOf(c *config.Config) discordbot.Settings {
	return discordbot.Settings{
		Mode: string(c.Discord.Mode), BotToken: c.Discord.BotToken, ApplicationID: c.Discord.ApplicationID,
		PublicKey: c.Discord.PublicKey, Guilds: c.Discord.Guilds, APIURL: c.Discord.APIURL,
	}
}
