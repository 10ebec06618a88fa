package auth

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// step is how far a grant gets with a question: the first rule it fails, leaving aside who asks.
type step int

const (
	failsMay step = iota
	failsBattles
	failsRooms
	failsChannels
	failsMaxPoints
	passes
)

// candidate is a grant that names the caller, or a group that the caller may belong to.
type candidate struct {
	grant  int
	step   step
	groups []string // groups of which one must hold the caller; nil if the grant names the caller
}

// doubt is the most promising candidate of which nobody knows whether it holds for the caller.
type doubt struct {
	candidate
	err error
}

// Decide answers q. One grant must cover the whole of it: the caller, the permission, the battle, every
// room and the channel. Of several the one with the highest MaxPoints applies, with its own thresholds;
// between equals one that names the caller goes before one that names a group, and then the first.
//
// Groups are looked up under ctx, only where the answer hangs on them and each at most once. A failed
// look-up never allows anything.
func (p *Policy) Decide(ctx context.Context, q Question) Decision {
	who := &members{groups: p.groups, caller: q.Caller}
	var unsure *doubt
	for _, c := range p.candidates(q) {
		in, err := who.belongs(ctx, c.groups)
		if err != nil && unsure == nil {
			unsure = &doubt{candidate: c, err: err}
		}
		switch {
		case !in:
		case c.step == passes:
			return Decision{Allowed: true, Grant: p.grants[c.grant]}
		case unsure == nil || unsure.step == c.step:
			return Decision{Refusal: p.refusal(q, c)}
		default:
			return Decision{Refusal: p.doubtful(q, *unsure)}
		}
	}
	if unsure != nil {
		return Decision{Refusal: p.doubtful(q, *unsure)}
	}
	return Decision{Refusal: Refusal{Rule: RuleCaller, Caller: q.Caller, May: q.May, Points: q.Points}}
}

// candidates returns what may decide q, the most promising first.
func (p *Policy) candidates(q Question) []candidate {
	named := p.namedBy(q)
	all := make([]candidate, 0, len(named))
	best := int64(0) // the highest MaxPoints that allows q without any look-up
	for _, i := range named {
		c := candidate{grant: i, step: reach(&p.grants[i], q)}
		if c.step == passes {
			best = max(best, p.grants[i].MaxPoints)
		}
		all = append(all, c)
	}
	for _, ref := range p.grouped[platform(q.Caller)] {
		if p.grants[ref.grant].MaxPoints <= best {
			break // the rest is lower still
		}
		all = append(all, candidate{grant: ref.grant, step: reach(&p.grants[ref.grant], q), groups: ref.groups})
	}
	slices.SortFunc(all, p.compare)
	return all
}

// compare puts the candidate that decides before the other one. Where points do not come into it, those
// that need no look-up go first.
func (p *Policy) compare(a, b candidate) int {
	order := cmp.Compare(b.step, a.step)
	if order == 0 && a.step >= failsMaxPoints {
		order = cmp.Compare(p.grants[b.grant].MaxPoints, p.grants[a.grant].MaxPoints)
	}
	return cmp.Or(
		order,
		cmp.Compare(min(len(a.groups), 1), min(len(b.groups), 1)),
		cmp.Compare(a.grant, b.grant),
	)
}

// namedBy returns the grants that name the caller or an id vouched for, in order.
func (p *Policy) namedBy(q Question) []int {
	if len(q.Vouched) == 0 {
		return p.named[q.Caller]
	}
	all := slices.Clone(p.named[q.Caller])
	for _, id := range q.Vouched {
		all = append(all, p.named[id]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func reach(g *Grant, q Question) step {
	switch {
	case !slices.Contains(g.May, q.May):
		return failsMay
	case !allowsBattle(g, q.Battles):
		return failsBattles
	case uncovered(g, q.Rooms) >= 0:
		return failsRooms
	case !allowsChannel(*g, q.Channel):
		return failsChannels
	case q.Points < 0 || q.Points > g.MaxPoints:
		return failsMaxPoints
	}
	return passes
}

func allowsBattle(g *Grant, names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return covers(g.Battles, name) })
}

// uncovered is the index of the first room that the grant does not cover, or -1.
func uncovered(g *Grant, rooms []string) int {
	return slices.IndexFunc(rooms, func(room string) bool { return !covers(g.Rooms, room) })
}

func allowsChannel(g Grant, channel string) bool {
	return len(g.Channels) == 0 || slices.Contains(g.Channels, channel)
}

func (p *Policy) refusal(q Question, c candidate) Refusal {
	g := &p.grants[c.grant]
	r := Refusal{Caller: q.Caller, May: q.May, Points: q.Points, Grant: g.Name}
	switch c.step {
	case failsMay:
		r.Rule = RuleMay
	case failsBattles:
		r.Rule, r.Battle = RuleBattles, q.Battles[0]
	case failsRooms:
		r.Rule, r.Room = RuleRooms, q.Rooms[uncovered(g, q.Rooms)]
	case failsChannels:
		r.Rule, r.Channel = RuleChannels, q.Channel
	default:
		r.Rule, r.MaxPoints = RuleMaxPoints, g.MaxPoints
	}
	return r
}

func (p *Policy) doubtful(q Question, d doubt) Refusal {
	r := Refusal{
		Rule: RuleLookup, Caller: q.Caller, May: q.May, Points: q.Points,
		Grant: p.grants[d.grant].Name, Err: d.err,
	}
	var failed *LookupError
	if errors.As(d.err, &failed) {
		r.Group = failed.Group
	}
	return r
}
