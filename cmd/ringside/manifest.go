package main

import (
	"fmt"

	"ringside/bot/discordbot"
	"ringside/bot/slackbot"
)

// manifestCmd is `ringside manifest`.
type manifestCmd struct {
	Slack   manifestSlackCmd   `cmd:"" help:"Slack's app manifest, in JSON."`
	Discord manifestDiscordCmd `cmd:"" help:"Discord's invite address and the commands that are registered, in JSON."`
}

// manifestSlackCmd is `ringside manifest slack`.
type manifestSlackCmd struct {
	Mode string `enum:"socket,http" default:"socket" help:"How Slack reaches the bot: socket needs no public address."`
	URL  string `name:"url" placeholder:"https://…" help:"The public address; for --mode http."`
}

// Run prints the manifest.
func (m manifestSlackCmd) Run(s streams) error {
	text, err := slackbot.Manifest(m.Mode, m.URL)
	if err != nil {
		return usageError{err}
	}
	_, err = fmt.Fprintf(s.out, "%s\n", text)
	return err
}

// manifestDiscordCmd is `ringside manifest discord`.
type manifestDiscordCmd struct {
	ApplicationID string `name:"application-id" required:"" placeholder:"DIGITS" help:"The application's id, from its page at Discord."`
}

// Run prints the manifest.
func (m manifestDiscordCmd) Run(s streams) error {
	text, err := discordbot.Manifest(m.ApplicationID)
	if err != nil {
		return usageError{err}
	}
	_, err = fmt.Fprintf(s.out, "%s\n", text)
	return err
}
