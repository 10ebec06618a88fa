package operations

import (
	"context"
	"time"

	"ringside/ledger"
	"ringside/tencent"
)

// pause is the wait before the second and the third send.
const pause = 200 * time.Millisecond

// send sends an intent, repeats it only after proof that the send before did nothing, and returns what
// became of it. The slot is for the first send.
func (e *Engine) send(ctx context.Context, o ledger.Operation, slot *tencent.Slot) ledger.Verdict {
	if !e.now().Before(o.SendBy) {
		return e.verdict(o, notSent(o.Rooms, ReasonLate), ledger.Call{})
	}
	command := commandOf(o.Kind)
	resigned := false
	for sends := 1; ; sends++ {
		verdict, evidence := e.call(ctx, o, slot)
		if sends == maxSends || !again(command, evidence, resigned) {
			return verdict
		}
		resigned = resigned || evidence.Written && resignable(command, evidence.Code)
		next, ok := e.anotherSlot(ctx, o, verdict.Call, sends)
		if !ok {
			return verdict
		}
		defer next.Release()
		slot = next
	}
}

// call makes the one call of an operation, and decides what became of it.
func (e *Engine) call(ctx context.Context, o ledger.Operation, slot *tencent.Slot) (ledger.Verdict, tencent.Evidence) {
	if o.Kind == ledger.Create {
		return e.create(ctx, o, slot)
	}
	results, evidence := e.scorer.SetBattleScore(ctx, slot, changeOf(o))
	return e.verdict(o, decide(o.Rooms, results, evidence), callOf(evidence)), evidence
}

func commandOf(kind ledger.Kind) tencent.Command {
	if kind == ledger.Create {
		return tencent.CommandCreateBattle
	}
	return tencent.CommandSetBattleScore
}

// anotherSlot waits for the limiter once more and records the send that is about to be repeated. It says no
// when the time to send is over or the ledger does not take it: the proof of the send before then stands.
func (e *Engine) anotherSlot(ctx context.Context, o ledger.Operation, why ledger.Call, sends int) (*tencent.Slot, bool) {
	ctx, cancel := context.WithTimeout(ctx, o.SendBy.Sub(e.now()))
	defer cancel()
	if !sleep(ctx, pause*time.Duration(sends)) {
		return nil, false
	}
	slot, err := e.scorer.Reserve(ctx, commandOf(o.Kind), classOf(o))
	if err != nil {
		return nil, false
	}
	if err := e.store.Resend(ctx, o.ID, o.Owner, e.now(), why); err != nil || !e.now().Before(o.SendBy) {
		slot.Release()
		return nil, false
	}
	return slot, true
}

// classOf says who waits for an operation: behind a part of a bulk there is nobody.
func classOf(o ledger.Operation) tencent.Class {
	if o.Bulk != "" {
		return tencent.ClassBatch
	}
	return tencent.ClassPerson
}

// sleep waits, and returns false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func changeOf(o ledger.Operation) tencent.ScoreChange {
	change := tencent.ScoreChange{BattleID: o.Battle, Op: tencent.OpAdd}
	if o.Kind == ledger.Set {
		change.Op = tencent.OpOverwrite
	}
	for _, r := range o.Rooms {
		if r.Outcome == ledger.Undecided {
			change.Scores = append(change.Scores, tencent.RoomScore{Room: r.Room, Score: r.Points})
		}
	}
	return change
}
