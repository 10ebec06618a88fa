package commands

import (
	"context"
	"strings"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
)

// topic is one line of help.
type topic struct {
	about grammar.Verb
	may   auth.Permission // what it takes; empty for everybody
	line  string
	does  string
}

// covers reports whether the line belongs to what help was asked about: everything, one of the two commands, an action
// or a subcommand.
func (t topic) covers(about string) bool {
	return about == "" || about == string(t.about) || strings.HasPrefix(t.line, "/"+about+" ")
}

// topics returns every line of help, with a battle and rooms that exist where any are known.
func (h *Handler) topics(ctx context.Context, t talk) []topic {
	battle, first, second := h.example(ctx, t)
	return []topic{
		{grammar.VerbAdd, auth.ScoreAdd, "/battle-score " + battle + " add " + first + " 100", "add to the current score"},
		{grammar.VerbAdd, auth.ScoreAdd, "/battle-score " + battle + " add " + first + " 100 " + second + " 50", "several rooms at once"},
		{grammar.VerbAdd, auth.ScoreAdd, "/battle-score " + battle + " add " + first + " 100 --dry-run", "only show what would happen"},
		{grammar.VerbSet, auth.ScoreSet, "/battle-score " + battle + " set " + first + " 500", "overwrite a score; asks first"},
		{grammar.VerbInfo, auth.BattleInfo, "/battle-score " + battle, "the scores, who leads, the time left"},
		{grammar.VerbList, auth.BattleInfo, "/battle list", "the battles that run"},
		{grammar.VerbCreate, auth.BattleCreate, "/battle create " + first + " vs " + second + " for 5m -- Final", "start a battle; asks first"},
		{grammar.VerbName, auth.BattleName, "/battle name " + battles.RoomPrefix + first + " grand-final", "give a battle a name that people can type"},
		{grammar.VerbWatch, auth.BattleWatch, "/battle watch " + battle, "one message here that stays up to date until the end"},
		{grammar.VerbUnwatch, auth.BattleWatch, "/battle unwatch " + battle, "stop that"},
		{grammar.VerbOverlay, auth.BattleWatch, "/battle overlay " + battle, "the address of the stream overlay"},
		{grammar.VerbOverlay, auth.BattleWatch, "/battle overlay " + battle + " revoke", "make the old address stop working"},
		{grammar.VerbBulk, auth.ScoreBulk, "/battle bulk", "many changes at once, from pasted rows or a CSV file; asks first"},
		{grammar.VerbBulk, auth.ScoreBulk, "/battle bulk stop last", "send nothing more of your last bulk here"},
		{grammar.VerbStatus, "", "/battle status last", "what became of your last change here"},
		{grammar.VerbLog, auth.AuditRead, "/battle log " + battle + " 10", "who did what"},
		{grammar.VerbUndo, auth.OpUndo, "/battle undo last", "take your last change here back; asks first"},
		{grammar.VerbResolve, auth.OpResolve, "/battle resolve last applied", "an unknown change did count"},
		{grammar.VerbResolve, auth.OpResolve, "/battle resolve last not-applied", "an unknown change did not count"},
		{grammar.VerbWhoami, "", "/battle whoami", "your ids and what you may do here"},
		{grammar.VerbHelp, "", "/battle help add", "more about one command"},
	}
}

// help is `/battle help`: only what the caller may run here, with lines that can be typed as they stand.
func (h *Handler) help(ctx context.Context, t talk) (answer, error) {
	grants, err := h.Policy.Permissions(ctx, t.Caller.ID, t.Caller.Groups, t.Place.Channel)
	if err != nil {
		h.Log.Warn("a group look-up failed", zap.Error(err))
	}
	may := map[auth.Permission]bool{"": true}
	for _, g := range grants {
		for _, p := range g.May {
			may[p] = true
		}
	}
	r := Reply{Headline: "What you can type here"}
	for _, topic := range h.topics(ctx, t) {
		if may[topic.may] && topic.covers(t.Topic) {
			r.Rows = append(r.Rows, Row{Subject: topic.line, Detail: topic.does})
		}
	}
	return answer{Reply: withDetails(r, t.Topic, len(grants) == 0)}, nil
}

// withDetails adds what is worth knowing about a topic.
func withDetails(r Reply, about string, stranger bool) Reply {
	r.Notes = present(detail(grammar.Verb(about)))
	switch {
	case stranger:
		r.Notes = append(r.Notes, "No grant names you here, so you can change nothing. /battle whoami shows the id to add to one.")
	case len(r.Rows) == 0:
		r.Notes = append(r.Notes, "You may not use this here. /battle help shows what you may.")
	case about == "":
		r.Notes = append(r.Notes, "A battle is named by its alias, its id, or room:<roomId>.")
	}
	return r
}

// detail is what is worth knowing about one action or subcommand; often nothing.
func detail(about grammar.Verb) string {
	switch about {
	case grammar.VerbAdd:
		return "Points are 1 to 2,147,483,647; 1,000 and 1_000 are read too. At most 9 rooms. A large addition asks first."
	case grammar.VerbSet:
		return "A score is 0 to 2,147,483,647. Ringside shows now and afterwards, and sends nothing before you confirm. Gifts that arrive in between are overwritten."
	case grammar.VerbCreate:
		return "2 to 9 rooms that are connected already. A duration is written as 5m, 90s, 1h30m or 5:00; Tencent takes at most 5 minutes unless your app allows more. What follows -- is a note and may be left out."
	case grammar.VerbName:
		return "A name is 2 to 32 of a-z, 0-9 and -. It belongs to one running battle and is free again when that ends."
	case grammar.VerbStatus:
		return "applied: it took effect. not applied: it certainly did not. unknown: it may have; look at the scores and do not simply repeat it."
	case grammar.VerbUndo:
		return "An undo is a change of its own: Ringside shows what it would do now and sends nothing before you confirm. last stands for your own last change here; /battle log shows the ids of others."
	case grammar.VerbResolve:
		return "Only what is unknown can be resolved. Look at the scores first: Ringside keeps your answer, with your name, and does not check it."
	case grammar.VerbBulk:
		return "A row is: battle, add or set, room, score; such as final, add, pk-live1, 100. A header line, blank lines and lines that begin with # are left out. At most 20,000 rows. Nothing is sent while a row is wrong, or before you confirm."
	case grammar.VerbOverlay:
		return "Whoever has the address sees the scores. After revoke only the new one works."
	}
	return ""
}
