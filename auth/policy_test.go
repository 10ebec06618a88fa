package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/auth"
)

const (
	alice   = "slack:T0123/user/U0456"
	bob     = "slack:T0123/user/U0789"
	hosts   = "slack:T0123/group/S0001"
	judges  = "slack:T0123/group/S0002"
	role    = "discord:998877/role/1122"
	carol   = "discord:998877/user/3344"
	console = "console:local"
	arena   = "slack:T0123/C0AB"
	backlot = "slack:T0123/C0CD"
)

// grant returns a grant that lets who add scores everywhere, changed by each change.
func grant(name string, who []string, changes ...func(*auth.Grant)) auth.Grant {
	g := auth.Grant{
		Name: name, Who: who, May: []auth.Permission{auth.ScoreAdd},
		Battles: []string{"*"}, Rooms: []string{"*"},
		MaxPoints: 1000, ConfirmOver: 500, ApprovalOver: 800,
	}
	for _, change := range changes {
		change(&g)
	}
	return g
}

func battles(globs ...string) func(*auth.Grant)     { return func(g *auth.Grant) { g.Battles = globs } }
func rooms(globs ...string) func(*auth.Grant)       { return func(g *auth.Grant) { g.Rooms = globs } }
func channels(ids ...string) func(*auth.Grant)      { return func(g *auth.Grant) { g.Channels = ids } }
func may(what ...auth.Permission) func(*auth.Grant) { return func(g *auth.Grant) { g.May = what } }
func maxPoints(n int64) func(*auth.Grant) {
	return func(g *auth.Grant) { g.MaxPoints, g.ConfirmOver, g.ApprovalOver = n, n/2, n }
}

func policy(t testing.TB, groups auth.Groups, grants ...auth.Grant) *auth.Policy {
	t.Helper()
	p, err := auth.New(grants, nil, groups)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return p
}

func TestNewRefusesNoGrants(t *testing.T) {
	t.Parallel()
	for name, grants := range map[string][]auth.Grant{"nil": nil, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := auth.New(grants, nil, nil); !errors.Is(err, auth.ErrNoGrants) {
				t.Errorf("New returned %v, want ErrNoGrants", err)
			}
		})
	}
}

func TestNewRefusesBrokenGrants(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*auth.Grant)
		want   string
	}{
		"no name":                  {func(g *auth.Grant) { g.Name = "" }, "no name"},
		"nobody":                   {func(g *auth.Grant) { g.Who = nil }, "names nobody"},
		"an empty id":              {func(g *auth.Grant) { g.Who = []string{alice, ""} }, "empty id"},
		"nothing allowed":          {func(g *auth.Grant) { g.May = nil }, "allows nothing"},
		"unknown permission":       {may("score.dance"), `"score.dance" is not a permission`},
		"no points":                {func(g *auth.Grant) { g.MaxPoints = 0 }, "not positive"},
		"negative points":          {func(g *auth.Grant) { g.MaxPoints = -5 }, "not positive"},
		"confirmation below zero":  {func(g *auth.Grant) { g.ConfirmOver = -1 }, "confirmation"},
		"confirmation over points": {func(g *auth.Grant) { g.ConfirmOver = 1001 }, "confirmation"},
		"approval below zero":      {func(g *auth.Grant) { g.ApprovalOver = -1 }, "approval"},
		"approval over points":     {func(g *auth.Grant) { g.ApprovalOver = 1001 }, "approval"},
		"a name taken":             {func(g *auth.Grant) { g.Name = "first" }, "taken"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := auth.New([]auth.Grant{grant("first", []string{alice}), grant("second", []string{bob}, test.change)}, nil, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "grant 2") {
				t.Errorf("New returned %v, want grant 2 and %q in it", err, test.want)
			}
		})
	}
}

func TestNewNamesEverythingWrong(t *testing.T) {
	t.Parallel()
	_, err := auth.New(
		[]auth.Grant{grant("", []string{alice}), grant("b", nil)},
		[]auth.Person{{IDs: []string{alice}}, {IDs: []string{alice, ""}}}, nil)
	if err == nil {
		t.Fatal("New accepted two broken grants and two broken people")
	}
	for _, want := range []string{"grant 1", "grant 2", `"` + alice + `" is an id of person 1 and of person 2`, "person 2 has an empty id"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
}

func TestPolicyIsApartFromItsMaker(t *testing.T) {
	t.Parallel()
	who, globs := []string{alice}, []string{"pk-*"}
	p := policy(t, nil, grant("hosts", who, rooms(globs...)))
	who[0], globs[0] = bob, "*"
	if d := p.Decide(t.Context(), auth.Question{Caller: alice, May: auth.ScoreAdd, Rooms: []string{"pk-live1"}}); !d.Allowed {
		t.Errorf("a change of the maker's slices reached the policy: %+v", d.Refusal)
	}
	if d := p.Decide(t.Context(), auth.Question{Caller: alice, May: auth.ScoreAdd, Rooms: []string{"other"}}); d.Allowed {
		t.Error("a change of the maker's globs reached the policy")
	}
}

func TestSamePerson(t *testing.T) {
	t.Parallel()
	people := []auth.Person{{IDs: []string{alice, carol, carol}}, {IDs: []string{bob}}}
	p, err := auth.New([]auth.Grant{grant("hosts", []string{alice})}, people, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		a, b string
		want bool
	}{
		"one id":                     {alice, alice, true},
		"one unknown id":             {console, console, true},
		"two accounts":               {alice, carol, true},
		"two accounts, other way":    {carol, alice, true},
		"two people":                 {alice, bob, false},
		"known and unknown":          {alice, console, false},
		"unknown and known":          {console, alice, false},
		"two unknown":                {console, role, false},
		"case counts":                {alice, strings.ToLower(alice), false},
		"nobody is not a person":     {"", alice, false},
		"nobody cannot vouch for it": {"", "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := p.SamePerson(test.a, test.b); got != test.want {
				t.Errorf("SamePerson(%q, %q) = %v, want %v", test.a, test.b, got, test.want)
			}
		})
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	ids := []string{alice, carol}
	p, err := auth.New([]auth.Grant{grant("hosts", []string{alice})}, []auth.Person{{IDs: []string{bob}}, {IDs: ids}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ids[0] = console // must not reach the policy
	for id, want := range map[string][]string{
		alice: {alice, carol}, carol: {alice, carol}, bob: {bob}, console: {console},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			got := p.Accounts(id)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Accounts (-want +got):\n%s", diff)
			}
			got[0] = "changed"
			if diff := cmp.Diff(want, p.Accounts(id)); diff != "" {
				t.Errorf("a change of the answer reached the policy (-want +got):\n%s", diff)
			}
		})
	}
}
