package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"ringside/config"
	"ringside/ledger"
	"ringside/tencent"
)

const checkLimit = 15 * time.Second

// checkCmd is `ringside check`: what is wrong, before the show.
type checkCmd struct{ configFlag }

// trial is one thing that is tried.
type trial struct {
	name string
	try  func(context.Context) (string, error) // what was found, for people
}

// Run tries everything and fails if anything does.
func (c checkCmd) Run(ctx context.Context, s streams) error {
	settings, err := c.load()
	if err != nil {
		return err
	}
	trials := []trial{
		{"settings", func(context.Context) (string, error) { return settingsWords(settings), nil }},
		{"ledger", func(ctx context.Context) (string, error) { return tryLedger(ctx, settings) }},
		{"tencent", func(ctx context.Context) (string, error) { return tryAccount(ctx, settings) }},
	}
	platforms, err := openPlatforms(settings, nobody{}, nobody{}, zap.NewNop())
	if err != nil {
		return usageError{err}
	}
	for _, p := range platforms {
		trials = append(trials, trial{p.Name(), func(ctx context.Context) (string, error) {
			return "the credentials are accepted", p.Check(ctx)
		}})
	}
	failed := 0
	for _, t := range trials {
		if err := report(ctx, s, t); err != nil {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(trials))
	}
	return nil
}

func report(ctx context.Context, s streams, t trial) error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	found, err := t.try(ctx)
	word := "ok"
	if err != nil {
		word, found = "failed", err.Error()
	}
	_, printed := fmt.Fprintf(s.out, "%-7s %-9s %s\n", word, t.name, found)
	return errors.Join(err, printed)
}

func settingsWords(c *config.Config) string {
	return fmt.Sprintf("%d grants; platforms: %v", len(c.Grants), c.Platforms())
}

// tryLedger opens the ledger. That a running bot holds it is no fault.
func tryLedger(ctx context.Context, c *config.Config) (string, error) {
	l, err := storeOf(c.Ledger).open(ctx)
	var locked *ledger.LockedError
	if errors.As(err, &locked) {
		return "in use by " + locked.Holder, nil
	}
	if err != nil {
		return "", err
	}
	return c.Ledger.Redacted() + " takes writes", errors.Join(l.Ready(ctx), l.Close())
}

func tryAccount(ctx context.Context, c *config.Config) (string, error) {
	client, err := tencent.New(tencentOf(c))
	if err != nil {
		return "", err
	}
	defer client.Close()
	if err := tryTencent(ctx, client); err != nil {
		return "", explained(err)
	}
	return fmt.Sprintf("app %d in region %s accepts the key and the administrator", c.Tencent.SDKAppID, c.Tencent.Region), nil
}
