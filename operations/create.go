package operations

import (
	"context"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// The words of the platform on a called room, https://trtc.io/document/68254. Only those that say why the room can't
// have joined are proof that it did not.
const (
	resultStarted  = 0
	resultNoRoom   = 1
	resultInBattle = 3
	resultLeft     = 4
)

// startSlack is by how much the platform's clock, which tells whole seconds, may differ from ours.
const startSlack = 2 * time.Second

// confirmCreate starts a battle. The rooms' own battles need not be held: the platform lets a room into one at a time.
func (e *Engine) confirmCreate(ctx context.Context, o ledger.Operation, yes Yes, release func()) (Result, error) {
	owner, err := e.newOwner()
	if err != nil {
		return Result{}, &NotSentError{StepLedger, err}
	}
	unread := &reading{done: make(chan struct{})}
	close(unread.done)
	return e.finish(ctx, tencent.CommandCreateBattle, release, unread, func(ctx context.Context, offers []ledger.Button) (ledger.Operation, error) {
		return e.claim(ctx, o, yes, owner, ledger.Limit{}, offers)
	})
}

// create makes the one call of a creation, and decides what became of it.
func (e *Engine) create(ctx context.Context, o ledger.Operation, slot *tencent.Slot) (ledger.Verdict, tencent.Evidence) {
	names := roomNames(o.Rooms)
	made, evidence := e.scorer.CreateBattle(ctx, slot, tencent.NewBattle{
		From: names[0], To: names[1:], Duration: o.Duration, Extension: o.Note,
	})
	v := e.verdict(o, decideCreation(o.Rooms, made, evidence), callOf(evidence))
	v.Battle = made.ID
	return v, evidence
}

func roomNames(rooms []ledger.Room) []string {
	names := make([]string, len(rooms))
	for i, r := range rooms {
		names[i] = r.Room
	}
	return names
}

// decideCreation returns what became of each room of one call to create_battle: a called room by its own result, and the
// initiating one by theirs, since it is in the battle if anybody joined.
func decideCreation(rooms []ledger.Room, made tencent.CreatedBattle, e tencent.Evidence) []ledger.Room {
	decided := make([]ledger.Room, len(rooms))
	copy(decided, rooms)
	called := decided[1:]
	joined, stayedOut := 0, 0
	for i := range called {
		r := &called[i]
		r.Outcome, r.Reason, r.Code = decideCalled(r.Room, len(called), made.Results, e)
		switch r.Outcome {
		case ledger.Applied:
			joined++
		case ledger.NotApplied:
			stayedOut++
		}
	}
	from := &decided[0]
	switch {
	case joined > 0:
		from.Outcome = ledger.Applied
	case stayedOut == len(called):
		from.Outcome, from.Reason, from.Code = ledger.NotApplied, called[0].Reason, called[0].Code
	default:
		i := slices.IndexFunc(called, func(r ledger.Room) bool { return r.Outcome == ledger.Unknown })
		from.Outcome, from.Reason, from.Code = ledger.Unknown, called[i].Reason, called[i].Code
	}
	return decided
}

func decideCalled(room string, rooms int, results []tencent.RoomResult, e tencent.Evidence) (ledger.Outcome, string, int) {
	if outcome, reason, code := decideCall(tencent.CommandCreateBattle, rooms, e); outcome != ledger.Undecided {
		return outcome, reason, code
	}
	own, reason := findResult(room, results)
	switch {
	case reason != "":
		return ledger.Unknown, reason, own.Code
	case own.Code == resultStarted:
		return ledger.Applied, "", 0
	case own.Code == resultNoRoom || own.Code == resultInBattle || own.Code == resultLeft:
		return ledger.NotApplied, ReasonNoRoom, own.Code
	}
	return ledger.Unknown, ReasonUnclearRoom, own.Code
}

// lookForBattle looks for the battle of a creation whose outcome is unknown. Only one that agrees in its rooms, its start
// and its duration is proof; that none is found proves nothing.
func (e *Engine) lookForBattle(ctx context.Context, o ledger.Operation) (found ledger.Operation, done bool, err error) {
	at := e.now()
	soon, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	from := o.SendBy.Add(-sendWindow - startSlack)
	id, ok, err := e.reader.Find(soon, roomNames(o.Rooms), from, o.SendBy.Add(landed+startSlack), o.Duration)
	if err != nil && at.Sub(o.Created) <= lookLife {
		e.lookLater(o.ID)
		return o, false, nil
	}
	var proof ledger.Proof
	if err == nil && ok && id != "" {
		proof.Battle = id
	}
	found, err = e.store.Look(ctx, o.ID, e.owner, ledger.Look{At: at}, proof)
	return found, err == nil, err
}
