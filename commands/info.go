package commands

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/operations"
)

// info is `/battle-score <battle>` and `/battle info <battle>`: scores, leader, time left.
func (h *Handler) info(ctx context.Context, t talk) (answer, error) {
	ref, err := h.battle(ctx, t)
	if err != nil {
		return answer{}, err
	}
	d := h.Policy.Decide(ctx, auth.Question{
		Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.BattleInfo, Battles: ref.Names(), Channel: t.Place.Channel,
	})
	if !d.Allowed {
		return answer{}, h.forbidden(d.Refusal)
	}
	now, err := h.Book.Read(ctx, ref.ID)
	if err != nil {
		return answer{}, h.unread(ctx, t, err)
	}
	r := h.infoReply(now)
	r.Notes = append(r.Notes, h.openNotes(ctx, ref.ID)...)
	return answer{Reply: r}, nil
}

// shownUnknowns is how many open unknowns one reply names.
const shownUnknowns = 5

// openNotes names the operations of a battle whose outcome is unknown.
func (h *Handler) openNotes(ctx context.Context, battle string) []string {
	open, err := h.History.Unknown(ctx, battle, shownUnknowns+1)
	if err != nil {
		h.Log.Warn("open unknowns could not be read", zap.Error(err))
		return nil
	}
	var notes []string
	for i, o := range open {
		if i == shownUnknowns {
			return append(notes, "There are more; /battle log shows them.")
		}
		notes = append(notes, fmt.Sprintf("Unknown: operation %s (%s at %s). /battle status %s", o.ID, lowerFirst(doing(o)), clock(o.Created), o.ID))
	}
	return notes
}

// unread adds to a failed read the battle that was probably meant.
func (h *Handler) unread(ctx context.Context, t talk, err error) error {
	r := &refusal{Reply: h.refusalOf(err), err: err}
	if near, ok := h.nearBattle(ctx, t.Caller, t.Place, t.Battle); ok {
		named := t.Request
		named.Battle = near
		r.Notes = append(r.Notes, fmt.Sprintf("Did you mean %q?", near))
		return r.typing(named.Line())
	}
	return r
}

func (h *Handler) infoReply(now battles.Snapshot) Reply {
	r := Reply{Headline: fmt.Sprintf("%s: %s, %s", now.Ref.Label(), leadWords(now.Standings), timeWords(now, h.now().Sub(now.At)))}
	lead := operations.LeadOf(now.Standings)
	for _, s := range now.Standings {
		r.Rows = append(r.Rows, Row{Subject: s.Room, Change: grammar.FormatInt(s.Score), Detail: placeIn(s.Room, s.Score, lead, now)})
	}
	if now.Ref.Alias != "" {
		r.Footer = "battle " + now.Ref.ID
	}
	return r
}

func placeIn(room string, score int64, lead operations.Lead, now battles.Snapshot) string {
	if lead.Room == room {
		return "leads"
	}
	return behind(score, now.Standings, "tied")
}

// timeWords says how long a battle still runs, as far as the platform tells.
func timeWords(now battles.Snapshot, age time.Duration) string {
	switch {
	case now.Over && now.Ends.IsZero():
		return "over"
	case now.Over:
		return "over since " + clock(now.Ends)
	case now.Ends.IsZero():
		return "running"
	}
	return span(now.Ends.Sub(now.At)-age) + " left"
}
