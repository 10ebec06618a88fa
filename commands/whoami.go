package commands

import (
	"context"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/grammar"
)

// whoami is `/battle whoami`: the caller's ids and what he may do here.
func (h *Handler) whoami(ctx context.Context, t talk) (answer, error) {
	r := Reply{
		Headline: "You are " + nameOf(t.Caller.Name, t.Caller.ID),
		Rows:     []Row{{Label: "id", Subject: t.Caller.ID}, {Label: "channel", Subject: t.Place.Channel}},
	}
	for _, id := range t.Caller.Groups {
		r.Rows = append(r.Rows, Row{Label: "group", Subject: id})
	}
	grants, err := h.Policy.Permissions(ctx, t.Caller.ID, t.Caller.Groups, t.Place.Channel)
	if err != nil {
		h.Log.Warn("a group look-up failed", zap.Error(err))
		r.Notes = append(r.Notes, "Some of your groups could not be looked up; what they allow is left out.")
	}
	for _, g := range grants {
		r.Notes = append(r.Notes, grantWords(g))
	}
	if len(grants) == 0 {
		r.Notes = append(r.Notes, "No grant names you here. The person who runs the bot can add your id to one.")
	}
	return answer{Reply: r}, nil
}

// grantWords writes a grant as one sentence.
func grantWords(g auth.Grant) string {
	may := make([]string, len(g.May))
	for i, p := range g.May {
		may[i] = string(p)
	}
	words := fmt.Sprintf("Grant %q: %s; battles %s; rooms %s; up to %s points a room",
		g.Name, strings.Join(may, ", "), strings.Join(g.Battles, " "), strings.Join(g.Rooms, " "), grammar.FormatInt(g.MaxPoints))
	if g.ConfirmOver < g.MaxPoints {
		words += fmt.Sprintf(", asking back above %s", grammar.FormatInt(g.ConfirmOver))
	}
	if g.ApprovalOver < g.MaxPoints {
		words += fmt.Sprintf(", with a second person above %s", grammar.FormatInt(g.ApprovalOver))
	}
	return words + "."
}
