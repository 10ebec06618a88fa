package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// checkTimeout bounds one check, and lastWait the wait for checks at the end.
const (
	checkTimeout = 2 * time.Second
	lastWait     = 2 * time.Second
)

// maxReason bounds the reason of a check, in runes.
const maxReason = 300

// Check is one part whose readiness is shown: a platform, the ledger, Tencent.
type Check struct {
	Name string
	// Ready returns nil while the part is ready. It may be called before anything is connected, never
	// twice at once, and should return when ctx ends, after two seconds. Its error must hold no secret.
	Ready func(ctx context.Context) error
}

// Readiness is the answer of /readyz.
type Readiness struct {
	Ready  bool     `json:"ready"`
	Checks []Result `json:"checks"`
}

// Result is what one Check said.
type Result struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"` // why not
}

// readiness asks all checks at once.
type readiness struct {
	probes  []*probe
	running sync.WaitGroup
}

func newReadiness(checks []Check) (*readiness, error) {
	r := &readiness{}
	for _, c := range checks {
		if c.Name == "" || c.Ready == nil {
			return nil, fmt.Errorf("web: the check %q needs a name and a function", c.Name)
		}
		r.probes = append(r.probes, &probe{check: c})
	}
	return r, nil
}

// ServeHTTP answers 200 when all checks are well and 503 otherwise, with the reasons.
func (r *readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	answer := r.ask(req.Context())
	w.Header().Set("Content-Type", "application/json")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller may be gone, and nobody else is to be told
}

func (r *readiness) ask(ctx context.Context) Readiness {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	calls := make([]*call, len(r.probes))
	for i, p := range r.probes {
		calls[i] = p.start(ctx, &r.running)
	}
	answer := Readiness{Ready: true, Checks: make([]Result, len(calls))}
	for i, c := range calls {
		reason := c.reason(ctx)
		answer.Checks[i] = Result{Name: r.probes[i].check.Name, OK: reason == "", Reason: reason}
		answer.Ready = answer.Ready && reason == ""
	}
	return answer
}

// wait gives checks that still run a last moment.
func (r *readiness) wait() {
	done := make(chan struct{})
	go func() { r.running.Wait(); close(done) }()
	last := time.NewTimer(lastWait)
	defer last.Stop()
	select {
	case <-done:
	case <-last.C:
	}
}

// probe runs one check, at most once at a time: askers that come meanwhile share its answer, so that
// neither a flood of requests nor a check that hangs piles up work.
type probe struct {
	check   Check
	mu      sync.Mutex
	current *call
}

// call is one run of a check.
type call struct {
	done chan struct{}
	err  error // set before done is closed
}

func (p *probe) start(ctx context.Context, running *sync.WaitGroup) *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current != nil {
		return p.current
	}
	c := &call{done: make(chan struct{})}
	p.current = c
	running.Go(func() {
		// The first asker may go away while others wait for the same answer.
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
		defer cancel()
		err := p.run(own)
		p.mu.Lock()
		defer p.mu.Unlock()
		c.err, p.current = err, nil
		close(c.done)
	})
	return c
}

func (p *probe) run(ctx context.Context) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("the check panicked: %T", thrown)
		}
	}()
	return p.check.Ready(ctx)
}

// reason is "" for a check that went well, and otherwise why it did not.
func (c *call) reason(ctx context.Context) string {
	select {
	case <-c.done:
		return explain(c.err)
	case <-ctx.Done():
		return fmt.Sprintf("no answer within %v", checkTimeout)
	}
}

// explain puts an error into one bounded line. Of an error about a URL it keeps only the cause: the
// address may carry a signature.
func explain(err error) string {
	if err == nil {
		return ""
	}
	var about *url.Error
	if errors.As(err, &about) && about.Err != nil {
		err = about.Err
	}
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(err.Error(), "\uFFFD"))
	if utf8.RuneCountInString(text) > maxReason {
		text = string([]rune(text)[:maxReason-1]) + "…"
	}
	if text = strings.TrimSpace(text); text == "" {
		return "no reason given"
	}
	return text
}
