package commands

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// bulkYes lets a bulk run.
func (h *Handler) bulkYes(ctx context.Context, p pressed) {
	if p.op.State != ledger.Pending {
		p.closed(ctx, p.op)
		return
	}
	o, err := h.Engine.StartBulk(ctx, p.op, operations.Yes{
		Button: p.Button, By: operations.Person{ID: p.Caller.ID, Name: p.Caller.Name}, Expires: h.settings.ConfirmExpires,
		Authorize: func(ctx context.Context, _ []ledger.Standing) (ledger.Limit, error) {
			return ledger.Limit{}, h.authorizeBulk(ctx, p)
		},
	})
	if err != nil {
		h.notDone(ctx, p, err)
		return
	}
	h.questions.settled(o.ID)
	h.Log.Info("bulk started", zap.String("operation", o.ID), zap.String("by", p.Caller.ID))
	r := yesReply(o)
	r.Notes = []string{"A message in this channel shows how far it is. You are told when it is over."}
	if h.settings.AnnounceToCaller {
		r.Notes = []string{"A message to you shows how far it is. You are told when it is over."}
	}
	r.Examples = []string{"/battle status " + o.ID, "/battle bulk stop " + o.ID}
	p.voice.amend(ctx, r)
}

// authorizeBulk lets only the person who asked confirm, and only while grants still cover every row. How far an overwrite
// goes by then is held against its grant when it is sent.
func (h *Handler) authorizeBulk(ctx context.Context, p pressed) error {
	if p.Caller.ID != p.op.Asker {
		return refuse("Only "+nameOf(p.op.AskerName, p.op.Asker)+" can confirm this; nothing was sent.",
			"To do the same, hand the sheet in yourself.")
	}
	rows, err := h.History.BulkRows(ctx, p.op.ID)
	if err != nil {
		return &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	for _, r := range rows {
		for _, q := range []auth.Question{{May: auth.ScoreBulk}, {May: permissionOf(r.Kind), Points: distance(r)}} {
			q.Caller, q.Vouched, q.Channel = p.Caller.ID, p.Caller.Groups, p.Place.Channel
			q.Battles, q.Rooms = present(r.Battle, r.Alias), []string{r.Room}
			if d := h.Policy.Decide(ctx, q); !d.Allowed {
				no := h.forbidden(d.Refusal)
				no.Notes = append(no.Notes, fmt.Sprintf("That is line %d of the sheet.", r.Line))
				return no
			}
		}
	}
	return nil
}

// stopButton ends a bulk at a press of *Stop*. What stands in its message is changed by whoever sends it.
func (h *Handler) stopButton(ctx context.Context, p pressed) {
	r, err := h.stopBulk(ctx, p.op, p.Caller, p.Place)
	if err != nil {
		r = h.refusalOf(err)
	}
	p.voice.answer(ctx, r)
}

// stopLine is `/battle bulk stop <operation>`.
func (h *Handler) stopLine(ctx context.Context, t talk) (answer, error) {
	o, err := h.bulkToStop(ctx, t)
	if err != nil {
		return answer{}, err
	}
	if o.Kind != ledger.Bulk {
		return answer{}, refuse(fmt.Sprintf("Operation %s is no bulk, so there is nothing to stop.", o.ID)).typing("/battle status " + o.ID)
	}
	r, err := h.stopBulk(ctx, o, t.Caller, t.Place)
	return answer{Reply: r}, err
}

// bulkToStop finds the bulk that a line names by its own id or that of one of its calls. The last one is the caller's last
// bulk here, whatever else he did since: who wants to stop something is in a hurry.
func (h *Handler) bulkToStop(ctx context.Context, t talk) (ledger.Operation, error) {
	if t.Operation != grammar.LastOperation {
		o, err := h.find(ctx, t)
		if err == nil && o.Bulk != "" {
			o, err = h.History.Operation(ctx, o.Bulk)
		}
		return o, err
	}
	latest, err := h.History.Log(ctx, "", maxScanned)
	if err != nil {
		return ledger.Operation{}, fmt.Errorf("read the log: %w", err)
	}
	for _, o := range latest {
		if o.Kind == ledger.Bulk && o.Asker == t.Caller.ID && o.Channel == t.Place.Channel {
			return o, nil
		}
	}
	return ledger.Operation{}, refuse("You have not asked for a bulk in this channel lately, so there is nothing to stop.").typing("/battle log")
}

// stopBulk ends the sending of a bulk. The person who asked may always; others who may send bulks here may too, since
// stopping does less harm than not stopping.
func (h *Handler) stopBulk(ctx context.Context, o ledger.Operation, who Caller, where Place) (Reply, error) {
	if !h.Policy.SamePerson(o.Asker, who.ID) {
		if err := h.mayBulk(ctx, who, where); err != nil {
			return Reply{}, err
		}
	}
	_, err := h.Engine.StopBulk(ctx, o.ID, operations.Person{ID: who.ID, Name: who.Name})
	if closed, ok := isClosed(err); ok {
		o.State = closed.State
		return Reply{
			Headline: fmt.Sprintf("There is nothing to stop: bulk %s %s", o.ID, bulkIs(o)), Examples: []string{"/battle status " + o.ID},
		}, nil
	}
	if err != nil {
		return Reply{}, fmt.Errorf("stop a bulk: %w", err)
	}
	h.Log.Info("bulk stopped", zap.String("operation", o.ID), zap.String("by", who.ID))
	return Reply{
		Headline: fmt.Sprintf("Stopping bulk %s: nothing more is sent, and what was sent is settled.", o.ID), Examples: []string{"/battle status " + o.ID},
	}, nil
}

// bulkIs says of a bulk that cannot be stopped what it is doing.
func bulkIs(o ledger.Operation) string {
	switch o.State {
	case ledger.Settled, ledger.Resolved:
		return "is finished."
	case ledger.Stopping:
		return "is stopping already."
	case ledger.Pending:
		return "waits for a yes; Cancel takes it back."
	}
	return "was " + bulkState(o)
}

// bulkWhole refuses to do to a bulk what is done to its calls.
func bulkWhole(o ledger.Operation, done string) *refusal {
	return refuse(fmt.Sprintf("Bulk %s is not %s as a whole: each of its calls is an operation of its own.", o.ID, done),
		"The file under its status names the operation of each row.").typing("/battle status " + o.ID)
}
