package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ringside/ledger/postgrestest"
)

// TestACommitWithoutAnAnswer loses the commit, or the server's answer to it. What stands in the chain was written, whatever
// was heard of it, and what does not was not; nothing is there twice.
func TestACommitWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lost    loss
		written bool
	}{
		"the answer is lost": {theAnswer, true},
		"the commit is lost": {theRequest, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := postgrestest.Database(t)
			w, through := newWire(t, place)
			a := &atCommit{}
			l := openDSN(t, through, WithFault(a.fault))
			for round := range 3 {
				o := benchIntent(round)
				check(t, "warm up", l.Record(t.Context(), "warm-up-"+o.ID, benchIntent(100+round), nil)) // so that all statements are prepared
				a.then(func() { w.lose(test.lost) })
				err := l.Record(t.Context(), o.ID, o, nil)
				if written := err == nil; written != test.written {
					t.Errorf("reported as written: %v, want %v: %v", written, test.written, err)
				}
				again := l.Record(t.Context(), o.ID, o, nil)
				var twice *DuplicateError
				if errors.As(again, &twice) != test.written || !test.written && again != nil {
					t.Errorf("recorded again: %v", again)
				}
			}
			check(t, "close", l.Close())
			other := openDSN(t, place)
			if events := checkChain(t, other); len(events) != 6 {
				t.Errorf("%d events, want 6", len(events))
			}
			checkHead(t, other)
		})
	}
}

// together puts writes into one transaction: while another one waits for its commit, they queue up. ready is called before
// they are committed. It returns when all are done.
func together(t *testing.T, l *Ledger, a *atCommit, ready func(), works ...func(t *tx) error) []error {
	t.Helper()
	errs := make([]error, len(works))
	var all sync.WaitGroup
	a.then(func() {
		for i, work := range works {
			all.Go(func() { errs[i] = l.writer.do(context.Background(), work) })
			for len(l.writer.jobs) <= i {
				time.Sleep(time.Millisecond)
			}
		}
		a.then(ready)
	})
	check(t, "ready", l.Ready(t.Context()))
	all.Wait()
	return errs
}

// noteOf writes one event.
func noteOf(actor string) func(x *tx) error {
	return func(x *tx) error {
		_, err := x.append(benchStart(), "", "noted", actor, struct{}{})
		return err
	}
}

// TestABatchWithoutAnAnswer loses the answer to a commit of many writes: each is told the truth.
func TestABatchWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	place := postgrestest.Database(t)
	w, through := newWire(t, place)
	a := &atCommit{}
	l := openDSN(t, through, WithFault(a.fault))
	works := make([]func(x *tx) error, 40)
	for i := range works {
		works[i] = noteOf(fmt.Sprint(i))
	}
	for _, loses := range []loss{nothing, theAnswer} { // first nothing, so that all statements are prepared
		for i, err := range together(t, l, a, func() { w.lose(loses) }, works...) {
			check(t, fmt.Sprint("write ", i), err)
		}
	}
	if n := len(checkChain(t, l)); n != 80 {
		t.Errorf("%d events, want 80", n)
	}
}

