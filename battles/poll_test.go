package battles_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

func TestWhatNobodyTellsOfIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		s.run(t)
		b := battle("b", 3*time.Minute, "a", "b")
		s.platform.set(b)
		must(t, s.Hear(t.Context(), started(b)))
		time.Sleep(30 * time.Second)
		must(t, s.Hear(t.Context(), started(b))) // again
		time.Sleep(59 * time.Second)
		if reads := s.platform.asked(); len(reads) != 0 {
			t.Fatalf("read after %v", time.Since(b.Start))
		}
		s.platform.score("b", 7)
		time.Sleep(2 * time.Second)
		reads := s.platform.asked()
		if e := known(t, s, "b"); len(reads) != 1 || reads[0].class != tencent.ClassBatch || e.Standings[0].Score != 7 {
			t.Fatalf("reads %+v, known %+v", reads, e)
		}
		time.Sleep(30 * time.Second)
		_, err := s.Read(t.Context(), "b") // a person's
		must(t, err)
		time.Sleep(58 * time.Second)
		if reads := s.platform.asked(); len(reads) != 2 {
			t.Errorf("read although somebody had: %+v", reads)
		}
	})
}

// TestAnEndThatNobodyTellsOf is noticed by a read, which is the last.
func TestAnEndThatNobodyTellsOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		webhook bool
		status  int
		reads   int
	}{
		"told by a webhook":                 {webhook: true, status: 3},
		"not told":                          {status: 3, reads: 1},
		"not told, and the platform silent": {status: 2, reads: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				s.run(t)
				b := battle("b", 30*time.Second, "a", "b")
				must(t, s.Hear(t.Context(), started(b)))
				must(t, s.Name(t.Context(), "b", "final", "me"))
				time.Sleep(31 * time.Second)
				b.Status = tc.status
				s.platform.set(b)
				if tc.webhook {
					must(t, s.Hear(t.Context(), ended(b)))
				}
				time.Sleep(1900 * time.Millisecond)
				if reads := s.platform.asked(); len(reads) != 0 {
					t.Errorf("read before the end was surely past: %+v", reads)
				}
				time.Sleep(time.Hour)
				e := known(t, s, "b")
				if reads := s.platform.asked(); len(reads) != tc.reads || !e.Final || e.Running {
					t.Errorf("%d reads, known %+v", len(reads), e)
				}
				must(t, s.Hear(t.Context(), started(battle("c", time.Minute, "c", "d"))))
				must(t, s.Name(t.Context(), "c", "final", "me")) // it is free
			})
		})
	}
}

func TestABattleThatThePlatformDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		after  time.Duration // the last that was heard of it
		unborn bool          // it waits for the called owners
		err    error
		ended  bool
	}{
		"unknown or over":       {after: time.Minute, err: refusal(100411), ended: true},
		"over":                  {after: time.Minute, err: refusal(100421), ended: true},
		"only just begun":       {after: 9 * time.Second, err: refusal(100411)},
		"waiting for answers":   {after: time.Minute, unborn: true, err: refusal(100411)},
		"never answered":        {after: 5 * time.Minute, unborn: true, err: refusal(100411), ended: true},
		"not begun yet":         {after: time.Minute, err: refusal(100420)},
		"the wrong region":      {after: time.Minute, err: refusal(60026)},
		"no answer":             {after: time.Minute, err: noNetwork()},
		"an answer of no sense": {after: time.Minute, err: &tencent.CallError{Evidence: tencent.Evidence{Written: true, Code: 100411}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				told := started(battle("b", time.Hour, "a", "b"))
				if tc.unborn {
					told = tencent.BattleCreated{CallbackHead: tencent.CallbackHead{BattleID: "b"}, From: "a", To: []string{"b"}, NeedResponse: true}
				}
				must(t, s.Hear(t.Context(), told))
				time.Sleep(tc.after)
				s.platform.fail(tc.err)
				if _, err := s.Read(t.Context(), "b"); err == nil {
					t.Fatal("it was read")
				}
				for range 2 {
					if e := known(t, s, "b"); e.Running == tc.ended {
						t.Errorf("%+v", e)
					}
					s.restart(t)
				}
				if _, err := s.Read(t.Context(), "never heard of"); err == nil {
					t.Fatal("it was read")
				}
				if _, ok := s.Known("never heard of"); ok {
					t.Error("a battle became known by not existing")
				}
			})
		})
	}
}

