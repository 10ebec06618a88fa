package bot_test

import (
	"context"
	"errors"
	"testing"

	"ringside/bot"
)

type office bool

func (o office) Held() bool { return bool(o) }

func (o office) Hold(ctx context.Context, work func(context.Context) error) error {
	if o {
		return work(ctx)
	}
	return nil
}

type gateway struct{ err error }

func (gateway) Name() string                { return "discord" }
func (g gateway) Run(context.Context) error { return g.err }
func (g gateway) Ready() error              { return g.err }

func TestAlone(t *testing.T) {
	t.Parallel()
	away := errors.New("the gateway is away")
	for name, test := range map[string]struct {
		held bool
		want error
	}{
		"with the office":                   {true, away},
		"standing by, which is being ready": {false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := bot.Alone(gateway{away}, office(test.held))
			if got := p.Run(t.Context()); !errors.Is(got, test.want) {
				t.Errorf("run: %v", got)
			}
			if got := p.Ready(); !errors.Is(got, test.want) {
				t.Errorf("ready: %v", got)
			}
			if p.Name() != "discord" {
				t.Errorf("name %q", p.Name())
			}
		})
	}
}
