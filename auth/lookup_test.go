package auth_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/auth"
)

var errDown = errors.New("the directory is down")

// directory is a chat platform that knows groups; one that is not in it cannot be looked up.
type directory struct {
	in map[string]bool

	mu    sync.Mutex
	asked []string
}

func (d *directory) Member(_ context.Context, group, _ string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, group)
	in, ok := d.in[group]
	if !ok {
		return true, errDown // a yes beside an error must not count
	}
	return in, nil
}

func TestDecideByGroup(t *testing.T) {
	t.Parallel()
	const other = "slack:T0123/group/S0003"
	tests := map[string]struct {
		in     map[string]bool
		grants []auth.Grant
		q      auth.Question
		rule   auth.Rule // empty: allowed
		grant  string
		asked  []string
	}{
		"a member": {
			in: map[string]bool{hosts: true}, grants: []auth.Grant{grant("a", []string{hosts})},
			grant: "a", asked: []string{hosts},
		},
		"not a member": {
			in: map[string]bool{hosts: false}, grants: []auth.Grant{grant("a", []string{hosts})},
			rule: auth.RuleCaller, asked: []string{hosts},
		},
		"cannot be looked up": {
			grants: []auth.Grant{grant("a", []string{hosts})},
			rule:   auth.RuleLookup, grant: "a", asked: []string{hosts},
		},
		"named oneself, nothing is asked": {
			grants: []auth.Grant{grant("a", []string{hosts, alice})}, grant: "a",
		},
		"a group vouched for, nothing is asked": {
			grants: []auth.Grant{grant("a", []string{hosts})}, q: ask(by(alice, hosts)), grant: "a",
		},
		"second group of one grant": {
			in:     map[string]bool{hosts: false, judges: true},
			grants: []auth.Grant{grant("a", []string{hosts, judges})},
			grant:  "a", asked: []string{hosts, judges},
		},
		"second group when the first is down": {
			in:     map[string]bool{judges: true},
			grants: []auth.Grant{grant("a", []string{hosts, judges})},
			grant:  "a", asked: []string{hosts, judges},
		},
		"a higher group grant goes before one's own": {
			in:     map[string]bool{hosts: true},
			grants: []auth.Grant{grant("own", []string{alice}), grant("group", []string{hosts}, maxPoints(5000))},
			grant:  "group", asked: []string{hosts},
		},
		"a higher group grant that is down leaves one's own": {
			grants: []auth.Grant{grant("own", []string{alice}), grant("group", []string{hosts}, maxPoints(5000))},
			grant:  "own", asked: []string{hosts},
		},
		"a lower or equal group grant is not asked for": {
			grants: []auth.Grant{
				grant("low", []string{hosts}, maxPoints(10)), grant("equal", []string{judges}), grant("own", []string{alice}),
			},
			grant: "own",
		},
		"only the higher group grant is asked for": {
			in: map[string]bool{judges: true},
			grants: []auth.Grant{
				grant("low", []string{hosts}, maxPoints(10)), grant("high", []string{judges}, maxPoints(5000)), grant("own", []string{alice}),
			},
			grant: "high", asked: []string{judges},
		},
		"one's own refusal goes before an equal one of a group": {
			grants: []auth.Grant{
				grant("group", []string{hosts}, rooms("x"), maxPoints(5000)), grant("own", []string{alice}, rooms("x")),
			},
			rule: auth.RuleRooms, grant: "own",
		},
		"a group grant that does not cover is not asked for": {
			grants: []auth.Grant{grant("own", []string{alice}), grant("group", []string{hosts}, maxPoints(5000), rooms("x"))},
			grant:  "own",
		},
		"a group in two grants is asked once": {
			in: map[string]bool{hosts: false},
			grants: []auth.Grant{
				grant("a", []string{hosts}), grant("b", []string{hosts}, rooms("x")), grant("c", []string{hosts}, may(auth.OpUndo)),
			},
			rule: auth.RuleCaller, asked: []string{hosts},
		},
		"a group that is down is asked once": {
			grants: []auth.Grant{grant("a", []string{hosts}), grant("b", []string{hosts}, rooms("x"))},
			rule:   auth.RuleLookup, grant: "a", asked: []string{hosts},
		},
		"a member, but in the wrong room": {
			in: map[string]bool{hosts: true}, grants: []auth.Grant{grant("a", []string{hosts}, rooms("x"))},
			rule: auth.RuleRooms, grant: "a", asked: []string{hosts},
		},
		"down, and one's own gets less far": {
			grants: []auth.Grant{grant("own", []string{alice}, rooms("x")), grant("group", []string{hosts})},
			rule:   auth.RuleLookup, grant: "group", asked: []string{hosts},
		},
		"down, and it would not have helped": {
			grants: []auth.Grant{grant("own", []string{alice}, rooms("x")), grant("group", []string{hosts}, may(auth.OpUndo))},
			rule:   auth.RuleRooms, grant: "own",
		},
		"down, and too many points for it anyhow": {
			grants: []auth.Grant{grant("own", []string{alice}, maxPoints(10)), grant("group", []string{hosts}, maxPoints(50))},
			rule:   auth.RuleMaxPoints, grant: "own", asked: []string{hosts},
		},
		"down, and points it would have allowed": {
			grants: []auth.Grant{grant("own", []string{alice}, maxPoints(10)), grant("group", []string{hosts}, maxPoints(500))},
			rule:   auth.RuleLookup, grant: "group", asked: []string{hosts},
		},
		"one is down, another says yes": {
			in:     map[string]bool{judges: true},
			grants: []auth.Grant{grant("a", []string{hosts}, maxPoints(5000)), grant("b", []string{judges})},
			grant:  "b", asked: []string{hosts, judges},
		},
		"one is down, another says no": {
			in:     map[string]bool{judges: false},
			grants: []auth.Grant{grant("a", []string{hosts}), grant("b", []string{judges}), grant("c", []string{other})},
			rule:   auth.RuleLookup, grant: "a", asked: []string{hosts, judges, other},
		},
		"another platform's group is not asked for": {
			grants: []auth.Grant{grant("a", []string{hosts})}, q: ask(by(console)), rule: auth.RuleCaller,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := test.q
			if q.Caller == "" {
				q = ask()
			}
			d := &directory{in: test.in}
			got := policy(t, d, test.grants...).Decide(t.Context(), q)
			if got.Allowed != (test.rule == "") || got.Refusal.Rule != test.rule || got.Grant.Name+got.Refusal.Grant != test.grant {
				t.Errorf("Decide = %+v, want rule %q and grant %q", got, test.rule, test.grant)
			}
			slices.Sort(d.asked)
			if diff := cmp.Diff(test.asked, d.asked); diff != "" {
				t.Errorf("groups asked for (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLookupRefusalSaysWhich(t *testing.T) {
	t.Parallel()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	tests := map[string]struct {
		ctx    context.Context
		groups auth.Groups
		want   error
	}{
		"down":         {t.Context(), &directory{}, errDown},
		"out of time":  {stopped, &directory{in: map[string]bool{hosts: true}}, context.Canceled},
		"no directory": {t.Context(), nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := policy(t, test.groups, grant("a", []string{hosts})).Decide(test.ctx, ask())
			var failed *auth.LookupError
			if d.Allowed || d.Refusal.Rule != auth.RuleLookup || d.Refusal.Group != hosts || d.Refusal.Caller != alice {
				t.Errorf("Decide = %+v, want a refusal that names %s and %s", d, hosts, alice)
			}
			if !errors.As(d.Refusal.Err, &failed) || failed.Group != hosts {
				t.Errorf("the error is %v, want a LookupError", d.Refusal.Err)
			}
			if text := d.Refusal.Err.Error(); !strings.Contains(text, hosts) {
				t.Errorf("the error reads %q, want %s in it", text, hosts)
			}
			if test.want != nil && !errors.Is(d.Refusal.Err, test.want) {
				t.Errorf("the error is %v, want %v in it", d.Refusal.Err, test.want)
			}
		})
	}
}

func TestTheFirstGroupThatFailedIsNamed(t *testing.T) {
	t.Parallel()
	grants := []auth.Grant{grant("a", []string{judges, hosts}), grant("b", []string{hosts})}
	d := policy(t, &directory{}, grants...).Decide(t.Context(), ask())
	if d.Refusal.Group != judges || d.Refusal.Grant != "a" {
		t.Errorf("Decide = %+v, want group %s of grant a", d.Refusal, judges)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	grants := []auth.Grant{
		grant("own", []string{alice}),
		grant("another's", []string{bob}),
		grant("elsewhere", []string{alice}, channels(backlot)),
		grant("here", []string{alice}, channels(arena)),
		grant("group", []string{hosts}, maxPoints(5000)),
		grant("again", []string{hosts, alice}),
		grant("not in", []string{judges}),
		grant("role", []string{role}),
	}
	names := func(grants []auth.Grant) (names []string) {
		for _, g := range grants {
			names = append(names, g.Name)
		}
		return names
	}
	tests := map[string]struct {
		in      map[string]bool
		caller  string
		vouched []string
		channel string
		want    []string
		failed  bool
	}{
		"here":              {map[string]bool{hosts: true, judges: false}, alice, nil, arena, []string{"own", "here", "group", "again"}, false},
		"there":             {map[string]bool{hosts: true, judges: false}, alice, nil, backlot, []string{"own", "elsewhere", "group", "again"}, false},
		"groups are down":   {nil, alice, nil, arena, []string{"own", "here", "again"}, true},
		"by a role":         {nil, carol, []string{role}, "discord:998877/5566", []string{"role"}, false},
		"nobody":            {nil, console, nil, console, nil, false},
		"one group is down": {map[string]bool{judges: true}, bob, nil, arena, []string{"another's", "not in"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := policy(t, &directory{in: test.in}, grants...).Permissions(t.Context(), test.caller, test.vouched, test.channel)
			if diff := cmp.Diff(test.want, names(got)); diff != "" {
				t.Errorf("Permissions (-want +got):\n%s", diff)
			}
			var failed *auth.LookupError
			if (err != nil) != test.failed || (test.failed && !errors.As(err, &failed)) {
				t.Errorf("the error is %v, want one: %v", err, test.failed)
			}
		})
	}
}

func TestPolicyIsSharedByManyGoroutines(t *testing.T) {
	t.Parallel()
	p := policy(t, &directory{in: map[string]bool{hosts: true}}, grant("own", []string{alice}), grant("group", []string{hosts}, maxPoints(5000)))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				if d := p.Decide(t.Context(), ask(by(alice, role))); d.Grant.Name != "group" {
					t.Errorf("Decide = %+v", d)
				}
			}
		})
	}
	group.Wait()
}

// nobody is a directory of empty groups.
type nobody struct{}

func (nobody) Member(context.Context, string, string) (bool, error) { return false, nil }
