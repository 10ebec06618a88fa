package bot_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watched returns a logger and what it was given.
func watched() (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zap.DebugLevel)
	return zap.New(core), logs
}

// platform is a chat platform made of functions; a nil run waits for the end.
type platform struct {
	name  string
	run   func(ctx context.Context) error
	ready func() error
}

func (p *platform) Name() string { return p.name }

func (p *platform) Run(ctx context.Context) error {
	if p.run == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	return p.run(ctx)
}

func (p *platform) Ready() error {
	if p.ready == nil {
		return nil
	}
	return p.ready()
}

// fatalError is an error that no new attempt can cure.
type fatalError struct{ fatal bool }

func (fatalError) Error() string { return "the token was revoked" }
func (e fatalError) Fatal() bool { return e.fatal }

// secretText stands for what a panic may carry and a log may not.
const secretText = "xoxb-very-secret"
