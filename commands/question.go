package commands

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// maxQuestions bounds how many open questions have a timer that takes their buttons away on time.
const maxQuestions = 10_000

// askFirst asks the caller back before a dangerous change.
func (h *Handler) askFirst(ctx context.Context, w wish, now *battles.Snapshot, grant auth.Grant) (answer, error) {
	q, err := h.Engine.Propose(ctx, w.ask(grant.ConfirmOver), operations.Terms{
		Shown: standings(now), Expires: h.settings.ConfirmExpires,
	})
	if err != nil {
		return answer{}, err
	}
	return answer{Reply: h.questionReply(q, now), question: &q}, nil
}

// askSecond asks for the yes of a second person, where operators can see it.
func (h *Handler) askSecond(ctx context.Context, w wish, now *battles.Snapshot, grant auth.Grant) (answer, error) {
	q, err := h.Engine.Propose(ctx, w.ask(grant.ConfirmOver), operations.Terms{
		Shown: standings(now), Expires: h.settings.ApprovalExpires, Approval: true,
	})
	if err != nil {
		return answer{}, err
	}
	request := h.requestReply(q, now)
	reached := false
	for _, place := range h.approvers(w.place) {
		if err := h.Notifier.Notify(ctx, place, request); err != nil {
			h.Log.Warn("an approval request could not be delivered", zap.String("operation", q.Operation.ID), zap.Error(err))
			continue
		}
		reached = true
	}
	if !reached {
		return answer{}, h.unreached(ctx, q)
	}
	return answer{Reply: h.waitingReply(q, grant), question: &q}, nil
}

func (h *Handler) approvers(asked Place) []Place {
	if len(h.settings.Operators) > 0 {
		return h.settings.Operators
	}
	return []Place{{Channel: asked.Channel}}
}

// unreached takes back a request that nobody can see.
func (h *Handler) unreached(ctx context.Context, q operations.Question) error {
	if err := h.Engine.Expire(ctx, q.Operation.ID); err != nil {
		h.Log.Warn("a request that reached nobody could not be closed", zap.String("operation", q.Operation.ID), zap.Error(err))
	}
	return refuse("This needs a second person, and the request could not be delivered to anybody; nothing was sent.",
		"The bot may not be in the operators' channel. Invite it there, or ask for fewer points.")
}

func standings(now *battles.Snapshot) []ledger.Standing {
	if now == nil {
		return nil
	}
	return now.Standings
}

// questions watches over the deadlines of open questions, so that their buttons go when they can no longer act.
type questions struct {
	mu     sync.Mutex
	timers map[string]*time.Timer // by operation
}

func newQuestions() *questions { return &questions{timers: map[string]*time.Timer{}} }

// watch calls late once after d, unless settled or close comes first.
func (q *questions) watch(op string, d time.Duration, late func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if old, ok := q.timers[op]; ok {
		old.Stop()
	} else if len(q.timers) >= maxQuestions {
		return
	}
	q.timers[op] = time.AfterFunc(d, func() {
		q.settled(op)
		late()
	})
}

func (q *questions) settled(op string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t, ok := q.timers[op]; ok {
		t.Stop()
		delete(q.timers, op)
	}
}

func (q *questions) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for op, t := range q.timers {
		t.Stop()
		delete(q.timers, op)
	}
}

// expireLater closes a question at its deadline and says so in its place.
func (h *Handler) expireLater(ctx context.Context, q operations.Question, v *voice) {
	ctx = context.WithoutCancel(ctx)
	o := q.Operation
	h.questions.watch(o.ID, o.Expires.Sub(h.now()), func() {
		ctx, cancel := context.WithTimeout(ctx, replyLimit)
		defer cancel()
		err := h.Engine.Expire(ctx, o.ID)
		if closed, ok := isClosed(err); ok && closed.State != ledger.Expired {
			return
		}
		v.amend(ctx, expiredReply(o))
	})
}

func expiredReply(o ledger.Operation) Reply {
	return Reply{
		Headline: fmt.Sprintf("Nobody answered in time, so nothing was sent (operation %s expired).", o.ID),
		Notes:    []string{"To do it all the same, type the command again."},
	}
}
