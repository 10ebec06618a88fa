package battles_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

// story is what the platform tells of one battle: some of it may be missing, as the vendor leaves it open.

func story(t *rapid.T, id string) []tencent.Event {
	head := func(command string, at int) tencent.CallbackHead {
		h := tencent.CallbackHead{Command: command, BattleID: id, At: noon.Add(time.Duration(at) * time.Second)}
		if rapid.IntRange(0, 5).Draw(t, "without a time") == 0 {
			h.At = time.Time{}
		}
		return h
	}
	rooms := func(names ...string) []tencent.BattleRoom {
		if rapid.IntRange(0, 3).Draw(t, "unreadable rooms") == 0 {
			return nil
		}
		var all []tencent.BattleRoom
		for _, n := range names {
			all = append(all, tencent.BattleRoom{Room: n, Score: rapid.Int64Range(0, 9).Draw(t, "score")})
		}
		return all
	}
	start := noon.Add(time.Second)
	return []tencent.Event{
		tencent.BattleCreated{CallbackHead: head(tencent.CallbackBattleCreated, 0), From: "a", To: []string{"b", "c"}, Duration: time.Minute, Extension: "final"},
		tencent.BattleStarted{CallbackHead: head(tencent.CallbackBattleStarted, 1), Duration: time.Minute, Start: start, Rooms: rooms("a", "b")},
		tencent.BattleEnded{
			CallbackHead: head(tencent.CallbackBattleEnded, 40), Duration: time.Minute, Start: start, End: noon.Add(40 * time.Second),
			How: rapid.SampledFrom([]tencent.BattleEnd{tencent.EndTimeUp, tencent.EndAllLeft, tencent.EndUnknown, tencent.EndNoAnswer}).Draw(t, "how"), Rooms: rooms("a", "b"),
		},
		tencent.Other{CallbackHead: tencent.CallbackHead{Command: "Pets.CallbackAfterFeeding"}},
	}
}

// TestTheOrderOfEventsMakesNoDifference tells two battles the same story, one of them in another order and some of it

// again, and makes sure that the book and its ledger, also after a restart, know the same of both.

func TestTheOrderOfEventsMakesNoDifference(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		one, other := fmt.Sprintf("one%d+/=", n), fmt.Sprintf("other%d+/=", n)
		events := story(rt, one)
		for _, e := range events {
			must(t, d.book.Hear(t.Context(), e))
		}
		again := append(events, rapid.SliceOfN(rapid.SampledFrom(events), 0, 4).Draw(rt, "twice")...)
		for _, e := range rapid.Permutation(again).Draw(rt, "order") {
			must(t, d.book.Hear(t.Context(), about(e, other)))
		}
		compare := func(when string) {
			x, _ := d.book.Known(one)
			y, _ := d.book.Known(other)
			if diff := cmp.Diff(x, y, cmpopts.IgnoreFields(battles.Ref{}, "ID")); diff != "" || len(x.Rooms) == 0 || x.Running {
				rt.Fatalf("%s (-in order +in another):\n%s", when, diff)
			}
		}
		compare("in memory")
		if n%10 == 0 {
			d.reopen(t)
			compare("after a restart")
		}
		x, err := d.ledger.Battle(t.Context(), one)
		must(t, err)
		y, err := d.ledger.Battle(t.Context(), other)
		must(t, err)
		if diff := cmp.Diff(x, y, cmpopts.IgnoreFields(ledger.Battle{}, "ID")); diff != "" {
			rt.Fatalf("in the ledger (-in order +in another):\n%s", diff)
		}
	})
}

// about is the same event of another battle.

func about(e tencent.Event, id string) tencent.Event {
	switch e := e.(type) {
	case tencent.BattleCreated:
		e.BattleID = id
		return e
	case tencent.BattleStarted:
		e.BattleID = id
		return e
	case tencent.BattleEnded:
		e.BattleID = id
		return e
	}
	return e
}

func TestABattleAsTheWebhooksTellIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		b := battle("b+/=", time.Minute, "a", "b")
		must(t, s.Hear(t.Context(), tencent.BattleCreated{
			CallbackHead: tencent.CallbackHead{BattleID: b.ID, At: time.Now()}, From: "a", To: []string{"b", "c"}, Duration: time.Minute, Extension: "semi",
		}))
		e := known(t, s, b.ID)
		if _, left := e.Left(time.Now()); left || !e.Running || len(e.Rooms) != 3 || e.Note != "semi" {
			t.Errorf("created: %+v", e)
		}
		must(t, s.Hear(t.Context(), started(b)))
		e = known(t, s, b.ID)
		if left, _ := e.Left(time.Now().Add(time.Second)); left != 59*time.Second || len(e.Rooms) != 2 || e.Standings != nil || !e.Read.IsZero() {
			t.Errorf("started: %v left, %+v", left, e)
		}
		time.Sleep(30 * time.Second)
		b.Rooms[1].Score = 70
		must(t, s.Hear(t.Context(), ended(b)))
		must(t, s.Hear(t.Context(), started(b))) // late
		want := battles.Entry{
			Ref: battles.Ref{ID: b.ID}, Rooms: []string{"a", "b"}, Standings: []ledger.Standing{{Room: "a"}, {Room: "b", Score: 70}},
			Read: time.Now(), Final: true, Started: b.Start, Ends: time.Now(), Note: "semi", Seen: time.Now(),
		}
		if diff := cmp.Diff(want, known(t, s, b.ID), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("ended (-want +got):\n%s", diff)
		}
		s.restart(t)
		if diff := cmp.Diff(want, known(t, s, b.ID), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("after a restart (-want +got):\n%s", diff)
		}
		if reads := s.platform.asked(); len(reads) != 0 {
			t.Errorf("read %d times", len(reads))
		}
	})
}

func TestReadsDoNotReplaceTheFinalScores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		b := battle("b", time.Minute, "a", "b")
		must(t, s.Hear(t.Context(), started(b)))
		s.platform.set(b)
		time.Sleep(20 * time.Second)
		must(t, s.Hear(t.Context(), ended(b)))
		time.Sleep(time.Minute)
		s.platform.score("b", 999)
		_, err := s.Read(t.Context(), "b")
		must(t, err)
		if e := known(t, s, "b"); e.Standings[0].Score != 0 || !e.Final {
			t.Errorf("after a read: %+v", e)
		}
	})
}

// TestAReadAfterTheEndIsFinal also when no webhook tells of the end.

func TestAReadAfterTheEndIsFinal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		after  time.Duration
		status int
		final  bool
	}{
		"just before the end":         {after: 59 * time.Second, status: 2},
		"at the end":                  {after: 61 * time.Second, status: 2},
		"when the end is past":        {after: 63 * time.Second, status: 2, final: true},
		"when the platform says so":   {after: 61 * time.Second, status: 3, final: true},
		"when it says so before time": {after: 30 * time.Second, status: 3, final: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				b := battle("b", time.Minute, "a", "b")
				must(t, s.Hear(t.Context(), started(b)))
				time.Sleep(tc.after)
				b.Status = tc.status
				s.platform.set(b)
				_, err := s.Read(t.Context(), "b")
				must(t, err)
				for range 2 {
					if e := known(t, s, "b"); e.Final != tc.final || e.Running != (tc.after < time.Minute && tc.status == 2) {
						t.Errorf("%+v", e)
					}
					if tc.final {
						s.restart(t) // final scores outlive the program
					}
				}
			})
		})
	}
}

// TestASlowReadTellsOfAnEarlierMoment lets a read answer after one that began later.

func TestASlowReadTellsOfAnEarlierMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		s.platform.set(battle("b", time.Minute, "a", "b"))
		slow := &delayed{live: s.platform, wait: 5 * time.Second}
		book, err := battles.New(t.Context(), slow, s.ledger)
		must(t, err)
		s.Book = book
		done := make(chan error)
		go func() {
			_, err := book.Read(t.Context(), "b")
			done <- err
		}()
		time.Sleep(time.Second)
		s.platform.score("b", 50)
		slow.wait = 0
		_, err = book.Read(t.Context(), "b")
		must(t, err)
		must(t, <-done)
		if e := known(t, s, "b"); e.Standings[0].Score != 50 || time.Since(e.Read) != 4*time.Second {
			t.Errorf("%+v", e)
		}
	})
}

// delayed delays what a platform said.

type delayed struct {
	*live
	wait time.Duration
}

func (d *delayed) BattleInfo(ctx context.Context, class tencent.Class, q tencent.BattleQuery) (tencent.Battle, error) {
	wait := d.wait
	b, err := d.live.BattleInfo(ctx, class, q)
	time.Sleep(wait)
	return b, err
}

func TestABattleThatNeverRanHasNoScores(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	e := tencent.BattleEnded{
		CallbackHead: tencent.CallbackHead{BattleID: "b", At: noon}, How: tencent.EndNoAnswer, Start: noon, Duration: time.Minute,
		Rooms: []tencent.BattleRoom{{Room: "a"}, {Room: "b"}},
	}
	must(t, d.book.Hear(t.Context(), e))
	if got, _ := d.book.Known("b"); got.Final || got.Standings != nil || got.Running || !got.Started.IsZero() || !got.Ends.Equal(noon) {
		t.Errorf("%+v", got)
	}
}

// failing is a store that can't write.

// TestAReadThatCouldNotBeWrittenDownIsWrittenWithTheNext loses nothing at a restart but what was never written.

// TestALateNameIsUnderstood also after a restart, until somebody else has it.
