package battles_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

func feedOf(t *testing.T, s *show, opts ...battles.FeedOption) *battles.Feed {
	t.Helper()
	f, err := battles.NewFeed(s.Book, opts...)
	must(t, err)
	t.Cleanup(f.Close)
	return f
}

// follow follows a battle until the test ends.

func follow(t *testing.T, f *battles.Feed, id string) *battles.Follower {
	t.Helper()
	one := f.Follow(id)
	t.Cleanup(one.Close)
	return one
}

func next(t *testing.T, f *battles.Follower) battles.View {
	t.Helper()
	v, err := f.Next(t.Context())
	must(t, err)
	return v
}

// mustEnd fails unless the last view was handed on.

func TestAView(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		b := battle("b+/=", time.Minute, "a", "b")
		s.platform.set(b)
		must(t, s.Hear(t.Context(), started(b)))
		must(t, s.Name(t.Context(), b.ID, "final", "me"))
		time.Sleep(time.Second)
		f := follow(t, feedOf(t, s), b.ID)
		want := battles.View{Ref: battles.Ref{ID: b.ID, Alias: "final"}, Rooms: []string{"a", "b"}, Started: b.Start, Ends: b.End}
		if diff := cmp.Diff(want, next(t, f), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("at once (-want +got):\n%s", diff)
		}
		want.Standings, want.Read = []ledger.Standing{{Room: "a"}, {Room: "b", Score: 10}}, time.Now()
		if diff := cmp.Diff(want, next(t, f), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
	})
}

// TestOneReadForAll has many followers of one battle, and people who read it too.

func TestOneReadForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		feed := feedOf(t, s)
		b := battle("b", time.Minute, "a", "b")
		s.platform.set(b)
		followers := make([]*battles.Follower, 50)
		for i := range followers {
			followers[i] = follow(t, feed, "b")
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(27400 * time.Millisecond)
		reads := s.platform.asked()
		if n := most(reads, ""); n != 1 || len(reads) != 30 {
			t.Errorf("%d reads in 30 s, up to %d in a second", len(reads), n)
		}
		for _, f := range followers {
			next(t, f) // however many were missed
		}
		before := len(s.platform.asked())
		for range 10 {
			s.platform.score("b", int64(len(s.platform.asked())))
			now, err := s.Read(t.Context(), "b")
			must(t, err)
			for _, f := range followers {
				if v := next(t, f); v.Standings[0].Score != now.Standings[0].Score {
					t.Fatalf("the view shows %+v, a person read %+v", v.Standings, now.Standings)
				}
			}
			time.Sleep(500 * time.Millisecond)
		}
		for _, r := range s.platform.asked()[before:] {
			if r.class != tencent.ClassPerson {
				t.Error("read although people read it")
			}
		}
	})
}

// TestTheEnd follows a battle to its end, of which a webhook tells in time, too late or never.

// TestFailingReadsEndNothing lets the view grow old, and goes on when the platform answers again.

// TestAnEndThatCantBeRead is shown with the scores that there are, in the end.

// TestThePaceOfTheFeed has more battles than may be read every second.

// TestWhatPeopleReadMakesNoBurst lets people read every battle while the feed waits for its turns.

// TestAnEndIsShownInTime also when there is seldom a read.

// TestLeavingAndComingBackReadsNoMore has a viewer whose connection breaks again and again.

// following returns how many battles are being read.

func following() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "battles.(*Feed).run(")
}

// TestNobodyFollowsNothingRuns is not parallel: it looks at the goroutines of the whole program.

func TestNobodyFollowsNothingRuns(t *testing.T) { //nolint:paralleltest // see above
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		feed := feedOf(t, s)
		s.platform.set(battle("b", time.Hour, "a", "b"), battle("c", time.Hour, "c", "d"))
		first, second, other := feed.Follow("b"), feed.Follow("b"), feed.Follow("c")
		time.Sleep(10 * time.Second)
		if n := following(); n != 2 {
			t.Errorf("%d run for two battles", n)
		}
		first.Close()
		other.Close()
		time.Sleep(10 * time.Second)
		if n := following(); n != 1 {
			t.Errorf("%d run for one battle", n)
		}
		second.Close()
		time.Sleep(10 * time.Second)
		n := len(s.platform.asked())
		time.Sleep(time.Minute)
		if following() != 0 || len(s.platform.asked()) != n {
			t.Errorf("%d run for nobody, and read %d times", following(), len(s.platform.asked())-n)
		}
	})
}

func TestClosing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		end   func(*battles.Feed, *battles.Follower)
		after func(*battles.Feed, *battles.Follower) *battles.Follower
	}{
		"the follower": {
			end:   func(_ *battles.Feed, f *battles.Follower) { f.Close() },
			after: func(_ *battles.Feed, f *battles.Follower) *battles.Follower { return f },
		},
		"the feed": {
			end:   func(feed *battles.Feed, _ *battles.Follower) { feed.Close() },
			after: func(feed *battles.Feed, _ *battles.Follower) *battles.Follower { return feed.Follow("another") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				feed := feedOf(t, s)
				s.platform.set(battle("b", time.Hour, "a", "b"))
				f := follow(t, feed, "b")
				next(t, f)
				s.platform.slow(time.Minute) // a read that is under way does not hold the end up
				time.Sleep(2 * time.Second)
				ended := make(chan error)
				go func() {
					_, err := f.Next(t.Context())
					ended <- err
				}()
				synctest.Wait()
				began := time.Now()
				tc.end(feed, f)
				if err := <-ended; !errors.Is(err, battles.ErrFeed) || time.Since(began) != 0 {
					t.Errorf("ended with %v after %v", err, time.Since(began))
				}
				last := tc.after(feed, f)
				defer last.Close()
				if v, err := last.Next(t.Context()); !errors.Is(err, battles.ErrFeed) {
					t.Errorf("afterwards: %+v, %v", v, err)
				}
			})
		})
	}
}

func TestNoMoreThanAThousandBattlesAreFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		feed := feedOf(t, s)
		s.platform.fail(noNetwork()) // else those that do not exist would be given up
		for n := range 1000 {
			follow(t, feed, fmt.Sprint("b", n))
		}
		if v, err := follow(t, feed, "one more").Next(t.Context()); !errors.Is(err, battles.ErrFeed) {
			t.Errorf("%+v, %v", v, err)
		}
		s.platform.set(battle("b7", time.Hour, "a", "b"))
		s.platform.fail(nil)
		next(t, follow(t, feed, "b7")) // one that is followed already
	})
}
