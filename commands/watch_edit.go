package commands

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"ringside/ledger"
)

// edit is one change of a message.
type edit struct {
	*display

	reply Reply
	face  string
	last  *Reply // the last words, if it says them
}

// edit changes a message on its platform, and notes what came of it.
func (w *watcher) edit(ctx context.Context, e edit) {
	changing, cancel := context.WithTimeout(ctx, replyLimit)
	err := w.notifier.Revise(changing, Message(e.Message), e.reply)
	cancel()
	if err != nil && ctx.Err() != nil {
		return
	}
	if e.edited(w, err) {
		w.tellClosed(ctx, e.Watch)
	}
	w.stir()
}

// edited notes what came of a change. It reports whether the person who asked for the watch must be told that the bot may
// not write there.
func (e edit) edited(w *watcher, err error) (closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, now := e.display, w.now()
	d.busy = false
	switch {
	case err == nil:
		d.face, d.at, d.retry, d.wait = e.face, now, time.Time{}, 0
		if d.parting != nil && e.last == d.parting { // they may have come while a change was under way
			w.end(d, endedByEnd)
		}
	case errors.Is(err, ErrMessageGone):
		w.end(d, endedByDelete)
	case errors.Is(err, ErrNotInvited):
		closed = !d.left
		w.end(d, endedByClosed)
	case d.parting != nil && !now.Before(d.until):
		w.log.Error("the last words on a battle could not be shown", zap.String("battle", d.Battle), zap.String("message", d.Message), zap.Error(err))
		w.end(d, endedByFailure)
	default:
		w.log.Info("a watched battle could not be shown", zap.String("battle", d.Battle), zap.String("message", d.Message), zap.Error(err))
		d.failed(now)
	}
	return closed
}

// end lets nothing more be shown in a message. It is called with the mutex held.
func (w *watcher) end(d *display, how string) {
	if d.left {
		w.leaving = slices.DeleteFunc(w.leaving, func(other *display) bool { return other == d })
		return
	}
	d.ended, d.retry, d.wait = how, time.Time{}, 0
}

// forget lets the ledger forget a watch that ended by itself. A newer one in the same channel stays.
func (w *watcher) forget(ctx context.Context, d *display) {
	w.changing.Lock()
	defer w.changing.Unlock()
	w.mu.Lock()
	replaced := w.display(d.Channel, d.Battle) != d
	w.mu.Unlock()
	if replaced {
		return
	}
	// Also while the program ends: after a restart the last words would be said once more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetLimit)
	defer cancel()
	_, err := w.store.Unwatch(ctx, d.Channel, d.Battle, d.ended, w.now())
	w.mu.Lock()
	defer w.mu.Unlock()
	d.busy = false
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		w.log.Warn("the end of a watch could not be kept", zap.String("battle", d.Battle), zap.String("channel", d.Channel), zap.Error(err))
		d.failed(w.now())
		return
	}
	w.log.Info("battle no longer watched", zap.String("battle", d.Battle), zap.String("channel", d.Channel), zap.String("by", d.ended))
	w.drop(d)
}

// tellClosed tells the person who asked for a watch, once and directly, why it ended.
func (w *watcher) tellClosed(ctx context.Context, k ledger.Watch) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	if _, err := w.notifier.Notify(ctx, Place{User: k.By}, closedCard(k)); err != nil {
		w.log.Warn("nobody could be told that a watch ended", zap.String("battle", k.Battle), zap.String("channel", k.Channel), zap.Error(err))
	}
}
