package proof_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands"
	"ringside/ledger"
	"ringside/operations"
	"ringside/secret"
	"ringside/tencent"
)

const (
	callTimeout = 3100 * time.Millisecond
	drainLimit  = 10 * time.Second // what the program gives running operations when it is told to stop
)

// process is one run of the program, from its start to its end or its death.
type process struct {
	world   *world
	name    string
	plug    *plug
	client  *tencent.Client
	ledger  *ledger.Ledger
	engine  *operations.Engine
	handler *commands.Handler

	dead  atomic.Bool
	gone  chan struct{} // closed once its ledger is free for the next process
	leave context.CancelFunc
	house sync.WaitGroup
	asked sync.WaitGroup // asks and presses that are worked on
}

// start builds all of the program on the world's ledger.
func start(ctx context.Context, w *world, n int) (*process, error) {
	p := &process{world: w, name: fmt.Sprint("run", n), plug: &plug{wires: w.wires, hitch: w.hitch, lag: time.Millisecond}, gone: make(chan struct{})}
	var err error
	p.client, err = tencent.New(tencent.Settings{
		SDKAppID: appID, Admin: admin, SecretKey: secret.New(appKey), Region: "singapore", BaseURL: "http://wires",
		CallsPerSecond: callsPerSecond, Timeout: callTimeout,
	}, append([]tencent.Option{tencent.WithDial(p.plug.dial), tencent.WithClock(w.now)}, w.setting.client...)...)
	if err != nil {
		return nil, err
	}
	if p.ledger, err = ledger.Open(ctx, w.path, p.name); err != nil {
		return nil, err
	}
	if err := p.build(ctx); err != nil {
		return nil, err
	}
	ctx, p.leave = context.WithCancel(context.WithoutCancel(ctx))
	p.house.Go(func() { _ = p.handler.Run(ctx) })
	return p, nil
}

// build makes what stands on the ledger.
func (p *process) build(ctx context.Context) error {
	kept := &memory{Ledger: p.ledger, process: p}
	book, err := battles.New(ctx, p.client, kept, battles.WithClock(p.world.now))
	if err != nil {
		return err
	}
	p.engine, err = operations.New(kept, p.client, book, p.name, callTimeout,
		append([]operations.Option{operations.WithClock(p.world.now)}, p.world.setting.engine...)...)
	if err != nil {
		return err
	}
	policy, err := auth.New(grants(), []auth.Person{{IDs: []string{ana, anaToo}}}, nil)
	if err != nil {
		return err
	}
	p.handler, err = commands.New(commands.Parts{
		Policy: policy, Engine: p.engine, Book: book, History: kept, Notifier: &ear{process: p}, Log: zap.NewNop(),
	}, commands.Settings{ConfirmExpires: time.Minute, ApprovalExpires: 5 * time.Minute}, commands.WithClock(p.world.now))
	return err
}

// work runs an ask or a press beside all others.
func (p *process) work(do func(ctx context.Context)) {
	p.asked.Go(func() { do(context.Background()) })
}

// stop ends the process as SIGTERM does: what runs may settle for a while.
func (p *process) stop() {
	if p.dead.Load() {
		return
	}
	drained := make(chan struct{})
	go func() {
		p.asked.Wait()
		close(drained)
	}()
	select {
	case <-drained:
	case <-time.After(drainLimit):
	}
	p.leave()
	p.house.Wait()
	p.handler.Close()
	_ = p.engine.Close(context.Background())
	p.kill()
	<-drained
}

// kill ends the process as a power cut does. Whatever of it still runs can no longer be heard or write anything.
func (p *process) kill() {
	if p.dead.Swap(true) {
		return
	}
	p.plug.pull()
	p.leave()
	p.client.Close()
	_ = p.ledger.Close()
	close(p.gone)
}

// bury waits for the rest of a dead process.
func (p *process) bury() {
	p.house.Wait()
	p.asked.Wait()
	p.handler.Close()
	_ = p.engine.Close(context.Background())
}

// tick is one moment at which the process may die.
func (p *process) tick() {
	if !p.dead.Load() && p.world.burnt() {
		p.world.note("%s dies", p.name)
		p.kill()
	}
}

// memory is a process's ledger. Each write is a moment before which and after which the process may die.
type memory struct {
	*ledger.Ledger
	process *process
}

// errDisk is what a sick ledger says.
var errDisk = errors.New("the disk is full")

// write makes one write, before which and after which the process may die. A sick ledger reports a failure, and has kept
// the write all the same or not.
func write[T any](m *memory, do func() (T, error)) (T, error) {
	m.process.tick()
	defer m.process.tick()
	var none T
	switch m.process.world.symptom() {
	case refusing:
		return none, errDisk
	case lying:
		_, _ = do()
		return none, errDisk
	}
	return do()
}

func writeOnly(m *memory, do func() error) error {
	_, err := write(m, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

func (m *memory) Record(ctx context.Context, key string, o ledger.Operation, b []ledger.Button) error {
	return writeOnly(m, func() error { return m.Ledger.Record(ctx, key, o, b) })
}

func (m *memory) Claim(ctx context.Context, c ledger.Claim) (ledger.Operation, error) {
	return write(m, func() (ledger.Operation, error) { return m.Ledger.Claim(ctx, c) })
}

func (m *memory) Resend(ctx context.Context, op, owner string, at time.Time, why ledger.Call) error {
	return writeOnly(m, func() error { return m.Ledger.Resend(ctx, op, owner, at, why) })
}

func (m *memory) Settle(ctx context.Context, v ledger.Verdict) (ledger.Operation, error) {
	return write(m, func() (ledger.Operation, error) { return m.Ledger.Settle(ctx, v) })
}

func (m *memory) Told(ctx context.Context, op string, news, at time.Time) error {
	return writeOnly(m, func() error { return m.Ledger.Told(ctx, op, news, at) })
}

func (m *memory) Hold(ctx context.Context, h ledger.Hold) error {
	return writeOnly(m, func() error { return m.Ledger.Hold(ctx, h) })
}

func (m *memory) Look(ctx context.Context, op, by string, look ledger.Look, proof ledger.Proof) (ledger.Operation, error) {
	return write(m, func() (ledger.Operation, error) { return m.Ledger.Look(ctx, op, by, look, proof) })
}

func (m *memory) Resolve(ctx context.Context, r ledger.Resolution) (ledger.Operation, error) {
	return write(m, func() (ledger.Operation, error) { return m.Ledger.Resolve(ctx, r) })
}
