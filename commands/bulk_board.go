package commands

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/ledger"
	"ringside/operations"
)

const (
	boardEvery  = 250 * time.Millisecond
	boardPace   = 2 * time.Second // between two changes of one message
	boardTries  = 10              // changes of one message that fail before it is given up
	boardLeave  = 3 * time.Second // for the last words when the program stops
	rateSpan    = 10 * time.Second
	messageTime = 5 * time.Second // for the ledger to keep where a message stands
)

// RunBulks sends the bulks that were confirmed until ctx ends, in this process or in another one before it, and shows in
// one message each how far they are.
func (h *Handler) RunBulks(ctx context.Context) error {
	b := &board{Handler: h, shows: map[string]*show{}}
	var showing sync.WaitGroup
	stop := make(chan struct{})
	showing.Go(func() { b.run(ctx, stop) })
	err := h.Engine.RunBulks(ctx, b.report)
	close(stop)
	showing.Wait()
	b.leave(ctx)
	return err
}

// board shows how far the bulks are that this process sends. The newest state wins; what a platform does not take in time
// is not sent at all.
type board struct {
	*Handler

	mu    sync.Mutex
	shows map[string]*show // by operation
}

// show is one bulk with its message.
type show struct {
	latest  operations.BulkProgress
	past    []mark // of the last rateSpan, the oldest first
	message Message
	face    string // what the message shows
	at      time.Time
	button  string // of Stop
	busy    bool
	failed  int  // changes that failed since one did not
	mute    bool // there is no message, or it can't be changed
}

// mark is how far a bulk was at one moment.
type mark struct {
	at          time.Time
	rows, parts int
}

// report takes in how far a bulk is. It never waits.
func (b *board) report(p operations.BulkProgress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shows[p.Operation.ID]
	if s == nil {
		s = &show{message: Message(p.Operation.Message)}
		b.shows[p.Operation.ID] = s
	}
	s.latest = p
	s.note(b.now())
}

// note remembers how far a bulk is, as far as its pace is told from it.
func (s *show) note(now time.Time) {
	p := s.latest
	for len(s.past) > 1 && now.Sub(s.past[1].at) >= rateSpan {
		s.past = s.past[1:]
	}
	if n := len(s.past); n == 0 || now.Sub(s.past[n-1].at) >= boardEvery {
		s.past = append(s.past, mark{now, p.Rows - p.Left, p.PartsDone})
	}
}

// run changes messages until stop is closed and nothing is left to be told.
func (b *board) run(ctx context.Context, stop <-chan struct{}) {
	var work sync.WaitGroup
	defer work.Wait()
	tick := time.NewTicker(boardEvery)
	defer tick.Stop()
	for {
		b.round(ctx, &work)
		select {
		case <-tick.C:
		case <-stop:
			work.Wait() // what is being drawn may have ended by now, and then that is told
			b.round(ctx, &work)
			return
		}
	}
}

// round begins what is due: the end of a bulk at once, other changes as far as the platforms take them.
func (b *board) round(ctx context.Context, work *sync.WaitGroup) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for op, s := range b.shows {
		switch {
		case s.busy:
		case ctx.Err() != nil && !s.latest.Done:
		case s.latest.Err != nil && (s.mute || faceOfBulk(s.latest) == s.face):
			delete(b.shows, op) // another process may show it from now on
		case s.latest.Done:
			delete(b.shows, op)
			work.Go(func() { b.conclude(ctx, op) })
		case s.due(now) && (s.message == "" || b.watcher.allows(s.message, now)):
			s.busy = true
			work.Go(func() { b.draw(ctx, op, s) })
		}
	}
}

// due reports whether a message has something new to show, and its time has come.
func (s *show) due(now time.Time) bool {
	return !s.mute && now.Sub(s.at) >= boardPace && faceOfBulk(s.latest) != s.face
}

// faceOfBulk is what people can see of a bulk's progress, but for what changes with the clock alone.
func faceOfBulk(p operations.BulkProgress) string {
	return fmt.Sprint(p.Operation.State, p.Applied, p.NotApplied, p.Unknown, p.Left, p.Err != nil)
}

// allows uses a change of the message if its platform takes one more.
func (w *watcher) allows(m Message, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pace.take(m, now)
}

