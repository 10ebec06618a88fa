package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/explain"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// create is `/battle create <room> vs <room> for <duration>`: always confirmed.
func (h *Handler) create(ctx context.Context, t talk) (answer, error) {
	w := wish{
		caller: t.Caller, place: t.Place, key: t.Key, kind: ledger.Create, duration: t.Duration, note: t.Note,
	}
	for _, room := range t.Rooms {
		w.rooms = append(w.rooms, ledger.Room{Room: room})
	}
	if _, err := h.mayChange(ctx, w, nil); err != nil {
		return answer{}, err
	}
	q, err := h.Engine.Propose(ctx, w.ask(0), operations.Terms{Expires: h.settings.ConfirmExpires})
	if err != nil {
		return answer{}, err
	}
	return answer{Reply: h.creationQuestion(q), question: &q}, nil
}

func (h *Handler) creationQuestion(q operations.Question) Reply {
	o := q.Operation
	r := Reply{
		Tone:     ToneWarn,
		Headline: doing(o) + "?",
		Notes:    []string{"The rooms must be connected already; their hosts and viewers see the battle begin at once. It cannot be called off from here."},
		Buttons:  []Button{{ID: q.Yes, Label: "Confirm", Style: StylePrimary}, {ID: q.No, Label: "Cancel"}},
		Footer:   fmt.Sprintf("operation %s · nothing is sent before you confirm · %s to answer", o.ID, span(o.Expires.Sub(h.now()))),
	}
	for i, room := range o.Rooms {
		role := "called"
		if i == 0 {
			role = "starts the battle"
		}
		r.Rows = append(r.Rows, Row{Subject: room.Room, Detail: role})
	}
	if o.Note != "" {
		r.Notes = append([]string{"Note: " + o.Note}, r.Notes...)
	}
	return r
}

// doingCreation writes a creation as a deed.
func doingCreation(o ledger.Operation) string {
	return "Start a battle of " + list(names(o.Rooms)) + " for " + span(o.Duration)
}

// creationResult adds to the result of a creation what to do with the battle, and remembers it.
func (h *Handler) creationResult(ctx context.Context, o ledger.Operation, r Reply) Reply {
	if o.Kind != ledger.Create || o.Battle == "" {
		return r
	}
	if err := h.Book.Made(ctx, o.Battle, joined(o), time.Time{}, o.Duration, o.Note); err != nil {
		h.Log.Warn("a new battle could not be remembered", zap.String("battle", o.Battle), zap.Error(err))
	}
	if o.Has(ledger.Applied) {
		r.Notes = append(r.Notes, "The battle's id is "+o.Battle+". Give it a name that people can type, and watch it here:")
		r.Examples = append(r.Examples, "/battle name "+o.Battle+" final", "/battle watch "+o.Battle)
	}
	return r
}

// joined returns the rooms that are in a battle that was started.
func joined(o ledger.Operation) []string {
	var rooms []string
	for _, r := range o.Rooms {
		if r.Outcome == ledger.Applied {
			rooms = append(rooms, r.Room)
		}
	}
	return rooms
}

// creationReason explains what became of one room of a creation.
func creationReason(room ledger.Room) []string {
	if t, listed := explain.Result(tencent.CommandCreateBattle, room.Code); listed && room.Code != 0 {
		return present(fmt.Sprintf("%s: %s", room.Room, sentence(t.Meaning, t.Next, fixedBy(t.Who))))
	}
	return []string{fmt.Sprintf("Whether %s is in a battle is not known: Tencent's answer does not say (%s).", room.Room, room.Reason)}
}

// name is `/battle name <battle> <alias>`: it needs a grant that covers the battle before and after.
func (h *Handler) name(ctx context.Context, t talk) (answer, error) {
	ref, err := h.battle(ctx, t)
	if err != nil {
		return answer{}, err
	}
	for _, names := range [][]string{ref.Names(), {ref.ID, t.Alias}} {
		if err := h.mayName(ctx, t, names); err != nil {
			return answer{}, err
		}
	}
	if err := h.nameIt(ctx, t, ref.ID); err != nil {
		return answer{}, err
	}
	h.Log.Info("battle named", zap.String("battle", ref.ID), zap.String("alias", t.Alias), zap.String("by", t.Caller.ID))
	return answer{Reply: Reply{
		Tone: ToneGood, Headline: "The battle is now called " + t.Alias + ".", Footer: "battle " + ref.ID, Public: !h.settings.AnnounceToCaller,
		Examples: []string{"/battle info " + t.Alias},
	}}, nil
}

func (h *Handler) mayName(ctx context.Context, t talk, names []string) error {
	d := h.Policy.Decide(ctx, auth.Question{
		Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.BattleName, Battles: names, Channel: t.Place.Channel,
	})
	if !d.Allowed {
		return h.forbidden(d.Refusal)
	}
	return nil
}

// nameIt writes an alias down.
func (h *Handler) nameIt(ctx context.Context, t talk, battle string) error {
	err := h.Book.Name(ctx, battle, t.Alias, t.Caller.ID)
	switch {
	case errors.Is(err, ledger.ErrTaken):
		return refuse("Another running battle is called "+t.Alias+" already, so nothing was changed.", "Take another name; it is free again when that battle ends.").
			typing("/battle info " + t.Alias)
	case errors.Is(err, ledger.ErrNotFound):
		return refuse("Ringside has not seen this battle yet, so it can't be named.", "Ask for its scores first.").typing("/battle info " + t.Battle)
	case err != nil:
		return &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	return nil
}
