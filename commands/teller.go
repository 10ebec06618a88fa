package commands

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/ledger"
	"ringside/operations"
)

const (
	sweepEvery  = time.Second
	tellAfter   = 45 * time.Second // an outcome untold for so long has nobody left who is about to tell it
	tellRetry   = 30 * time.Second
	tellSlowest = 30 * time.Minute
	maxSwept    = 1000
	tellNoMore  = 24 * time.Hour // after it, an outcome is only shown to those who ask
)

// teller remembers when to try again to tell an outcome that could not be delivered.
type teller struct {
	mu   sync.Mutex
	next map[string]attempt
}

type attempt struct {
	asker string
	at    time.Time
	wait  time.Duration
}

func newTeller() *teller { return &teller{next: map[string]attempt{}} }

func (t *teller) due(op string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !now.Before(t.next[op].at)
}

// failed puts the next attempt off, for twice as long each time.
func (t *teller) failed(o ledger.Operation, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := min(max(tellRetry, 2*t.next[o.ID].wait), tellSlowest)
	t.next[o.ID] = attempt{asker: o.Asker, at: now.Add(wait), wait: wait}
}

// owed returns the operations whose outcome could not be told to their asker.
func (t *teller) owed(asker string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ops []string
	for op, next := range t.next {
		if next.asker == asker {
			ops = append(ops, op)
		}
	}
	return ops
}

// prune forgets what was last tried before the given time.
func (t *teller) prune(before time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for op, next := range t.next {
		if next.at.Before(before) {
			delete(t.next, op)
		}
	}
}

func (t *teller) done(op string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.next, op)
}

// Run keeps house until ctx ends: it settles what was left without an outcome, closes questions past their
// deadline, tells those who asked, and keeps watched battles up to date. A platform that hangs never holds the settling up.
// Of several processes with one ledger, the one that leads does it for all.
func (h *Handler) Run(ctx context.Context) error {
	swept := make(chan ledger.Operation, maxSwept)
	var telling sync.WaitGroup
	telling.Go(func() { h.tellAll(ctx, swept) })
	telling.Go(func() { h.lookAll(ctx, swept) })
	telling.Go(func() { h.watcher.run(ctx) })
	defer telling.Wait()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		h.sweep(ctx, swept)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// sweep settles what is due, and hands on what was swept. What does not fit is told with the other untold outcomes.
func (h *Handler) sweep(ctx context.Context, swept chan<- ledger.Operation) {
	if !h.Leads() {
		h.pay(ctx)
		return
	}
	found, err := h.Engine.Sweep(ctx)
	if err != nil {
		h.Log.Error("the ledger could not be swept", zap.Error(err))
		return
	}
	for _, o := range found.Unknown {
		h.Log.Warn("an operation was left without an outcome; it is unknown", zap.String("operation", o.ID))
		handOn(swept, o)
	}
	for _, o := range found.Expired {
		handOn(swept, o)
	}
}

// pay writes the outcomes that are this process's own to tell.
func (h *Handler) pay(ctx context.Context) {
	if err := h.Engine.Pay(ctx); err != nil && ctx.Err() == nil {
		h.Log.Error("the ledger can't take an outcome yet", zap.Error(err))
	}
}

// handOn passes an outcome to those who tell it. What does not fit is told with the other untold ones.
func handOn(news chan<- ledger.Operation, o ledger.Operation) {
	select {
	case news <- o:
	default:
	}
}

// lookAll reads the scores for unknown outcomes when that can show something, and hands on what it found.
func (h *Handler) lookAll(ctx context.Context, news chan<- ledger.Operation) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if !h.Leads() {
			continue
		}
		looked, err := h.Engine.Look(ctx)
		if err != nil && ctx.Err() == nil {
			h.Log.Error("unknown outcomes could not be looked at", zap.Error(err))
		}
		for _, o := range looked {
			h.Log.Info("unknown outcome looked at", zap.String("operation", o.ID), zap.String("state", string(o.State)))
			handOn(news, o)
		}
	}
}

