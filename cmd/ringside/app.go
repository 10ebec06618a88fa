package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands"
	"ringside/ledger"
	"ringside/operations"
	"ringside/replica"
	"ringside/tencent"
)

// payLimit is how long the end of the program waits for outcomes that the ledger could not take before.
const payLimit = 3 * time.Second

// plan is what an app is built from.
type plan struct {
	tencent  tencent.Settings
	ledger   store
	terminal bool // the chat is this terminal, and no other
	policy   *auth.Policy
	settings commands.Settings
	sole     bool // nobody but Ringside overwrites scores
	// publicURL is where people reach the pages; empty: where the program listens.
	publicURL string
	log       *zap.Logger
}

// engine returns the choices that concern outcomes.
func (p plan) engine() []operations.Option {
	if p.sole {
		return []operations.Option{operations.WithSoleOverwriter()}
	}
	return nil
}

// app is Ringside without its platforms.
type app struct {
	owner  string          // this run of the program among all that share the ledger
	house  *replica.Office // the one process that settles and polls for all has it
	voice  *replica.Office // the one process that tells people in chats for all has it
	client *tencent.Client
	ledger *ledger.Ledger
	book   *battles.Book
	feed   *battles.Feed
	keys   *battles.Keys
	// publicURL is set before anything is heard.
	publicURL string
	engine    *operations.Engine
	handler   *commands.Handler
	post      *post
}

// post carries messages that nobody waits for, once the platforms are known.
type post struct{ to commands.Notifier }

// Notify delivers through the platforms.
func (p *post) Notify(ctx context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	if p.to == nil {
		return "", errNoPlatform
	}
	return p.to.Notify(ctx, to, r)
}

// Revise changes a message through the platforms.
func (p *post) Revise(ctx context.Context, m commands.Message, r commands.Reply) error {
	if p.to == nil {
		return errNoPlatform
	}
	return p.to.Revise(ctx, m, r)
}

var errNoPlatform = errors.New("no platform is running yet")

// newApp builds an app from the ground up; what was built is taken down again if a later part fails.
func newApp(ctx context.Context, p plan) (a *app, err error) {
	a = &app{post: &post{}, publicURL: p.publicURL}
	p.settings.PublicURL = func() string { return a.publicURL }
	p.settings.CallsPerSecond = p.tencent.CallsPerSecond
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close(ctx))
		}
	}()
	if a.ledger, err = p.ledger.open(ctx); err != nil {
		return a, err
	}
	if a.owner, err = ownerName(); err != nil {
		return a, err
	}
	if a.client, err = tencent.New(p.tencent, a.calling()...); err != nil {
		return a, fmt.Errorf("tencent: %w", err)
	}
	a.house, a.voice = replica.New(a.ledger, "house", a.owner), replica.New(a.ledger, "voice", a.owner)
	if a.book, err = battles.New(ctx, a.client, a.ledger, a.knowing()...); err != nil {
		return a, err
	}
	if a.feed, err = battles.NewFeed(a.book, battles.WithPace(float64(p.tencent.CallsPerSecond)/2)); err != nil {
		return a, err
	}
	a.keys = battles.NewKeys(a.ledger, rand.Reader)
	if a.engine, err = operations.New(a.ledger, a.client, a.book, a.owner, p.tencent.Timeout, p.engine()...); err != nil {
		return a, err
	}
	a.handler, err = commands.New(commands.Parts{ //nolint:contextcheck // what it follows outlives this call
		Policy: p.policy, Engine: a.engine, Book: a.book, Feed: a.feed, History: a.ledger, Notifier: a.post, Keys: a.keys, Log: p.log, Leads: a.ifShared(a.house.Held), Speaks: a.speaks(p.terminal),
	}, p.settings)
	return a, err
}

// keepHouse does until ctx ends what nobody asks for: settling, telling, watching, and polling battles
// gently.
func (a *app) keepHouse(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.handler.Run(ctx) })
	group.Go(func() error { return a.house.Hold(ctx, a.book.Run) })
	group.Go(func() error { return a.book.KeepUp(ctx) })
	group.Go(func() error { return a.attend(ctx) })
	return group.Wait()
}

// work keeps house, and sends bulks besides.
func (a *app) work(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.keepHouse(ctx) })
	group.Go(func() error { return a.handler.RunBulks(ctx) })
	return group.Wait()
}

// listensAt notes where the pages are, unless the settings say so.
func (a *app) listensAt(address string) {
	if a.publicURL == "" {
		a.publicURL = "http://" + address
	}
}

// close takes an app down, from the top.
func (a *app) close(ctx context.Context) error {
	if a.handler != nil {
		a.handler.Close()
	}
	var errs []error
	if a.feed != nil {
		a.feed.Close()
	}
	if a.engine != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payLimit)
		defer cancel()
		errs = append(errs, a.engine.Close(ctx))
	}
	if a.client != nil {
		a.client.Close()
		errs = append(errs, a.depart(ctx))
	}
	if a.ledger != nil {
		errs = append(errs, a.ledger.Close())
	}
	return errors.Join(errs...)
}

// holder is what a second process is told about this one.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s since %s", os.Getpid(), host, time.Now().UTC().Format("2006-01-02 15:04:05 UTC"))
}

// ownerName names this run of the program in the ledger.
func ownerName() (string, error) {
	var raw [8]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", fmt.Errorf("name this run: %w", err)
	}
	return "run-" + hex.EncodeToString(raw[:]), nil
}
