package auth

import (
	"context"
	"errors"
	"fmt"
)

// Groups looks up who belongs to a group, such as a Slack user group. A platform implements it, with a
// cache and a deadline of its own.
type Groups interface {
	// Member reports whether person ("slack:T0123/user/U0456") is in group ("slack:T0123/group/S0789").
	Member(ctx context.Context, group, person string) (bool, error)
}

// LookupError says that a group could not be looked up.
type LookupError struct {
	Group string
	Err   error
}

// Error names the group and the reason.
func (e *LookupError) Error() string { return fmt.Sprintf("looking up group %q: %v", e.Group, e.Err) }

// Unwrap returns the reason.
func (e *LookupError) Unwrap() error { return e.Err }

var errNoGroups = errors.New("no chat platform that knows groups is connected")

// members answers who belongs to which group for the length of one question, asking for each group once.
type members struct {
	groups Groups
	caller string
	known  map[string]bool
	failed map[string]error
}

// belongs reports whether the caller is in any of the groups, and is true if there are none to ask. The
// error is that of the first failed look-up, and nil if the caller is in one of the groups all the same.
func (m *members) belongs(ctx context.Context, groups []string) (bool, error) {
	if len(groups) == 0 {
		return true, nil
	}
	var first error
	for _, group := range groups {
		in, err := m.in(ctx, group)
		if in {
			return true, nil
		}
		if first == nil {
			first = err
		}
	}
	return false, first
}

func (m *members) in(ctx context.Context, group string) (bool, error) {
	if in, ok := m.known[group]; ok {
		return in, m.failed[group]
	}
	in, err := m.ask(ctx, group)
	if m.known == nil {
		m.known, m.failed = make(map[string]bool), make(map[string]error)
	}
	if err != nil {
		in, err = false, &LookupError{Group: group, Err: err}
		m.failed[group] = err
	}
	m.known[group] = in
	return in, err
}

func (m *members) ask(ctx context.Context, group string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if m.groups == nil {
		return false, errNoGroups
	}
	return m.groups.Member(ctx, group, m.caller)
}
