package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
)

// stale is the age from which scores are shown with it.
const stale = 5 * time.Second

// maxListed is how many battles one list names.
const maxListed = 15

// list is `/battle list`: the running battles with the time left, the scores as last read, and open unknowns.
func (h *Handler) list(ctx context.Context, t talk) (answer, error) {
	if err := h.mayList(ctx, t); err != nil {
		return answer{}, err
	}
	var running []battles.Entry
	for _, e := range h.visible(ctx, t.Caller, t.Place) {
		if e.Running {
			running = append(running, e)
		}
	}
	r := Reply{Headline: counts(len(running), "battle is running", "battles are running") + "."}
	for _, e := range running[:min(len(running), maxListed)] {
		r.Rows = append(r.Rows, h.listRow(ctx, e))
	}
	switch {
	case len(running) == 0:
		r.Headline = "No battle is running, as far as Ringside knows."
		r.Notes = []string{"A battle becomes known when it is started here, when Tencent tells of it, or when somebody asks for it by its id or a room."}
		r.Examples = []string{"/battle info room:<roomId>"}
	case len(running) > maxListed:
		r.Notes = []string{fmt.Sprintf("%d more are not shown; name one to see it.", len(running)-maxListed)}
	}
	return answer{Reply: r}, nil
}

// mayList refuses those who may see no battle here at all.
func (h *Handler) mayList(ctx context.Context, t talk) error {
	d := h.Policy.Decide(ctx, auth.Question{Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.BattleInfo, Channel: t.Place.Channel})
	if !d.Allowed {
		return h.forbidden(d.Refusal)
	}
	return nil
}

func (h *Handler) listRow(ctx context.Context, e battles.Entry) Row {
	parts := []string{strings.Join(e.Rooms, " vs ")}
	if len(e.Standings) > 0 {
		parts[0] = scoresWords(e.Standings)
		if age := h.now().Sub(e.Read); age > stale {
			parts[0] += " (read " + span(age) + " ago)"
		}
	}
	if !e.Ends.IsZero() {
		parts = append(parts, span(e.Ends.Sub(h.now()))+" left")
	}
	open, err := h.History.Unknown(ctx, e.ID, maxListed)
	if err == nil && len(open) > 0 {
		parts = append(parts, counts(len(open), "unknown outcome", "unknown outcomes"))
	}
	return Row{Subject: e.Label(), Detail: strings.Join(parts, ", ")}
}

func scoresWords(standings []ledger.Standing) string {
	parts := make([]string, len(standings))
	for i, s := range standings {
		parts[i] = s.Room + " " + grammar.FormatInt(s.Score)
	}
	return strings.Join(parts, " · ")
}

// counts writes a number with its noun.
func counts(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
