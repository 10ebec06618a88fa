package auth_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringside/auth"
)

// world is one question with the grants and groups to answer it by.
type world struct {
	grants []auth.Grant
	in     map[string]bool
	q      auth.Question
}

func (w world) decide(t *rapid.T) auth.Decision {
	p, err := auth.New(w.grants, nil, &directory{in: w.in})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return p.Decide(t.Context(), w.q)
}

func some(t *rapid.T, name string, least, most int, from ...string) []string {
	return rapid.SliceOfN(rapid.SampledFrom(from), least, most).Draw(t, name)
}

func drawGrant(t *rapid.T, name string) auth.Grant {
	g := auth.Grant{
		Name:      name,
		Who:       some(t, "who", 1, 2, alice, bob, hosts, judges, role),
		Battles:   some(t, "battles", 0, 2, "*", "fin*", "x"),
		Rooms:     some(t, "rooms", 0, 2, "*", "pk-?", "x"),
		Channels:  some(t, "channels", 0, 1, arena, backlot),
		MaxPoints: rapid.Int64Range(1, 4).Draw(t, "max_points"),
	}
	for _, may := range some(t, "may", 1, 2, "score.add", "score.set") {
		g.May = append(g.May, auth.Permission(may))
	}
	return g
}

func drawWorld(t *rapid.T) world {
	w := world{in: map[string]bool{}, q: auth.Question{
		Caller:  rapid.SampledFrom([]string{alice, bob, carol}).Draw(t, "caller"),
		Vouched: some(t, "vouched", 0, 1, role),
		May:     auth.ScoreAdd,
		Battles: rapid.SampledFrom([][]string{nil, {"b1"}, {"b1", "finals"}}).Draw(t, "battle"),
		Rooms:   some(t, "asked rooms", 0, 2, "pk-1", "x", "y"),
		Channel: rapid.SampledFrom([]string{arena, backlot}).Draw(t, "channel"),
		Points:  rapid.Int64Range(0, 5).Draw(t, "points"),
	}}
	for _, group := range []string{hosts, judges} {
		switch rapid.SampledFrom([]string{"in", "out", "down"}).Draw(t, group) {
		case "in":
			w.in[group] = true
		case "out":
			w.in[group] = false
		}
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "grants") {
		w.grants = append(w.grants, drawGrant(t, fmt.Sprintf("g%d", i)))
	}
	return w
}

// The model is the rules said as plainly as possible, without an index, an order or a saved look-up.

func modelCovers(globs []string, text string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool {
		pattern := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(glob))
		return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(text)
	})
}

// modelRule is the first rule that g fails, the caller aside, or "" if it passes them all.
func modelRule(g auth.Grant, q auth.Question) auth.Rule {
	covered := len(q.Battles) == 0
	for _, name := range q.Battles {
		covered = covered || modelCovers(g.Battles, name)
	}
	switch {
	case !slices.Contains(g.May, q.May):
		return auth.RuleMay
	case !covered:
		return auth.RuleBattles
	case slices.ContainsFunc(q.Rooms, func(room string) bool { return !modelCovers(g.Rooms, room) }):
		return auth.RuleRooms
	case len(g.Channels) > 0 && !slices.Contains(g.Channels, q.Channel):
		return auth.RuleChannels
	case q.Points > g.MaxPoints:
		return auth.RuleMaxPoints
	}
	return ""
}

// modelWho tells whether the caller is among g's people, and whether that could not be found out.
func (w world) modelWho(g auth.Grant) (in, unknown bool) {
	for _, id := range g.Who {
		if id == w.q.Caller || slices.Contains(w.q.Vouched, id) {
			return true, false
		}
	}
	for _, id := range g.Who {
		if (id == hosts || id == judges) && strings.HasPrefix(w.q.Caller, "slack:") {
			member, known := w.in[id]
			in, unknown = in || member, unknown || !known
		}
	}
	return in, unknown && !in
}

func rank(rule auth.Rule) int {
	if rule == "" {
		return len(auth.Rules())
	}
	return slices.Index(auth.Rules(), rule)
}

func (w world) model() (rule auth.Rule, maxPoints int64) {
	best, doubt := 0, -1
	for _, g := range w.grants {
		in, unknown := w.modelWho(g)
		r := rank(modelRule(g, w.q))
		switch {
		case in && r > best:
			best, maxPoints = r, g.MaxPoints
		case in && r == best:
			maxPoints = max(maxPoints, g.MaxPoints)
		case unknown:
			doubt = max(doubt, r)
		}
	}
	if best == rank("") {
		return "", maxPoints
	}
	if doubt > best {
		return auth.RuleLookup, 0
	}
	if rule = auth.Rules()[best]; rule != auth.RuleMaxPoints {
		maxPoints = 0
	}
	return rule, maxPoints
}

func TestDecideAgreesWithTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		d := w.decide(t)
		rule, points := w.model()
		if d.Allowed != (rule == "") || d.Refusal.Rule != rule {
			t.Fatalf("Decide = %+v, the model says %q", d, rule)
		}
		if got := d.Grant.MaxPoints + d.Refusal.MaxPoints; got != points {
			t.Fatalf("Decide = %+v, the model says %d points", d, points)
		}
	})
}

// A grant added to others can give more and never take away: a yes stays a yes with at least as many
// points, and a refusal never falls back behind the rule that it had come to.
func TestAnotherGrantTakesNothingAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.decide(t)
		at := rapid.IntRange(0, len(w.grants)).Draw(t, "at")
		w.grants = slices.Insert(slices.Clone(w.grants), at, drawGrant(t, "added"))
		after := w.decide(t)
		switch {
		case before.Allowed && (!after.Allowed || after.Grant.MaxPoints < before.Grant.MaxPoints):
			t.Fatalf("one grant more turned %+v into %+v", before, after)
		case !before.Allowed && !after.Allowed && rank(after.Refusal.Rule) < rank(before.Refusal.Rule) && before.Refusal.Rule != auth.RuleLookup:
			t.Fatalf("one grant more turned refusal %+v into %+v", before.Refusal, after.Refusal)
		}
	})
}

// A grant that has nothing to do with the caller changes nothing at all.
func TestAnothersGrantChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.decide(t)
		added := drawGrant(t, "added")
		added.Who = []string{"slack:T0123/user/U9999"}
		w.grants = slices.Insert(slices.Clone(w.grants), 0, added)
		if after := w.decide(t); after.Allowed != before.Allowed || after.Grant.Name != before.Grant.Name ||
			after.Refusal.Rule != before.Refusal.Rule || after.Refusal.Grant != before.Refusal.Grant {
			t.Fatalf("another's grant turned %+v into %+v", before, after)
		}
	})
}

// The order of the grants decides between equals and nothing else.
func TestOrderDecidesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.decide(t)
		w.grants = rapid.Permutation(w.grants).Draw(t, "order")
		after := w.decide(t)
		if before.Allowed != after.Allowed || before.Refusal.Rule != after.Refusal.Rule ||
			before.Grant.MaxPoints != after.Grant.MaxPoints || before.Refusal.MaxPoints != after.Refusal.MaxPoints {
			t.Fatalf("the order turned %+v into %+v", before, after)
		}
	})
}

// A directory that is down can only take away: what is allowed then is allowed when it answers "no".
func TestALookupThatFailsIsNeverAYes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		down := w.decide(t)
		for _, group := range []string{hosts, judges} {
			if _, known := w.in[group]; !known {
				w.in[group] = false
			}
		}
		if answered := w.decide(t); answered.Allowed != down.Allowed {
			t.Fatalf("with look-ups failing %+v, with their answer no %+v", down, answered)
		}
	})
}
