package commands

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"ringside/battles"
	"ringside/commands/card"
	"ringside/ledger"
)

// attend lets a goroutine follow a battle. It is called with the mutex held.
func (w *watcher) attend(ctx context.Context, b *watched, work *sync.WaitGroup) {
	ctx, b.stop = context.WithCancel(ctx)
	b.followed = true
	work.Go(func() {
		defer b.stop()
		f := w.follow(b.id)
		defer f.Close()
		for w.next(ctx, b, f) {
		}
	})
}

// next takes in what is new of a battle, and reports whether there may be more.
func (w *watcher) next(ctx context.Context, b *watched, f follower) bool {
	v, err := f.Next(ctx)
	switch {
	case err == nil:
		w.see(b, v)
		return true
	case errors.Is(err, io.EOF):
		w.conclude(ctx, b)
	default:
		w.lose(b)
	}
	return false
}

func (w *watcher) see(b *watched, v battles.View) {
	w.mu.Lock()
	b.view = v
	if !v.Read.IsZero() && len(v.Standings) > 0 {
		b.history.Add(card.Sample{At: v.Read, Standings: v.Standings})
	}
	w.mu.Unlock()
	w.stir()
}

// lose lets a battle be followed again a little later.
func (w *watcher) lose(b *watched) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b.followed, b.retry = false, w.now().Add(followRetry)
}

// conclude gives all messages of a battle their last words.
func (w *watcher) conclude(ctx context.Context, b *watched) {
	w.mu.Lock()
	v, samples := b.view, b.history.Samples()
	w.mu.Unlock()
	final := w.finish(ctx, v, samples)
	w.mu.Lock()
	b.final = &final
	for _, d := range b.displays {
		d.part(final, w.now())
	}
	w.mu.Unlock()
	w.stir()
}

// begin keeps a message up to date from now on; it shows v already. The one that the channel had on the same battle says
// that it has moved. It returns errTooMany when there is no place for it, and the ledger's error; then nothing is kept.
func (w *watcher) begin(ctx context.Context, k ledger.Watch, v battles.View) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	if !w.place(k.Channel, k.Battle) {
		return errTooMany
	}
	if err := w.store.Watch(ctx, k); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.display(k.Channel, k.Battle); old != nil {
		w.leave(old, movedCard(v))
	}
	w.put(&display{Watch: k, face: faceOf(v, k.At), at: k.At}, v)
	w.stir()
	return nil
}

// unwatch ends a watch at somebody's word: its message says so. ledger.ErrNotFound says that there is none.
func (w *watcher) unwatch(ctx context.Context, channel, battle string, who Caller) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	now := w.now()
	k, err := w.store.Unwatch(ctx, channel, battle, who.ID, now)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	d, v := w.display(channel, battle), battles.View{Ref: battles.Ref{ID: battle}}
	if d == nil {
		d = &display{Watch: k} // of a time before the restart, and not taken up yet
	} else {
		v = w.battles[battle].view
		w.drop(d)
	}
	w.leave(d, stoppedCard(v, who, now))
	w.stir()
	return nil
}

// leave lets a message that the ledger has no more say its last words. It is called with the mutex held.
func (w *watcher) leave(d *display, r Reply) {
	if d.parting == nil { // the final scores are the better words
		d.part(r, w.now())
	}
	d.left = true
	if !w.mine(d.Channel) { // until the process whose it is has found it out
		d.retry = w.now().Add(resumeEvery + roundEvery)
	}
	if len(w.leaving) >= maxDisplays {
		w.leaving = slices.Delete(w.leaving, 0, 1)
	}
	w.leaving = append(w.leaving, d)
}

// place reports whether one more message can be kept up to date.
func (w *watcher) place(channel, battle string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.display(channel, battle) != nil {
		return true
	}
	shown := 0
	for _, b := range w.battles {
		shown += len(b.displays)
	}
	return shown < maxDisplays && (w.battles[battle] != nil || len(w.battles) < maxWatched)
}

// display returns the message that shows the battle in the channel; nil if none does. It is called with the mutex held.
func (w *watcher) display(channel, battle string) *display {
	if b := w.battles[battle]; b != nil {
		return b.displays[channel]
	}
	return nil
}

// put takes a message up. It is called with the mutex held.
func (w *watcher) put(d *display, v battles.View) {
	b := w.battles[d.Battle]
	if b == nil {
		b = &watched{id: d.Battle, displays: map[string]*display{}, view: v, stop: func() {}}
		w.battles[d.Battle] = b
	}
	b.displays[d.Channel] = d
	if b.final != nil {
		d.part(*b.final, w.now())
	}
}

// drop lets a message go, and its battle with the last one. It is called with the mutex held.
func (w *watcher) drop(d *display) {
	b := w.battles[d.Battle]
	if b == nil || b.displays[d.Channel] != d {
		return
	}
	delete(b.displays, d.Channel)
	if len(b.displays) == 0 {
		b.stop()
		delete(w.battles, d.Battle)
	}
}
