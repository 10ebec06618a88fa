package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"ringside/bot/console"
	"ringside/commands"
	"ringside/ledger"
)

// bulkLook is how often `ringside bulk` looks whether its bulk is over.
const bulkLook = 200 * time.Millisecond

// bulkCmd is `ringside bulk`: many changes from a file, asked for by the terminal as console:local.
type bulkCmd struct {
	configFlag
	File     string `name:"file" required:"" type:"path" placeholder:"CSV" help:"The rows: battle, add or set, room, score. - reads the input."`
	Yes      bool   `name:"yes" short:"y" help:"Do not ask."`
	Out      string `name:"out" type:"path" placeholder:"FILE" help:"Where the outcomes go, as CSV; by default outcomes-ID.csv beside the file."`
	LogLevel string `name:"log-level" enum:"debug,info,warn,error" default:"error" help:"How much to log to the error stream."`
}

// Run checks the file, asks, sends, and writes what became of each row.
func (c bulkCmd) Run(ctx context.Context, s streams) (err error) {
	text, err := c.read(s.in)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.Out); c.Out != "" && err == nil {
		return usageError{fmt.Errorf("--out: %s is there already, and nothing is overwritten; name another file", c.Out)}
	}
	a, err := c.openTerminal(ctx, c.LogLevel, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close(ctx)) }()
	b := &bulkRun{app: a, cmd: c, streams: s, screen: newBulkScreen(s.out)}
	a.post.to = b.screen
	return b.run(ctx, text)
}

// bulkRun is one run of `ringside bulk`.
type bulkRun struct {
	*app
	cmd     bulkCmd
	streams streams
	screen  *bulkScreen
}

// run keeps house beside the bulk, and leaves once that is over and told.
func (b *bulkRun) run(ctx context.Context, text []byte) error {
	keep, leave := context.WithCancel(context.WithoutCancel(ctx))
	house := make(chan error, 1)
	go func() { house <- b.work(keep) }()
	err := b.send(ctx, text)
	leave()
	return errors.Join(err, <-house)
}

// send takes the rows from the check to their outcomes.
func (b *bulkRun) send(ctx context.Context, text []byte) error {
	asked := b.say(ctx, "bulk", &commands.Sheet{Name: b.name(), Text: text})
	if err := b.screen.show(asked); err != nil {
		return err
	}
	if len(asked.Buttons) != 2 {
		return b.refused(asked)
	}
	yes, no := asked.Buttons[0].ID, asked.Buttons[1].ID
	_, o, err := b.engine.Asked(ctx, yes)
	if err != nil {
		return err
	}
	b.screen.follow(o.ID)
	if agreed, err := b.agreed(ctx); !agreed {
		return errors.Join(b.screen.show(b.press(ctx, no)), err)
	}
	if started := b.press(ctx, yes); !b.isRunning(ctx, o.ID) {
		return errors.Join(b.screen.show(started), statusError(exitFailed))
	}
	if err := b.follow(ctx, o.ID); err != nil {
		return err
	}
	return b.told(context.WithoutCancel(ctx), o.ID)
}

// refused keeps the list of what is wrong with the rows.
func (b *bulkRun) refused(r commands.Reply) error {
	if r.Document == nil {
		return statusError(exitFailed)
	}
	path, err := writeNew(filepath.Join(b.folder(), r.Document.Name), r.Document.Text)
	if err != nil {
		return err
	}
	return errors.Join(b.screen.line("All of it: "+path), statusError(exitFailed))
}

func (b *bulkRun) isRunning(ctx context.Context, op string) bool {
	o, err := b.ledger.Operation(context.WithoutCancel(ctx), op)
	return err == nil && o.State != ledger.Pending && o.State != ledger.Cancelled && o.State != ledger.Expired
}

// follow waits for the end of the bulk, in whatever process it comes. The end of ctx stops the bulk as its button does; what
// ends the program a second time ends it at once.
func (b *bulkRun) follow(ctx context.Context, op string) error {
	stop, always := ctx.Done(), context.WithoutCancel(ctx)
	tick := time.NewTicker(bulkLook)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			stop = nil
			signal.Reset(os.Interrupt, syscall.SIGTERM)
			if err := b.stopped(always, op); err != nil {
				return err
			}
		case <-tick.C:
		}
		o, err := b.ledger.Operation(always, op)
		if err != nil {
			return err
		}
		if o.State == ledger.Settled {
			return nil
		}
	}
}

// stopped stops the bulk at the person's wish.
func (b *bulkRun) stopped(ctx context.Context, op string) error {
	return errors.Join(
		b.screen.show(b.say(ctx, "bulk stop "+op, nil)),
		b.screen.line("Once more ends the program at once. What then has no outcome is settled by whatever Ringside runs next on this ledger: serve, console or bulk."),
	)
}

// told shows the end of the bulk and writes what became of each row.
func (b *bulkRun) told(ctx context.Context, op string) error {
	r := b.say(ctx, "status "+op, nil)
	if err := b.screen.show(r); err != nil {
		return err
	}
	if r.Document == nil {
		return errors.New("what became of the rows could not be read; `/battle status " + op + "` in `ringside console` tells it later")
	}
	path := b.cmd.Out
	if path == "" {
		path = filepath.Join(b.folder(), r.Document.Name)
	}
	path, err := writeNew(path, r.Document.Text)
	if err != nil {
		return err
	}
	if err := b.screen.line("What became of each row: " + path); err != nil {
		return err
	}
	return b.allApplied(ctx, op)
}

func (b *bulkRun) allApplied(ctx context.Context, op string) error {
	rows, err := b.ledger.BulkRows(ctx, op)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Outcome != ledger.Applied {
			return statusError(exitFailed)
		}
	}
	return nil
}

// say types a line as the person at the terminal, and returns what was answered.
func (b *bulkRun) say(ctx context.Context, text string, sheet *commands.Sheet) commands.Reply {
	to := &bulkListener{screen: b.screen}
	b.handler.Handle(ctx, commands.Invocation{
		Key: bulkKey(), Command: commands.BattleCommand, Text: text, Caller: commands.Caller{ID: console.CallerID}, Place: atConsole(), Sheet: sheet,
	}, to)
	return to.said()
}

// press presses a button as the person at the terminal.
func (b *bulkRun) press(ctx context.Context, button string) commands.Reply {
	to := &bulkListener{screen: b.screen}
	b.handler.Press(context.WithoutCancel(ctx), commands.Press{
		Key: bulkKey(), Button: button, Caller: commands.Caller{ID: console.CallerID}, Place: atConsole(),
	}, to)
	return to.said()
}

func bulkKey() string { return "console:bulk:" + strings.ToLower(rand.Text()) }

func atConsole() commands.Place {
	return commands.Place{Channel: console.ChannelID, User: console.CallerID}
}
