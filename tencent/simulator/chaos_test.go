package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// patience lets callers give up exactly when the simulator has decided not to answer them.
type patience struct {
	mu     sync.Mutex
	cancel map[string]context.CancelFunc // by the call's random
}

func (p *patience) observe(c simulator.Call) {
	if name := c.Fault.String(); !strings.HasPrefix(name, "stall") && !strings.HasPrefix(name, "late write") {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel[c.Random]()
}

func (p *patience) begin(ctx context.Context, random string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel[random] = cancel
	return ctx, cancel
}

// TestEveryFaultAtOnce has many callers meet every fault over a real network, and wants the ledger to stay true
// and nothing to be left running.
func TestEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	p := &patience{cancel: map[string]context.CancelFunc{}}
	s, _ := newHost(t, simulator.WithSeed(4), simulator.WithObserver(p.observe))
	battle := s.battle()
	s.sim.Plan(11, 0.8, simulator.AllFaults(time.Microsecond, time.Hour, time.Second)...)
	s.sim.Script(simulator.Refuse().Times(3))

	const callers, rounds = 6, 60
	var all sync.WaitGroup
	for caller := range callers {
		client := newClient(t)
		all.Go(func() {
			for round := range rounds {
				random := fmt.Sprint(caller*1000 + round)
				ctx, cancel := p.begin(t.Context(), random)
				one := &stand{t: t, url: s.url, client: client}
				one.addWith(ctx, random, battle)
				cancel()
			}
		})
	}
	all.Wait()
	s.sim.ApplyLate()
	checkChain(t, s.sim)
	checkEffectsBelongToCalls(t, s.sim)
}

func (s *stand) addWith(ctx context.Context, random, battle string) {
	query := goodQuery()
	query.Set("random", random)
	s.send(ctx, http.MethodPost, pathOf(simulator.SetBattleScore)+"?"+query.Encode(), addBoth(battle))
}

// checkEffectsBelongToCalls wants no call to change a room twice, and those answered 0 without a fault to have
// changed both.
func checkEffectsBelongToCalls(t *testing.T, sim *simulator.Simulator) {
	t.Helper()
	changed := map[int]map[string]int{}
	for _, e := range sim.Effects() {
		if changed[e.Call] == nil {
			changed[e.Call] = map[string]int{}
		}
		changed[e.Call][e.Room]++
		if e.Late != strings.HasPrefix(sim.Calls()[e.Call].Fault.String(), "late") {
			t.Errorf("late is %t: %+v", e.Late, e)
		}
	}
	healthy := 0
	for _, c := range sim.Calls() {
		for room, n := range changed[c.Index] {
			if n != 1 {
				t.Errorf("call %d (%v) changed %s %d times", c.Index, c.Fault, room, n)
			}
		}
		if c.Fault == simulator.None() && c.HasCode && c.Code == 0 {
			healthy++
			check(t, fmt.Sprintf("rooms changed by call %d", c.Index), len(changed[c.Index]), 2)
		}
		if strings.HasSuffix(c.Fault.String(), "(not applied)") && len(changed[c.Index]) > 1 {
			t.Errorf("call %d (%v) changed both rooms", c.Index, c.Fault)
		}
	}
	if healthy < 20 {
		t.Errorf("only %d healthy calls", healthy)
	}
}

func TestRateLimitHoldsUnderLoad(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithRateLimit(7))
	battle := s.battle()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				s.ask(simulator.SetBattleScore, addBoth(battle)) // The clock stands still.
			}
		})
	}
	all.Wait()
	check(t, "pk-1", s.score(battle, "pk-1"), 70)
	check(t, "most in a second", s.sim.MostCallsInWindow(simulator.SetBattleScore, time.Second), 40)
}

func TestLateWritesInOrder(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	sim := newSimulator(t, simulator.WithClock(newClock().Now))
	battle := addBattle(t, sim)
	set := func(score int) string {
		return fmt.Sprintf(`{"BattleId":%q,"OpType":2,"ScoreList":[{"RoomId":"pk-1","Score":%d}]}`, battle, score)
	}
	sim.Script(simulator.LateWrite(time.Hour), simulator.LateWrite(time.Minute), simulator.None(), simulator.LateWrite(time.Hour))
	for _, score := range []int{1, 2, 3} {
		direct(over, sim, goodQuery(), simulator.SetBattleScore, set(score))
	}
	direct(over, sim, goodQuery(), simulator.CreateBattle, `{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":1000}`)
	check(t, "battles before", len(sim.Battles()), 1)
	check(t, "applied", sim.ApplyLate(), 3)
	check(t, "battles after", len(sim.Battles()), 2)
	var scores []int64
	for _, e := range sim.Effects() {
		scores = append(scores, e.After)
	}
	check(t, "order", fmt.Sprint(scores), "[3 1 2]")
}

func TestSeedsRepeat(t *testing.T) {
	t.Parallel()
	ids := func(opts ...simulator.Option) string {
		sim := newSimulator(t, append(opts, simulator.WithClock(newClock().Now))...)
		battle := addBattle(t, sim)
		direct(t.Context(), sim, goodQuery(), simulator.GetBattleInfo, infoBody(battle))
		return battle + " " + sim.Calls()[0].RequestID
	}
	check(t, "the same seed", ids(simulator.WithSeed(5)), ids(simulator.WithSeed(5)))
	for name, other := range map[string]string{"another seed": ids(simulator.WithSeed(6)), "no seed": ids()} {
		if ids(simulator.WithSeed(5)) == other {
			t.Errorf("%s leads to the same ids", name)
		}
	}
	if first, second := ids(), ids(); first == second {
		t.Error("two simulators without a seed have the same ids")
	}
}
