package tencent

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWhatCounts is the table of what a call says about the platform.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	failed := func(reason Reason) Evidence { return Evidence{Err: &Failure{Reason: reason}} }
	const long, short = ServerTimeout, ServerTimeout - time.Millisecond
	for name, tt := range map[string]struct {
		evidence Evidence
		took     time.Duration
		want     error
	}{
		"success":                    {Evidence{Complete: true}, 0, nil},
		"bad input":                  {Evidence{Complete: true, Code: 100002}, 0, nil},
		"battle over":                {Evidence{Complete: true, Code: 100006}, 0, nil},
		"too frequent":               {Evidence{Complete: true, Code: 60007}, 0, nil},
		"unknown code":               {Evidence{Complete: true, Code: 1}, long, nil},
		"internal error":             {Evidence{Complete: true, Code: 100001}, 0, &breakdown{code: 100001}},
		"dial":                       {failed(ReasonDial), 0, &breakdown{reason: ReasonDial}},
		"tls":                        {failed(ReasonTLS), 0, &breakdown{reason: ReasonTLS}},
		"timeout":                    {failed(ReasonTimeout), long, &breakdown{reason: ReasonTimeout}},
		"timeout, impatient caller":  {failed(ReasonTimeout), short, errNoVerdict},
		"reset":                      {failed(ReasonReset), 0, &breakdown{reason: ReasonReset}},
		"redirect":                   {failed(ReasonRedirect), 0, &breakdown{reason: ReasonRedirect}},
		"status":                     {failed(ReasonStatus), 0, &breakdown{reason: ReasonStatus}},
		"truncated":                  {failed(ReasonTruncated), 0, &breakdown{reason: ReasonTruncated}},
		"too-large":                  {failed(ReasonTooLarge), 0, &breakdown{reason: ReasonTooLarge}},
		"not-json":                   {failed(ReasonNotJSON), 0, &breakdown{reason: ReasonNotJSON}},
		"no-code":                    {failed(ReasonNoCode), 0, &breakdown{reason: ReasonNoCode}},
		"shape":                      {failed(ReasonShape), 0, &breakdown{reason: ReasonShape}},
		"cancelled":                  {failed(ReasonCancelled), long, errNoVerdict},
		"input":                      {failed(ReasonInput), 0, errNoVerdict},
		"slot":                       {failed(ReasonSlot), 0, errNoVerdict},
		"closed":                     {failed(ReasonClosed), 0, errNoVerdict},
		"an error that is no reason": {Evidence{Err: errors.New("x")}, long, errNoVerdict},
		"nothing at all":             {Evidence{}, long, errNoVerdict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tt.evidence.verdict(tt.took)
			if diff := cmp.Diff(said(tt.want), said(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func said(err error) string {
	if err == nil {
		return "success"
	}
	return err.Error()
}

// end lets a breaker see one call.
func end(b *breaker, verdict error) (refused bool) {
	report, suspended := b.allow()
	if suspended != nil {
		return true
	}
	report(verdict)
	return false
}

func TestHalfOfManyCalls(t *testing.T) {
	t.Parallel()
	bad := &breakdown{reason: ReasonReset}
	for name, tt := range map[string]struct {
		verdicts []error // again and again
		pause    time.Duration
		want     int // calls let through of 60
	}{
		"every other one":             {[]error{nil, bad}, 0, 20},
		"every third one":             {[]error{nil, nil, bad}, 0, 60},
		"two of three":                {[]error{bad, nil, bad}, 0, 21}, // The 20th is a success.
		"too few in the window":       {[]error{nil, bad}, time.Second, 60},
		"enough in the window":        {[]error{nil, bad}, 500 * time.Millisecond, 20},
		"those without a verdict":     {[]error{errNoVerdict, errNoVerdict}, 0, 60},
		"failures amidst no verdicts": {[]error{bad, errNoVerdict}, 0, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBreaker(Breaker{}, DefaultTimeout)
				passed := 0
				for ; passed < 60 && !end(b, tt.verdicts[passed%len(tt.verdicts)]); passed++ {
					time.Sleep(tt.pause)
				}
				if passed != tt.want {
					t.Errorf("%d calls were let through, want %d", passed, tt.want)
				}
			})
		})
	}
}

// TestFailuresInARowMayBeFarApart has a person try once a minute.
func TestFailuresInARowMayBeFarApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(Breaker{}, DefaultTimeout)
		for range DefaultBreakerFailures {
			if end(b, &breakdown{reason: ReasonDial}) {
				t.Fatal("refused too early")
			}
			time.Sleep(5 * time.Second)
		}
		if b.suspended() == nil {
			t.Error("not suspended")
		}
	})
}

