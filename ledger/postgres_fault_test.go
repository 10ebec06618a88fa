package ledger

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/ledger/postgrestest"
	"ringside/secret"
)

// loss says what a wire loses.
type loss int

const (
	nothing    loss = iota
	theRequest      // the next bytes to the server, and the connection
	theAnswer       // the next bytes from the server, and the connection
)

// wire is a way to the database that loses something once.
type wire struct {
	listener net.Listener
	server   string
	all      sync.WaitGroup

	mu    sync.Mutex
	next  loss
	conns map[net.Conn]bool
}

// newWire returns a wire, and the address of the database through it.
func newWire(t *testing.T, place string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(place)
	check(t, "address", err)
	w := &wire{server: u.Host, conns: map[net.Conn]bool{}}
	w.listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, "listen", err)
	u.Host = w.listener.Addr().String()
	w.all.Go(w.accept)
	t.Cleanup(w.close)
	return w, u.String()
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := new(net.Dialer).DialContext(context.Background(), "tcp", w.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.keep(near, far)
		w.all.Go(func() { w.carry(far, near, theRequest) })
		w.all.Go(func() { w.carry(near, far, theAnswer) })
	}
}

// carry hands on what comes from one end, unless it is to be lost.
func (w *wire) carry(to, from net.Conn, direction loss) {
	defer to.Close()   //nolint:errcheck // the other end tells what is wrong
	defer from.Close() //nolint:errcheck // as above
	chunk := make([]byte, 64<<10)
	for {
		n, err := from.Read(chunk)
		if err != nil || w.loses(direction) {
			return
		}
		if _, err := to.Write(chunk[:n]); err != nil {
			return
		}
	}
}

func (w *wire) loses(direction loss) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next != direction {
		return false
	}
	w.next = nothing
	return true
}

func (w *wire) lose(what loss) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = what
}

func (w *wire) keep(conns ...net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		w.conns[c] = true
	}
}

// cut breaks every connection.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		_ = c.Close()
		delete(w.conns, c)
	}
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.cut()
	w.all.Wait()
}

// atCommit is a fault that does something before the next commit, once.
type atCommit struct{ do atomic.Pointer[func()] }

func (a *atCommit) fault(statement string) error {
	if statement != "COMMIT" {
		return nil
	}
	if do := a.do.Swap(nil); do != nil {
		(*do)()
	}
	return nil
}

func (a *atCommit) then(do func()) { a.do.Store(&do) }

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
	check(t, "warm up", l.writer.do(t.Context(), noteOf("first")))
	works := make([]func(x *tx) error, 40)
	for i := range works {
		works[i] = noteOf(fmt.Sprint(i))
	}
	for i, err := range together(t, l, a, func() { w.lose(theAnswer) }, works...) {
		check(t, fmt.Sprint("write ", i), err)
	}
	if n := len(checkChain(t, l)); n != 41 {
		t.Errorf("%d events, want 41", n)
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

// TestAServerThatDies ends the server in the middle of a commit, and starts it again.
func TestAServerThatDies(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	a := &atCommit{}
	l := openDSN(t, server.URL, WithFault(a.fault))
	check(t, "record", l.Record(t.Context(), "000000", benchIntent(0), nil))
	a.then(server.Kill)
	if err := l.Record(t.Context(), "000001", benchIntent(1), nil); err == nil {
		t.Error("written to a server that is dead")
	}
	if err := l.Ready(t.Context()); err == nil {
		t.Error("ready without a server")
	}
	server.Run()
	check(t, "record", l.Record(t.Context(), "000001", benchIntent(1), nil))
	check(t, "ready", l.Ready(t.Context()))
	if n := len(checkChain(t, l)); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
	checkHead(t, l)
}

// TestAClockThatIsOff opens the ledger with clocks that differ from the database's.
func TestAClockThatIsOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		off, ahead time.Duration // ahead: as the error says; 0: it is well
	}{
		"right":             {0, 0},
		"a second fast":     {time.Second, 0},
		"a second slow":     {-time.Second, 0},
		"three seconds off": {3 * time.Second, 3 * time.Second},
		"three back":        {-3 * time.Second, -3 * time.Second},
		"a day off":         {24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openShared(t, WithClock(func() time.Time { return time.Now().Add(test.off) }))
			err := l.Record(t.Context(), "000001", benchIntent(1), nil)
			var skew *SkewError
			switch {
			case test.ahead == 0:
				check(t, "record", err)
			case !errors.As(err, &skew) || (skew.Ahead-test.ahead).Abs() > time.Second:
				t.Errorf("recorded: %v, want a skew of %s", err, test.ahead)
			case !strings.Contains(err.Error(), "NTP"):
				t.Errorf("%q does not say what to do", err)
			}
			if n := len(checkChain(t, l)); n != 1 && test.ahead == 0 || n != 0 && test.ahead != 0 {
				t.Errorf("%d events", n)
			}
			if ready := l.Ready(t.Context()); (ready == nil) != (test.ahead == 0) {
				t.Errorf("ready: %v", ready)
			}
		})
	}
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

