package main

import (
	"context"
	"errors"

	"ringside/bot/console"
)

// consoleCmd is `ringside console`: the real settings with the terminal as the platform.
type consoleCmd struct {
	configFlag
	LogLevel string `name:"log-level" enum:"debug,info,warn,error" default:"error" help:"How much to log to the error stream."`
}

// Run lets the terminal, as console:local, do what the grants allow it.
func (c consoleCmd) Run(ctx context.Context, s streams) (err error) {
	a, err := c.openTerminal(ctx, c.LogLevel, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close(ctx)) }()
	terminal, err := console.New(a.handler, s.in, s.out)
	if err != nil {
		return err
	}
	a.post.to = terminal
	return runConsole(ctx, a, terminal)
}

// openTerminal builds the app of the real settings for those who are at this terminal.
func (f configFlag) openTerminal(ctx context.Context, logLevel string, s streams) (*app, error) {
	settings, err := f.load()
	if err != nil {
		return nil, err
	}
	log, err := logFlags{LogLevel: logLevel, LogFormat: "auto"}.logger(s.err)
	if err != nil {
		return nil, err
	}
	p, err := planOf(settings, nil, log)
	if err != nil {
		return nil, err
	}
	p.terminal = true
	return newApp(ctx, p)
}