// TestThePaceIsGentle has many battles to read and a platform that answers at once, slowly or not at all.
func TestThePaceIsGentle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		takes time.Duration
		err   error
		least int
	}{
		"at once":    {least: 119},
		"slowly":     {takes: 2 * time.Second, least: 25},
		"not at all": {err: noNetwork(), least: 119},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				s.platform.slow(tc.takes)
				s.platform.fail(tc.err)
				for n := range 300 {
					b := battle(fmt.Sprintf("b%d", n), time.Hour, fmt.Sprintf("a%d", n), fmt.Sprintf("b%d", n))
					s.platform.set(b)
					must(t, s.Hear(t.Context(), started(b)))
				}
				time.Sleep(time.Minute)
				s.run(t)
				time.Sleep(time.Minute)
				reads := s.platform.asked()
				if n := most(reads, ""); n > 2 || len(reads) < tc.least {
					t.Errorf("%d reads, up to %d in a second", len(reads), n)
				}
				if n := most(reads, "b0"); n > 1 {
					t.Errorf("one battle was read %d times in a second", n)
				}
			})
		})
	}
}

func TestWhatCantBeReadIsReadLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		s.run(t)
		s.platform.fail(noNetwork())
		must(t, s.Hear(t.Context(), started(battle("b", 2*time.Hour, "a", "b"))))
		began := time.Now()
		time.Sleep(time.Hour)
		var pauses []time.Duration
		last := began
		for _, r := range s.platform.asked() {
			pauses = append(pauses, r.at.Sub(last).Round(5*time.Second))
			last = r.at
		}
		want := "[1m0s 10s 20s 40s 1m20s 2m40s 5m0s"
		if got := fmt.Sprint(pauses); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("paused %v, want %s …", pauses, want)
		}
	})
}

// TestTheOverdueAreReadFirst has a battle without a word for long, one about to end, and one whose end is past.
func TestTheOverdueAreReadFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		quiet, soon, overdue := battle("quiet", time.Hour, "a", "b"), battle("soon", 2*time.Minute, "c", "d"), battle("overdue", 20*time.Second, "e", "f")
		untold := tencent.BattleCreated{CallbackHead: tencent.CallbackHead{BattleID: "untold"}, From: "g", To: []string{"h"}}
		for _, b := range []tencent.Battle{quiet, soon, overdue} {
			s.platform.set(b)
			must(t, s.Hear(t.Context(), started(b)))
		}
		must(t, s.Hear(t.Context(), untold))
		time.Sleep(time.Minute)
		s.run(t)
		time.Sleep(5 * time.Second)
		var order []string
		for _, r := range s.platform.asked() {
			order = append(order, r.query.ID)
		}
		if got := fmt.Sprint(order); got != "[overdue untold soon quiet]" {
			t.Errorf("read in the order %s", got)
		}
	})
}

// TestWhatNobodyCanReadEndsAllTheSame bounds what is believed to run.
func TestWhatNobodyCanReadEndsAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		s.run(t)
		s.platform.fail(noNetwork())
		planned := battle("planned", 5*time.Minute, "a", "b")
		must(t, s.Hear(t.Context(), started(planned)))
		must(t, s.Hear(t.Context(), tencent.BattleCreated{CallbackHead: tencent.CallbackHead{BattleID: "unplanned"}, From: "c", To: []string{"d"}}))
		running := func() (ids []string) {
			kept, err := s.ledger.Running(t.Context(), 9)
			must(t, err)
			for _, b := range kept {
				ids = append(ids, b.ID)
			}
			return ids
		}
		time.Sleep(15*time.Minute - time.Second)
		if got := fmt.Sprint(running()); got != "[planned unplanned]" && got != "[unplanned planned]" {
			t.Errorf("runs: %s", got)
		}
		time.Sleep(2 * time.Second)
		if e := known(t, s, "planned"); fmt.Sprint(running()) != "[unplanned]" || !e.Ends.Equal(planned.End) || e.Final {
			t.Errorf("runs: %s, known %+v", running(), e)
		}
		time.Sleep(24 * time.Hour)
		if got := running(); len(got) != 0 {
			t.Errorf("runs after a day: %s", got)
		}
	})
}

// TestOldBattlesLeaveTheMemory and stay in the ledger.
func TestOldBattlesLeaveTheMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		s.run(t)
		b := battle("b", time.Minute, "a", "b")
		must(t, s.Hear(t.Context(), started(b)))
		must(t, s.Name(t.Context(), "b", "final", "me"))
		must(t, s.Hear(t.Context(), ended(b)))
		time.Sleep(24 * time.Hour)
		known(t, s, "b")
		time.Sleep(2 * time.Minute)
		if _, ok := s.Known("b"); ok {
			t.Error("it is still known")
		}
		kept, err := s.ledger.Battle(t.Context(), "b")
		must(t, err)
		if kept.Alias != "final" || kept.Final == nil {
			t.Errorf("kept: %+v", kept)
		}
		must(t, s.Hear(t.Context(), ended(b))) // again, very late
		if e := known(t, s, "b"); e.Alias != "final" || !e.Final || e.Running {
			t.Errorf("heard of again: %+v", e)
		}
	})
}

var _ battles.Store = (*ledger.Ledger)(nil)
