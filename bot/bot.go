// Package bot runs chat platforms side by side and keeps the pieces that every one of them needs: a
// supervisor that restarts what fails, a bound on the work in flight, and a courier that carries a
// message nobody is waiting for to the platform it belongs to. It knows no chat library.
package bot

import (
	"context"
	"errors"
)

// Platform is one way by which people talk to Ringside.
type Platform interface {
	// Name is the word that the platform's ids begin with: "slack", "discord", "console".
	Name() string
	// Run serves until ctx ends or the platform cannot go on. It returns nil when it has ended of its
	// own accord, and is run again after any other error than a fatal one. No error holds a secret.
	Run(ctx context.Context) error
	// Ready returns nil while the platform can take commands, and otherwise says why it cannot.
	Ready() error
}

// Check is one named question about the health of a part.
type Check struct {
	Name  string
	Ready func(ctx context.Context) error // nil while the part is ready; the error holds no secret
}

// fatal is told by an error that no new attempt can cure, such as a revoked token.
type fatal interface{ Fatal() bool }

func isFatal(err error) bool {
	var f fatal
	return errors.As(err, &f) && f.Fatal()
}
