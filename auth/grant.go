// Package auth decides who may do what. It denies unless a grant covers the whole of what is asked, and
// each refusal names the rule that was missing. It knows no chat library: people are ids.
package auth

// Permission is one thing a grant may allow.
type Permission string

// The permissions.
const (
	ScoreAdd     Permission = "score.add"
	ScoreSet     Permission = "score.set"
	ScoreBulk    Permission = "score.bulk"
	BattleInfo   Permission = "battle.info"
	BattleCreate Permission = "battle.create"
	BattleName   Permission = "battle.name"
	BattleWatch  Permission = "battle.watch"
	OpUndo       Permission = "op.undo"
	OpResolve    Permission = "op.resolve"
	OpApprove    Permission = "op.approve"
	AuditRead    Permission = "audit.read"
)

// Permissions returns every permission, in the order of the settings' reference.
func Permissions() []Permission {
	return []Permission{
		ScoreAdd, ScoreSet, ScoreBulk, BattleInfo, BattleCreate, BattleName, BattleWatch,
		OpUndo, OpResolve, OpApprove, AuditRead,
	}
}

// Grant allows some people some things. In the globs of Battles and Rooms "*" is any characters and "?" one.
type Grant struct {
	Name         string
	Who          []string     // user, group and role ids: "slack:T0123/user/U0456", "slack:T0123/group/S0789", "console:local"
	May          []Permission // never empty
	Battles      []string     // globs over a battle's id or alias
	Rooms        []string     // globs over room ids
	Channels     []string     // channel ids; empty is any channel
	MaxPoints    int64        // per room and operation, inclusive
	ConfirmOver  int64        // an add above it is confirmed by the caller
	ApprovalOver int64        // a change above it needs a second person
}

// Person is one human with several accounts.
type Person struct{ IDs []string }
