package commands

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ringside/auth"
	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
)

// maxQuestions bounds how many open questions have a timer that takes their buttons away on time.
const maxQuestions = 10_000

// ask asks whoever has to say yes.
func (h *Handler) ask(ctx context.Context, w wish, now *battles.Snapshot, grant auth.Grant, n needs) (answer, error) {
	if n.second {
		return h.askSecond(ctx, w, now, grant)
	}
	a, err := h.askFirst(ctx, w, now, grant)
	if n.unknown != "" {
		a.Notes = append(a.Notes, fmt.Sprintf("Whether operation %s counted in the same room is unknown. Look at the scores first: this may be the second time.", n.unknown))
	}
	return a, err
}

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

func standings(now *battles.Snapshot) []ledger.Standing {
	if now == nil {
		return nil
	}
	return now.Standings
}

// questions watches over the deadlines of open questions, so that their buttons go when they can no longer act.
type questions struct {
	mu   sync.Mutex
	open map[string]*openQuestion // by operation
}

// openQuestion is a question that somebody has before him.
type openQuestion struct {
	timer *time.Timer
	voice *voice // in which it was asked
}

func newQuestions() *questions { return &questions{open: map[string]*openQuestion{}} }

// watch calls late once after d, unless the question is settled or watched anew before.
func (q *questions) watch(op string, d time.Duration, v *voice, late func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if old, ok := q.open[op]; ok {
		old.timer.Stop()
	} else if len(q.open) >= maxQuestions {
		return
	}
	mine := &openQuestion{voice: v}
	mine.timer = time.AfterFunc(d, func() {
		if q.forget(op, mine) {
			late()
		}
	})
	q.open[op] = mine
}

// forget drops a question if it is still the one that is watched.
func (q *questions) forget(op string, mine *openQuestion) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open[op] != mine {
		return false
	}
	delete(q.open, op)
	return true
}

// watched reports whether somebody tells when a question's time is over.
func (q *questions) watched(op string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, ok := q.open[op]
	return ok
}

// settled ends the watch over a question and returns the voice in which it was asked; nil if nobody remembers.
func (q *questions) settled(op string) *voice {
	q.mu.Lock()
	defer q.mu.Unlock()
	mine, ok := q.open[op]
	if !ok {
		return nil
	}
	mine.timer.Stop()
	delete(q.open, op)
	return mine.voice
}

func (q *questions) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for op, mine := range q.open {
		mine.timer.Stop()
		delete(q.open, op)
	}
}

// expireLater closes a question at its deadline and says so in its place.
func (h *Handler) expireLater(ctx context.Context, q operations.Question, v *voice) {
	ctx = context.WithoutCancel(ctx)
	o := q.Operation
	h.questions.watch(o.ID, o.Expires.Sub(h.now()), v, func() {
		ctx, cancel := context.WithTimeout(ctx, replyLimit)
		defer cancel()
		err := h.Engine.Expire(ctx, o.ID)
		if closed, ok := isClosed(err); errors.Is(err, ledger.ErrEarly) || ok && closed.State != ledger.Expired {
			return
		}
		v.amend(ctx, expiredReply(o))
		h.retire(ctx, o, expiredReply(o))
	})
}

func expiredReply(o ledger.Operation) Reply {
	return Reply{
		Headline: fmt.Sprintf("Nobody answered in time, so nothing was sent (operation %s expired).", o.ID),
		Notes:    []string{"To do it all the same, type the command again."},
	}
}
