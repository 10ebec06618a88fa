package operations_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/battles"
	"ringside/ledger"
	"ringside/ledger/ledgertest"
	"ringside/operations"
	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stand is the whole of Ringside below the words: a simulator behind a socket, the client, a ledger on the disk,
// and an engine.
type stand struct {
	sim    *simulator.Simulator
	host   *simulator.Host
	ledger *ledger.Ledger
	engine *operations.Engine
	battle string
}

func newStand(t testing.TB, opts ...simulator.Option) *stand {
	t.Helper()
	sim, err := simulator.New(simulator.Settings{SDKAppID: 1400000000, Admin: "administrator", SecretKey: "test-key"}, opts...)
	must(t, err)
	host, err := simulator.Listen(t.Context(), sim, "127.0.0.1:0")
	must(t, err)
	client, err := tencent.New(tencent.Settings{
		SDKAppID: 1400000000, Admin: "administrator", SecretKey: secret.New("test-key"), Region: "singapore",
		BaseURL: host.URL(), CallsPerSecond: 200, Timeout: 3100 * time.Millisecond,
	}, tencent.WithoutBreaker())
	must(t, err)
	kept, err := ledgertest.Open(t.Context(), ledgertest.Place(t))
	must(t, err)
	book, err := battles.New(t.Context(), client, kept)
	must(t, err)
	engine, err := operations.New(kept, client, book, "one", 3100*time.Millisecond, operations.WithPatience(10*time.Second))
	must(t, err)
	battle, err := sim.AddBattle(simulator.BattleSpec{From: "pk-live1", To: []string{"pk-live2"}, Duration: time.Hour})
	must(t, err)
	t.Cleanup(func() {
		_ = engine.Close(context.Background())
		client.Close()
		_ = host.Close()
		if err := kept.Close(); err != nil {
			t.Errorf("close the ledger: %v", err)
		}
	})
	return &stand{sim: sim, host: host, ledger: kept, engine: engine, battle: battle}
}

// settings lead to the stand's simulator.
func (s *stand) settings() tencent.Settings {
	return tencent.Settings{
		SDKAppID: 1400000000, Admin: "administrator", SecretKey: secret.New("test-key"), Region: "singapore",
		BaseURL: s.host.URL(), CallsPerSecond: 100, Timeout: 3100 * time.Millisecond,
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stand) add(key string, rooms ...ledger.Room) operations.Ask {
	return operations.Ask{
		Key: key, Kind: ledger.Add, Battle: s.battle, Alias: "final", Rooms: rooms,
		By: operations.Person{ID: "console:local", Name: "ana"}, Channel: "console:local", ConfirmOver: 1000,
	}
}

func room(name string, points int64) ledger.Room { return ledger.Room{Room: name, Points: points} }

func (s *stand) score(t *testing.T, room string) int64 {
	t.Helper()
	score, ok := s.sim.Score(s.battle, room)
	if !ok {
		t.Fatalf("no room %s", room)
	}
	return score
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.sim.Gift(s.battle, "pk-live1", 1240))
	got, err := s.engine.Submit(t.Context(), s.add("k1", room("pk-live1", 100), room("pk-live2", 50)))
	must(t, err)
	o := got.Operation
	if o.State != ledger.Settled || o.Rooms[0].Outcome != ledger.Applied || o.Rooms[1].Outcome != ledger.Applied || o.Digest == "" {
		t.Errorf("settled as %+v", o)
	}
	if o.Rooms[0].Before == nil || *o.Rooms[0].Before != 1240 {
		t.Errorf("before: %v, want 1240", o.Rooms[0].Before)
	}
	if now, _ := operations.ScoreIn(got.Now, "pk-live1"); now != 1340 || s.score(t, "pk-live2") != 50 {
		t.Errorf("now %d", now)
	}
	var duplicate *ledger.DuplicateError
	if _, err := s.engine.Submit(t.Context(), s.add("k1", room("pk-live1", 100))); !errors.As(err, &duplicate) || duplicate.Operation != o.ID {
		t.Errorf("the same ask again: %v", err)
	}
	if s.score(t, "pk-live1") != 1340 {
		t.Error("a redelivered ask acted twice")
	}
}

