package auth_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/auth"
)

// ask is alice adding 100 to one room of a battle with an alias, changed by each change.
func ask(changes ...func(*auth.Question)) auth.Question {
	q := auth.Question{
		Caller: alice, May: auth.ScoreAdd, Battles: []string{"b+/0=", "finals"},
		Rooms: []string{"pk-live1"}, Channel: arena, Points: 100,
	}
	for _, change := range changes {
		change(&q)
	}
	return q
}

func points(n int64) func(*auth.Question)        { return func(q *auth.Question) { q.Points = n } }
func inRooms(ids ...string) func(*auth.Question) { return func(q *auth.Question) { q.Rooms = ids } }
func of(names ...string) func(*auth.Question)    { return func(q *auth.Question) { q.Battles = names } }
func from(channel string) func(*auth.Question)   { return func(q *auth.Question) { q.Channel = channel } }
func by(id string, vouched ...string) func(*auth.Question) {
	return func(q *auth.Question) { q.Caller, q.Vouched = id, vouched }
}

func TestDecideAllows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		grants []auth.Grant
		q      auth.Question
		want   string // the grant that applies
	}{
		"everything open":      {[]auth.Grant{grant("a", []string{alice})}, ask(), "a"},
		"one of several who":   {[]auth.Grant{grant("a", []string{bob, alice})}, ask(), "a"},
		"one of several may":   {[]auth.Grant{grant("a", []string{alice}, may(auth.ScoreSet, auth.ScoreAdd))}, ask(), "a"},
		"a role vouched for":   {[]auth.Grant{grant("a", []string{role})}, ask(by(carol, "discord:998877/role/1", role)), "a"},
		"the console":          {[]auth.Grant{grant("a", []string{console})}, ask(by(console), from(console)), "a"},
		"battle by its id":     {[]auth.Grant{grant("a", []string{alice}, battles("b+*"))}, ask(), "a"},
		"battle by its alias":  {[]auth.Grant{grant("a", []string{alice}, battles("finals"))}, ask(), "a"},
		"no battle involved":   {[]auth.Grant{grant("a", []string{alice}, battles())}, ask(of()), "a"},
		"every room covered":   {[]auth.Grant{grant("a", []string{alice}, rooms("pk-*", "x"))}, ask(inRooms("x", "pk-1")), "a"},
		"no room involved":     {[]auth.Grant{grant("a", []string{alice}, rooms())}, ask(inRooms()), "a"},
		"the right channel":    {[]auth.Grant{grant("a", []string{alice}, channels(backlot, arena))}, ask(), "a"},
		"exactly max points":   {[]auth.Grant{grant("a", []string{alice})}, ask(points(1000)), "a"},
		"no points":            {[]auth.Grant{grant("a", []string{alice})}, ask(points(0)), "a"},
		"the other one covers": {[]auth.Grant{grant("a", []string{alice}, rooms("x")), grant("b", []string{alice}, maxPoints(100))}, ask(), "b"},
		"the highest applies": {[]auth.Grant{
			grant("low", []string{alice}, maxPoints(200)), grant("high", []string{alice}, maxPoints(900)),
			grant("middle", []string{alice}, maxPoints(500)),
		}, ask(points(10)), "high"},
		"the highest that covers applies": {[]auth.Grant{
			grant("low", []string{alice}, maxPoints(200)), grant("high", []string{alice}, maxPoints(900), channels(backlot)),
		}, ask(points(10)), "low"},
		"the first of equals applies": {[]auth.Grant{
			grant("first", []string{alice}), grant("second", []string{alice}),
		}, ask(), "first"},
		"by id and by role": {[]auth.Grant{
			grant("id", []string{carol}, maxPoints(200)), grant("role", []string{role}, maxPoints(900)),
		}, ask(by(carol, role), from("discord:998877/5566")), "role"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := policy(t, nil, test.grants...).Decide(t.Context(), test.q)
			if !d.Allowed || d.Grant.Name != test.want {
				t.Errorf("Decide = allowed %v by %q (%+v), want grant %q", d.Allowed, d.Grant.Name, d.Refusal, test.want)
			}
			if diff := cmp.Diff(auth.Refusal{}, d.Refusal); diff != "" {
				t.Errorf("a yes carries a refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecideAppliesTheGrantsOwnThresholds(t *testing.T) {
	t.Parallel()
	low, high := grant("low", []string{alice}), grant("high", []string{alice})
	low.MaxPoints, low.ConfirmOver, low.ApprovalOver = 100, 90, 100
	high.MaxPoints, high.ConfirmOver, high.ApprovalOver = 200, 10, 20
	d := policy(t, nil, low, high).Decide(t.Context(), ask(points(50)))
	if diff := cmp.Diff(high, d.Grant); diff != "" {
		t.Errorf("the grant that applies (-want +got):\n%s", diff)
	}
}

func TestDecideRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		grants []auth.Grant
		q      auth.Question
		want   auth.Refusal // Caller, May and Points are filled in from q
	}{
		"nobody": {
			[]auth.Grant{grant("a", []string{bob})}, ask(), auth.Refusal{Rule: auth.RuleCaller},
		},
		"no caller at all": {
			[]auth.Grant{grant("a", []string{alice})}, ask(by("", "")), auth.Refusal{Rule: auth.RuleCaller},
		},
		"an id in other letters": {
			[]auth.Grant{grant("a", []string{alice})}, ask(by("slack:t0123/user/u0456")), auth.Refusal{Rule: auth.RuleCaller},
		},
		"an id that begins alike": {
			[]auth.Grant{grant("a", []string{alice})}, ask(by(alice + "7")), auth.Refusal{Rule: auth.RuleCaller},
		},
		"a star is no id": {
			[]auth.Grant{grant("a", []string{"*"})}, ask(), auth.Refusal{Rule: auth.RuleCaller},
		},
		"another's role": {
			[]auth.Grant{grant("a", []string{role})}, ask(by(carol, "discord:998877/role/9")), auth.Refusal{Rule: auth.RuleCaller},
		},
		"no permission": {
			[]auth.Grant{grant("a", []string{alice}, may(auth.ScoreSet))}, ask(), auth.Refusal{Rule: auth.RuleMay, Grant: "a"},
		},
		"battle": {
			[]auth.Grant{grant("a", []string{alice}, battles("semi-*"))}, ask(),
			auth.Refusal{Rule: auth.RuleBattles, Grant: "a", Battle: "b+/0="},
		},
		"an empty list covers no battle": {
			[]auth.Grant{grant("a", []string{alice}, battles())}, ask(),
			auth.Refusal{Rule: auth.RuleBattles, Grant: "a", Battle: "b+/0="},
		},
		"second of the rooms": {
			[]auth.Grant{grant("a", []string{alice}, rooms("pk-*"))}, ask(inRooms("pk-1", "other", "third")),
			auth.Refusal{Rule: auth.RuleRooms, Grant: "a", Room: "other"},
		},
		"an empty list covers no room": {
			[]auth.Grant{grant("a", []string{alice}, rooms())}, ask(),
			auth.Refusal{Rule: auth.RuleRooms, Grant: "a", Room: "pk-live1"},
		},
		"channel": {
			[]auth.Grant{grant("a", []string{alice}, channels(backlot))}, ask(),
			auth.Refusal{Rule: auth.RuleChannels, Grant: "a", Channel: arena},
		},
		"points": {
			[]auth.Grant{grant("a", []string{alice})}, ask(points(1001)),
			auth.Refusal{Rule: auth.RuleMaxPoints, Grant: "a", MaxPoints: 1000},
		},
		"negative points are never few": {
			[]auth.Grant{grant("a", []string{alice})}, ask(points(-1)),
			auth.Refusal{Rule: auth.RuleMaxPoints, Grant: "a", MaxPoints: 1000},
		},
		"the highest points available": {
			[]auth.Grant{
				grant("low", []string{alice}, maxPoints(10)), grant("high", []string{alice}, maxPoints(50)),
				grant("elsewhere", []string{alice}, maxPoints(5000), rooms("x")),
			}, ask(), auth.Refusal{Rule: auth.RuleMaxPoints, Grant: "high", MaxPoints: 50},
		},
		"two grants do not add up": {
			[]auth.Grant{grant("left", []string{alice}, rooms("left")), grant("right", []string{alice}, rooms("right"))},
			ask(inRooms("left", "right")), auth.Refusal{Rule: auth.RuleRooms, Grant: "left", Room: "right"},
		},
		"permission here and rooms there do not add up": {
			[]auth.Grant{grant("a", []string{alice}, may(auth.ScoreSet)), grant("b", []string{alice}, rooms("x"))},
			ask(), auth.Refusal{Rule: auth.RuleRooms, Grant: "b", Room: "pk-live1"},
		},
		"the closest is named, whatever the order": {
			[]auth.Grant{
				grant("rooms", []string{alice}, rooms("x")), grant("channel", []string{alice}, channels(backlot)),
				grant("may", []string{alice}, may(auth.OpUndo)), grant("battle", []string{alice}, battles("x")),
			}, ask(), auth.Refusal{Rule: auth.RuleChannels, Grant: "channel", Channel: arena},
		},
		"the first of the equally close is named": {
			[]auth.Grant{
				grant("first", []string{alice}, rooms("x"), maxPoints(1)), grant("second", []string{alice}, rooms("y")),
			}, ask(), auth.Refusal{Rule: auth.RuleRooms, Grant: "first", Room: "pk-live1"},
		},
		"one grant failing everything is named by its first failure": {
			[]auth.Grant{grant("a", []string{alice}, may(auth.OpUndo), battles("x"), rooms("x"), channels(backlot))},
			ask(points(9999)), auth.Refusal{Rule: auth.RuleMay, Grant: "a"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.Caller, test.want.May, test.want.Points = test.q.Caller, test.q.May, test.q.Points
			d := policy(t, nil, test.grants...).Decide(t.Context(), test.q)
			if diff := cmp.Diff(auth.Decision{Refusal: test.want}, d); diff != "" {
				t.Errorf("Decide (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRulesAreClosed(t *testing.T) {
	t.Parallel()
	want := []auth.Rule{"who", "may", "battles", "rooms", "channels", "max_points", "lookup"}
	if diff := cmp.Diff(want, auth.Rules()); diff != "" {
		t.Errorf("Rules (-want +got):\n%s", diff)
	}
}

func TestPermissionsAreAllAccepted(t *testing.T) {
	t.Parallel()
	for _, what := range auth.Permissions() {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			p := policy(t, nil, grant("a", []string{alice}, may(what)))
			for _, asked := range auth.Permissions() {
				q := ask()
				q.May = asked
				if d := p.Decide(t.Context(), q); d.Allowed != (asked == what) {
					t.Errorf("a grant of %s: %s is allowed: %v", what, asked, d.Allowed)
				}
			}
		})
	}
}