// TestLongTimeoutsCount has calls end long after the window in which failures are weighed.
func TestLongTimeoutsCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(Breaker{Failures: 1000}, time.Minute)
		var reports []func(error)
		for range breakerSample {
			report, _ := b.allow()
			reports = append(reports, report)
		}
		time.Sleep(time.Minute)
		for _, report := range reports {
			report(&breakdown{reason: ReasonTimeout})
		}
		if b.suspended() == nil {
			t.Error("not suspended")
		}
	})
}

// TestOldCallsDoNotDisturbATrial reports calls from before the suspension during and after the trial.
func TestOldCallsDoNotDisturbATrial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(Breaker{Failures: 1, OpenFor: time.Second}, DefaultTimeout)
		good, _ := b.allow()
		bad, _ := b.allow()
		end(b, &breakdown{reason: ReasonDial})
		time.Sleep(time.Second)
		trial, refused := b.allow()
		if refused != nil {
			t.Fatal(refused)
		}
		good(nil)
		want := &SuspendedError{Until: time.Now().Add(trialPause), Reason: "dial"}
		if diff := cmp.Diff(want, b.suspended()); diff != "" {
			t.Errorf("an old success ended the trial (-want +got):\n%s", diff)
		}
		trial(nil)
		bad(&breakdown{reason: ReasonDial})
		if got := b.suspended(); got != nil {
			t.Errorf("an old failure counted: %v", got)
		}
	})
}

func TestNoBreaker(t *testing.T) {
	t.Parallel()
	var b *breaker
	for range 100 {
		end(b, &breakdown{reason: ReasonDial})
	}
	if open, opened := b.report(); open || opened != 0 || b.suspended() != nil {
		t.Errorf("open %v, opened %d times", open, opened)
	}
}

// TestBreakerUnderLoad has many callers report at the same time. At no moment is more than one on trial, and the
// breaker recovers.
func TestBreakerUnderLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(Breaker{OpenFor: time.Second}, DefaultTimeout)
		var all sync.WaitGroup
		for caller := range 8 {
			all.Go(func() {
				for i := range 500 {
					verdict := []error{nil, &breakdown{reason: ReasonReset}, &breakdown{code: codeInternal}, errNoVerdict}[(caller+i/7)%4]
					if end(b, verdict) {
						time.Sleep(time.Millisecond)
					}
					_ = b.suspended()
					b.report()
				}
			})
		}
		all.Wait()
		if _, opened := b.report(); opened == 0 {
			t.Error("never opened")
		}
		time.Sleep(time.Second)
		if end(b, nil) || b.suspended() != nil {
			t.Errorf("did not recover: %v", b.suspended())
		}
	})
}

func TestSuspendedErrorSaysWhy(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 5, 1, 20, 0, 9, 0, time.FixedZone("", 3600))
	for want, e := range map[string]SuspendedError{
		"writes to Tencent are suspended until 2026-05-01T19:00:09Z after failures, the last by timeout; nothing was sent":     {Until: until, Reason: "timeout"},
		"writes to Tencent are suspended until 2026-05-01T19:00:09Z after failures, the last by code 100001; nothing was sent": {Until: until, Code: 100001},
	} {
		if got := e.Error(); got != want {
			t.Errorf("says %q", got)
		}
	}
}
