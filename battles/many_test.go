package battles_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

// blank is a store that keeps nothing, for tests with many battles.

type blank struct{ past []ledger.Battle }

func (blank) See(context.Context, ledger.Battle) error { return nil }

func (blank) Name(context.Context, string, string, string, time.Time) error { return nil }

func (blank) Battle(context.Context, string) (ledger.Battle, error) {
	return ledger.Battle{}, ledger.ErrNotFound
}

func (b blank) Running(context.Context, int) ([]ledger.Battle, error) { return b.past, nil }

func (blank) Ended(context.Context, time.Time, int) ([]ledger.Battle, error) { return nil, nil }

// nth is the id of one of many battles, as long as Tencent's are.

func nth(n int) string { return fmt.Sprintf("4siHsNsWN/T3aub9zKraqPbSEGRX2z6gs3LDFi+%04d=", n) }

func startOf(n int, at time.Time) tencent.Event {
	return tencent.BattleStarted{
		CallbackHead: tencent.CallbackHead{BattleID: nth(n), At: at}, Start: at, Duration: 5 * time.Minute,
		Rooms: []tencent.BattleRoom{{Room: fmt.Sprintf("pk-live-%05d", n)}, {Room: fmt.Sprintf("pk-guest-%05d", n)}},
	}
}

func endOf(n int, at time.Time) tencent.Event {
	return tencent.BattleEnded{
		CallbackHead: tencent.CallbackHead{BattleID: nth(n), At: at}, End: at, Duration: 5 * time.Minute,
		Rooms: []tencent.BattleRoom{{Room: fmt.Sprintf("pk-live-%05d", n), Score: 1}, {Room: fmt.Sprintf("pk-guest-%05d", n), Score: 2}},
	}
}

func bookOf(tb testing.TB, store battles.Store, now func() time.Time) *battles.Book {
	tb.Helper()
	book, err := battles.New(tb.Context(), &live{}, store, battles.WithClock(now))
	if err != nil {
		tb.Fatal(err)
	}
	return book
}

// TestTheMemoryIsBounded tells of more battles than are kept: those heard of long ago make room.

func TestTheMemoryIsBounded(t *testing.T) {
	t.Parallel()
	now := noon
	book := bookOf(t, blank{}, func() time.Time { return now })
	count := func() (running, ended int) {
		for _, e := range book.Recent() {
			if e.Running {
				running++
			} else {
				ended++
			}
		}
		return running, ended
	}
	for n := range 10_500 {
		now = noon.Add(time.Duration(n) * time.Millisecond)
		must(t, book.Hear(t.Context(), startOf(n, noon)))
		if n == 9_999 {
			if running, _ := count(); running != 10_000 {
				t.Errorf("%d run", running)
			}
		}
	}
	if running, ended := count(); running > 10_000 || running < 9_000 || ended != 0 {
		t.Errorf("%d run, %d have ended", running, ended)
	}
	if _, ok := book.Known(nth(10_499)); !ok {
		t.Error("the latest is not known")
	}
	if _, ok := book.Known(nth(0)); ok {
		t.Error("the oldest is")
	}
	for n := range 3_000 {
		must(t, book.Hear(t.Context(), endOf(n+7_000, noon.Add(time.Duration(n)*time.Millisecond))))
	}
	running, ended := count()
	if ended > 2_000 || ended < 1_800 || running < 6_000 {
		t.Errorf("%d run, %d have ended", running, ended)
	}
	if _, ok := book.Known(nth(9_999)); !ok {
		t.Error("the one that ended last is not known")
	}
	if _, ok := book.Known(nth(7_000)); ok {
		t.Error("the one that ended first is")
	}
}

// TestOneBattleToldOfOftenTakesOnePlace however often its end is told.

func TestOneBattleToldOfOftenTakesOnePlace(t *testing.T) {
	t.Parallel()
	book := bookOf(t, blank{}, func() time.Time { return noon })
	for n := range 1_000 {
		must(t, book.Hear(t.Context(), endOf(n, noon)))
	}
	for range 3_000 {
		must(t, book.Hear(t.Context(), endOf(7, noon)))
	}
	if n := len(book.Recent()); n != 1_000 {
		t.Errorf("%d are known", n)
	}
}

func TestRecentFollowsTheClockAndEveryChange(t *testing.T) {
	t.Parallel()
	now := noon
	book := bookOf(t, blank{}, func() time.Time { return now })
	list := func() string {
		var names []string
		for _, e := range book.Recent() {
			names = append(names, e.Label()+" "+strconv.FormatBool(e.Running))
		}
		return strings.Join(names, " ")
	}
	want := func(when, want string) {
		t.Helper()
		if got := list(); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	want("at first", "")
	must(t, book.Made(t.Context(), "one", []string{"a", "b"}, now, time.Minute, ""))
	want("one", "one true")
	must(t, book.Made(t.Context(), "two", []string{"c", "d"}, now, 2*time.Minute, ""))
	want("at the same time", "one true two true")
	must(t, book.Name(t.Context(), "two", "final", "me"))
	want("named", "one true final true")
	now = now.Add(time.Minute)
	want("past the end of one", "final true one false")
	must(t, book.Made(t.Context(), "three", []string{"e", "f"}, now, time.Hour, ""))
	want("seen last", "three true final true one false")
	now = now.Add(-time.Second) // a clock that is put right
	want("before that end again", "three true one true final true")
	if got := book.Recent(); &got[0] != &book.Recent()[0] {
		t.Error("the same list was made again")
	}
}

func TestManyAtTheSameTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	feed, err := battles.NewFeed(d.book)
	must(t, err)
	defer feed.Close()
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			follower := feed.Follow(nth(worker))
			defer follower.Close()
			for n := range 20 {
				if err := d.book.Hear(t.Context(), startOf(n, noon)); err != nil {
					t.Error(err)
				}
				d.book.Recent()
				_, _ = d.book.Resolve(t.Context(), fmt.Sprintf("alias-%d", n))
				if worker == 0 {
					_ = d.book.Name(t.Context(), nth(n), fmt.Sprintf("alias-%d", n), "me")
				}
				_, _, _ = d.book.Find(t.Context(), []string{"a"}, noon, noon, time.Minute)
				if err := d.book.Hear(t.Context(), endOf(n, noon)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	all := d.book.Recent()
	for _, e := range all {
		if e.Running || !e.Final || e.Alias == "" {
			t.Errorf("%+v", e)
		}
	}
	if len(all) != 20 {
		t.Errorf("%d are known", len(all))
	}
}

// BenchmarkRecent lists the battles while somebody types, with as many as there may be.

// crowded is a book with 10,000 running battles and 2,000 that ended.

// BenchmarkResolve finds a battle by its name among as many as there may be.

// BenchmarkMemory tells what 10,000 running battles and 2,000 that ended take, and what a round of the book's own reads

// costs with them.

// BenchmarkFeed has a minute of a show with 200 battles and 1,000 followers, and reports the reads that took. The clock is

// a bubble's: the time of an operation is the work in that minute.

// synctestBench runs work in a bubble, which a benchmark can't open by itself.