// TestAFailedWriteHarmsNoOther lets one of the writes that share a transaction fail in each way there is. What the others
// report as written is written, and the chain is whole.
func TestAFailedWriteHarmsNoOther(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(x *tx) error{
		"refused by a constraint": func(x *tx) error {
			return x.exec(`INSERT INTO health (id, at) VALUES (2, ?)`, 0)
		},
		"refused by a constraint, with a query after": func(x *tx) error {
			if err := x.exec(`INSERT INTO health (id, at) VALUES (2, ?)`, 0); err != nil {
				return err
			}
			_, err := scanOne(x, scanString, `SELECT 'x'`)
			return err
		},
		"a value of the wrong type":  func(x *tx) error { return x.exec(`UPDATE health SET at = ?`, "noon") },
		"a value that is too big":    func(x *tx) error { return x.exec(`UPDATE health SET id = ?`, int64(1)<<40) },
		"a table that is not there":  func(x *tx) error { return x.exec(`UPDATE nowhere SET at = ?`, 1) },
		"not a statement":            func(x *tx) error { return x.exec(`UPDTE health SET at = ?`, 1) },
		"its own refusal":            func(*tx) error { return ErrEarly },
		"its own refusal, and a row": func(x *tx) error { return errors.Join(x.exec(`UPDATE health SET at = ?`, 1), ErrEarly) },
		"a panic":                    func(*tx) error { panic("as it was told to") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &atCommit{}
			l, _ := openShared(t, WithFault(a.fault))
			withEvent := func(x *tx) error { return errors.Join(noteOf("bad")(x), bad(x)) }
			errs := together(t, l, a, func() {}, noteOf("one"), bad, noteOf("two"), withEvent, withEvent, noteOf("three"))
			written := 0
			for i, err := range errs {
				if isBad := i == 1 || i == 3 || i == 4; isBad && err == nil {
					t.Errorf("write %d is reported as written", i)
				}
				if err == nil {
					written++
				}
			}
			events := checkChain(t, l)
			if len(events) != written {
				t.Errorf("%d events, but %d writes are reported as written: %v", len(events), written, errs)
			}
			if written != 3 && written != 0 {
				t.Errorf("%d writes were done: %v", written, errs)
			}
			check(t, "afterwards", l.writer.do(t.Context(), noteOf("four")))
			checkChain(t, l)
			checkHead(t, l)
		})
	}
}

// TestAServerThatDies ends the server in the middle of a commit, and starts it again. What was reported is what stands.
func TestAServerThatDies(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	a := &atCommit{}
	l := openDSN(t, server.URL, WithFault(a.fault))
	check(t, "record", l.Record(t.Context(), "000000", benchIntent(0), nil))
	a.then(server.Kill)
	died := l.Record(t.Context(), "000001", benchIntent(1), nil)
	for began := time.Now(); l.Ready(t.Context()) == nil; {
		if time.Since(began) > 10*time.Second {
			t.Fatal("ready without a server")
		}
	}
	server.Run()
	again := l.Record(t.Context(), "000001", benchIntent(1), nil)
	var stood *DuplicateError
	if !errors.As(again, &stood) {
		check(t, "record", again)
	}
	if died == nil && stood == nil || died != nil && stood != nil && !errors.Is(died, ErrDoubt) {
		t.Errorf("reported: %v; recorded again: %v", died, again)
	}
	check(t, "ready", l.Ready(t.Context()))
	if n := len(checkChain(t, l)); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
	checkHead(t, l)
}

// TestAProcessThatStopsInTheMiddle holds a transaction open for longer than a process may: the others go on, and what it
// had begun is gone.
func TestAProcessThatStopsInTheMiddle(t *testing.T) {
	t.Parallel()
	a := &atCommit{}
	sleeper, place := openShared(t, WithFault(a.fault))
	other := openDSN(t, place)
	check(t, "warm up", sleeper.Ready(t.Context()))
	asleep, awake := make(chan struct{}), make(chan struct{})
	a.then(func() { close(asleep); <-awake })
	ended := make(chan error, 1)
	go func() { ended <- sleeper.Record(context.Background(), "sleeper", benchIntent(1), nil) }()
	<-asleep
	began := time.Now()
	check(t, "record", other.Record(t.Context(), "other", benchIntent(2), nil))
	if took := time.Since(began); took > idleLimit+time.Second {
		t.Errorf("the other one waited for %s", took)
	}
	close(awake)
	if err := <-ended; err == nil {
		t.Error("the sleeper wrote what it had begun before")
	}
	check(t, "record", sleeper.Record(t.Context(), "sleeper", benchIntent(1), nil))
	if n := len(checkChain(t, other)); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}
