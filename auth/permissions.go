package auth

import (
	"context"
	"errors"
	"slices"
)

// Permissions returns the grants that name the caller in this channel, in the order of the settings. The
// error joins a *LookupError for each group that could not be looked up; the grants beside it still hold.
func (p *Policy) Permissions(ctx context.Context, caller string, vouched []string, channel string) ([]Grant, error) {
	q := Question{Caller: caller, Vouched: vouched}
	mine := make(map[int]bool)
	for _, i := range p.namedBy(q) {
		mine[i] = true
	}
	who := &members{groups: p.groups, caller: caller}
	var failures []error
	for _, ref := range p.grouped[platform(caller)] {
		if mine[ref.grant] {
			continue
		}
		in, err := who.belongs(ctx, ref.groups)
		mine[ref.grant] = in
		if err != nil && !slices.Contains(failures, err) {
			failures = append(failures, err)
		}
	}
	var grants []Grant
	for i, g := range p.grants {
		if mine[i] && allowsChannel(g, channel) {
			grants = append(grants, g)
		}
	}
	return grants, errors.Join(failures...)
}
