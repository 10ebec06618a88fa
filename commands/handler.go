package commands

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// History is what the ledger tells of operations; package ledger has it.
type History interface {
	Operation(ctx context.Context, id string) (ledger.Operation, error)
	Last(ctx context.Context, asker, channel string) (ledger.Operation, error)
	Log(ctx context.Context, battle string, n int) ([]ledger.Operation, error)
	Unknown(ctx context.Context, battle string, n int) ([]ledger.Operation, error)
	Answers
	Posts
	Watches
	Bulks
}

// Posts remembers where approval requests stand, so that their buttons can be taken away; package ledger has it.
type Posts interface {
	Posted(ctx context.Context, op string, messages []string) error
	Posts(ctx context.Context, op string) ([]string, error)
}

// Answers keeps track of who has been answered; package ledger has it.
type Answers interface {
	PutOn(ctx context.Context, battle, room string, askers []string, since time.Time) (int64, error)
	OpenUnknown(ctx context.Context, battle string, rooms []ledger.Room) (string, error)
	Untold(ctx context.Context, from, until time.Time) ([]ledger.Operation, error)
	Told(ctx context.Context, op string, news, at time.Time) error
}

// beingAnswered is how long an ask is surely still being answered.
const beingAnswered = 5 * time.Second

// Settings are the choices of the settings file that concern words.
type Settings struct {
	AnnounceToCaller bool          // results go to the caller alone instead of the channel
	Operators        []Place       // where approval requests go; empty: to the channel where it was asked
	ConfirmExpires   time.Duration // how long a question waits
	ApprovalExpires  time.Duration // how long an approval request waits
	CallsPerSecond   int           // the ceiling, by which previews tell how long a bulk takes; 0: they do not
	PublicURL        func() string // tells what stands before the address of a stream overlay; nil: nothing does
	Pace             Pace          // how fast one person may ask; zero: the default
}

// Parts are what a Handler works with; all but Feed and Keys are needed.
type Parts struct {
	Policy   *auth.Policy
	Engine   *operations.Engine
	Book     *battles.Book
	Feed     *battles.Feed // shared with whatever else shows scores; nil: one of the handler's own
	History  History
	Notifier Notifier
	Keys     Keys // of stream overlays; nil: there are none
	Log      *zap.Logger
	// Leads reports whether this process, of several with one ledger, settles what others left and looks at unknowns. nil:
	// there is one process.
	Leads func() bool
	// Speaks reports whether it is for this process, of several, to tell a person or a channel what nobody waits for, watched
	// battles among it. nil: there is one process.
	Speaks func(id string) bool
}

// Handler answers invocations and presses. Its methods may be called at the same time.
type Handler struct {
	Parts
	settings  Settings
	now       Clock
	questions *questions
	teller    *teller
	gate      *gate
	watcher   *watcher
	ownFeed   bool
}

// Option changes how a Handler works.
type Option func(*Handler)

// WithClock sets the clock; without it, it is the system's.
func WithClock(now Clock) Option { return func(h *Handler) { h.now = now } }

// New returns a Handler.
func New(parts Parts, settings Settings, opts ...Option) (*Handler, error) {
	if parts.Policy == nil || parts.Engine == nil || parts.Book == nil || parts.History == nil || parts.Notifier == nil || parts.Log == nil {
		return nil, errors.New("a handler needs all of its parts")
	}
	if settings.ConfirmExpires <= 0 || settings.ApprovalExpires <= 0 {
		return nil, errors.New("a question must wait for some time")
	}
	h := &Handler{Parts: parts, settings: settings, now: time.Now, questions: newQuestions(), teller: newTeller(), gate: newGate(settings.Pace)}
	for _, opt := range opts {
		opt(h)
	}
	if h.Leads == nil {
		h.Leads = func() bool { return true }
	}
	if h.Speaks == nil {
		h.Speaks = func(string) bool { return true }
	}
	if err := h.openWatcher(); err != nil {
		return nil, err
	}
	return h, nil
}

// openWatcher makes what keeps watched battles up to date.
func (h *Handler) openWatcher() (err error) {
	if h.ownFeed = h.Feed == nil; h.ownFeed {
		if h.Feed, err = battles.NewFeed(h.Book); err != nil {
			return err
		}
	}
	h.watcher = newWatcher(h.Notifier, h.History, func(battle string) follower { return h.Feed.Follow(battle) }, h.now, h.Log)
	h.watcher.finish, h.watcher.mine = h.finalCard, h.Speaks
	return nil
}

