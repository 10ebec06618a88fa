package commands

import (
	"context"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/grammar"
	"ringside/commands/sheet"
	"ringside/ledger"
	"ringside/operations"
)

// Bulks keeps operations that stand for many; package ledger has it.
type Bulks interface {
	// BulkRows returns the rows in the order of their lines, each with its operation and outcome as they stand now.
	BulkRows(ctx context.Context, op string) ([]ledger.BulkRow, error)
	// BulkMessage keeps where the progress stands, so that another process goes on with it.
	BulkMessage(ctx context.Context, op, message string) error
}

// bulk is `/battle bulk`: it checks a sheet as a whole, shows what it comes to, and asks. `/battle bulk stop` ends one.
func (h *Handler) bulk(ctx context.Context, t talk) (answer, error) {
	if t.Operation != "" {
		return h.stopLine(ctx, t)
	}
	if err := h.mayBulk(ctx, t.Caller, t.Place); err != nil {
		return answer{}, err
	}
	switch {
	case t.Sheet == nil:
		return answer{}, noSheet()
	case len(t.Sheet.Text) > MaxSheet:
		return answer{Reply: TooLarge()}, nil
	}
	c, err := h.checkSheet(ctx, t)
	if err != nil {
		return answer{}, err
	}
	if n := c.problems.Count(); n > 0 {
		h.Log.Info("a bulk was refused", zap.String("asker", t.Caller.ID), zap.Int("problems", n))
		return answer{Reply: problemsReply(t.Sheet.Name, c)}, nil
	}
	return h.askBulk(ctx, t, c)
}

// askBulk writes a bulk down as a question.
func (h *Handler) askBulk(ctx context.Context, t talk, c checked) (answer, error) {
	q, err := h.Engine.ProposeBulk(ctx, operations.BulkAsk{
		Key: t.Key, By: operations.Person{ID: t.Caller.ID, Name: t.Caller.Name}, Vouched: t.Caller.Groups,
		Askers:  h.Policy.Accounts(t.Caller.ID),
		Channel: t.Place.Channel, ReplyTo: t.Place.ReplyTo, Rows: c.rows, Shown: c.shown,
	}, h.settings.ConfirmExpires)
	if err != nil {
		return answer{}, err
	}
	r := h.bulkQuestion(q, operations.Pack(c.rows))
	r.Notes = append(r.Notes, h.bulkWarnings(ctx, t, c.rows)...)
	return answer{Reply: r, question: &q}, nil
}

// mayBulk refuses those who may send no bulk here at all.
func (h *Handler) mayBulk(ctx context.Context, who Caller, where Place) error {
	d := h.Policy.Decide(ctx, auth.Question{Caller: who.ID, Vouched: who.Groups, May: auth.ScoreBulk, Channel: where.Channel})
	if !d.Allowed {
		return h.forbidden(d.Refusal)
	}
	return nil
}

func noSheet() *refusal {
	return refuse("The rows are missing, so nothing was sent.",
		"A row is: battle, add or set, room, score. Hand in a CSV file with them, or paste them where this chat asks for them.",
		"In a terminal: ringside bulk --config FILE --file FILE.")
}

// permissionOf is what a row takes beside score.bulk.
func permissionOf(kind ledger.Kind) auth.Permission {
	if kind == ledger.Set {
		return auth.ScoreSet
	}
	return auth.ScoreAdd
}

// kindOf is the kind of the operation that a row belongs to.
func kindOf(r sheet.Row) ledger.Kind {
	if r.Verb == grammar.VerbSet {
		return ledger.Set
	}
	return ledger.Add
}

// battleOf is what a row's battle is called.
func battleOf(r ledger.BulkRow) string {
	if r.Alias != "" {
		return r.Alias
	}
	return r.Battle
}

// distance is by how much a row changes its room, as far as that was known when it was asked.
func distance(r ledger.BulkRow) int64 {
	if r.Kind == ledger.Set && r.Shown != nil {
		return max(r.Points-*r.Shown, *r.Shown-r.Points)
	}
	return r.Points
}
