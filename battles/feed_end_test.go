package battles_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

func mustEnd(t *testing.T, f *battles.Follower) {
	t.Helper()
	for range 2 {
		if v, err := f.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last view: %+v, %v", v, err)
		}
	}
}

func TestTheEnd(t *testing.T) {
	t.Parallel()
	final := []ledger.Standing{{Room: "a", Score: 77}, {Room: "b", Score: 10}}
	for name, tc := range map[string]struct {
		early   bool          // it ends after 20 s of 30
		webhook time.Duration // after the end; 0: never
		status  int
		gone    bool // the platform forgets it at the end
		last    time.Duration
		noticed time.Duration // how much later that may be, since a read must show it first
		final   bool
	}{
		"a webhook at once":                    {webhook: time.Millisecond, status: 3, last: time.Millisecond, final: true},
		"a webhook in time":                    {webhook: 4 * time.Second, status: 3, last: 4 * time.Second, final: true},
		"a webhook too late":                   {webhook: 8 * time.Second, status: 3, last: 5 * time.Second, final: true},
		"no webhook":                           {status: 3, last: 5 * time.Second, final: true},
		"no webhook, and a status of no sense": {status: 2, last: 5 * time.Second, final: true},
		"a webhook, early":                     {early: true, webhook: time.Millisecond, status: 3, last: time.Millisecond, final: true},
		"no webhook, early":                    {early: true, status: 3, last: 5 * time.Second, noticed: time.Second, final: true},
		"no webhook, and forgotten":            {status: 3, gone: true, last: 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				feed := feedOf(t, s)
				b := battle("b", 30*time.Second, "a", "b")
				s.platform.set(b)
				must(t, s.Hear(t.Context(), started(b)))
				f := follow(t, feed, "b")
				length := 30 * time.Second
				if tc.early {
					length = 20 * time.Second
				}
				time.Sleep(length - time.Millisecond)
				if v := next(t, f); v.Over || v.Final {
					t.Fatalf("before the end: %+v", v)
				}
				time.Sleep(time.Millisecond)
				end := time.Now()
				b.Status, b.Rooms = tc.status, []tencent.BattleRoom{{Room: "a", Score: 77}, {Room: "b", Score: 10}}
				if tc.early {
					b.End = end
				}
				if s.platform.set(b); tc.gone {
					s.platform.drop("b")
				}
				if tc.webhook > 0 {
					time.AfterFunc(tc.webhook, func() { must(t, s.Hear(t.Context(), ended(b))) })
				}
				var v battles.View
				for !v.Final {
					more, err := f.Next(t.Context())
					if errors.Is(err, io.EOF) {
						break
					}
					must(t, err)
					v = more
				}
				if diff := cmp.Diff(final, v.Standings); tc.final && diff != "" || v.Final != tc.final || !v.Over {
					t.Errorf("the last view is %+v, with other scores (-want +got):\n%s", v, diff)
				}
				if took := time.Since(end); took < tc.last || took > tc.last+tc.noticed {
					t.Errorf("the last view came after %v, want %v", took, tc.last)
				}
				mustEnd(t, f)
				n := len(s.platform.asked())
				late := next(t, follow(t, feed, "b"))
				if diff := cmp.Diff(v, late, cmpopts.EquateApproxTime(0)); tc.final && diff != "" {
					t.Errorf("one who comes later sees another (-want +got):\n%s", diff)
				}
				time.Sleep(time.Minute)
				if more := len(s.platform.asked()) - n; more > 1 || tc.final && more > 0 {
					t.Errorf("read %d times after the end", more)
				}
			})
		})
	}
}

func TestFailingReadsEndNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		b := battle("b", time.Hour, "a", "b")
		s.platform.set(b)
		f := follow(t, feedOf(t, s), "b")
		next(t, f)
		s.platform.fail(noNetwork())
		n := len(s.platform.asked())
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if v, err := f.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("while nothing can be read: %+v, %v", v, err)
		}
		if tries := len(s.platform.asked()) - n; tries < 10 || tries > 15 {
			t.Errorf("tried %d times in a minute", tries)
		}
		s.platform.fail(nil)
		s.platform.score("b", 9)
		if v := next(t, f); v.Standings[0].Score != 9 || time.Since(v.Read) != 0 {
			t.Errorf("afterwards: %+v", v)
		}
	})
}

func TestAnEndThatCantBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		b := battle("b", 30*time.Second, "a", "b")
		s.platform.set(b)
		f := follow(t, feedOf(t, s), "b")
		time.Sleep(20 * time.Second)
		s.platform.fail(noNetwork())
		var last battles.View
		for {
			v, err := f.Next(t.Context())
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			last = v
		}
		if took := time.Since(b.End); took < time.Minute || took > 70*time.Second {
			t.Errorf("ended after %v", took)
		}
		if !last.Over || last.Final || last.Standings == nil || last.Read.After(b.End) {
			t.Errorf("the last view: %+v", last)
		}
	})
}

func TestABattleThatDoesNotExist(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		f := follow(t, feedOf(t, s), "nothing")
		if v := next(t, f); !v.Over || v.Final || v.ID != "nothing" || v.Standings != nil {
			t.Errorf("%+v", v)
		}
		mustEnd(t, f)
		time.Sleep(time.Minute)
		if n := len(s.platform.asked()); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestAnEndIsShownInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		feed := feedOf(t, s, battles.WithPace(0.1))
		first, b := battle("first", time.Hour, "a", "b"), battle("b", 15*time.Second, "c", "d")
		s.platform.set(first, b)
		must(t, s.Hear(t.Context(), started(b)))
		follow(t, feed, "first")
		f := follow(t, feed, "b")
		for v := next(t, f); !v.Over; v = next(t, f) {
		}
		if late := time.Since(b.End); late != 0 {
			t.Errorf("shown %v after the end", late)
		}
	})
}
