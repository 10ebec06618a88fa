package commands

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/commands/grammar"
)

const (
	slow       = 2 * time.Second  // without a result for so long, the caller is told that it is under way
	replyLimit = 20 * time.Second // for handing a reply over, with all that the platform tries
)

// voice speaks to one caller: one message at a time, and nothing about progress once the answer is out.
type voice struct {
	re  Responder
	log *zap.Logger

	mu       sync.Mutex
	answered bool
}

func newVoice(re Responder, log *zap.Logger) *voice { return &voice{re: re, log: log} }

// answer delivers a reply and reports whether it got through. A reply outlives the ask's own context: what
// was done must be told.
func (v *voice) answer(ctx context.Context, r Reply) bool { return v.say(ctx, r, v.re.Answer) }

// amend puts a reply in the place of the question.
func (v *voice) amend(ctx context.Context, r Reply) bool { return v.say(ctx, r, v.re.Amend) }

func (v *voice) say(ctx context.Context, r Reply, deliver func(context.Context, Reply) error) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answered = true
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyLimit)
	defer cancel()
	if err := deliver(ctx, r); err != nil {
		v.log.Warn("a reply could not be delivered", zap.Error(err))
		return false
	}
	return true
}

// underWay tells the caller, after a while without an answer, that the ask is being worked on. The returned
// function ends the watch.
func (v *voice) underWay(ctx context.Context, req grammar.Request) (stop func()) {
	return v.after(ctx, Reply{Headline: underWayWords(req)})
}

func (v *voice) after(ctx context.Context, r Reply) (stop func()) {
	timer := time.AfterFunc(slow, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.answered {
			return
		}
		if err := v.re.Progress(ctx, r); err != nil {
			v.log.Debug("progress could not be shown", zap.Error(err))
		}
	})
	return func() { timer.Stop() }
}

func underWayWords(req grammar.Request) string {
	switch req.Verb {
	case grammar.VerbAdd, grammar.VerbSet, grammar.VerbCreate:
		return "Under way; Tencent has not answered yet. Please wait and do not repeat it."
	default:
		return "Under way; no answer yet."
	}
}
