package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"ringside/auth"
	"ringside/bot"
	"ringside/bot/console"
	"ringside/commands"
	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
	"ringside/web/rehearsal"
)

const (
	demoApp      = 1400000000
	demoAdmin    = "administrator"
	demoAlias    = "demo"
	demoDuration = time.Hour
	demoGifts    = 3.0 // a second
	demoSeed     = 20
)

// demoCmd is `ringside demo`: the whole product in one process, against a simulated battle.
type demoCmd struct {
	Listen string `name:"listen" default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where the rehearsal room is, on this machine; by default at a free port."`
}

// Run starts everything, lets the terminal talk to it, and leaves nothing behind.
func (c demoCmd) Run(ctx context.Context, s streams) (err error) {
	folder, err := os.MkdirTemp("", "ringside-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo's ledger: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	stage, err := openStage(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.close()) }()
	p, err := stage.plan(filepath.Join(folder, "ringside.db"))
	if err != nil {
		return err
	}
	a, err := newApp(ctx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close(ctx)) }()
	if _, err := a.book.Read(ctx, stage.battle); err != nil {
		return err
	}
	if err := a.book.Name(ctx, stage.battle, demoAlias, console.CallerID); err != nil {
		return err
	}
	room, err := openRoom(ctx, a, stage, c.Listen)
	if err != nil {
		return err
	}
	defer func() { room.close(ctx) }()
	terminal, err := console.New(a.handler, s.in, s.out, console.WithGreeting(demoGreeting(room.address())...))
	if err != nil {
		return err
	}
	if a.post.to, err = bot.NewCourier(map[string]commands.Notifier{terminal.Name(): terminal, rehearsal.PlatformName: room.page}); err != nil {
		return err
	}
	return runConsole(ctx, a, terminal, room.run)
}

// runConsole lets a terminal talk to an app until its input ends; beside runs as long.
func runConsole(ctx context.Context, a *app, terminal *console.Console, beside ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, running := errgroup.WithContext(ctx)
	for _, task := range append(beside, a.work) {
		group.Go(func() error { return task(running) })
	}
	err := terminal.Run(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// stage is the simulated platform with its battle.
type stage struct {
	sim    *simulator.Simulator
	host   *simulator.Host
	gifts  *simulator.Gifts
	battle string
	key    string
}

// openStage starts the simulator on this machine, with a battle whose scores move.
func openStage(ctx context.Context) (*stage, error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return nil, fmt.Errorf("make a key for the demo: %w", err)
	}
	key := hex.EncodeToString(raw[:])
	sim, err := simulator.New(simulator.Settings{SDKAppID: demoApp, Admin: demoAdmin, SecretKey: key}, simulator.WithRoomLookup())
	if err != nil {
		return nil, fmt.Errorf("start the simulator: %w", err)
	}
	host, err := simulator.Listen(ctx, sim, "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the simulator: %w", err)
	}
	battle, err := sim.AddBattle(simulator.BattleSpec{From: "pk-live1", To: []string{"pk-live2"}, Duration: demoDuration})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the demo's battle: %w", err), host.Close())
	}
	opening := errors.Join(sim.Gift(battle, "pk-live1", 1240), sim.Gift(battle, "pk-live2", 1185))
	gifts, err := sim.StartGifts(ctx, battle, simulator.Traffic{PerSecond: demoGifts, Seed: demoSeed})
	if err := errors.Join(opening, err); err != nil {
		return nil, errors.Join(fmt.Errorf("start the demo's gifts: %w", err), host.Close())
	}
	return &stage{sim: sim, host: host, gifts: gifts, battle: battle, key: key}, nil
}

func (s *stage) close() error {
	err := s.gifts.Stop()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, s.host.Close())
}

// plan lets the person at the terminal do everything in the demo's rooms.
func (s *stage) plan(ledger string) (plan, error) {
	policy, err := auth.New([]auth.Grant{{
		Name: "rehearsal", Who: []string{console.CallerID, rehearsal.CallerID}, May: auth.Permissions(), Battles: []string{"*"}, Rooms: []string{"*"},
		MaxPoints: 5000, ConfirmOver: 1000, ApprovalOver: 5000,
	}}, nil, nil)
	if err != nil {
		return plan{}, fmt.Errorf("grants of the demo: %w", err)
	}
	return plan{
		tencent: tencent.Settings{
			SDKAppID: demoApp, Admin: demoAdmin, SecretKey: secret.New(s.key), Region: "singapore", BaseURL: s.host.URL(),
			CallsPerSecond: tencent.DefaultCallsPerSecond, Timeout: tencent.DefaultTimeout,
		},
		ledger: store{path: ledger}, policy: policy, log: zap.NewNop(),
		settings: commands.Settings{ConfirmExpires: time.Minute, ApprovalExpires: 5 * time.Minute},
	}, nil
}

func demoGreeting(address string) []string {
	return []string{
		"A battle is on: pk-live1 against pk-live2, and viewers keep sending gifts. Its alias is demo.",
		"Everything is simulated on this machine; nothing leaves it. Three lines worth typing:",
		"",
		"  /battle-score demo add pk-live1 100     add points and see what happened",
		"  /battle-score demo set pk-live2 2000    overwrite a score; Ringside asks first",
		"  /battle help                            what else there is",
		"",
		"The same in a browser, with the stream overlay beside it: " + address,
		"",
	}
}