func TestOutcomesOverTheWire(t *testing.T) {
	t.Parallel()
	score := func(f simulator.Fault) simulator.Fault { return f.On(simulator.SetBattleScore) }
	for name, tc := range map[string]struct {
		faults []simulator.Fault
		want   ledger.Outcome
		sends  int
		points int64 // that truly counted
	}{
		"healthy":                  {nil, ledger.Applied, 1, 100},
		"60007 once":               {[]simulator.Fault{score(simulator.TooFrequent(1))}, ledger.Applied, 2, 100},
		"60007 for ever":           {[]simulator.Fault{score(simulator.TooFrequent(9))}, ledger.NotApplied, 3, 0},
		"signature expired once":   {[]simulator.Fault{score(simulator.ExpiredSig())}, ledger.Applied, 2, 100},
		"signature expired twice":  {[]simulator.Fault{score(simulator.ExpiredSig()).Times(2)}, ledger.NotApplied, 2, 0},
		"wrong region":             {[]simulator.Fault{score(simulator.WrongRegion())}, ledger.NotApplied, 1, 0},
		"battle over":              {[]simulator.Fault{score(simulator.Code(100006, simulator.NotApplied))}, ledger.NotApplied, 1, 0},
		"100001, not applied":      {[]simulator.Fault{score(simulator.InternalError(simulator.NotApplied))}, ledger.Unknown, 1, 0},
		"100001, applied":          {[]simulator.Fault{score(simulator.InternalError(simulator.Applied))}, ledger.Unknown, 1, 100},
		"reset before reading":     {[]simulator.Fault{score(simulator.ResetUnread())}, ledger.Unknown, 1, 0},
		"reset, applied":           {[]simulator.Fault{score(simulator.Reset(simulator.Applied))}, ledger.Unknown, 1, 100},
		"502 with HTML, applied":   {[]simulator.Fault{score(simulator.BadGateway(simulator.Applied))}, ledger.Unknown, 1, 100},
		"truncated, applied":       {[]simulator.Fault{score(simulator.Truncate(simulator.Applied))}, ledger.Unknown, 1, 100},
		"no JSON, not applied":     {[]simulator.Fault{score(simulator.NotJSON(simulator.NotApplied))}, ledger.Unknown, 1, 0},
		"code missing, applied":    {[]simulator.Fault{score(simulator.ErrorCodeMissing(simulator.Applied))}, ledger.Unknown, 1, 100},
		"code as text, applied":    {[]simulator.Fault{score(simulator.ErrorCodeText(simulator.Applied))}, ledger.Unknown, 1, 100},
		"307":                      {[]simulator.Fault{score(simulator.Redirect())}, ledger.Unknown, 1, 0},
		"stalled, applied":         {[]simulator.Fault{score(simulator.Stall(simulator.Applied))}, ledger.Unknown, 1, 100},
		"stalled, not applied":     {[]simulator.Fault{score(simulator.Stall(simulator.NotApplied))}, ledger.Unknown, 1, 0},
		"room missing, applied":    {[]simulator.Fault{score(simulator.RoomMissing(simulator.Applied))}, ledger.Unknown, 1, 100},
		"room twice":               {[]simulator.Fault{score(simulator.RoomTwice(simulator.Applied))}, ledger.Unknown, 1, 100},
		"result as text, applied":  {[]simulator.Fault{score(simulator.ResultCodeText(simulator.Applied))}, ledger.Unknown, 1, 100},
		"result is no list":        {[]simulator.Fault{score(simulator.ResultObject(simulator.Applied))}, ledger.Unknown, 1, 100},
		"the read before it fails": {[]simulator.Fault{simulator.BadGateway(simulator.NotApplied).On(simulator.GetBattleInfo).Times(2)}, ledger.Applied, 1, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.sim.Script(tc.faults...)
			got, err := s.engine.Submit(t.Context(), s.add("k", room("pk-live1", 100)))
			must(t, err)
			o := got.Operation
			if o.Rooms[0].Outcome != tc.want {
				t.Errorf("outcome %q (%s), want %q", o.Rooms[0].Outcome, o.Rooms[0].Reason, tc.want)
			}
			if o.Sends != tc.sends {
				t.Errorf("%d sends recorded, want %d", o.Sends, tc.sends)
			}
			if points := s.score(t, "pk-live1"); points != tc.points {
				t.Errorf("%d points counted, want %d", points, tc.points)
			}
		})
	}
}

func TestNothingListening(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	must(t, s.host.Shut())
	got, err := s.engine.Submit(t.Context(), s.add("k", room("pk-live1", 100)))
	must(t, err)
	if r := got.Operation.Rooms[0]; r.Outcome != ledger.NotApplied || r.Reason != operations.ReasonNotSent || got.Operation.Sends != 3 {
		t.Errorf("outcome %q (%s) after %d sends", r.Outcome, r.Reason, got.Operation.Sends)
	}
}

// sick is a ledger whose chosen writes fail.
type sick struct {
	*ledger.Ledger
	mu   sync.Mutex
	fail map[string]int // how often yet
	lie  bool           // the write is kept all the same
	slow time.Duration  // how long a write seems to take
	now  time.Time
}

func (s *sick) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *sick) failing(call string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail[call] == 0 {
		return false
	}
	s.fail[call]--
	return true
}

var errSick = errors.New("the disk is full")

