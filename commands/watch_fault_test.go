package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringside/battles"
	"ringside/ledger"
)

func (l *hall) latest(m Message) string {
	if s := l.shots[m]; len(s) > 0 {
		return s[len(s)-1].Headline
	}
	return ""
}

func TestLastWordsAreTriedForTenMinutes(t *testing.T) {
	t.Parallel()
	const m = Message("slack:T1/C1/1.0")
	for name, tc := range map[string]struct {
		broken time.Duration // since the end
		gone   string
	}{
		"a moment":        {5 * time.Second, endedByEnd},
		"nine minutes":    {9 * time.Minute, endedByEnd},
		"half of an hour": {30 * time.Minute, endedByFailure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newHall()
			l.open(t, m, battle("b"))
			l.score("b", 5, 1)
			l.step(time.Second)
			began := l.clock()
			l.fault = func(Message) error {
				if l.time.Sub(began) < tc.broken {
					return errors.New("no answer")
				}
				return nil
			}
			l.close("b")
			for range 2 * 3600 {
				l.step(time.Second / 2)
			}
			if len(l.kept) != 0 || len(l.battles) != 0 || len(l.gone) != 1 || l.gone[0] != tc.gone {
				t.Errorf("ended by %q, kept: %v", l.gone, l.kept)
			}
			if n := len(l.shots[m]); n > 30 {
				t.Errorf("it was tried %d times", n)
			}
			if !strings.HasPrefix(l.latest(m), "final of b") {
				t.Errorf("it shows %q", l.latest(m))
			}
			if err := l.overPace(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnEndThatTheLedgerCannotTakeIsToldOnce(t *testing.T) {
	t.Parallel()
	l := newHall()
	const m = Message("slack:T1/C1/1.0")
	l.open(t, m, battle("b"))
	l.full = errors.New("disk full")
	l.close("b")
	for range 100 {
		l.step(time.Second)
	}
	if len(l.battles) != 1 {
		t.Fatal("it was forgotten although the ledger has it still")
	}
	l.full = nil
	for range 70 {
		l.step(time.Second)
	}
	lastWords(t, l, m)
	if len(l.battles) != 0 || len(l.kept) != 0 {
		t.Error("it was never forgotten")
	}
}

func TestWhatTheLedgerCannotTakeIsNotWatched(t *testing.T) {
	t.Parallel()
	l := newHall()
	l.full = errors.New("disk full")
	k := ledger.Watch{Channel: "slack:T1/C1", Battle: "b", Message: "slack:T1/C1/1.0", By: "slack:T1/user/U1", At: l.clock()}
	if err := l.begin(t.Context(), k, battle("b")); !errors.Is(err, l.full) || len(l.battles) != 0 {
		t.Errorf("got %v, %d battles", err, len(l.battles))
	}
	if err := l.unwatch(t.Context(), "slack:T1/C1", "b", Caller{ID: "slack:T1/user/U1"}); !errors.Is(err, l.full) {
		t.Errorf("got %v", err)
	}
	l.resume(t.Context())
	if len(l.battles) != 0 {
		t.Error("it went on without the ledger")
	}
}

func TestWatchedBattlesAreBounded(t *testing.T) {
	t.Parallel()
	l := newHall()
	for i := range maxWatched {
		l.open(t, Message(fmt.Sprintf("slack:T1/C%d/1.0", i)), battle(fmt.Sprint("b", i)))
	}
	if l.place("slack:T1/C0", "another") {
		t.Error("one battle too many")
	}
	if !l.place("slack:T1/C0", "b1") || !l.place("slack:T1/C0", "b0") {
		t.Error("a battle that is watched already takes no new place")
	}
	for i := range maxDisplays - maxWatched {
		l.open(t, Message(fmt.Sprintf("slack:T2/C%d/1.0", i)), battle("b0"))
	}
	if l.place("slack:T3/C0", "b0") || !l.place("slack:T2/C0", "b0") {
		t.Error("one message too many, or none in the place of another")
	}
	if err := l.begin(t.Context(), ledger.Watch{Channel: "slack:T3/C0", Battle: "b0"}, battle("b0")); !errors.Is(err, errTooMany) {
		t.Errorf("got %v", err)
	}
	l.kept["slack:T3/C0 b0"] = ledger.Watch{Channel: "slack:T3/C0", Battle: "b0"}
	if l.resume(t.Context()); l.display("slack:T3/C0", "b0") != nil {
		t.Error("a restart takes up more than there is place for")
	}
}

func TestBudgetsThatAreFullAreForgotten(t *testing.T) {
	t.Parallel()
	p := newEditPace()
	for i := range maxBudgets {
		p.take(Message(fmt.Sprintf("discord:1/%d/1", i)), noon())
	}
	if p.take("discord:1/0/1", noon()) {
		t.Error("a budget that was used is forgotten")
	}
	if n := len(p.budgets); n > discordBurst+1 {
		t.Errorf("%d budgets are remembered", n)
	}
}

func TestTheLedgersNewerWatchStays(t *testing.T) {
	t.Parallel()
	l := newHall()
	old, newer := Message("slack:T1/C1/1.0"), Message("slack:T1/C1/2.0")
	l.open(t, old, battle("b"))
	d := l.display("slack:T1/C1", "b")
	l.end(d, endedByDelete)
	l.open(t, newer, battle("b"))
	l.forget(t.Context(), d)
	if len(l.kept) != 1 || len(l.gone) != 0 || l.display("slack:T1/C1", "b") == nil {
		t.Errorf("kept: %v, ended: %v", l.kept, l.gone)
	}
}

func TestStoppingAnEndedBattleLeavesItsFinalScores(t *testing.T) {
	t.Parallel()
	l := newHall()
	const m = Message("slack:T1/C1/1.0")
	l.open(t, m, battle("b"))
	l.close("b")
	if err := l.unwatch(t.Context(), "slack:T1/C1", "b", Caller{ID: "slack:T1/user/U1"}); err != nil {
		t.Fatal(err)
	}
	l.step(time.Second)
	l.step(time.Second)
	lastWords(t, l, m)
	if len(l.leaving) != 0 {
		t.Error("it is not forgotten")
	}
}

// script is a follower that says what it is told to.
type script struct {
	views []battles.View
	err   error // after them
}

func (s *script) Next(ctx context.Context) (battles.View, error) {
	if len(s.views) == 0 {
		if s.err != nil {
			return battles.View{}, s.err
		}
		<-ctx.Done()
		return battles.View{}, ctx.Err()
	}
	v := s.views[0]
	s.views = s.views[1:]
	return v, nil
}

func (s *script) Close() {}

// TestRun lets the watcher run by itself: it takes up what the ledger has once that can be read, follows a battle again
// that it lost, and shows its end.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newHall()
		l.now = time.Now
		began := time.Now()
		read := func(score int64, at time.Duration) battles.View {
			return but(battle("b"), func(v *battles.View) {
				v.Read, v.Started, v.Ends = began.Add(at), began, began.Add(time.Hour)
				v.Standings = []ledger.Standing{{Room: "pk-live1", Score: score}, {Room: "pk-live2"}}
			})
		}
		follows := []*script{{err: battles.ErrFeed}, {views: []battles.View{read(5, 9*time.Second)}, err: battles.ErrFeed}, {views: []battles.View{read(7, 14*time.Second)}, err: io.EOF}}
		l.follow = func(string) follower {
			f := follows[0]
			follows = follows[1:]
			return f
		}
		const m = Message("discord:1/2/3")
		l.kept["discord:1/2 b"] = ledger.Watch{Channel: "discord:1/2", Battle: "b", Message: string(m), By: "discord:1/user/2"}
		l.full = errors.New("locked")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); l.run(ctx) }()
		at := func(since time.Duration, want string) {
			t.Helper()
			<-time.After(time.Until(began.Add(since)))
			synctest.Wait()
			l.mu.Lock()
			defer l.mu.Unlock()
			if got := l.latest(m); got != want {
				t.Errorf("after %v it shows %q, want %q", since, got, want)
			}
		}
		at(3*time.Second, "")
		l.mu.Lock()
		l.full = nil
		l.mu.Unlock()
		at(8*time.Second, "")
		at(12*time.Second, "pk-live1 leads by 5 · 59:51 left")
		at(20*time.Second, "final of b after 2")
		stop()
		<-done
		if len(l.kept) != 0 {
			t.Errorf("kept: %v", l.kept)
		}
	})
}
