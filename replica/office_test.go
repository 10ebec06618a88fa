package replica_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ringside/ledger"
	"ringside/replica"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// terms decides as the ledger does, on the clock of the bubble.
type terms struct {
	mu    sync.Mutex
	owner string
	fence int64
	until time.Time
	away  map[string]bool // owners who can't reach it
}

var errAway = errors.New("out of reach")

func (t *terms) Lead(_ context.Context, role, owner string, life time.Duration) (ledger.Term, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.away[owner]:
		return ledger.Term{}, errAway
	case t.owner != owner && time.Now().Before(t.until):
		return ledger.Term{}, &ledger.RoleTakenError{Role: role, Owner: t.owner}
	case t.owner != owner:
		t.owner = owner
		t.fence++
	}
	t.until = time.Now().Add(life)
	return ledger.Term{Fence: t.fence, Left: life}, nil
}

func (t *terms) Resign(_ context.Context, _, owner string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away[owner] {
		return errAway
	}
	if t.owner == owner {
		t.until = time.Time{}
	}
	return nil
}

func (t *terms) cutOff(owner string, away bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.away[owner] = away
}

// stage runs two processes that want one role, and notes who works.
type stage struct {
	terms *terms
	mu    sync.Mutex
	now   map[string]bool
	both  bool
}

func newStage() *stage {
	return &stage{terms: &terms{away: map[string]bool{}}, now: map[string]bool{}}
}

func (s *stage) work(who string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		s.mu.Lock()
		s.now[who] = true
		s.both = s.both || len(s.now) > 1
		s.mu.Unlock()
		<-ctx.Done()
		time.Sleep(time.Second) // as much as it may take
		s.mu.Lock()
		delete(s.now, who)
		s.mu.Unlock()
		return nil
	}
}

func (s *stage) working() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for who := range s.now {
		return who
	}
	return ""
}

func TestOneWorksAndTheOtherTakesOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end    func(s *stage, stop context.CancelFunc)
		within time.Duration
	}{
		"when the first one stops":                  {func(_ *stage, stop context.CancelFunc) { stop() }, 2500 * time.Millisecond},
		"when the first one can't reach the ledger": {func(s *stage, _ context.CancelFunc) { s.terms.cutOff("one", true) }, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage()
				first, stopFirst := context.WithCancel(t.Context())
				second, stopSecond := context.WithCancel(t.Context())
				var run sync.WaitGroup
				one, two := replica.New(s.terms, "gateway", "one"), replica.New(s.terms, "gateway", "two")
				run.Go(func() { _ = one.Hold(first, s.work("one")) })
				time.Sleep(100 * time.Millisecond)
				run.Go(func() { _ = two.Hold(second, s.work("two")) })
				time.Sleep(time.Minute)
				if s.working() != "one" || !one.Held() || two.Held() || one.Fence() != 1 {
					t.Fatalf("%q works; held: %v, %v", s.working(), one.Held(), two.Held())
				}
				test.end(s, stopFirst)
				time.Sleep(test.within)
				if s.working() != "two" || one.Held() || !two.Held() || two.Fence() != 2 {
					t.Errorf("%q works after %s; held: %v, %v, fence %d", s.working(), test.within, one.Held(), two.Held(), two.Fence())
				}
				time.Sleep(time.Minute)
				stopFirst()
				stopSecond()
				run.Wait()
				if s.both {
					t.Error("both worked at a time")
				}
			})
		})
	}
}

func TestWorkThatFailsFreesTheRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		broken := errors.New("the gateway closed")
		one := replica.New(s.terms, "gateway", "one")
		if err := one.Hold(t.Context(), func(context.Context) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		if _, err := s.terms.Lead(t.Context(), "gateway", "two", time.Second); err != nil || one.Held() {
			t.Errorf("the role is not free: %v", err)
		}
	})
}

// TestAPausedProcessKnowsThatItLostTheRole stops the clock of nobody: time passes while the process does nothing.
func TestAPausedProcessKnowsThatItLostTheRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		one := replica.New(s.terms, "gateway", "one")
		held := make(chan bool, 1)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		_ = one.Hold(ctx, func(context.Context) error {
			s.terms.cutOff("one", true)
			time.Sleep(4 * time.Second) // as long as a term lasts, less the margin, and some more
			held <- one.Held()
			stop()
			return nil
		})
		if <-held {
			t.Error("it believes to have the role")
		}
	})
}