// tellAll tells swept outcomes at once, and untold ones when nobody is left who is about to.
func (h *Handler) tellAll(ctx context.Context, swept <-chan ledger.Operation) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case o := <-swept:
			if h.Speaks(o.Asker) { // else the one that does finds it untold
				h.tellNews(ctx, o)
			}
		case <-tick.C:
			h.tellUntold(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (h *Handler) tellNews(ctx context.Context, o ledger.Operation) {
	if o.State != ledger.Expired {
		h.tell(ctx, o)
		return
	}
	h.retire(ctx, o, expiredReply(o))
	if o.Approval && !h.questions.watched(o.ID) { // nobody is left who tells its asker
		ctx, cancel := context.WithTimeout(ctx, replyLimit)
		defer cancel()
		if _, err := h.Notifier.Notify(ctx, Place{User: o.Asker, ReplyTo: o.ReplyTo}, expiredReply(o)); err != nil {
			h.Log.Info("an expired request could not be told", zap.String("operation", o.ID), zap.Error(err))
		}
	}
}

func (h *Handler) tellUntold(ctx context.Context) {
	now := h.now()
	untold, err := h.History.Untold(ctx, now.Add(-tellNoMore), now.Add(-tellAfter))
	if err != nil {
		h.Log.Error("untold outcomes could not be read", zap.Error(err))
		return
	}
	h.teller.prune(now.Add(-tellNoMore))
	for _, o := range untold {
		if h.Speaks(o.Asker) {
			h.tell(ctx, o)
		}
	}
}

// tell gives an outcome to the person who asked, in the channel or else directly, although nobody waits.
func (h *Handler) tell(ctx context.Context, o ledger.Operation) {
	now := h.now()
	if o.Bulk != "" || !h.teller.due(o.ID, now) { // a bulk tells of its parts itself
		return
	}
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	if o.Kind == ledger.Bulk {
		h.closeProgress(ctx, o)
	}
	if _, err := h.Notifier.Notify(ctx, h.placeOf(o), h.newsReply(ctx, o)); err != nil {
		h.Log.Warn("an outcome could not be told", zap.String("operation", o.ID), zap.Error(err))
		h.teller.failed(o, now)
		return
	}
	h.teller.done(o.ID)
	h.told(ctx, o)
}

func (h *Handler) newsReply(ctx context.Context, o ledger.Operation) Reply {
	if o.Kind == ledger.Bulk {
		return h.bulkNews(ctx, o)
	}
	r := h.resultReply(ctx, operations.Result{Operation: o})
	r.Headline = nameOf(o.AskerName, o.Asker) + ": what became of your change in " + label(o)
	return r
}

// tellOwed tells somebody who just asked for something what could not be delivered to him before.
func (h *Handler) tellOwed(ctx context.Context, who Caller, v *voice) {
	for _, op := range h.owed(ctx, who) {
		o, err := h.History.Operation(ctx, op)
		if err != nil {
			continue
		}
		r := h.newsReply(ctx, o)
		r.Public = false
		if v.answer(ctx, r) {
			h.teller.done(op)
			h.told(ctx, o)
		}
	}
}

// owed returns the operations of which a person could not be told. The process that speaks has tried and remembers it;
// another one takes what nobody was told of for long enough.
func (h *Handler) owed(ctx context.Context, who Caller) []string {
	if h.Speaks(who.ID) {
		return h.teller.owed(who.ID)
	}
	now := h.now()
	untold, err := h.History.Untold(ctx, now.Add(-tellNoMore), now.Add(-2*tellAfter))
	if err != nil {
		return nil // the next command tells
	}
	var ops []string
	for _, o := range untold {
		if o.Asker == who.ID {
			ops = append(ops, o.ID)
		}
	}
	return ops
}

// placeOf is where an operation's outcome belongs: in the channel where it was asked, or with its asker alone.
func (h *Handler) placeOf(o ledger.Operation) Place {
	if h.settings.AnnounceToCaller {
		return Place{User: o.Asker, ReplyTo: o.ReplyTo}
	}
	return Place{Channel: o.Channel, User: o.Asker, ReplyTo: o.ReplyTo}
}