// TestSettingsOfTheServer refuses a server that loses what it acknowledged, and asks one that would for more.
func TestSettingsOfTheServer(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	l := openDSN(t, server.URL)
	alter(t, l, `ALTER SYSTEM SET fsync = off`)
	alter(t, l, `ALTER SYSTEM SET synchronous_commit = off`)
	alter(t, l, `SELECT pg_reload_conf()`)
	refused := func() error {
		again, err := OpenPostgres(t.Context(), secret.New(server.URL))
		if err == nil {
			_ = again.Close()
		}
		return err
	}
	var err error
	for began := time.Now(); err == nil && time.Since(began) < 10*time.Second; err = refused() {
		time.Sleep(20 * time.Millisecond)
	}
	if err == nil || !strings.Contains(err.Error(), "fsync = off") {
		t.Errorf("opened: %v", err)
	}
	alter(t, l, `ALTER SYSTEM SET fsync = on`)
	alter(t, l, `SELECT pg_reload_conf()`)
	for began := time.Now(); refused() != nil && time.Since(began) < 10*time.Second; {
		time.Sleep(20 * time.Millisecond)
	}
	careful := openDSN(t, server.URL)
	synced := func(what, got string) {
		if got != "on" {
			t.Errorf("%s: synchronous_commit is %q", what, got)
		}
	}
	var side string
	check(t, "show", careful.side.QueryRowContext(t.Context(), `SHOW synchronous_commit`).Scan(&side))
	synced("what processes arrange", side)
	check(t, "show", careful.writer.do(t.Context(), func(x *tx) error {
		got, err := scanOne(x, scanString, `SHOW synchronous_commit`)
		synced("the writer", got)
		return err
	}))
}

// TestNoErrorShowsThePassword opens ledgers at addresses that are wrong in many ways.
func TestNoErrorShowsThePassword(t *testing.T) {
	t.Parallel()
	const password = "s3cr3t"
	server := postgrestest.Start(t)
	u, err := url.Parse(server.URL)
	check(t, "address", err)
	at, port := u.Host, u.Port()
	for name, dsn := range map[string]string{
		"no such database":       "postgres://ringside:" + password + "@" + at + "/nowhere",
		"no such user":           "postgres://nobody:" + password + "@" + at + "/postgres",
		"nobody listens":         "postgres://ringside:" + password + "@127.0.0.1:1/postgres",
		"no such host":           "postgres://ringside:" + password + "@no-such-host.invalid/postgres",
		"no encryption":          "postgres://ringside:" + password + "@" + at + "/postgres?sslmode=require",
		"a port that is none":    "postgres://ringside:" + password + "@db:port/postgres",
		"a port that is too big": "postgres://ringside:" + password + "@db:99999999/postgres",
		"a broken escape":        "postgres://ringside:" + password + "%zz@db/postgres",
		"a space":                "postgres://ringside:" + password + " x@db/postgres",
		"an @":                   "postgres://ringside:x@" + password + "@db:port/postgres",
		"a slash":                "postgres://ringside:a/" + password + "@db:port/postgres",
		"a hash":                 "postgres://ringside:a#" + password + "@db/postgres",
		"a question mark":        "postgres://ringside:a?" + password + "@db/postgres",
		"a colon":                "postgres://ringside:a:" + password + "@db:port/postgres",
		"a bracket":              "postgres://ringside:" + password + "@[::1/postgres",
		"as a parameter":         "postgres://db/postgres?sslmode=wrong&password=" + password,
		"a wrong sslmode":        "postgres://ringside:" + password + "@db/postgres?sslmode=wrong",
		"no such certificate":    "postgres://ringside:" + password + "@db/postgres?sslmode=verify-full&sslrootcert=/nowhere",
		"a setting":              "host=db password=" + password + " port=x",
		"a setting with spaces":  "host=db password = " + password + " port=x",
		"a quoted setting":       "host=db password='" + password + "' port=x",
		"a quoted one, spaced":   "host=db password = '" + password + "' port=x",
		"an escaped quote":       `host=db password='a\'` + password + `' port=x`,
		"a quote not closed":     "host=db password='" + password,
		"a setting, escaped":     `host=db password=a\ ` + password + ` port=x`,
		"capital letters":        "host=db PASSWORD=" + password + " port=x",
		"a tab":                  "host=db\tpassword\t=\t" + password + "\tport=x",
		"settings, no database":  "host=127.0.0.1 port=" + port + " user=ringside dbname=nowhere password=" + password,
		"no scheme":              "ringside:" + password + "@db/postgres",
		"a misspelt scheme":      "postgre://ringside:" + password + "@db/postgres",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			l, err := OpenPostgres(ctx, secret.New(dsn))
			if err == nil {
				_ = l.Close()
				t.Fatal("it was opened")
			}
			audit, auditErr := OpenAuditPostgres(ctx, secret.New(dsn))
			if auditErr == nil {
				_ = audit.Close()
				t.Fatal("it was opened to be read")
			}
			for _, err := range []error{err, auditErr} {
				for _, shown := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
					if strings.Contains(shown, password) {
						t.Errorf("the password stands in %q", shown)
					}
				}
			}
		})
	}
}
