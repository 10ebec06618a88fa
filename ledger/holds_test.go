package ledger_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ringside/ledger"
)

// hold is a hold of the battle of intent, from the given time for ten seconds.
func hold(owner string, since time.Time) ledger.Hold {
	return ledger.Hold{Battle: "b+/=", Owner: owner, By: "by-" + owner, Since: since, Until: since.Add(10 * time.Second)}
}

// mustBeHeld fails unless err says that by has the battle since the given time.
func mustBeHeld(t *testing.T, err error, by string, since time.Time) {
	t.Helper()
	var held *ledger.HeldError
	if !errors.As(err, &held) || held.By != by || !held.Since.Equal(since) {
		t.Errorf("got %v, want it held by %q", err, by)
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	at := start.Add(2 * time.Second)
	record := func(o ledger.Operation) func(*testing.T, *ledger.Ledger) {
		return func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Record(t.Context(), "", o, nil))
		}
	}
	take := func(h ledger.Hold) func(*testing.T, *ledger.Ledger) {
		return func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Hold(t.Context(), h))
		}
	}
	elsewhere, own, over, asked := intent("aaaaaa"), intent("aaaaaa"), intent("aaaaaa"), intent("aaaaaa")
	elsewhere.Battle, own.Owner, over.Lease = "another", "two", at
	asked.State, asked.Owner = ledger.Pending, ""
	for name, tc := range map[string]struct {
		before func(*testing.T, *ledger.Ledger)
		by     string // who has it; empty for nobody
		since  time.Time
	}{
		"free":                   {before: func(*testing.T, *ledger.Ledger) {}},
		"held by another":        {before: take(hold("one", start)), by: "by-one", since: start},
		"the other's has ended":  {before: take(hold("one", at.Add(-10*time.Second)))},
		"its own":                {before: take(hold("two", start))},
		"another battle's":       {before: take(ledger.Hold{Battle: "another", Owner: "one", Since: start, Until: at.Add(time.Hour)})},
		"an intent under way":    {before: record(intent("aaaaaa")), by: "slack:T1/user/U1", since: start},
		"its own intent":         {before: record(own)},
		"an intent elsewhere":    {before: record(elsewhere)},
		"an intent past its end": {before: record(over)},
		"a question":             {before: record(asked)},
		"given up": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Hold(t.Context(), hold("one", start)))
			must(t, l.Release(t.Context(), "b+/=", "one"))
			must(t, l.Release(t.Context(), "b+/=", "one"))
		}},
		"somebody else gave it up": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Hold(t.Context(), hold("one", start)))
			must(t, l.Release(t.Context(), "b+/=", "two"))
		}, by: "by-one", since: start},
		"an intent that was settled": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			settle(t, l, "aaaaaa", ledger.Unknown)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			tc.before(t, l)
			err := l.Hold(t.Context(), hold("two", at))
			if tc.by != "" {
				mustBeHeld(t, err, tc.by, tc.since)
				return
			}
			must(t, err)
			mustBeHeld(t, l.Hold(t.Context(), hold("three", at)), "by-two", at)
		})
	}
}

// TestNothingBeginsBesideAHold lets an addition begin at once and by a press, while another has the battle.
func TestNothingBeginsBesideAHold(t *testing.T) {
	t.Parallel()
	l := open(t)
	question, buttons := pending("aaaaaa")
	must(t, l.Record(t.Context(), "", question, buttons))
	must(t, l.Hold(t.Context(), hold("two", start)))
	begin := func(id string, at time.Time) (record, press error) {
		o := intent(id)
		o.Created = at
		record = l.Record(t.Context(), "key", o, nil)
		_, press = l.Claim(t.Context(), claim("yes-aaaaaa", at))
		return record, press
	}
	record, press := begin("bbbbbb", start.Add(10*time.Second-time.Microsecond))
	mustBeHeld(t, record, "by-two", start)
	mustBeHeld(t, press, "by-two", start)
	must(t, l.Record(t.Context(), "", func() ledger.Operation { o, _ := pending("cccccc"); return o }(), nil))
	elsewhere := intent("dddddd")
	elsewhere.Battle = "another"
	must(t, l.Record(t.Context(), "", elsewhere, nil))

	record, press = begin("bbbbbb", start.Add(10*time.Second))
	must(t, record)
	must(t, press)
}

