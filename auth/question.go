package auth

// Question is what somebody wants to do.
type Question struct {
	Caller  string     // the id of the person who asks
	Vouched []string   // ids that the platform vouches for within the ask, such as Discord roles
	May     Permission // what it takes
	Battles []string   // the names of one battle, its id first and then its alias; empty if no battle is involved
	Rooms   []string   // every room it touches; may be empty
	Channel string     // where it was asked
	Points  int64      // the largest change of any room; 0 when no points are involved
}

// Decision is the answer to a Question. The zero Decision is a refusal.
type Decision struct {
	Allowed bool
	Grant   Grant   // the grant that applies, with its thresholds; only if Allowed, and not to be changed
	Refusal Refusal // why not; only if not Allowed
}

// Rule is one of the rules that an operation must pass. The list is closed.
type Rule string

// The rules, in the order in which a grant is held against a question, and at the end the rule that a
// group must be known to be decided.
const (
	RuleCaller    Rule = "who"        // no grant names the caller
	RuleMay       Rule = "may"        // no permission
	RuleBattles   Rule = "battles"    // the battle is not covered
	RuleRooms     Rule = "rooms"      // a room is not covered
	RuleChannels  Rule = "channels"   // not in this channel
	RuleMaxPoints Rule = "max_points" // too many points
	RuleLookup    Rule = "lookup"     // a group could not be looked up, and nothing else allows it
)

// Rules returns every rule, in order.
func Rules() []Rule {
	return []Rule{RuleCaller, RuleMay, RuleBattles, RuleRooms, RuleChannels, RuleMaxPoints, RuleLookup}
}

// Refusal says which rule was missing: that of the grant which came closest. Caller, May and Points repeat
// the question, and the other details are set for their own rule alone.
type Refusal struct {
	Rule   Rule
	Caller string
	May    Permission
	Points int64

	Grant     string // the name of the grant that came closest; empty for RuleCaller
	Battle    string // RuleBattles: the first name of the battle
	Room      string // RuleRooms: the first room that is not covered
	Channel   string // RuleChannels: where it was asked
	MaxPoints int64  // RuleMaxPoints: the highest number of points that a covering grant allows
	Group     string // RuleLookup: the group that could not be looked up
	Err       error  // RuleLookup: why; a *LookupError, for the log and not for the caller
}
