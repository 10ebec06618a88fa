package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"ringside/commands"
)

// Courier delivers a message to the platform that its place belongs to. It is a commands.Notifier.
type Courier struct{ routes map[string]commands.Notifier }

// NewCourier returns a Courier over routes, from the name of a platform ("slack", "discord",
// "console") to what delivers there.
func NewCourier(routes map[string]commands.Notifier) (*Courier, error) {
	for name, n := range routes {
		if name == "" || strings.Contains(name, ":") {
			return nil, fmt.Errorf("bot: %q is not the name of a platform", name)
		}
		if n == nil {
			return nil, fmt.Errorf("bot: nothing delivers to %q", name)
		}
	}
	return &Courier{routes: maps.Clone(routes)}, nil
}

// Notify delivers r to the platform named by the first part of the place's channel, or of its user
// when it has no channel. It returns an *UnroutedError when no such platform is running.
func (c *Courier) Notify(ctx context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	id := to.Channel
	if id == "" {
		id = to.User
	}
	name, n, err := c.route(id)
	if err != nil {
		return "", err
	}
	m, err := n.Notify(ctx, to, r)
	if err != nil {
		return "", fmt.Errorf("notify on %s: %w", name, err)
	}
	return m, nil
}

// Revise changes a message on the platform that delivered it, which its name begins with.
func (c *Courier) Revise(ctx context.Context, m commands.Message, r commands.Reply) error {
	name, n, err := c.route(string(m))
	if err != nil {
		return err
	}
	if err := n.Revise(ctx, m, r); err != nil {
		return fmt.Errorf("change a message on %s: %w", name, err)
	}
	return nil
}

// route finds what delivers to an id that begins with its platform's name.
func (c *Courier) route(id string) (string, commands.Notifier, error) {
	name, _, _ := strings.Cut(id, ":")
	n, ok := c.routes[name]
	if !ok {
		return "", nil, &UnroutedError{Place: id, Platforms: slices.Sorted(maps.Keys(c.routes))}
	}
	return name, n, nil
}

// UnroutedError says that no running platform owns a place.
type UnroutedError struct {
	Place     string   // the channel or user that was asked for, as given
	Platforms []string // the names of the platforms that are running, sorted
}

// Error names the place and the platforms there are.
func (e *UnroutedError) Error() string {
	running := strings.Join(e.Platforms, ", ")
	if running == "" {
		running = "none"
	}
	return fmt.Sprintf("no platform delivers to %q (running: %s)", cut(e.Place, maxShownPlace), running)
}

// maxShownPlace bounds, in runes, what an error repeats of a place that came from outside.
const maxShownPlace = 80

func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