// draw posts the message of a bulk, or changes it.
func (b *board) draw(ctx context.Context, op string, s *show) {
	b.mu.Lock()
	p, past, message := s.latest, s.past, s.message
	b.mu.Unlock()
	reply := b.progressReply(p, past, b.stopFor(ctx, s, op))
	limited, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	var err error
	if message == "" {
		message, err = b.Notifier.Notify(limited, b.showAt(p.Operation), reply)
	} else {
		err = b.Notifier.Revise(limited, message, reply)
	}
	posted := b.drawn(s, message, faceOfBulk(p), err)
	switch {
	case ctx.Err() != nil:
	case err != nil && posted:
		b.tellMute(ctx, p.Operation, err)
	case posted:
		b.keepMessage(ctx, op, message)
	}
}

// drawn notes what came of a change. It reports whether there is news to pass on: a message that now stands, or that
// there will be none.
func (b *board) drawn(s *show, message Message, face string, err error) (news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.busy, s.at = false, b.now()
	switch {
	case err == nil:
		news = s.message == ""
		s.message, s.face, s.failed = message, face, 0
		s.mute = message == "" // it can't be changed any more
		return news && message != ""
	case s.message == "" || s.failed == boardTries || errors.Is(err, ErrMessageGone) || errors.Is(err, ErrNotInvited):
		s.mute = true
		return true
	}
	s.failed++
	b.Log.Info("the progress of a bulk could not be shown", zap.String("message", string(s.message)), zap.Error(err))
	return false
}

// showAt is where the progress of a bulk is shown. Without its reply address: what goes there can't always be changed.
func (b *board) showAt(o ledger.Operation) Place {
	to := b.placeOf(o)
	return Place{Channel: to.Channel, User: to.User}
}

// stopFor returns the id of the Stop button, which is made once; empty if it can't be.
func (b *board) stopFor(ctx context.Context, s *show, op string) string {
	if s.button != "" { // only one draw of a show runs at a time
		return s.button
	}
	id, err := b.Engine.OfferStop(ctx, op)
	if err != nil {
		b.Log.Warn("the button that stops a bulk could not be kept", zap.String("operation", op), zap.Error(err))
		return ""
	}
	s.button = id
	return id
}

func (b *board) keepMessage(ctx context.Context, op string, m Message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), messageTime)
	defer cancel()
	if err := b.History.BulkMessage(ctx, op, string(m)); err != nil {
		b.Log.Warn("where the progress of a bulk stands could not be kept", zap.String("operation", op), zap.Error(err))
	}
}

// tellMute tells the person who asked, once, that the progress can't be seen.
func (b *board) tellMute(ctx context.Context, o ledger.Operation, why error) {
	b.Log.Warn("the progress of a bulk is not shown", zap.String("operation", o.ID), zap.Error(why))
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	r := Reply{
		Tone: ToneWarn, Headline: fmt.Sprintf("How far bulk %s is can't be shown in a message any more; it goes on all the same.", o.ID),
		Notes:    []string{"The message was deleted, or the bot may not write there. You are told when the bulk is over."},
		Examples: []string{"/battle status " + o.ID, "/battle bulk stop " + o.ID},
	}
	if _, err := b.Notifier.Notify(ctx, Place{User: o.Asker, ReplyTo: o.ReplyTo}, r); err != nil {
		b.Log.Warn("nobody could be told that a bulk's progress is not shown", zap.String("operation", o.ID), zap.Error(err))
	}
}

// conclude tells the end of a bulk.
func (b *board) conclude(ctx context.Context, op string) {
	ctx = context.WithoutCancel(ctx)
	o, err := b.History.Operation(ctx, op)
	if err != nil {
		b.Log.Error("the end of a bulk could not be read; it is told later", zap.String("operation", op), zap.Error(err))
		return
	}
	b.tell(ctx, o)
}

// closeProgress puts the end of a bulk in the place of its progress.
func (h *Handler) closeProgress(ctx context.Context, o ledger.Operation) {
	if o.Message == "" {
		return
	}
	r := h.bulkReply(ctx, o)
	r.Public, r.Document = !h.settings.AnnounceToCaller, nil
	if err := h.Notifier.Revise(ctx, Message(o.Message), r); err != nil {
		h.Log.Info("the progress of a bulk stands as it was", zap.String("operation", o.ID), zap.Error(err))
	}
}

// leave says in the messages of the bulks that are left that they wait for the next process.
func (b *board) leave(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), boardLeave)
	defer cancel()
	var work sync.WaitGroup
	for _, s := range b.shows {
		if s.message == "" || s.mute {
			continue
		}
		r := b.progressReply(s.latest, nil, s.button)
		r.Headline = "Paused, since Ringside stops here: it goes on as soon as Ringside runs again. " + r.Headline
		work.Go(func() {
			if err := b.Notifier.Revise(ctx, s.message, r); err != nil {
				b.Log.Info("the progress of a bulk stands as it was", zap.Error(err))
			}
		})
	}
	work.Wait()
}
