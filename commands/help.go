package commands

import (
	"context"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/grammar"
)

// topic is one line of help.
type topic struct {
	about grammar.Verb
	may   auth.Permission // what it takes; empty for everybody
	line  string
	does  string
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
		{grammar.VerbStatus, "", "/battle status last", "what became of your last change here"},
		{grammar.VerbLog, auth.AuditRead, "/battle log " + battle + " 10", "who did what"},
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
		if may[topic.may] && (t.Topic == "" || t.Topic == string(topic.about)) {
			r.Rows = append(r.Rows, Row{Subject: topic.line, Detail: topic.does})
		}
	}
	return answer{Reply: withDetails(r, t.Topic, len(grants) == 0)}, nil
}

// withDetails adds what is worth knowing about a topic.
func withDetails(r Reply, about string, stranger bool) Reply {
	switch grammar.Verb(about) {
	case grammar.VerbAdd:
		r.Notes = append(r.Notes, "Points are 1 to 2,147,483,647; 1,000 and 1_000 are read too. At most 9 rooms. A large addition asks first.")
	case grammar.VerbSet:
		r.Notes = append(r.Notes, "A score is 0 to 2,147,483,647. Ringside shows now and afterwards, and sends nothing before you confirm. Gifts that arrive in between are overwritten.")
	case grammar.VerbStatus:
		r.Notes = append(r.Notes, "applied: it took effect. not applied: it certainly did not. unknown: it may have; look at the scores and do not simply repeat it.")
	}
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
