package battles_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ringside/battles"
	"ringside/tencent"
)

func TestThePaceOfTheFeed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		battles, followers int
		pace               float64
		least, most        int // reads in a minute
	}{
		"few":                     {battles: 10, followers: 3, pace: 50, least: 590, most: 600},
		"too many":                {battles: 200, followers: 5, pace: 50, least: 2950, most: 3001},
		"far too many":            {battles: 200, followers: 1, pace: 2.5, least: 145, most: 151},
		"as many as there can be": {battles: 50, followers: 1, pace: 50, least: 2900, most: 3001},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				feed := feedOf(t, s, battles.WithPace(tc.pace))
				for n := range tc.battles {
					b := battle(fmt.Sprint("b", n), time.Hour, fmt.Sprint("a", n), fmt.Sprint("b", n))
					s.platform.set(b)
					must(t, s.Hear(t.Context(), started(b)))
				}
				began := time.Now()
				for n := range tc.battles * tc.followers {
					follow(t, feed, fmt.Sprint("b", n%tc.battles))
				}
				time.Sleep(time.Minute - time.Nanosecond)
				reads := s.platform.asked()
				if len(reads) < tc.least || len(reads) > tc.most {
					t.Errorf("%d reads in a minute", len(reads))
				}
				if n := most(reads, ""); n > int(tc.pace)+1 {
					t.Errorf("up to %d reads in a second", n)
				}
				seldom, often := len(reads), 0
				for n := range tc.battles {
					id, times := fmt.Sprint("b", n), 0
					for _, r := range reads {
						if r.query.ID == id {
							times++
						}
					}
					seldom, often = min(seldom, times), max(often, times)
				}
				if often-seldom > 1+often/10 {
					t.Errorf("one battle was read %d times, another %d, since %v", often, seldom, began)
				}
				if n := most(reads, "b0"); n > 1 {
					t.Errorf("one battle was read %d times in a second", n)
				}
				for _, r := range reads {
					if r.class != tencent.ClassBatch {
						t.Fatal("the feed goes before people")
					}
				}
			})
		})
	}
}

func TestWhatPeopleReadMakesNoBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShow(t)
		feed := feedOf(t, s, battles.WithPace(10))
		const count = 100
		for n := range count {
			b := battle(fmt.Sprint("b", n), time.Hour, fmt.Sprint("a", n), fmt.Sprint("b", n))
			s.platform.set(b)
			follow(t, feed, b.ID)
		}
		time.Sleep(4950 * time.Millisecond)
		for n := range count {
			_, err := s.Read(t.Context(), fmt.Sprint("b", n))
			must(t, err)
		}
		time.Sleep(20 * time.Second)
		var own []read
		for _, r := range s.platform.asked() {
			if r.class == tencent.ClassBatch {
				own = append(own, r)
			}
		}
		if n := most(own, ""); n > 11 || len(own) < 200 {
			t.Errorf("%d reads, up to %d in a second", len(own), n)
		}
	})
}

func TestLeavingAndComingBackReadsNoMore(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"readable": nil, "not readable": noNetwork()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShow(t)
				feed := feedOf(t, s)
				s.platform.set(battle("b", time.Hour, "a", "b"))
				s.platform.fail(err)
				for range 200 {
					f := feed.Follow("b")
					time.Sleep(70 * time.Millisecond)
					f.Close()
					f.Close()
					time.Sleep(30 * time.Millisecond)
				}
				if reads := s.platform.asked(); most(reads, "") > 1 {
					t.Errorf("up to %d reads in a second", most(reads, ""))
				}
			})
		})
	}
}

func TestAFeedNeedsAPace(t *testing.T) {
	t.Parallel()
	if _, err := battles.NewFeed(newShow(t).Book, battles.WithPace(0)); err == nil {
		t.Error("no pace was taken")
	}
}
