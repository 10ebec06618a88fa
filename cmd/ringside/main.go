// Command ringside lets people run live PK battles on Tencent's platform from their chat.
//
// Exit status: 0 done, 1 failed, 2 wrong usage or settings. `ringside audit verify` adds 3 altered, 4 cut off, 5 rewritten.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"ringside/bot/discordbot"
)

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is the command line.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Rehearse in this terminal: a simulated battle, no account, no network."`
	Serve    serveCmd    `cmd:"" help:"Run the bot on the chat platforms of the settings file."`
	Console  consoleCmd  `cmd:"" help:"Use this terminal as the chat platform, with the real settings."`
	Bulk     bulkCmd     `cmd:"" help:"Change many scores at once, from a CSV file. Exit status: 0 all applied, 1 otherwise."`
	Check    checkCmd    `cmd:"" help:"Check the settings and try each credential with a harmless call."`
	Audit    auditCmd    `cmd:"" help:"Verify the audit chain, or export it; also while a bot runs."`
	Manifest manifestCmd `cmd:"" help:"Print the app manifest to paste into a chat platform's set-up page."`
	Bench    benchCmd    `cmd:"" help:"Measure this machine: a simulated platform, every store, one table."`
	Health   healthCmd   `cmd:"" help:"Ask a running bot whether it is alive; for container health checks."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// streams are the program's own, so that a test can run it in-process.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	routeLibraryLog(os.Stderr)
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})) //nolint:gocritic // stop only frees what the exit frees too
}

// routeLibraryLog gives the Discord library, whose logger is a variable of its package, somewhere to write to. It
// belongs in main alone: tests run the program many times side by side.
func routeLibraryLog(to io.Writer) {
	if log, err := (logFlags{LogLevel: "warn", LogFormat: "auto"}).logger(to); err == nil {
		discordbot.RouteLibraryLog(log)
	}
}

// usageError marks an error that wrong usage or settings caused.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// statusError ends the program with a status of its own, after all was said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("ended with status %d", int(e)) }

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, s streams) int {
	status, err := dispatch(ctx, args, s)
	if err == nil {
		return status
	}
	var ended statusError
	if errors.As(err, &ended) {
		return int(ended)
	}
	fmt.Fprintln(s.err, "ringside:", err) //nolint:errcheck // there is nowhere left to say it
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func dispatch(ctx context.Context, args []string, s streams) (status int, err error) {
	ended := false
	parser, err := kong.New(&cli{},
		kong.Name("ringside"), kong.Description("Run live PK battles from Slack, Discord or a terminal, and always know what took effect."),
		kong.Writers(s.out, s.err), kong.UsageOnError(),
		kong.Exit(func(code int) { ended, status = true, code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s),
	)
	if err != nil {
		return exitFailed, fmt.Errorf("build the command line: %w", err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if ended {
		return status, nil
	}
	if err != nil {
		return exitUsage, usageError{fmt.Errorf("%w; `ringside --help` shows what there is", err)}
	}
	return exitDone, command.Run()
}
