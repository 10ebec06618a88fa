package tencent

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// Defaults of Breaker, and what else suspends writes.
const (
	DefaultBreakerFailures = 5
	DefaultBreakerOpenFor  = 10 * time.Second

	breakerWindow = 10 * time.Second // in which failures are weighed against all calls
	breakerSlice  = time.Second      // by which the window moves on
	breakerSample = 20               // calls, below which nothing is weighed

	trialPause = time.Second // what one is told to wait while another call is on trial

	codeInternal = 100001 // "internal error", the one refusal that says that the platform is ill
)

// Breaker says when a Client suspends writes and for how long. A field that is zero keeps its default.
type Breaker struct {
	Failures uint32        // so many failures in a row suspend writes; default DefaultBreakerFailures
	OpenFor  time.Duration // from a suspension, or a trial that failed, to the next trial; default DefaultBreakerOpenFor
}

// SuspendedError says that writes are suspended because too many of the last ones failed. Nothing was sent.
type SuspendedError struct {
	Until  time.Time // when the next try is let through, by the machine's own clock
	Reason string    // the Reason of the last failure; empty if Code says it
	Code   int       // the code of the last failure if that was a complete reply, else 0
}

// Error says why writes are suspended and until when.
func (e *SuspendedError) Error() string {
	why := e.Reason
	if e.Code != 0 {
		why = fmt.Sprintf("code %d", e.Code)
	}
	return fmt.Sprintf("writes to Tencent are suspended until %s after failures, the last by %s; nothing was sent",
		e.Until.UTC().Format(time.RFC3339), why)
}

// errNoVerdict is what a call reports that says nothing about the platform.
var errNoVerdict = errors.New("the call says nothing about the platform")

// breakdown is what a call reports that counts as a failure of the platform, or of the way to it.
type breakdown struct {
	reason Reason
	code   int
}

// Error names the reason or the code.
func (b *breakdown) Error() string {
	if b.code != 0 {
		return fmt.Sprintf("code %d", b.code)
	}
	return string(b.reason)
}

// breaker suspends writes while the platform fails. A nil breaker lets everything through.
//
// The library counts a call in the slice of time in which it began, and forgets a slice that has left the window
// together with its failures in a row. Calls are few here, and a person's five failures may be minutes apart: so
// failures in a row are counted by us, in the hooks that the library calls under its own lock and only for calls of
// the present state.
type breaker struct {
	steps   *gobreaker.TwoStepCircuitBreaker[any]
	openFor time.Duration

	mu     sync.Mutex // taken under the library's lock, never the other way round
	row    uint32     // failures in a row
	last   breakdown
	until  time.Time
	opened uint64
}

// newBreaker returns a breaker for calls that take at most timeout.
func newBreaker(settings Breaker, timeout time.Duration) *breaker {
	if settings.Failures == 0 {
		settings.Failures = DefaultBreakerFailures
	}
	if settings.OpenFor <= 0 {
		settings.OpenFor = DefaultBreakerOpenFor
	}
	b := &breaker{openFor: settings.OpenFor}
	b.steps = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		MaxRequests:   1,
		Interval:      max(breakerWindow, 2*timeout), // A call that timed out must still be inside when that is known.
		BucketPeriod:  breakerSlice,
		Timeout:       settings.OpenFor - 1, // The library lets calls through only after that.
		IsExcluded:    func(err error) bool { return errors.Is(err, errNoVerdict) },
		IsSuccessful:  b.weigh,
		ReadyToTrip:   func(counts gobreaker.Counts) bool { return b.inRow() >= settings.Failures || halfFailed(counts) },
		OnStateChange: b.changed,
	})
	return b
}

// halfFailed leaves calls under way out of the sum.
func halfFailed(counts gobreaker.Counts) bool {
	sum := counts.TotalSuccesses + counts.TotalFailures
	return sum >= breakerSample && 2*counts.TotalFailures >= sum
}

// weigh tells the library whether a call went well, and notes it.
func (b *breaker) weigh(err error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	var failed *breakdown
	if !errors.As(err, &failed) {
		b.row = 0
		return true
	}
	b.row++
	b.last = *failed
	return false
}

func (b *breaker) inRow() uint32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.row
}

func (b *breaker) changed(_ string, from, to gobreaker.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if to != gobreaker.StateOpen {
		return
	}
	b.until = time.Now().Add(b.openFor)
	if from == gobreaker.StateClosed {
		b.opened++
	}
}

// allow lets a call through or refuses it. What it returns must be told how the call ended, exactly once.
func (b *breaker) allow() (report func(error), refused *SuspendedError) {
	if b == nil {
		return func(error) {}, nil
	}
	report, err := b.steps.Allow()
	if err != nil {
		return nil, b.refusal(errors.Is(err, gobreaker.ErrOpenState))
	}
	return report, nil
}

// suspended tells whether allow would refuse a call now.
func (b *breaker) suspended() *SuspendedError {
	if b == nil {
		return nil
	}
	switch b.steps.State() {
	case gobreaker.StateOpen:
		return b.refusal(true)
	case gobreaker.StateHalfOpen:
		counts := b.steps.Counts()
		if counts.Requests > counts.TotalExclusions && b.steps.State() == gobreaker.StateHalfOpen {
			return b.refusal(false)
		}
	}
	return nil
}

func (b *breaker) refusal(open bool) *SuspendedError {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := &SuspendedError{Until: b.until, Reason: string(b.last.reason), Code: b.last.code}
	if !open {
		e.Until = time.Now().Add(trialPause)
	}
	return e
}

// report returns whether writes are suspended, and how often they have been.
func (b *breaker) report() (open bool, opened uint64) {
	if b == nil {
		return false, 0
	}
	open = b.steps.State() == gobreaker.StateOpen
	b.mu.Lock()
	defer b.mu.Unlock()
	return open, b.opened
}

// verdict returns what a call that took so long says about the platform: nil if that works, a *breakdown if it or
// the way to it failed, else errNoVerdict. A complete reply is a success whatever it refuses, but for an internal error.
func (e Evidence) verdict(took time.Duration) error {
	if e.Complete && e.Code == codeInternal {
		return &breakdown{code: e.Code}
	}
	if e.Complete {
		return nil
	}
	var failure *Failure
	if !errors.As(e.Err, &failure) {
		return errNoVerdict
	}
	switch failure.Reason {
	case ReasonInput, ReasonSlot, ReasonClosed, ReasonCancelled:
		return errNoVerdict
	case ReasonTimeout:
		if took < ServerTimeout { // The caller did not even wait for the platform to give up.
			return errNoVerdict
		}
	}
	return &breakdown{reason: failure.Reason}
}

// writes reports whether the command changes something.
func (c Command) writes() bool {
	return c == CommandCreateBattle || c == CommandSetBattleScore
}
