package tencent

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// pending is a call that a breaker let through and that has not ended.
type pending struct {
	report func(error)
	state  int // the round of the model in which it began
	slice  int // the slice of time in which it began
}

// reckoning is what a breaker should do, by this test's own arithmetic.
type reckoning struct {
	breaker  *breaker
	limit    int       // of failures in a row
	state    int       // counts changes of state
	since    time.Time // of the last change
	until    time.Time // zero while writes may go
	trial    bool      // only one call is let through
	row      int
	ended    []pending // calls of this state with a verdict
	failed   []bool
	under    []pending
	lastGood bool // the last verdict was a success
}

func (r *reckoning) slice() int { return int(time.Since(r.since) / breakerSlice) }

// settle moves on to the trial when its time has come.
func (r *reckoning) settle() {
	if !r.until.IsZero() && !time.Now().Before(r.until) {
		r.change()
		r.trial = true
	}
}

func (r *reckoning) change() {
	r.state, r.since, r.until, r.trial, r.row, r.ended, r.failed = r.state+1, time.Now(), time.Time{}, false, 0, nil, nil
}

func (r *reckoning) refuses() bool {
	busy := slices.ContainsFunc(r.under, func(p pending) bool { return p.state == r.state })
	return !r.until.IsZero() || r.trial && busy
}

func (r *reckoning) begin(t *rapid.T) {
	r.settle()
	if said := r.breaker.suspended(); (said != nil) != r.refuses() {
		t.Fatalf("suspended: %v, want %v", said, r.refuses())
	}
	report, refused := r.breaker.allow()
	if (refused != nil) != r.refuses() {
		t.Fatalf("refused: %v, want %v", refused, r.refuses())
	}
	if refused == nil {
		r.under = append(r.under, pending{report, r.state, r.slice()})
	} else if !r.until.IsZero() && !refused.Until.Equal(r.until) {
		t.Fatalf("until %v, want %v", refused.Until, r.until)
	}
}

func (r *reckoning) end(t *rapid.T) {
	if len(r.under) == 0 {
		t.Skip("no call is under way")
	}
	r.settle()
	i := rapid.IntRange(0, len(r.under)-1).Draw(t, "which")
	verdict := rapid.SampledFrom([]error{nil, &breakdown{reason: ReasonReset}, &breakdown{reason: ReasonDial}, errNoVerdict}).Draw(t, "verdict")
	call := r.under[i]
	r.under = slices.Delete(r.under, i, i+1)
	call.report(verdict)
	if call.state != r.state || errors.Is(verdict, errNoVerdict) {
		return
	}
	r.ended, r.failed, r.lastGood = append(r.ended, call), append(r.failed, verdict != nil), verdict == nil
	switch {
	case verdict == nil && r.trial:
		r.change()
	case verdict == nil:
		r.row = 0
	default:
		r.fail()
	}
	if said := r.breaker.suspended(); r.lastGood && said != nil {
		t.Fatalf("after a success: %v", said)
	}
}

func (r *reckoning) fail() {
	r.row++
	sum, failed := 0, 0
	for i, call := range r.ended {
		if call.slice > r.slice()-int(breakerWindow/breakerSlice) {
			sum++
			if r.failed[i] {
				failed++
			}
		}
	}
	if r.trial || r.row >= r.limit || sum >= breakerSample && 2*failed >= sum {
		r.change()
		r.until = time.Now().Add(DefaultBreakerOpenFor)
	}
}

func (*reckoning) pass(t *rapid.T) {
	time.Sleep(time.Duration(rapid.IntRange(1, 2000).Draw(t, "milliseconds")) * time.Millisecond)
}

// TestBreakerIsReckonable holds the breaker to a model of its rules, with calls that overlap. After a success of a call
// that counts it refuses nobody.
func TestBreakerIsReckonable(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]int{"failures in a row": DefaultBreakerFailures, "failures amidst others": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				rapid.SyncTest(t, func(t *rapid.T) {
					b := newBreaker(Breaker{Failures: uint32(row)}, DefaultTimeout)
					r := &reckoning{breaker: b, limit: row, since: time.Now()}
					t.Repeat(map[string]func(*rapid.T){"begin": r.begin, "begin too": r.begin, "end": r.end, "end too": r.end, "pass": r.pass})
				})
			})
		})
	}
}