// Close stops the timers of open questions; they then expire in the ledger, unseen. Run must have ended.
func (h *Handler) Close() {
	h.questions.close()
	if h.ownFeed {
		h.Feed.Close()
	}
}

// talk is one ask on its way through a command.
type talk struct {
	Invocation
	grammar.Request
	voice *voice
}

// answer is what a command came to.
type answer struct {
	Reply
	op       *ledger.Operation    // whose outcome the reply tells
	question *operations.Question // the question that the reply asks
}

// Handle answers one invocation, in words, whatever happens. It returns when the answer was handed to the
// Responder.
func (h *Handler) Handle(ctx context.Context, inv Invocation, re Responder) {
	v := newVoice(re, h.Log)
	release, wait, ok := h.gate.admit(inv.Caller.ID, h.now())
	if !ok {
		v.answer(ctx, tooFast(wait))
		return
	}
	defer release()
	defer h.tellOwed(ctx, inv.Caller, v)
	req, err := grammar.Parse(inv.Command, inv.Text)
	if err != nil {
		v.answer(ctx, refuseGrammar(err))
		return
	}
	stop := v.underWay(ctx, req)
	defer stop()
	t := talk{Invocation: inv, Request: req, voice: v}
	a, err := h.run(ctx, t)
	var duplicate *ledger.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		h.repeated(ctx, t, duplicate.Operation)
	case err != nil:
		v.answer(ctx, h.refusalOf(err))
	default:
		h.deliver(ctx, t, a)
	}
}

// repeated answers an ask that came again. At first there is nothing to say, since the first one is being answered;
// later the person may have heard nothing, if a process died in between.
func (h *Handler) repeated(ctx context.Context, t talk, op string) {
	h.Log.Info("the same ask came again", zap.String("operation", op))
	o, err := h.History.Operation(ctx, op)
	if err != nil || h.now().Sub(o.Created) < beingAnswered {
		return
	}
	r := h.statusOf(ctx, o)
	r.Notes = append(r.Notes, "The same command arrived again; nothing more was done.")
	t.voice.answer(ctx, r)
}

// run carries out one command.
func (h *Handler) run(ctx context.Context, t talk) (answer, error) {
	switch t.Verb {
	case grammar.VerbAdd, grammar.VerbSet:
		return h.score(ctx, t)
	case grammar.VerbInfo:
		return h.info(ctx, t)
	case grammar.VerbStatus:
		return h.status(ctx, t)
	case grammar.VerbCreate:
		return h.create(ctx, t)
	case grammar.VerbList:
		return h.list(ctx, t)
	case grammar.VerbName:
		return h.name(ctx, t)
	case grammar.VerbWatch:
		return h.watch(ctx, t)
	case grammar.VerbUnwatch:
		return h.unwatch(ctx, t)
	case grammar.VerbOverlay:
		return h.overlay(ctx, t)
	case grammar.VerbBulk:
		return h.bulk(ctx, t)
	case grammar.VerbUndo:
		return h.undo(ctx, t)
	case grammar.VerbResolve:
		return h.resolve(ctx, t)
	case grammar.VerbLog:
		return h.log(ctx, t)
	case grammar.VerbWhoami:
		return h.whoami(ctx, t)
	case grammar.VerbHelp:
		return h.help(ctx, t)
	}
	return answer{}, &refusal{Reply: Reply{Tone: ToneBad, Headline: "This command is not known here.", Examples: []string{"/battle help"}}}
}

// deliver hands an answer over, notes that an outcome was told, and watches over a question's deadline.
func (h *Handler) deliver(ctx context.Context, t talk, a answer) {
	delivered := t.voice.answer(ctx, a.Reply)
	if a.question != nil {
		h.expireLater(ctx, *a.question, t.voice)
	}
	if a.op != nil && delivered {
		h.told(ctx, *a.op)
	}
}

// told notes that an operation's asker was given what the operation says; what came later is still to be told. If the
// ledger can't take it, he is answered once more.
func (h *Handler) told(ctx context.Context, o ledger.Operation) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyLimit)
	defer cancel()
	if err := h.History.Told(ctx, o.ID, o.News(), h.now()); err != nil {
		h.Log.Warn("could not note that an outcome was told", zap.String("operation", o.ID), zap.Error(err))
	}
}
