package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// togetherFor is how long what a person put on a room counts together towards approval_over.
const togetherFor = operations.TogetherFor

// wish is a change of scores that a person wants, before it is decided whether he may.
type wish struct {
	caller Caller
	place  Place
	key    string
	source string // the operation it repeats
	undoes string // the operation it takes back
	sure   bool   // it asks first, however small it is
	kind   ledger.Kind
	ref    battles.Ref
	rooms  []ledger.Room
	dryRun bool

	duration time.Duration // of a battle to start
	note     string
}

// score is `/battle-score <battle> add|set …`.
func (h *Handler) score(ctx context.Context, t talk) (answer, error) {
	ref, err := h.battle(ctx, t)
	if err != nil {
		return answer{}, err
	}
	w := wish{caller: t.Caller, place: t.Place, key: t.Key, kind: ledger.Add, ref: ref, dryRun: t.DryRun}
	if t.Verb == grammar.VerbSet {
		w.kind = ledger.Set
	}
	for _, c := range t.Changes {
		w.rooms = append(w.rooms, ledger.Room{Room: c.Room, Points: c.Points})
	}
	return h.pursue(ctx, w)
}

// pursue decides what a wish needs (a grant, a yes, a second person) and carries it as far as it may go.
func (h *Handler) pursue(ctx context.Context, w wish) (answer, error) {
	grant, err := h.mayChange(ctx, w, nil)
	if err != nil {
		return answer{}, err
	}
	var now *battles.Snapshot
	if w.kind == ledger.Set || w.dryRun {
		if now, grant, err = h.readAndJudge(ctx, w); err != nil {
			return answer{}, err
		}
	}
	points := w.points(now)
	if w.kind == ledger.Add && !w.dryRun && !w.sure && points <= grant.ConfirmOver && points <= grant.ApprovalOver {
		return h.submit(ctx, w, grant) // the ledger itself looks at what went before
	}
	n, err := h.needsOf(ctx, w, now, grant)
	if err != nil {
		return answer{}, err
	}
	if now == nil {
		now = h.glance(ctx, w)
	}
	if w.dryRun {
		return answer{Reply: dryRunReply(w, now, n)}, nil
	}
	return h.ask(ctx, w, now, grant, n)
}

// needs is what has to happen before a wish is sent.
type needs struct {
	yes     bool   // of the caller
	second  bool   // of another person, which takes its place
	unknown string // an operation whose outcome in one of the rooms is unknown
}

func (h *Handler) needsOf(ctx context.Context, w wish, now *battles.Snapshot, grant auth.Grant) (needs, error) {
	second, err := h.needsSecond(ctx, w, now, grant)
	if err != nil {
		return needs{}, err
	}
	n := needs{second: second, yes: w.sure || w.undoes != "" || w.kind == ledger.Set || w.points(now) > grant.ConfirmOver}
	if w.kind == ledger.Add {
		if n.unknown, err = h.History.OpenUnknown(ctx, w.ref.ID, w.rooms); err != nil {
			return needs{}, &operations.NotSentError{Step: operations.StepLedger, Err: err}
		}
	}
	n.yes = n.yes || n.unknown != ""
	return n, nil
}

// mayChange asks the policy, with the points as far as they are known.
func (h *Handler) mayChange(ctx context.Context, w wish, now *battles.Snapshot) (auth.Grant, error) {
	d := h.Policy.Decide(ctx, auth.Question{
		Caller: w.caller.ID, Vouched: w.caller.Groups, May: w.permission(), Battles: present(w.ref.Names()...), Rooms: w.names(),
		Channel: w.place.Channel, Points: w.points(now),
	})
	if !d.Allowed {
		return auth.Grant{}, h.forbidden(d.Refusal)
	}
	return d.Grant, nil
}

// readAndJudge reads the battle freshly, and asks the policy again with the distances that only now are known.
func (h *Handler) readAndJudge(ctx context.Context, w wish) (*battles.Snapshot, auth.Grant, error) {
	now, err := h.Book.Read(ctx, w.ref.ID)
	if err != nil {
		return nil, auth.Grant{}, fmt.Errorf("read before a change: %w", err)
	}
	for _, r := range w.rooms {
		if _, known := operations.ScoreIn(now.Standings, r.Room); !known {
			return nil, auth.Grant{}, noSuchRoom(r.Room, now)
		}
	}
	grant, err := h.mayChange(ctx, w, &now)
	return &now, grant, err
}