// overwrite records a question whether to overwrite, and returns the claim that its yes would make.
func overwrite(t *testing.T, l *ledger.Ledger, id string) ledger.Claim {
	t.Helper()
	o, buttons := pending(id)
	o.Kind = ledger.Set
	must(t, l.Record(t.Context(), "", o, buttons))
	c := claim("yes-"+id, start.Add(time.Second))
	c.Owner = "one/" + id
	return c
}

func TestAnOverwriteNeedsItsHold(t *testing.T) {
	t.Parallel()
	l := open(t)
	c := overwrite(t, l, "aaaaaa")
	_, err := l.Claim(t.Context(), c)
	mustBeHeld(t, err, "", time.Time{})
	must(t, l.Hold(t.Context(), hold(c.Owner, start)))
	c.At = start.Add(10 * time.Second)
	_, err = l.Claim(t.Context(), c)
	mustBeHeld(t, err, "", time.Time{})
	must(t, l.Hold(t.Context(), hold("two", c.At)))
	_, err = l.Claim(t.Context(), c)
	mustBeHeld(t, err, "by-two", c.At)
	must(t, l.Release(t.Context(), "b+/=", "two"))
	must(t, l.Hold(t.Context(), hold(c.Owner, c.At)))
	if _, err = l.Claim(t.Context(), c); err != nil {
		t.Errorf("with its hold, after refusals: %v", err)
	}
}

func TestAnOverwritesHoldEndsWithIt(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *ledger.Ledger, ledger.Claim){
		"settled": func(t *testing.T, l *ledger.Ledger, c ledger.Claim) {
			t.Helper()
			_, err := l.Settle(t.Context(), applied(intent("aaaaaa"), c.Owner, start.Add(2*time.Second)))
			must(t, err)
		},
		"swept": func(t *testing.T, l *ledger.Ledger, c ledger.Claim) {
			t.Helper()
			_, err := l.Sweep(t.Context(), c.Lease, "two")
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			c := overwrite(t, l, "aaaaaa")
			long := hold(c.Owner, start)
			long.Until = start.Add(time.Hour)
			must(t, l.Hold(t.Context(), long))
			_, err := l.Claim(t.Context(), c)
			must(t, err)
			mustBeHeld(t, l.Record(t.Context(), "", intent("bbbbbb"), nil), "by-"+c.Owner, start)
			end(t, l, c)
			must(t, l.Record(t.Context(), "", intent("bbbbbb"), nil))
		})
	}
	l := open(t)
	must(t, l.Record(t.Context(), "", intent("addadd"), nil))
	must(t, l.Hold(t.Context(), hold("one", start)))
	_, err := l.Settle(t.Context(), applied(intent("addadd"), "one", start))
	must(t, err)
	mustBeHeld(t, l.Hold(t.Context(), hold("two", start)), "by-one", start)
}

func TestSweepForgetsHolds(t *testing.T) {
	t.Parallel()
	l := open(t)
	h := hold("one", start)
	must(t, l.Hold(t.Context(), h))
	_, err := l.Sweep(t.Context(), h.Until.Add(time.Minute), "two")
	must(t, err)
	mustBeHeld(t, l.Hold(t.Context(), hold("two", start)), "by-one", start) // by a clock that is behind
	_, err = l.Sweep(t.Context(), h.Until.Add(time.Minute+time.Microsecond), "two")
	must(t, err)
	must(t, l.Hold(t.Context(), hold("two", start)))
}

func TestManyTakeOneHold(t *testing.T) {
	t.Parallel()
	l := open(t)
	results := make(chan error, 32)
	var wg sync.WaitGroup
	for i := range cap(results) {
		wg.Go(func() { results <- l.Hold(t.Context(), hold(string(rune('a'+i)), start)) })
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		var held *ledger.HeldError
		switch {
		case err == nil:
			won++
		case !errors.As(err, &held):
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d have the battle to themselves", won)
	}
}

func TestALostHoldIsSaidSo(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]*ledger.HeldError{
		"the battle is no longer held for this change":     {},
		"another change of this battle by U2 is under way": {By: "U2"},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