func (s *sick) Record(ctx context.Context, key string, o ledger.Operation, b []ledger.Button) error {
	s.mu.Lock()
	s.now = s.now.Add(s.slow)
	s.mu.Unlock()
	if !s.failing("record") {
		return s.Ledger.Record(ctx, key, o, b)
	}
	if s.lie {
		_ = s.Ledger.Record(ctx, key, o, b)
	}
	return errSick
}

func (s *sick) Claim(ctx context.Context, c ledger.Claim) (ledger.Operation, error) {
	if s.failing("claim") {
		return ledger.Operation{}, errSick
	}
	return s.Ledger.Claim(ctx, c)
}

func (s *sick) Settle(ctx context.Context, v ledger.Verdict) (ledger.Operation, error) {
	if s.failing("settle") {
		return ledger.Operation{}, errSick
	}
	return s.Ledger.Settle(ctx, v)
}

func (s *sick) Resend(ctx context.Context, op, owner string, at time.Time, why ledger.Call) error {
	if s.failing("resend") {
		return errSick
	}
	return s.Ledger.Resend(ctx, op, owner, at, why)
}

func newSick(t *testing.T, s *stand, fail map[string]int) (*sick, *operations.Engine) {
	t.Helper()
	bad := &sick{Ledger: s.ledger, fail: fail, now: time.Now()}
	client, err := tencent.New(s.settings())
	must(t, err)
	book, err := battles.New(t.Context(), client, s.ledger)
	must(t, err)
	engine, err := operations.New(bad, client, book, "two", 3100*time.Millisecond, operations.WithClock(bad.clock))
	must(t, err)
	t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
	return bad, engine
}

func TestNothingIsSentThatIsNotWrittenDown(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	bad, engine := newSick(t, s, map[string]int{"record": 1})
	bad.lie = true
	var unsent *operations.NotSentError
	if _, err := engine.Submit(t.Context(), s.add("k", room("pk-live1", 100))); !errors.As(err, &unsent) || unsent.Step != operations.StepLedger {
		t.Fatalf("got %v", err)
	}
	if s.score(t, "pk-live1") != 0 {
		t.Error("it was sent all the same")
	}
	_, err := engine.Sweep(t.Context())
	must(t, err)
	o, err := s.ledger.Last(t.Context(), "console:local", "console:local")
	must(t, err)
	if o.State != ledger.Settled || o.Rooms[0].Outcome != ledger.NotApplied {
		t.Errorf("the intent that was kept after all became %s %+v", o.State, o.Rooms)
	}
}

func TestAnIntentThatBecameDurableTooLateIsNotSent(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	bad, engine := newSick(t, s, nil)
	bad.slow = 5 * time.Second
	got, err := engine.Submit(t.Context(), s.add("k", room("pk-live1", 100)))
	must(t, err)
	if r := got.Operation.Rooms[0]; r.Outcome != ledger.NotApplied || r.Reason != operations.ReasonLate || s.score(t, "pk-live1") != 0 {
		t.Errorf("outcome %q (%s), score %d", r.Outcome, r.Reason, s.score(t, "pk-live1"))
	}
}

func TestAnOutcomeThatCannotBeWrittenIsOwed(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	_, engine := newSick(t, s, map[string]int{"settle": 2})
	got, err := engine.Submit(t.Context(), s.add("k", room("pk-live1", 100)))
	must(t, err)
	if !got.Unwritten || got.Operation.Rooms[0].Outcome != ledger.Applied {
		t.Fatalf("got %+v", got)
	}
	if _, err := engine.Sweep(t.Context()); !errors.Is(err, errSick) {
		t.Fatalf("while the disk is full: %v", err)
	}
	_, err = engine.Sweep(t.Context())
	must(t, err)
	o, err := s.ledger.Operation(t.Context(), got.Operation.ID)
	must(t, err)
	if o.State != ledger.Settled || !o.Has(ledger.Applied) {
		t.Errorf("after the disk has room: %s", o.State)
	}
}

// TestAClaimThatFailedNeverSettlesTheNext lets a press meet a sick ledger, and the next press of the same button
// succeed: what is owed for the first must not become the word on the second.
func TestAClaimThatFailedNeverSettlesTheNext(t *testing.T) {
	t.Parallel()
	onItsWay := make(chan struct{}, 1)
	s := newStand(t, simulator.WithObserver(func(c simulator.Call) {
		if c.Command == simulator.SetBattleScore {
			onItsWay <- struct{}{}
		}
	}))
	_, engine := newSick(t, s, map[string]int{"claim": 1})
	q := s.propose(t, s.add("k", room("pk-live1", 100)))
	yes := operations.Yes{Button: q.Yes, By: operations.Person{ID: "console:local"}, Expires: time.Minute, Authorize: allow}
	var unsent *operations.NotSentError
	if _, err := engine.Confirm(t.Context(), q.Operation, yes); !errors.As(err, &unsent) {
		t.Fatalf("while the ledger is sick: %v", err)
	}
	s.sim.Script(simulator.Slow(300 * time.Millisecond).On(simulator.SetBattleScore))
	done := make(chan operations.Result, 1)
	go func() {
		result, err := engine.Confirm(t.Context(), q.Operation, yes)
		if err != nil {
			t.Error(err)
		}
		done <- result
	}()
	<-onItsWay
	_, err := engine.Sweep(t.Context())
	must(t, err)
	result := <-done
	_, err = engine.Sweep(t.Context())
	must(t, err)
	kept, err := s.ledger.Operation(t.Context(), q.Operation.ID)
	must(t, err)
	if result.Unwritten || !kept.Has(ledger.Applied) {
		t.Errorf("told %q, unwritten %v; the ledger says %+v", result.Operation.Rooms[0].Outcome, result.Unwritten, kept.Rooms)
	}
}

func TestASendThatCannotBeRecordedIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	_, engine := newSick(t, s, map[string]int{"resend": 1})
	s.sim.Script(simulator.TooFrequent(1).On(simulator.SetBattleScore))
	got, err := engine.Submit(t.Context(), s.add("k", room("pk-live1", 100)))
	must(t, err)
	if got.Operation.Rooms[0].Outcome != ledger.NotApplied || s.score(t, "pk-live1") != 0 {
		t.Errorf("got %+v", got.Operation.Rooms)
	}
}

// hurried returns an engine on the stand's ledger that waits for a read no longer than the program does.
func (s *stand) hurried(t *testing.T) *operations.Engine {
	t.Helper()
	client, err := tencent.New(s.settings())
	must(t, err)
	book, err := battles.New(t.Context(), client, s.ledger)
	must(t, err)
	engine, err := operations.New(s.ledger, client, book, "hurried", 3100*time.Millisecond)
	must(t, err)
	t.Cleanup(func() { _ = engine.Close(context.Background()); client.Close() })
	return engine
}

func TestASlowReadDoesNotHoldTheWriteUp(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.sim.Script(simulator.Slow(2*time.Second).On(simulator.GetBattleInfo), simulator.Slow(2*time.Second).On(simulator.GetBattleInfo))
	got, err := s.hurried(t).Submit(t.Context(), s.add("k", room("pk-live1", 100)))
	must(t, err)
	if got.Operation.Rooms[0].Outcome != ledger.Applied || got.Operation.Rooms[0].Before != nil {
		t.Errorf("got %+v", got.Operation.Rooms[0])
	}
	var read, write time.Time
	for _, c := range s.sim.Calls() {
		if c.Command == simulator.SetBattleScore {
			write = c.At
		} else if read.IsZero() {
			read = c.At
		}
	}
	if waited := write.Sub(read); waited > time.Second {
		t.Errorf("the write waited %v for the read", waited)
	}
}

// TestPromiseUnderFaults lets many operations meet every fault there is, and holds what was reported against the
// simulator's own ledger: applied is exactly once, not applied is never, unknown is at most once.
func TestPromiseUnderFaults(t *testing.T) {
	t.Parallel()
	const operationsInAll = 300
	s := newStand(t)
	s.sim.Plan(7, 0.5, simulator.AllFaults(20*time.Millisecond, 50*time.Millisecond, 48*time.Hour)...)
	results := make([]operations.Result, operationsInAll)
	errs := make([]error, operationsInAll)
	var wg sync.WaitGroup
	for i := range operationsInAll {
		wg.Go(func() {
			// The points name the operation in the simulator's ledger.
			results[i], errs[i] = s.engine.Submit(t.Context(), s.add(fmt.Sprint("k", i), room("pk-live1", int64(1_000_000+i))))
		})
	}
	wg.Wait()
	s.sim.ApplyLate()
	counted := map[int64]int{}
	for _, e := range s.sim.Effects() {
		counted[e.Score]++
	}
	seen := map[ledger.Outcome]int{}
	for i, result := range results {
		if errs[i] != nil {
			if n := counted[int64(1_000_000+i)]; n != 0 {
				t.Errorf("operation %d was refused (%v) and counted %d times", i, errs[i], n)
			}
			continue
		}
		r := result.Operation.Rooms[0]
		n := counted[int64(1_000_000+i)]
		seen[r.Outcome]++
		switch {
		case r.Outcome == ledger.Applied && n != 1, r.Outcome == ledger.NotApplied && n != 0, n > 1, r.Outcome == ledger.Undecided:
			t.Errorf("operation %s: reported %q (%s), counted %d times", result.Operation.ID, r.Outcome, r.Reason, n)
		}
	}
	if seen[ledger.Applied] == 0 || seen[ledger.NotApplied] == 0 || seen[ledger.Unknown] == 0 {
		t.Errorf("the faults did not lead to every outcome: %v", seen)
	}
}
