package tencent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ledgerOf is what package ledger does for clients that share a ceiling, in virtual time.
type ledgerOf struct {
	lag func(ask int) (there, back time.Duration) // of one ask, on its ways to the database and from it; nil: none

	mu   sync.Mutex
	asks int
	next map[string]time.Time
	deny int   // so many asks are not granted
	away error // instead of an answer
}

func (l *ledgerOf) Turn(ctx context.Context, command string, every, most time.Duration, _ bool) (bool, time.Duration, error) {
	l.mu.Lock()
	l.asks++
	ask, away := l.asks, l.away
	l.mu.Unlock()
	var there, back time.Duration
	if l.lag != nil {
		there, back = l.lag(ask)
	}
	if away == nil {
		away = pause(ctx, there)
	}
	if away != nil {
		return false, 0, away
	}
	granted, wait := l.take(command, every, most)
	return granted, wait, pause(ctx, back)
}

func (l *ledgerOf) take(command string, every, most time.Duration) (granted bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = map[string]time.Time{}
	}
	now := time.Now()
	at := l.next[command]
	if at.Before(now) {
		at = now
	}
	if l.deny > 0 || at.Sub(now) > most {
		l.deny--
		return false, at.Sub(now)
	}
	l.next[command] = at.Add(every)
	return true, at.Sub(now)
}

// sharers are processes that share a ceiling in virtual time.
type sharers struct {
	platform
	ledger  *ledgerOf
	clients []*Client
}

func newSharers(t *testing.T, n, ceiling int, delay time.Duration, l *ledgerOf) *sharers {
	t.Helper()
	s := &sharers{platform: platform{delay: delay}, ledger: l}
	for range n {
		client, err := New(pipeSettings(ceiling), WithDial(s.dial), WithTurns(l))
		if err != nil {
			t.Fatal(err)
		}
		s.clients = append(s.clients, client)
	}
	return s
}

// attend tells every client how many share the ceiling, until ctx ends.
func (s *sharers) attend(ctx context.Context) {
	for ctx.Err() == nil {
		for _, client := range s.clients {
			client.Shared(len(s.clients))
		}
		_ = pause(ctx, 500*time.Millisecond)
	}
}

func (s *sharers) end() {
	for _, client := range s.clients {
		client.Close()
	}
	s.all.Wait()
}

// TestSharersKeepToOneCeiling counts what leaves several processes that have more to send than they may.
func TestSharersKeepToOneCeiling(t *testing.T) {
	t.Parallel()
	const seconds = 10
	for name, test := range map[string]struct {
		delay time.Duration // of a connection, and of an answer of the platform
		lag   func(ask int) (there, back time.Duration)
		least float64 // of the ceiling
	}{
		"all at once":        {0, nil, 0.95},
		"slow connections":   {150 * time.Millisecond, nil, 0.95},
		"slower connections": {400 * time.Millisecond, nil, 0.95},
		"a far database":     {0, func(int) (time.Duration, time.Duration) { return 20 * time.Millisecond, 20 * time.Millisecond }, 0.95},
		"a slow answer of the database now and then": {0, func(ask int) (time.Duration, time.Duration) {
			return 0, time.Duration(ask%20/19) * 200 * time.Millisecond
		}, 0.5},
		"a slow ask now and then": {0, func(ask int) (time.Duration, time.Duration) {
			return time.Duration(ask%20/19) * 200 * time.Millisecond, 0
		}, 0.9},
	} {
		for _, ceiling := range []int{10, 100, 200} {
			t.Run(fmt.Sprintf("%s, %d a second", name, ceiling), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newSharers(t, 3, ceiling, test.delay, &ledgerOf{lag: test.lag})
					ctx, cancel := context.WithTimeout(t.Context(), seconds*time.Second)
					defer cancel()
					var all sync.WaitGroup
					all.Go(func() { s.attend(ctx) })
					for i := range 90 {
						all.Go(func() { keepAdding(ctx, s.clients[i%3], Class(i/3%2)) })
					}
					all.Wait()
					s.end()
					share := float64(len(s.log.at)) / float64(ceiling*(seconds-1))
					if most := s.log.most(); most > ceiling {
						t.Errorf("%d requests left within one second; %.1f %% of the ceiling", most, 100*share)
					}
					if share < test.least {
						t.Errorf("%.1f %% of the ceiling, want %.1f %% at least", 100*share, 100*test.least)
					}
				})
			})
		}
	}
}

