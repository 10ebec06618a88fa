package ledger

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

const (
	call    = "set_battle_score"
	every   = time.Second // between two turns: longer than any ask takes, so that what is asked can be told from what is waited for
	endless = time.Hour   // further away than any turn
)

// next returns when the next turn is, by the database's clock.
func next(t *testing.T, l *Ledger) time.Time {
	t.Helper()
	var at int64
	check(t, "next", l.side.QueryRowContext(t.Context(), `SELECT next FROM turns WHERE command = $1`, call).Scan(&at))
	return fromMicro(at)
}

// idle makes as if nobody had taken a turn for long.
func idle(t *testing.T, l *Ledger) {
	t.Helper()
	alter(t, l, `INSERT INTO turns VALUES ($1, 0, TRUE) ON CONFLICT (command) DO UPDATE SET next = 0`, call)
}

// turn asks for a turn and wants it to be granted or not, after about so long.
func turn(t *testing.T, l *Ledger, most time.Duration, granted bool, after time.Duration) {
	t.Helper()
	began := time.Now()
	got, wait, err := l.Turn(t.Context(), call, every, most, false)
	if took := time.Since(began); err != nil || got != granted || wait > after || wait+took < after-every/2 {
		t.Errorf("granted %v after %s, want %v after %s; it took %s: %v", got, wait, granted, after, took, err)
	}
}

func TestTurnsComeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	l, place := openShared(t)
	other := openDSN(t, place)
	idle(t, l)
	turn(t, l, endless, true, 0)
	turn(t, other, endless, true, every)
	turn(t, l, endless, true, 2*every)
	idle(t, l)
	turn(t, other, endless, true, 0) // what was not used is not saved up
	turn(t, other, endless, true, every)
	if granted, wait, err := l.Turn(t.Context(), "get_battle_info", every, endless, false); granted || wait != settling || err != nil {
		t.Errorf("another command: %v, %s, %v", granted, wait, err)
	}
}

func TestTurnsAtTheSameTimeAreDistinct(t *testing.T) {
	t.Parallel()
	l, place := openShared(t)
	ledgers := []*Ledger{l, openDSN(t, place), openDSN(t, place)}
	idle(t, l)
	const asks = 30
	moments := make([]time.Time, asks)
	var all sync.WaitGroup
	for i := range asks {
		all.Go(func() {
			granted, wait, err := ledgers[i%3].Turn(t.Context(), call, every, endless, false)
			if !granted || err != nil {
				t.Errorf("not granted: %v", err)
			}
			moments[i] = time.Now().Add(wait)
		})
	}
	all.Wait()
	slices.SortFunc(moments, time.Time.Compare)
	for i := 1; i < asks; i++ {
		if apart := moments[i].Sub(moments[i-1]); apart < every/2 {
			t.Errorf("two turns are %s apart", apart)
		}
	}
	if first := next(t, l).Add(-asks * every); time.Since(first) < 0 || time.Since(first) > 10*time.Second {
		t.Errorf("%d turns end at %s", asks, next(t, l))
	}
}

func TestATurnTooFarAwayIsNotTaken(t *testing.T) {
	t.Parallel()
	l, _ := openShared(t)
	idle(t, l)
	for n := range 3 {
		turn(t, l, endless, true, time.Duration(n)*every)
	}
	before := next(t, l)
	for range 5 {
		turn(t, l, 2*every, false, 3*every)
	}
	if after := next(t, l); after != before {
		t.Errorf("the next turn moved by %s", after.Sub(before))
	}
	turn(t, l, endless, true, 3*every)
}

// TestLostTurns empties the table, as the database does after a crash: then all wait until what was granted before is over.
func TestLostTurns(t *testing.T) {
	t.Parallel()
	l, place := openShared(t)
	other := openDSN(t, place)
	idle(t, l)
	turn(t, l, endless, true, 0)
	alter(t, l, `TRUNCATE turns`)
	turn(t, l, time.Minute, false, settling)
	turn(t, other, time.Minute, true, settling)
	turn(t, l, time.Minute, true, settling+every)
}

// TestSilentSharers lets some of the processes that share the ceiling be silent: they may read on by themselves, so that
// the others leave their part to them, and nobody else's calls are slower.
func TestSilentSharers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		silent, returned int // of four
		apart            bool
		want             time.Duration
	}{
		"nobody is silent":              {0, 0, true, every},
		"one is silent":                 {1, 0, true, every * 4 / 3},
		"three are silent":              {3, 0, true, every * 4},
		"one is silent, for a write":    {1, 0, false, every},
		"three are silent, for a write": {3, 0, false, every},
		"one came back just now":        {0, 1, true, every * 4 / 3},
		"two came back just now":        {1, 2, true, every * 4},
		"all came back just now":        {0, 4, true, every * 20},
		"one came back to nobody":       {3, 1, true, every * 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openShared(t)
			idle(t, l)
			for n := range 4 {
				_, err := l.Attend(t.Context(), fmt.Sprint(n))
				check(t, "attend", err)
			}
			alter(t, l, `UPDATE replicas SET since = since - 3600000000, seen = seen + 60000000, told = 4`)
			for n := range test.silent {
				alter(t, l, `UPDATE replicas SET seen = seen - 70000000 WHERE owner = $1`, fmt.Sprint(n))
			}
			for n := range test.returned {
				alter(t, l, `UPDATE replicas SET since = since + 3603000000 WHERE owner = $1`, fmt.Sprint(3-n))
			}
			_, _, err := l.Turn(t.Context(), call, every, endless, test.apart)
			check(t, "turn", err)
			first := next(t, l)
			_, _, err = l.Turn(t.Context(), call, every, endless, test.apart)
			check(t, "turn", err)
			if got := next(t, l).Sub(first); got.Round(time.Millisecond) != test.want.Round(time.Millisecond) {
				t.Errorf("turns are %s apart, want %s", got, test.want)
			}
		})
	}
}

func TestAttendance(t *testing.T) {
	t.Parallel()
	l, _ := openShared(t)
	attends := func(owner string, want int) {
		t.Helper()
		if n, err := l.Attend(t.Context(), owner); n != want || err != nil {
			t.Errorf("%s shares with %d, want %d: %v", owner, n, want, err)
		}
	}
	since := func(owner string) (at int64) {
		t.Helper()
		check(t, "since", l.side.QueryRowContext(t.Context(), `SELECT since FROM replicas WHERE owner = $1`, owner).Scan(&at))
		return at
	}
	attends("one", 1)
	attends("two", 2)
	attends("one", 2)
	check(t, "depart", l.Depart(t.Context(), "two"))
	attends("one", 1)
	attends("two", 2)

	began := since("one")
	alter(t, l, `UPDATE replicas SET seen = seen - 1000000 WHERE owner = 'one'`)
	attends("one", 2)
	if since("one") != began {
		t.Error("a second of silence counts as an absence")
	}
	alter(t, l, `UPDATE replicas SET seen = seen - 2500000 WHERE owner = 'one'`)
	attends("one", 2)
	if since("one") <= began {
		t.Error("an absence is not noticed")
	}
	alter(t, l, `UPDATE replicas SET seen = seen - 119000000 WHERE owner = 'two'`)
	attends("one", 2) // it may still read by itself
	alter(t, l, `UPDATE replicas SET seen = seen - 2000000 WHERE owner = 'two'`)
	attends("one", 1)
}
