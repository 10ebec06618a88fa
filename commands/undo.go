package commands

import (
	"context"
	"errors"
	"fmt"

	"ringside/auth"
	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// undo is `/battle undo <operation>`: it shows what taking the operation back will do now, and asks.
func (h *Handler) undo(ctx context.Context, t talk) (answer, error) {
	o, err := h.find(ctx, t)
	if err != nil {
		return answer{}, err
	}
	return h.takeBack(ctx, o, wish{caller: t.Caller, place: t.Place, key: t.Key})
}

// undoButton is the same for a press of *Undo*. A double tap asks once.
func (h *Handler) undoButton(ctx context.Context, p pressed) {
	a, err := h.takeBack(ctx, p.op, wish{caller: p.Caller, place: p.Place, key: "undo:" + p.Button})
	h.answerOnce(ctx, p, a, err, func(op string) Reply {
		return Reply{
			Headline: "This button was pressed already: see operation " + op + ". Nothing more was done.",
			Examples: []string{"/battle status " + op, "/battle undo " + p.op.ID},
		}
	})
}

// takeBack asks for the compensation of an operation.
func (h *Handler) takeBack(ctx context.Context, o ledger.Operation, w wish) (answer, error) {
	if o.Kind == ledger.Bulk {
		return answer{}, bulkWhole(o, "undone")
	}
	w.undoes, w.kind, w.ref = o.ID, ledger.Set, battles.Ref{ID: o.Battle, Alias: o.Alias}
	w.rooms = o.Rooms
	if _, err := h.mayChange(ctx, w, nil); err != nil {
		return answer{}, err
	}
	now, err := h.undoable(ctx, o)
	if err != nil {
		return answer{}, err
	}
	c, err := h.Engine.Compensate(ctx, o, now.Standings)
	if err != nil {
		return answer{}, h.noUndo(o, err)
	}
	w.kind, w.rooms = c.Kind, c.Rooms
	grant, err := h.mayChange(ctx, w, now)
	if err != nil {
		return answer{}, err
	}
	n, err := h.needsOf(ctx, w, now, grant)
	if err != nil {
		return answer{}, err
	}
	return h.ask(ctx, w, now, grant, n)
}

// undoable reads the battle of an operation that is not undone yet.
func (h *Handler) undoable(ctx context.Context, o ledger.Operation) (*battles.Snapshot, error) {
	if o.State != ledger.Settled && o.State != ledger.Resolved {
		return nil, refuse(fmt.Sprintf("Operation %s %s There is nothing to undo.", o.ID, stateWords(o))).typing("/battle status " + o.ID)
	}
	by, err := h.Engine.UndoneBy(ctx, o.ID)
	if err != nil {
		return nil, &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	if by != "" {
		return nil, undoneAlready(by)
	}
	now, err := h.Book.Read(ctx, o.Battle)
	if err != nil {
		return nil, fmt.Errorf("read before an undo: %w", err)
	}
	return &now, nil
}

func undoneAlready(by string) *refusal {
	return refuse("Operation "+by+" takes this back already; nothing was sent.",
		"An operation is undone once. Where that left a room as it was, set its score.").typing("/battle status " + by)
}

// undoWords puts the errors of a compensation into words, and leaves all others.
func (h *Handler) undoWords(o ledger.Operation, err error) error {
	var undone *ledger.UndoneError
	var replaced *ledger.ReplacedError
	var no *operations.UndoError
	undoes := ledger.Operation{ID: o.Undoes, Battle: o.Battle, Alias: o.Alias}
	switch {
	case errors.As(err, &undone):
		return undoneAlready(undone.By)
	case errors.As(err, &replaced):
		return h.noUndo(undoes, &operations.UndoError{Why: operations.WhyOverwritten, Room: replaced.Room})
	case errors.As(err, &no):
		return h.noUndo(undoes, err)
	}
	return err
}

// noUndo says why there is no safe way back, and offers the overwrite where one helps.
func (h *Handler) noUndo(o ledger.Operation, err error) error {
	var no *operations.UndoError
	if !errors.As(err, &no) {
		return &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	headline := fmt.Sprintf("Operation %s can't be undone, so nothing was sent.", o.ID)
	overwrite := func(why string) *refusal {
		return refuse(headline, why, "If you know what the score should be, overwrite it; Ringside asks before it sends anything.").
			typing(fmt.Sprintf("/battle-score %s set %s <score>", label(o), no.Room))
	}
	switch no.Why {
	case operations.WhyStarted:
		return refuse(headline, "Tencent has no way to call a battle off: it ends when its time is over, or when all hosts leave it in their apps.")
	case operations.WhyNothing:
		return refuse(headline, "It moved no score: there is nothing to take back.")
	case operations.WhyUnknown:
		return refuse(headline, "Whether it counted is unknown. Say first what became of it.").
			typing("/battle resolve "+o.ID+" applied", "/battle resolve "+o.ID+" not-applied")
	case operations.WhyOverwritten:
		return overwrite(fmt.Sprintf("The score of %s was overwritten after it, which took its effect away already.", no.Room))
	case operations.WhyNoBefore:
		return overwrite(fmt.Sprintf("The score of %s that it replaced was not read in time, so nobody knows what to go back to.", no.Room))
	case operations.WhyBelowZero:
		return overwrite(fmt.Sprintf("%s has fewer points now than would be taken back.", no.Room))
	case operations.WhyTooMany:
		return overwrite(fmt.Sprintf("The score of %s would be larger than the platform's apps can show.", no.Room))
	case operations.WhyGone:
		return refuse(headline, fmt.Sprintf("The room %s is not in the battle any more.", no.Room))
	}
	return refuse(headline)
}

// permission is what a wish takes.
func (w wish) permission() auth.Permission {
	switch {
	case w.kind == ledger.Create:
		return auth.BattleCreate
	case w.undoes != "":
		return auth.OpUndo
	case w.kind == ledger.Set:
		return auth.ScoreSet
	}
	return auth.ScoreAdd
}
