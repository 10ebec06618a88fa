package console

import (
	"errors"
	"os"
	"regexp"

	"ringside/commands"
)

// Option changes how a Console behaves.
type Option func(*options)

type options struct {
	terminal Terminal // nil for a pipe
	session  string
	colour   *bool // nil: by terminal and environment
	greeting []string
	history  []string
	phrases  []string
	clock    commands.Clock
}

// WithTerminal says that the input and output are t, whatever they look like; nil says that they are
// plain streams.
func WithTerminal(t Terminal) Option { return func(o *options) { o.terminal = t } }

// WithSession sets the part of each command's key that tells this run from every other: 1 to 64 of
// [A-Za-z0-9_-]. It is random otherwise, and must not repeat within an hour.
func WithSession(id string) Option { return func(o *options) { o.session = id } }

// WithColor turns colour on or off. Otherwise there is colour on a terminal, unless the environment
// variable NO_COLOR is set to anything (https://no-color.org).
func WithColor(on bool) Option { return func(o *options) { o.colour = &on } }

// WithGreeting sets lines to show once, before the first command is read.
func WithGreeting(lines ...string) Option { return func(o *options) { o.greeting = lines } }

// WithHistory sets lines that the up key offers from the start, the oldest first.
func WithHistory(lines ...string) Option { return func(o *options) { o.history = lines } }

// WithPhrases sets the beginnings of commands that the tab key completes.
func WithPhrases(phrases ...string) Option { return func(o *options) { o.phrases = phrases } }

// WithClock sets the clock that tells whether a choice was typed before its question could be read.
func WithClock(c commands.Clock) Option { return func(o *options) { o.clock = c } }

func (o *options) check() error {
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(o.session) {
		return errors.New("console: a session is 1 to 64 of A-Z, a-z, 0-9, _ and -")
	}
	if o.clock == nil {
		return errors.New("console: a clock is needed")
	}
	return nil
}

func (o *options) painter() painter {
	on := o.terminal != nil && os.Getenv("NO_COLOR") == ""
	if o.colour != nil {
		on = *o.colour
	}
	return painter{colour: on}
}

// defaultPhrases are the beginnings of all commands.
func defaultPhrases() []string {
	phrases := []string{commands.ScoreCommand, "help", "exit", "quit"}
	for _, word := range []string{
		"bulk", "create", "help", "info", "list", "log", "name", "resolve", "status", "undo",
		"unwatch", "watch", "whoami",
	} {
		phrases = append(phrases, commands.BattleCommand+" "+word)
	}
	return phrases
}
