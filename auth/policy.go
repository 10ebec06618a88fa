package auth

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoGrants is what New returns for an empty list: without a grant nobody may do anything.
var ErrNoGrants = errors.New("no grants: nobody may do anything")

// Policy decides who may do what. It never changes and may be used by many goroutines at once.
type Policy struct {
	grants  []Grant
	named   map[string][]int      // grants by each id in their Who
	grouped map[string][]groupRef // grants that name groups, by platform, the highest MaxPoints first
	person  map[string]int        // people by each of their ids
	people  [][]string            // the ids of each of them
	groups  Groups
}

// groupRef is one grant and the groups of one platform that it names.
type groupRef struct {
	grant  int
	groups []string
}

// New returns a Policy of grants. People are the humans with several accounts, and groups looks up who is
// in a group; without it (nil) every look-up fails, which refuses.
//
// It returns ErrNoGrants if there are none, and otherwise all that is wrong with grants and people at once.
func New(grants []Grant, people []Person, groups Groups) (*Policy, error) {
	if len(grants) == 0 {
		return nil, ErrNoGrants
	}
	p := &Policy{
		named:   make(map[string][]int),
		grouped: make(map[string][]groupRef),
		person:  make(map[string]int),
		groups:  groups,
	}
	if err := errors.Join(p.addGrants(grants), p.addPeople(people)); err != nil {
		return nil, fmt.Errorf("making the policy: %w", err)
	}
	return p, nil
}

// SamePerson reports whether a and b are the same human: the same id, or two ids of one Person.
func (p *Policy) SamePerson(a, b string) bool {
	if a == b {
		return true
	}
	first, ok := p.person[a]
	if !ok {
		return false
	}
	second, ok := p.person[b]
	return ok && first == second
}

func (p *Policy) addGrants(grants []Grant) error {
	var wrong []error
	seen := make(map[string]bool, len(grants))
	for i, g := range grants {
		if err := check(g); err != nil {
			wrong = append(wrong, fmt.Errorf("grant %d %q: %w", i+1, g.Name, err))
		}
		if seen[g.Name] {
			wrong = append(wrong, fmt.Errorf("grant %d %q: the name is taken by an earlier grant", i+1, g.Name))
		}
		seen[g.Name] = true
		p.grants = append(p.grants, clone(g))
		p.index(i)
	}
	for _, refs := range p.grouped {
		slices.SortStableFunc(refs, func(a, b groupRef) int {
			return cmp.Compare(p.grants[b.grant].MaxPoints, p.grants[a.grant].MaxPoints)
		})
	}
	return errors.Join(wrong...)
}

// index makes grant i findable by every id it names and by the platforms of its groups.
func (p *Policy) index(i int) {
	byPlatform := make(map[string][]string)
	for _, id := range p.grants[i].Who {
		if refs := p.named[id]; len(refs) == 0 || refs[len(refs)-1] != i {
			p.named[id] = append(refs, i)
		}
		if isGroup(id) {
			byPlatform[platform(id)] = append(byPlatform[platform(id)], id)
		}
	}
	for name, groups := range byPlatform {
		p.grouped[name] = append(p.grouped[name], groupRef{grant: i, groups: groups})
	}
}

func (p *Policy) addPeople(people []Person) error {
	var wrong []error
	for i, someone := range people {
		p.people = append(p.people, slices.Clone(someone.IDs))
		for _, id := range someone.IDs {
			if other, taken := p.person[id]; taken && other != i {
				wrong = append(wrong, fmt.Errorf("%q is an id of person %d and of person %d", id, other+1, i+1))
			}
			if id == "" {
				wrong = append(wrong, fmt.Errorf("person %d has an empty id", i+1))
			}
			p.person[id] = i
		}
	}
	return errors.Join(wrong...)
}

// check holds a grant against what a Policy relies on. The settings have been checked far more closely.
func check(g Grant) error {
	switch {
	case g.Name == "":
		return errors.New("it has no name")
	case len(g.Who) == 0 || slices.Contains(g.Who, ""):
		return errors.New("it names nobody, or holds an empty id")
	case len(g.May) == 0:
		return errors.New("it allows nothing")
	case g.MaxPoints < 1:
		return errors.New("its highest number of points is not positive")
	case g.ConfirmOver < 0 || g.ConfirmOver > g.MaxPoints:
		return errors.New("its threshold for a confirmation is not between 0 and its highest number of points")
	case g.ApprovalOver < 0 || g.ApprovalOver > g.MaxPoints:
		return errors.New("its threshold for an approval is not between 0 and its highest number of points")
	}
	for _, may := range g.May {
		if !slices.Contains(Permissions(), may) {
			return fmt.Errorf("%q is not a permission", string(may))
		}
	}
	return nil
}

// clone keeps the policy apart from slices that its maker may go on to change.
func clone(g Grant) Grant {
	g.Who, g.May = slices.Clone(g.Who), slices.Clone(g.May)
	g.Battles, g.Rooms, g.Channels = slices.Clone(g.Battles), slices.Clone(g.Rooms), slices.Clone(g.Channels)
	return g
}

// platform is the part of an id before its colon: "slack".
func platform(id string) string {
	name, _, _ := strings.Cut(id, ":")
	return name
}

// isGroup reports whether id names a group whose members have to be looked up: "slack:T0123/group/S0789".
func isGroup(id string) bool { return strings.Contains(id, "/group/") }

// Accounts returns every id of the human behind id, that one included.
func (p *Policy) Accounts(id string) []string {
	person, ok := p.person[id]
	if !ok {
		return []string{id}
	}
	return slices.Clone(p.people[person])
}