// one makes one call of a command and returns what became of it.
func (s *sharers) one(t *testing.T, command Command) Evidence {
	t.Helper()
	slot, err := s.clients[0].Reserve(t.Context(), command, ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	defer slot.Release()
	_, evidence := s.clients[0].call(t.Context(), slot, command, struct{}{})
	return evidence
}

// refusedTurn wants a call to be proven not made for want of a turn, and its slot to be free again.
func (s *sharers) refusedTurn(t *testing.T, e Evidence, words string) {
	t.Helper()
	var failure *Failure
	if e.Written || e.Complete || !errors.As(e.Err, &failure) || failure.Reason != ReasonTurn || !strings.Contains(e.Err.Error(), words) {
		t.Errorf("%+v, want no turn for %q", e, words)
	}
	if n := len(s.log.at); n != 0 {
		t.Errorf("%d requests left", n)
	}
	for command, l := range s.clients[0].limiters {
		if l.permits.held != 0 || l.permits.used != 0 {
			t.Errorf("%s: %d permits are held and %d used", command, l.permits.held, l.permits.used)
		}
	}
}

func TestACallWithoutATurnIsNotMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		deny  int
		away  error
		ahead time.Duration // by which the others have taken all moments
		lag   time.Duration
		asks  int // 0: it goes
		words string
	}{
		"granted":                       {asks: 0},
		"granted at the third ask":      {deny: 2, asks: 0},
		"granted after others":          {ahead: mostWait, asks: 0},
		"never granted":                 {deny: 10, asks: maxDenied, words: errNoTurn.Error()},
		"granted after a second ask":    {ahead: 2 * mostWait, asks: 0},
		"others took it all":            {ahead: time.Minute, asks: 1}, // no words: the time for the call ran out
		"the database is away":          {away: errors.New("it is away"), asks: 1, words: "it is away"},
		"the database does not answer":  {lag: time.Minute, asks: 1, words: "shared with other replicas"},
		"the database answers too late": {lag: turnLimit + 1, asks: 1, words: "shared with other replicas"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &ledgerOf{deny: test.deny, away: test.away, next: map[string]time.Time{string(CommandSetBattleScore): time.Now().Add(test.ahead)}}
				l.lag = func(int) (time.Duration, time.Duration) { return test.lag, 0 }
				s := newSharers(t, 1, 100, 0, l)
				defer s.end()
				e := s.one(t, CommandSetBattleScore)
				if test.asks == 0 {
					if !e.Complete || len(s.log.at) != 1 {
						t.Errorf("%+v, want it made", e)
					}
					return
				}
				s.refusedTurn(t, e, test.words)
				if l.asks != test.asks {
					t.Errorf("%d asks, want %d", l.asks, test.asks)
				}
			})
		})
	}
}

// TestApart keeps the sharing out of reach for longer and longer: nothing is written, and reads go on at the client's part.
func TestApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		away := errors.New("it is away")
		l := &ledgerOf{}
		s := newSharers(t, 1, 30, 0, l)
		defer s.end()
		s.clients[0].Shared(3)
		l.away = away
		time.Sleep(awayAfter)
		s.refusedTurn(t, s.one(t, CommandSetBattleScore), "it is away")
		s.refusedTurn(t, s.one(t, CommandGetBattleInfo), "it is away")
		if s.clients[0].Apart() {
			t.Error("it is apart before the others count on it")
		}
		time.Sleep(time.Millisecond)
		if !s.clients[0].Apart() {
			t.Error("it is not apart")
		}
		asks := l.asks
		s.refusedTurn(t, s.one(t, CommandSetBattleScore), "out of reach")
		s.refusedTurn(t, s.one(t, CommandCreateBattle), "out of reach")
		for range 51 {
			if e := s.one(t, CommandGetBattleInfo); !e.Complete {
				t.Errorf("%+v, want it made", e)
			}
		}
		if l.asks != asks {
			t.Error("it asked for turns")
		}
		if most := s.log.most(); most > 10 {
			t.Errorf("%d reads in a second, its part is 10", most)
		}
		if took := s.log.at[50].Sub(s.log.at[0]); took > 5200*time.Millisecond {
			t.Errorf("50 reads took %s at 9.7 a second", took)
		}
		l.away = nil
		s.clients[0].Shared(1)
		if e := s.one(t, CommandSetBattleScore); s.clients[0].Apart() || !e.Complete || l.asks != asks+1 {
			t.Errorf("%+v, want it made with a turn", e)
		}
	})
}

// TestNobodyToShareWith is a client that has its ceiling to itself.
func TestNobodyToShareWith(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &platform{}
		client, err := New(pipeSettings(10), WithDial(p.dial))
		if err != nil {
			t.Fatal(err)
		}
		client.Shared(5)
		time.Sleep(time.Hour)
		s := &sharers{clients: []*Client{client}}
		if e := s.one(t, CommandSetBattleScore); client.Apart() || !e.Complete {
			t.Errorf("%+v, want it made", e)
		}
		client.Close()
		p.all.Wait()
	})
}

// TestApartBeforeItWasCounted keeps the sharing out of reach of a client that was never told how many share the ceiling.
func TestApartBeforeItWasCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSharers(t, 1, 30, 0, &ledgerOf{away: errors.New("it is away")})
		defer s.end()
		time.Sleep(2 * awayAfter)
		s.refusedTurn(t, s.one(t, CommandGetBattleInfo), "")
	})
}

// TestApartForTooLong keeps the sharing out of reach until the others, who may not be cut off, count on it no more: then it
// keeps to the three per cent that nobody is granted.
func TestApartForTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSharers(t, 1, 30, 0, &ledgerOf{away: errors.New("it is away")})
		defer s.end()
		s.clients[0].Shared(3)
		time.Sleep(10 * time.Minute)
		s.one(t, CommandGetBattleInfo)
		began := time.Now()
		s.one(t, CommandGetBattleInfo)
		if took := time.Since(began).Round(time.Millisecond); took < 3*time.Second {
			t.Errorf("the next call came %s later", took)
		}
		s.ledger.away = nil
		s.clients[0].Shared(3)
		if e := s.one(t, CommandGetBattleInfo); !e.Complete {
			t.Errorf("%+v, want it made", e)
		}
	})
}
