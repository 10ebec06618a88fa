package commands

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/battles"
	"ringside/commands/card"
	"ringside/ledger"
)

const (
	roundEvery  = 500 * time.Millisecond
	followRetry = 5 * time.Second
	resumeEvery = 2 * time.Second // what other processes watch and no longer watch is found out
	forgetLimit = 5 * time.Second // for the ledger to forget a watch

	maxWatched  = 200   // battles, in this process
	maxDisplays = 1_000 // messages of them
)

// errTooMany says that no more battles or messages can be kept up to date.
var errTooMany = errors.New("too many battles are watched")

// Watches keeps which messages show which battles; package ledger has it.
type Watches interface {
	Watch(ctx context.Context, w ledger.Watch) error
	Unwatch(ctx context.Context, channel, battle, by string, at time.Time) (ledger.Watch, error)
	Watches(ctx context.Context) ([]ledger.Watch, error)
}

// follower tells how one battle goes; package battles has it.
type follower interface {
	Next(ctx context.Context) (battles.View, error)
	Close()
}

// watcher keeps the messages up to date that show battles. The newest view wins; what the platforms do not take in time
// is not sent at all.
type watcher struct {
	notifier Notifier
	store    Watches
	follow   func(battle string) follower
	finish   func(ctx context.Context, v battles.View, samples []card.Sample) Reply // the last words on a battle
	now      Clock
	log      *zap.Logger
	wake     chan struct{}
	mine     func(channel string) bool // whether this process, of several, keeps a channel's messages up to date

	changing sync.Mutex // held while the ledger and what is in memory change together; before mu

	mu      sync.Mutex
	pace    *editPace
	battles map[string]*watched
	leaving []*display // those that the ledger has no more, with last words to say
}

func newWatcher(notifier Notifier, store Watches, follow func(string) follower, now Clock, log *zap.Logger) *watcher {
	return &watcher{
		notifier: notifier, store: store, follow: follow, now: now, log: log,
		wake: make(chan struct{}, 1), mine: func(string) bool { return true }, pace: newEditPace(), battles: map[string]*watched{},
	}
}

// run keeps messages up to date until ctx ends, those from before a restart among them. Of several processes the one whose
// they are does; the others only say the last words of what was ended through them.
func (w *watcher) run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	next := time.Time{}
	for ctx.Err() == nil {
		w.standBack()
		if now := w.now(); !now.Before(next) {
			w.resume(ctx)
			next = now.Add(resumeEvery)
		}
		w.round(ctx, &work)
		select {
		case <-tick.C:
		case <-w.wake:
		case <-ctx.Done():
		}
	}
}

// stir lets the next round begin at once.
func (w *watcher) stir() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// resume goes on with the watches that the ledger has, and with no others.
func (w *watcher) resume(ctx context.Context) {
	w.changing.Lock()
	defer w.changing.Unlock()
	kept, err := w.store.Watches(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Error("the watched battles could not be read", zap.Error(err))
		}
		return
	}
	kept = slices.DeleteFunc(kept, func(k ledger.Watch) bool { return !w.mine(k.Channel) })
	w.dropOthers(kept)
	for _, k := range kept {
		if !w.place(k.Channel, k.Battle) {
			w.log.Warn("a message is not kept up to date", zap.String("battle", k.Battle), zap.String("channel", k.Channel), zap.Error(errTooMany))
			continue
		}
		w.takeUp(k)
	}
}

// dropOthers forgets messages that another process has ended the watch of.
func (w *watcher) dropOthers(kept []ledger.Watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.battles {
		for _, d := range b.displays {
			if d.ended == "" && !slices.ContainsFunc(kept, func(k ledger.Watch) bool { return k.Channel == d.Channel && k.Battle == d.Battle }) {
				w.drop(d)
			}
		}
	}
}

func (w *watcher) takeUp(k ledger.Watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old, v := w.display(k.Channel, k.Battle), battles.View{Ref: battles.Ref{ID: k.Battle}}
	if old != nil && old.Message == k.Message {
		return
	}
	if old != nil { // another process has posted a newer one
		v = w.battles[k.Battle].view
		w.leave(old, movedCard(v))
	}
	w.put(&display{Watch: k}, v)
}

// standBack leaves messages to the process whose they are.
func (w *watcher) standBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.battles {
		for _, d := range b.displays {
			if !w.mine(d.Channel) {
				w.drop(d)
			}
		}
	}
}

// round does what is due: it follows battles, changes messages as far as the platforms take it, and lets the ledger
// forget watches that ended.
func (w *watcher) round(ctx context.Context, work *sync.WaitGroup) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	for _, b := range w.battles {
		if !b.followed && b.final == nil && !now.Before(b.retry) {
			w.attend(ctx, b, work)
		}
		for _, d := range b.displays {
			if d.ended != "" && !d.busy && !now.Before(d.retry) {
				d.busy = true
				work.Go(func() { w.forget(ctx, d) })
			}
		}
	}
	for _, e := range w.dueEdits(now) {
		if w.pace.take(Message(e.Message), now) {
			e.busy = true
			change := e.draw(now)
			work.Go(func() { w.edit(ctx, change) })
		}
	}
}

// dueEdits returns the messages that are due, the most urgent first.
func (w *watcher) dueEdits(now time.Time) []dueEdit {
	var due []dueEdit
	for _, b := range w.battles {
		face := faceOf(b.view, now)
		for _, d := range b.displays {
			if d.due(b.view, face, now) {
				due = append(due, dueEdit{display: d, view: b.view, face: face})
			}
		}
	}
	for _, d := range w.leaving {
		if d.due(battles.View{}, "", now) {
			due = append(due, dueEdit{display: d})
		}
	}
	slices.SortFunc(due, func(x, y dueEdit) int { return x.compare(y.display) })
	return due
}

// dueEdit is a message that has something to say.
type dueEdit struct {
	*display

	view battles.View
	face string
}

// draw puts it into words, as they are true now.
func (e dueEdit) draw(now time.Time) edit {
	if e.parting != nil {
		return edit{display: e.display, reply: *e.parting, last: e.parting}
	}
	return edit{display: e.display, reply: liveCard(e.view, now), face: e.face}
}
