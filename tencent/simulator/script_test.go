package simulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/tencent/simulator"
)

// codesOf asks for the battle n times and returns what was told.
func codesOf(s *stand, battle string, n int) string {
	var told []string
	for range n {
		told = append(told, strings.TrimPrefix(s.ask(simulator.GetBattleInfo, infoBody(battle)).brief(), "code "))
	}
	return strings.ReplaceAll(strings.Join(told, " "), "status 2 from 1700000000 to 1700000060", "ok")
}

func TestScriptRunsInOrder(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.sim.Script(simulator.TooFrequent(2), simulator.None())
	s.sim.Script(simulator.ExpiredSig())
	check(t, "pending", len(s.sim.Pending()), 3)
	check(t, "told", codesOf(s, battle, 5), "60007 60007 ok 70001 ok")
	check(t, "pending at the end", len(s.sim.Pending()), 0)
}

func TestScriptWaitsForItsCommand(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	write := simulator.WrongRegion().On(simulator.SetBattleScore)
	s.sim.Script(write, simulator.ExpiredSig())
	check(t, "told", codesOf(s, battle, 2), "70001 ok")
	if diff := cmp.Diff([]string{write.String()}, names(s.sim.Pending())); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "code 60026")
	check(t, "fault in the ledger", s.sim.Calls()[2].Fault, write)
}

func names(faults []simulator.Fault) []string {
	var all []string
	for _, f := range faults {
		all = append(all, f.String())
	}
	return all
}

func TestPlanRepeatsItselfFromASeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		s := newStand(t)
		s.sim.Plan(seed, 0.5, simulator.WrongRegion(), simulator.TooFrequent(3), simulator.ExpiredSig().On(simulator.CreateBattle))
		return codesOf(s, s.battle(), 40)
	}
	first := run(7)
	check(t, "the same seed", run(7), first)
	if run(8) == first {
		t.Error("another seed leads to the same faults")
	}
	for _, word := range []string{"ok", "60026", "60007"} {
		if n := strings.Count(first, word); n < 4 || n > 32 {
			t.Errorf("%q happened %d times of 40: %s", word, n, first)
		}
	}
	if strings.Contains(first, "70001") {
		t.Errorf("a fault met another command: %s", first)
	}
}

func TestPlanHasBursts(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.sim.Plan(3, 0.2, simulator.TooFrequent(3), simulator.TooFrequent(2).On(simulator.CreateBattle))
	told := codesOf(s, battle, 200)
	bursts := strings.Count(told, "60007 60007 60007")
	if all := strings.Count(told, "60007"); bursts < 10 || all < 3*bursts-2 || strings.Contains(told, "ok 60007 ok") {
		t.Errorf("%d bursts in %s", bursts, told)
	}
}

func TestNewPlanEndsABurst(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.sim.Plan(3, 1, simulator.TooFrequent(3))
	check(t, "the begin of a burst", codesOf(s, battle, 1), "60007")
	s.sim.Plan(3, 0, simulator.TooFrequent(3))
	check(t, "a new plan ends it", codesOf(s, battle, 2), "ok ok")
}

func TestPlanYieldsToScriptAndEnds(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.sim.Plan(1, 1, simulator.WrongRegion())
	s.sim.Script(simulator.None(), simulator.ExpiredSig())
	check(t, "told", codesOf(s, battle, 3), "ok 70001 60026")
	s.sim.Plan(1, 0, simulator.WrongRegion())
	check(t, "no chance", codesOf(s, battle, 20), strings.TrimSpace(strings.Repeat("ok ", 20)))
	s.sim.Plan(1, 1)
	check(t, "no faults", codesOf(s, battle, 1), "ok")
	s.sim.Plan(1, 1, simulator.WrongRegion().On(simulator.CreateBattle))
	check(t, "no fitting fault", codesOf(s, battle, 1), "ok")
}

func TestScriptIsCopied(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	mine := []simulator.Fault{simulator.WrongRegion()}
	s.sim.Plan(1, 1, mine...)
	s.sim.Script(mine...)
	mine[0] = simulator.ExpiredSig()
	s.sim.Pending()[0] = simulator.ExpiredSig()
	check(t, "told", codesOf(s, s.battle(), 2), "60026 60026")
	if diff := cmp.Diff([]string(nil), names(s.sim.Pending()), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
}
