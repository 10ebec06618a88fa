package simulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	hookTimeout = 2 * time.Second       // https://trtc.io/document/34354
	hookQueue   = 1024                  // events that wait; further ones are dropped
	hookPulse   = 20 * time.Millisecond // how often the clock is looked at for starts and ends
	hookHold    = 500 * time.Millisecond
	maxHookSaid = 4 << 10 // bytes of an answer that are read
)

// Webhooks say where the events of battles are sent, https://trtc.io/document/64412, and what goes wrong on the way.
type Webhooks struct {
	URL      string        // of the receiver, http or https
	Token    string        // signs the deliveries; empty leaves them unsigned
	EndDelay time.Duration // from the end of a battle to its event; about a second in the vendor's sample

	Seed      uint64  // of what goes wrong
	Lost      float64 // chance of an event never to be sent, from 0 to 1
	Repeated  float64 // chance of an event to be sent twice
	Reordered float64 // chance of an event to be sent after the next one, or half a second late
}

// Deliveries count the events of the webhooks.
type Deliveries struct {
	Events   int // that happened
	Sent     int // deliveries that were answered as they should be, repeated ones included
	Failed   int // deliveries that were not, in time
	Lost     int // events that were never sent, as planned
	Dropped  int // events that did not fit into the queue
	Repeated int // events that were sent twice, as planned
}

func (w Webhooks) check() error {
	target, err := url.Parse(w.URL)
	if err != nil || (target.Scheme != "http" && target.Scheme != "https") || target.Host == "" {
		return errors.New("the URL is not an http or https address")
	}
	if w.EndDelay < 0 {
		return errors.New("the delay is negative")
	}
	for _, chance := range []float64{w.Lost, w.Repeated, w.Reordered} {
		if !(chance >= 0 && chance <= 1) {
			return fmt.Errorf("a chance of %v", chance)
		}
	}
	return nil
}

// hooks send the events of one simulator, one after another. The simulator's lock guards watched and counted.
type hooks struct {
	Webhooks
	sim    *Simulator
	target *url.URL
	client *http.Client
	random *rand.Rand // the sender's alone
	queue  chan hookEvent

	held  []hookEvent // those that let others go first; the sender's alone
	until time.Time   // when the held ones go at the latest

	watched []*watchedBattle
	counted Deliveries
}

// hookEvent is one event, ready to be sent.
type hookEvent struct {
	command  string
	platform string
	body     []byte
}

// StartWebhooks sends an event when a battle is created, starts and ends, for battles made from now on. It may be called
// once; the sending ends with Close.
func (s *Simulator) StartWebhooks(w Webhooks) error {
	if err := w.check(); err != nil {
		return fmt.Errorf("starting webhooks: %w", err)
	}
	target, _ := url.Parse(w.URL)
	h := &hooks{Webhooks: w, sim: s, target: target, random: newRandom(w.Seed), queue: make(chan hookEvent, hookQueue)}
	h.client = &http.Client{
		Timeout:       hookTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true}, // Nothing is left open after Close.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hooks != nil {
		return errors.New("starting webhooks: they are being sent already")
	}
	if !s.tasks.begin() {
		return fmt.Errorf("starting webhooks: %w", ErrClosed)
	}
	s.hooks = h
	go func() {
		defer s.tasks.end()
		h.run(s.tasks.life)
	}()
	return nil
}

// Deliveries returns what became of the webhooks so far.
func (s *Simulator) Deliveries() Deliveries {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hooks == nil {
		return Deliveries{}
	}
	return s.hooks.counted
}

// run sends until the simulator closes.
func (h *hooks) run(ctx context.Context) {
	pulse := time.NewTicker(hookPulse)
	defer pulse.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-h.queue:
			h.treat(ctx, e)
		case now := <-pulse.C:
			h.sim.lookAround()
			if len(h.held) > 0 && now.After(h.until) {
				h.letGo(ctx)
			}
		}
	}
}

// treat sends one event, or does what the plan says. It draws as often for every event, so that the fate of one does not
// depend on the others'.
func (h *hooks) treat(ctx context.Context, e hookEvent) {
	lost, repeated, later := h.random.Float64() < h.Lost, h.random.Float64() < h.Repeated, h.random.Float64() < h.Reordered
	if lost {
		h.count(func(d *Deliveries) { d.Lost++ })
		return
	}
	copies := []hookEvent{e}
	if repeated {
		h.count(func(d *Deliveries) { d.Repeated++ })
		copies = append(copies, e)
	}
	if later && len(h.held) == 0 {
		h.held, h.until = copies, time.Now().Add(hookHold)
		return
	}
	h.held = append(copies, h.held...)
	h.letGo(ctx)
}

// letGo sends what was held.
func (h *hooks) letGo(ctx context.Context) {
	for _, e := range h.held {
		h.deliver(ctx, e)
	}
	h.held = nil
}

func (h *hooks) count(change func(*Deliveries)) {
	h.sim.mu.Lock()
	defer h.sim.mu.Unlock()
	change(&h.counted)
}

// deliver sends an event once.
func (h *hooks) deliver(ctx context.Context, e hookEvent) {
	sent := h.post(ctx, e)
	h.count(func(d *Deliveries) {
		if sent {
			d.Sent++
		} else {
			d.Failed++
		}
	})
}

// post reports whether the receiver took the event: it must answer 200 and JSON.
func (h *hooks) post(ctx context.Context, e hookEvent) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address(e), bytes.NewReader(e.body))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := h.client.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxHookSaid))
	return err == nil && response.StatusCode == http.StatusOK && json.Valid(said)
}

// address adds the platform's parameters to the receiver's own.
func (h *hooks) address(e hookEvent) string {
	target, query := *h.target, h.target.Query()
	query.Set("SdkAppid", strconv.FormatInt(h.sim.settings.SDKAppID, 10))
	query.Set("CallbackCommand", e.command)
	query.Set("contenttype", "json")
	query.Set("ClientIP", "127.0.0.1")
	query.Set("OptPlatform", e.platform)
	if h.Token != "" {
		at := strconv.FormatInt(h.sim.opts.clock().Unix(), 10)
		sum := sha256.Sum256([]byte(h.Token + at))
		query.Set("RequestTime", at)
		query.Set("Sign", hex.EncodeToString(sum[:]))
	}
	target.RawQuery = query.Encode()
	return target.String()
}
