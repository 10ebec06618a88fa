package bot

import "context"

// Office is a role that one of several processes has at a time; package replica has it.
type Office interface {
	// Hold runs work whenever this process has the role, until ctx ends.
	Hold(ctx context.Context, work func(ctx context.Context) error) error
	Held() bool
}

// alone is a platform that one of several processes runs at a time.
type alone struct {
	Platform
	office Office
}

// Alone returns a platform that runs only while this process has the office. One that stands by is ready.
func Alone(p Platform, o Office) Platform { return alone{p, o} }

// Run runs the platform whenever the office is this process's.
func (a alone) Run(ctx context.Context) error { return a.office.Hold(ctx, a.Platform.Run) }

// Ready is the platform's while it runs here.
func (a alone) Ready() error {
	if !a.office.Held() {
		return nil
	}
	return a.Platform.Ready()
}
