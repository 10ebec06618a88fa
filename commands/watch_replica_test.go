package commands

import (
	"strings"
	"testing"
	"time"

	"ringside/ledger"
)

// speak sets whether the messages are this process's.
func (l *hall) speak(yes bool) { l.mine = func(string) bool { return yes } }

// beside is another process on the same ledger and the same platform.
func (l *hall) beside() *hall {
	other := newHall()
	other.watcher = newWatcher(l, l, nil, l.clock, l.log)
	other.finish = l.finish
	return other
}

func TestOnlyOneProcessKeepsAMessageUpToDate(t *testing.T) {
	t.Parallel()
	l := newHall()
	other := l.beside()
	other.speak(false)
	const m = Message("slack:T1/C1/1.0")
	other.open(t, m, battle("b")) // a person asked this one
	other.standBack()
	l.resume(t.Context())
	l.battles["b"].followed = true
	l.score("b", 5, 0)
	l.step(10 * time.Second)
	if len(l.shots[m]) == 0 || len(other.battles) != 0 {
		t.Errorf("%d changes, and the one that stands by follows %d battles", len(l.shots[m]), len(other.battles))
	}
}

func TestAWatchThatAnotherProcessEnds(t *testing.T) {
	t.Parallel()
	l := newHall()
	other := l.beside()
	other.speak(false)
	const m = Message("slack:T1/C1/1.0")
	l.open(t, m, battle("b"))
	if err := other.unwatch(t.Context(), "slack:T1/C1", "b", Caller{ID: "slack:T1/user/U1", Name: "ana"}); err != nil {
		t.Fatal(err)
	}
	l.score("b", 5, 0)
	l.step(time.Second) // it does not know yet
	l.resume(t.Context())
	other.stepAt(l, resumeEvery+roundEvery)
	l.step(10 * time.Second)
	shots := l.shots[m]
	if len(l.battles) != 0 || len(shots) == 0 || !strings.HasPrefix(shots[len(shots)-1].Headline, "No longer") {
		t.Errorf("it is still watched, or the last word is not the end: %+v", shots)
	}
}

// stepAt moves the other's clock on, by which this one goes, and does what is due here.
func (l *hall) stepAt(other *hall, d time.Duration) {
	other.mu.Lock()
	other.time = other.time.Add(d)
	other.mu.Unlock()
	l.step(0)
}

func TestAMessageThatAnotherProcessPostedAnew(t *testing.T) {
	t.Parallel()
	l := newHall()
	const old, fresh = Message("slack:T1/C1/1.0"), Message("slack:T1/C1/2.0")
	l.open(t, old, battle("b"))
	l.kept["slack:T1/C1 b"] = ledger.Watch{Channel: "slack:T1/C1", Battle: "b", Message: string(fresh), By: "slack:T1/user/U2"}
	l.resume(t.Context())
	l.battles["b"].followed = true
	l.score("b", 7, 0)
	l.step(10 * time.Second)
	if len(l.shots[old]) != 1 || len(l.shots[fresh]) != 1 {
		t.Errorf("the old one was changed %d times, the new one %d times", len(l.shots[old]), len(l.shots[fresh]))
	}
}
