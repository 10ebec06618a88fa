package ledger

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func openFor(t *testing.T) *Ledger {
	t.Helper()
	l, err := OpenPlace(t.Context(), Place(t), "the test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// checkChain reads the whole chain and holds each event against the one before it.
func checkChain(t *testing.T, l *Ledger) []Event {
	t.Helper()
	events, err := scanAllContext(t.Context(), l.readers, scanEvent, `SELECT seq, at, op, kind, actor, body, hash FROM events ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	var prev [32]byte
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has the number %d", i+1, e.Seq)
		}
		if link(prev, e) != e.Hash {
			t.Fatalf("event %d does not follow the one before it", e.Seq)
		}
		prev = e.Hash
	}
	return events
}

func TestChainHoldsThroughFailuresAndReopening(t *testing.T) {
	t.Parallel()
	l := openFor(t)
	note := func(fail error) error {
		return l.writer.do(t.Context(), func(x *tx) error {
			if _, err := x.append(time.Now(), "op", "note", "me", map[string]int{"n": 1}); err != nil {
				return err
			}
			return fail
		})
	}
	broken := errors.New("this job fails")
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			var fail error
			if i%3 == 0 {
				fail = broken
			}
			if err := note(fail); !errors.Is(err, fail) {
				t.Errorf("job %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := len(checkChain(t, l)); got != 133 {
		t.Errorf("%d events, want those of the 133 jobs that did not fail", got)
	}
}

func TestChainNoticesEveryField(t *testing.T) {
	t.Parallel()
	e := Event{Seq: 7, At: time.UnixMicro(1_700_000_000_000_000), Op: "k7m2qx", Kind: "settled", Actor: "one", Body: `{"a":1}`}
	whole := link([32]byte{1}, e)
	for name, change := range map[string]func(*Event){
		"number": func(e *Event) { e.Seq++ },
		"time":   func(e *Event) { e.At = e.At.Add(time.Microsecond) },
		"op":     func(e *Event) { e.Op = "k7m2qy" },
		"kind":   func(e *Event) { e.Kind = "swept" },
		"actor":  func(e *Event) { e.Actor = "two" },
		"body":   func(e *Event) { e.Body = `{"a":2}` },
		"border": func(e *Event) { e.Op, e.Kind = "k7m2qxs", "ettled" },
	} {
		other := e
		change(&other)
		if link([32]byte{1}, other) == whole {
			t.Errorf("a changed %s leaves the hash as it was", name)
		}
	}
	if link([32]byte{2}, e) == whole {
		t.Error("another event before it leaves the hash as it was")
	}
}

func TestPanicInOneJobHarmsNoOther(t *testing.T) {
	t.Parallel()
	l := openFor(t)
	if err := l.writer.do(t.Context(), func(*tx) error { panic("boom") }); err == nil {
		t.Error("a job that panicked reported no error")
	}
	if err := l.Ready(t.Context()); err != nil {
		t.Errorf("after a panic: %v", err)
	}
}

func TestWriterReopensAfterABrokenTransaction(t *testing.T) {
	t.Parallel()
	l := openFor(t)
	record := func() error {
		return l.writer.do(t.Context(), func(x *tx) error {
			_, err := x.append(time.Now(), "op", "note", "me", struct{}{})
			return err
		})
	}
	if err := record(); err != nil {
		t.Fatal(err)
	}
	// Closing the connection under the writer makes the commit itself fail.
	err := l.writer.do(t.Context(), func(x *tx) error {
		if _, err := x.append(time.Now(), "op", "lost", "me", struct{}{}); err != nil {
			return err
		}
		return x.conn.Close()
	})
	if err == nil {
		t.Fatal("a write whose commit failed was reported as durable")
	}
	if err := record(); err != nil {
		t.Fatalf("after reopening: %v", err)
	}
	events := checkChain(t, l)
	if len(events) != 2 || events[1].Kind != "note" {
		t.Errorf("events: %+v", events)
	}
}

func TestWritesAfterCloseAreRefused(t *testing.T) {
	t.Parallel()
	l := openFor(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Ready(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("a write after Close: %v", err)
	}
}

func TestSettingsOfTheFile(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	l := openFor(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		err := l.writer.do(t.Context(), func(x *tx) error {
			got, err := scanOne(x, scanString, "PRAGMA "+pragma)
			if err == nil && got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", pragma, err)
		}
	}
}
