package slackbot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ringside/commands"
)

const (
	// groupFresh is how long the members of a group are believed.
	groupFresh = 60 * time.Second
	// groupTimeout bounds one look-up.
	groupTimeout = 2 * time.Second
	// groupFailed is how long a failed look-up is remembered, so that a burst of asks does not become a
	// burst of calls. Slack's own Retry-After counts up to groupFresh.
	groupFailed = time.Second
	// maxGroups bounds the cache; no settings name nearly as many.
	maxGroups = 256
)

// Groups looks up who belongs to a Slack user group. It is safe for concurrent use.
type Groups struct {
	api   *slack.Client
	teams map[string]bool
	clock commands.Clock
	idle  func()

	mu    sync.Mutex
	known map[string]*lookup
}

// lookup is one answer of Slack's, or the wait for it.
type lookup struct {
	done    chan struct{} // closed when the rest is set
	members map[string]bool
	err     error
	until   time.Time
}

// NewGroups returns Groups that ask Slack with the bot token, which needs the scope usergroups:read.
func NewGroups(s Settings, opts ...Option) (*Groups, error) {
	if err := errors.Join(s.validateBotToken(), s.validateTeams()); err != nil {
		return nil, err
	}
	apiURL, err := endpoint(s.APIURL)
	if err != nil {
		return nil, err
	}
	o := gather(opts)
	calls, idle := newHTTPClient(o.transport)
	return &Groups{
		api:   newAPI(s, apiURL, calls),
		teams: set(s.Teams),
		clock: o.clock,
		idle:  idle,
		known: make(map[string]*lookup),
	}, nil
}

// Close closes the connections that are kept for later look-ups.
func (g *Groups) Close() { g.idle() }

// Member reports whether person ("slack:T0123/user/U0456") is in group ("slack:T0123/group/S0789").
// The answer is at most a minute old. It takes at most two seconds; a failed look-up is an error.
func (g *Groups) Member(ctx context.Context, group, person string) (bool, error) {
	of, err := parseGroup(group)
	if err != nil {
		return false, err
	}
	if !g.teams[of.team] {
		return false, fmt.Errorf("workspace %s is not served", of.team)
	}
	who, err := parseUser(person)
	if err != nil || who.team != of.team {
		return false, nil //nolint:nilerr // Someone of another platform or workspace is in no group of this one.
	}
	members, err := g.members(ctx, of)
	if err != nil {
		return false, err
	}
	return members[who.id], nil
}

// members returns who is in the group: from memory if that is fresh, or else from Slack. Callers of the
// same group share one call.
func (g *Groups) members(ctx context.Context, of address) (map[string]bool, error) {
	mine, l := g.claim(of)
	if mine {
		g.ask(ctx, of, l)
		return l.members, l.err
	}
	select {
	case <-l.done:
		return l.members, l.err
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the members of group %s: %w", of.id, ctx.Err())
	}
}

// claim returns the look-up to use, and whether the caller is the one to make it.
func (g *Groups) claim(of address) (mine bool, l *lookup) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	key := of.team + "/" + of.id
	if l, found := g.known[key]; found && l.usable(now) {
		return false, l
	}
	g.makeRoom(now)
	l = &lookup{done: make(chan struct{})}
	g.known[key] = l
	return true, l
}

// usable reports whether l is under way or still believed.
func (l *lookup) usable(now time.Time) bool {
	select {
	case <-l.done:
		return now.Before(l.until)
	default:
		return true
	}
}

// makeRoom keeps the cache under its bound: what is stale goes, and if need be all that has ended.
func (g *Groups) makeRoom(now time.Time) {
	if len(g.known) < maxGroups {
		return
	}
	maps.DeleteFunc(g.known, func(_ string, l *lookup) bool { return !l.usable(now) })
	if len(g.known) >= maxGroups {
		maps.DeleteFunc(g.known, func(_ string, l *lookup) bool { return l.ended() })
	}
}

func (l *lookup) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// ask calls https://docs.slack.dev/reference/methods/usergroups.users.list. Others may wait for the
// answer, so that the end of the asker's own context does not spoil it.
func (g *Groups) ask(ctx context.Context, of address, l *lookup) {
	defer close(l.done)
	asked := g.clock()
	l.err = errors.New("the look-up did not end") // stands if the library panics
	err := within(context.WithoutCancel(ctx), groupTimeout, func(ctx context.Context) error {
		users, err := g.api.GetUserGroupMembersContext(ctx, of.id, slack.GetUserGroupMembersOptionTeamID(of.team))
		l.members = set(users)
		return err
	})
	if err == nil {
		l.err, l.until = nil, asked.Add(groupFresh)
		return
	}
	l.members = nil
	l.err = fmt.Errorf("asking Slack for the members of group %s: %w", of.id, masked(err))
	l.until = asked.Add(groupFailed)
	if wait, limited := retryAfter(err); limited {
		l.until = asked.Add(min(max(wait, groupFailed), groupFresh))
	}
}