// glance reads the battle for a preview that can do without.
func (h *Handler) glance(ctx context.Context, w wish) *battles.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, slow)
	defer cancel()
	now, err := h.Book.Read(ctx, w.ref.ID)
	if err != nil {
		return nil
	}
	return &now
}

// changes returns by how much each room is changed: the points added, or how far it is set from where it is. An
// overwrite without a read is not known yet, and nil.
func (w wish) changes(now *battles.Snapshot) []int64 {
	if w.kind == ledger.Set && now == nil {
		return nil
	}
	changes := make([]int64, len(w.rooms))
	for i, r := range w.rooms {
		changes[i] = r.Points
		if w.kind == ledger.Set {
			is, _ := operations.ScoreIn(now.Standings, r.Room)
			changes[i] = max(r.Points-is, is-r.Points)
		}
	}
	return changes
}

// points returns the largest change of any room; 0 while that is not known.
func (w wish) points(now *battles.Snapshot) int64 {
	var most int64
	for _, change := range w.changes(now) {
		most = max(most, change)
	}
	return most
}

func (w wish) names() []string { return names(w.rooms) }

func (w wish) ask(confirmOver int64) operations.Ask {
	return operations.Ask{
		Key: w.key, Kind: w.kind, Battle: w.ref.ID, Alias: w.ref.Alias, Rooms: w.rooms, Source: w.source, Undoes: w.undoes, ReplyTo: w.place.ReplyTo,
		Duration: w.duration, Note: w.note,
		By: operations.Person{ID: w.caller.ID, Name: w.caller.Name}, Vouched: w.caller.Groups, Channel: w.place.Channel, ConfirmOver: confirmOver,
	}
}

// needsSecond reports whether a wish is above approval_over, counting by how much the caller changed its rooms
// lately.
func (h *Handler) needsSecond(ctx context.Context, w wish, now *battles.Snapshot, grant auth.Grant) (bool, error) {
	limit := h.limit(w, now, grant)
	for i, change := range limit.Changes {
		lately, err := h.History.PutOn(ctx, w.ref.ID, w.rooms[i].Room, limit.Askers, limit.Since)
		if err != nil {
			return false, &operations.NotSentError{Step: operations.StepLedger, Err: err}
		}
		if lately+change > limit.Most {
			return true, nil
		}
	}
	return false, nil
}

// limit is what the ledger holds a change against once more as it writes it down, so that two asks at the same
// moment can't both slip under it.
func (h *Handler) limit(w wish, now *battles.Snapshot, grant auth.Grant) ledger.Limit {
	return ledger.Limit{
		Askers: h.Policy.Accounts(w.caller.ID), Since: h.now().Add(-togetherFor), Most: grant.ApprovalOver, Changes: w.changes(now),
	}
}

// submit sends an addition that needs no yes.
func (h *Handler) submit(ctx context.Context, w wish, grant auth.Grant) (answer, error) {
	ask := w.ask(grant.ConfirmOver)
	ask.Limit = h.limit(w, nil, grant)
	ask.Limit.Unasked = true
	result, err := h.Engine.Submit(ctx, ask)
	if errors.Is(err, ledger.ErrTogether) || errors.Is(err, ledger.ErrOpenUnknown) {
		return h.askAfterAll(ctx, w, grant)
	}
	if err != nil {
		return answer{}, err
	}
	h.logOutcome(result)
	r := h.meantBattle(ctx, w, result.Operation, h.resultReply(ctx, result))
	return answer{Reply: r, op: &result.Operation}, nil
}

// askAfterAll asks about an addition that looked harmless until the ledger saw what went before.
func (h *Handler) askAfterAll(ctx context.Context, w wish, grant auth.Grant) (answer, error) {
	n, err := h.needsOf(ctx, w, nil, grant)
	if err != nil {
		return answer{}, err
	}
	n.yes = true
	return h.ask(ctx, w, h.glance(ctx, w), grant, n)
}

func noSuchRoom(room string, now battles.Snapshot) *refusal {
	rooms := roomsIn(now.Standings)
	r := refuse(fmt.Sprintf("The room %s is not in this battle, so nothing was sent.", room), "Its rooms: "+list(rooms)+".")
	if near, ok := grammar.Nearest(room, rooms); ok {
		r.Notes = append(r.Notes, fmt.Sprintf("Did you mean %q?", near))
	}
	return r
}
