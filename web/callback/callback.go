// Package callback receives what Tencent tells of battles, https://trtc.io/document/64412. It stands where Tencent's own
// address for webhooks points to, or behind a receiver of the customer's that forwards what it gets: the query of the
// address and the body must come as Tencent sent them, within a minute if they are signed.
package callback

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"go.uber.org/zap"

	"ringside/secret"
	"ringside/tencent"
)

const (
	maxBody    = 64 << 10                // bytes; the vendor's largest sample has one and a half thousand
	hearLimit  = 1500 * time.Millisecond // of the two seconds that Tencent waits
	maxHearing = 2048                    // events that are written down at the same time
)

// accepted is the answer that Tencent takes for success.
const accepted = `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`

// Ear takes in what a callback tells. When it returns nil, that is durable. Package battles has it.
type Ear interface {
	Hear(ctx context.Context, e tencent.Event) error
}

// Settings say whose callbacks are accepted.
type Settings struct {
	SDKAppID int64
	Token    secret.Value // the token set in Tencent's console; without one anybody can send callbacks
}

// Option changes how a Handler works.
type Option func(*Handler)

// WithClock sets the clock that tells the age of a signature; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(h *Handler) { h.settings.Now = now } }

// WithLog sets where failures to write an event down are logged; without it, nowhere.
func WithLog(log *zap.Logger) Option { return func(h *Handler) { h.log = log } }

// WithMost sets how many events may be written down at the same time, at least one; without it, 2048. Further ones are
// refused at once.
func WithMost(n int) Option { return func(h *Handler) { h.hearing = make(chan struct{}, max(1, n)) } }

// Handler serves POST /tencent/callback.
type Handler struct {
	settings tencent.CallbackSettings
	ear      Ear
	log      *zap.Logger
	hearing  chan struct{}
	counts   counts
}

// New returns a Handler that gives the events of one app to ear.
func New(s Settings, ear Ear, opts ...Option) (*Handler, error) {
	if s.SDKAppID <= 0 || ear == nil {
		return nil, errors.New("callback: the app and somebody who hears its callbacks are needed")
	}
	h := &Handler{
		settings: tencent.CallbackSettings{SDKAppID: s.SDKAppID, Token: s.Token}, ear: ear, log: zap.NewNop(),
		hearing: make(chan struct{}, maxHearing), counts: newCounts(),
	}
	for _, opt := range opts {
		opt(h)
	}
	return h, nil
}

// ServeHTTP answers one callback: 200 with what Tencent takes for success once its event is durable.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, refused := h.parse(w, r)
	if refused == nil {
		refused = h.hear(r.Context(), event)
	}
	if refused != nil {
		h.counts.refuse(refused.reason)
		refused.answer(w)
		return
	}
	h.counts.accept(event)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, accepted) // the caller may be gone
}

// parse reads a callback as far as its sender may be believed.
func (h *Handler) parse(w http.ResponseWriter, r *http.Request) (tencent.Event, *refusal) {
	if r.Method != http.MethodPost {
		return nil, refuse(ReasonMethod)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(ReasonTooLarge)
	case err != nil:
		return nil, refuse(ReasonBroken)
	}
	event, err := tencent.ParseCallback(r.URL.Query(), body, h.settings)
	var failed *tencent.CallbackError
	switch {
	case errors.As(err, &failed):
		return nil, refuse(Reason(failed.Reason))
	case err != nil:
		return nil, refuse(Reason(tencent.CallbackNotReadable))
	}
	return event, nil
}

// hear gives an event to the ear. A sender who does not wait for the answer is heard all the same.
func (h *Handler) hear(ctx context.Context, event tencent.Event) *refusal {
	select {
	case h.hearing <- struct{}{}:
		defer func() { <-h.hearing }()
	default:
		return refuse(ReasonBusy)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hearLimit)
	defer cancel()
	if err := h.ear.Hear(ctx, event); err != nil {
		h.log.Error("a callback could not be written down; Tencent may send it again", zap.Error(err))
		return refuse(ReasonLedger)
	}
	return nil
}
