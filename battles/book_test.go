package battles_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// platform answers reads from a list.
type platform struct {
	battles []tencent.Battle
	err     error
	asked   []tencent.BattleQuery
}

func (p *platform) BattleInfo(_ context.Context, _ tencent.Class, q tencent.BattleQuery) (tencent.Battle, error) {
	p.asked = append(p.asked, q)
	if p.err != nil {
		return tencent.Battle{}, p.err
	}
	for _, b := range p.battles {
		if b.ID == q.ID && q.Room == "" || q.Room != "" && b.Rooms[0].Room == q.Room {
			return b, nil
		}
	}
	return tencent.Battle{}, &tencent.CallError{Evidence: tencent.Evidence{Written: true, Complete: true, Code: 100411}}
}

func running(id string, rooms ...string) tencent.Battle {
	b := tencent.Battle{ID: id, Start: noon.Add(-time.Minute), End: noon.Add(4 * time.Minute), Duration: 5 * time.Minute, Status: 2}
	for i, r := range rooms {
		b.Rooms = append(b.Rooms, tencent.BattleRoom{Room: r, Score: int64(10 * i)})
	}
	return b
}

type desk struct {
	platform *platform
	ledger   *ledger.Ledger
	book     *battles.Book
	now      time.Time
}

func newDesk(t *testing.T, known ...tencent.Battle) *desk {
	t.Helper()
	l, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ringside.db"), "the test")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	d := &desk{platform: &platform{battles: known}, ledger: l, now: noon}
	d.reopen(t)
	return d
}

// reopen makes a new book over the same ledger, as a restart does.
func (d *desk) reopen(t *testing.T) {
	t.Helper()
	book, err := battles.New(t.Context(), d.platform, d.ledger, battles.WithClock(func() time.Time { return d.now }))
	must(t, err)
	d.book = book
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) read(t *testing.T, id string) battles.Snapshot {
	t.Helper()
	s, err := d.book.Read(t.Context(), id)
	must(t, err)
	return s
}

func TestResolve(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("b+1/=", "pk-live1", "pk-live2"), running("b2", "pk-a", "pk-b"))
	d.read(t, "b+1/=")
	must(t, d.book.Name(t.Context(), "b+1/=", "final", "me"))
	for text, want := range map[string]battles.Ref{
		"final":         {ID: "b+1/=", Alias: "final"},
		"b+1/=":         {ID: "b+1/=", Alias: "final"},
		"room:pk-live2": {ID: "b+1/=", Alias: "final"},
		"room:pk-a":     {ID: "b2"},
		"unheard-of":    {ID: "unheard-of"},
		"B+1/=":         {ID: "B+1/="},
		"Final":         {ID: "b+1/=", Alias: "final"},
		"Finals":        {ID: "Finals"},
	} {
		got, err := d.book.Resolve(t.Context(), text)
		if err != nil || got != want {
			t.Errorf("%s: %+v (%v), want %+v", text, got, err, want)
		}
	}
	if _, err := d.book.Resolve(t.Context(), "room:nowhere"); !errors.Is(err, battles.ErrNoBattle) {
		t.Errorf("an unknown room: %v", err)
	}
	d.platform.err = &tencent.CallError{Evidence: tencent.Evidence{Err: errors.New("no network")}}
	if _, err := d.book.Resolve(t.Context(), "room:nowhere"); err == nil || errors.Is(err, battles.ErrNoBattle) {
		t.Errorf("a failed look-up was taken for an answer: %v", err)
	}
}

func TestNamesSurviveARestartAndAreFreedAtTheEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("one", "a", "b"), running("two", "c", "d"))
	d.read(t, "one")
	d.read(t, "two")
	must(t, d.book.Name(t.Context(), "one", "final", "me"))
	if err := d.book.Name(t.Context(), "two", "final", "me"); !errors.Is(err, ledger.ErrTaken) {
		t.Errorf("a taken alias: %v", err)
	}
	for _, wrong := range []string{"x", "Final", "fin al", "", "ümlaut", "a-very-long-alias-of-more-than-32-characters"} {
		if err := d.book.Name(t.Context(), "two", wrong, "me"); err == nil {
			t.Errorf("the alias %q was taken", wrong)
		}
	}
	d.reopen(t)
	if got, _ := d.book.Resolve(t.Context(), "final"); got.ID != "one" {
		t.Errorf("after a restart final is %q", got.ID)
	}
	d.now = noon.Add(5 * time.Minute)
	if s := d.read(t, "one"); !s.Over {
		t.Error("past its end the battle is not over")
	}
	if got, _ := d.book.Resolve(t.Context(), "final"); got.ID != "one" {
		t.Errorf("a moment after the end final is %q", got.ID)
	}
	must(t, d.book.Name(t.Context(), "two", "final", "me"))
	if got, _ := d.book.Resolve(t.Context(), "final"); got.ID != "two" {
		t.Errorf("final went to %q", got.ID)
	}
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, tc := range map[string]struct {
		told tencent.Battle
		over bool
		ends time.Time
	}{
		"running":                   {running("b", "a"), false, noon.Add(4 * time.Minute)},
		"ended by its status":       {tencent.Battle{ID: "b", Status: 3}, true, time.Time{}},
		"ended by the clock":        {tencent.Battle{ID: "b", Start: noon.Add(-time.Hour), End: noon}, true, noon},
		"no end told":               {tencent.Battle{ID: "b", Start: noon, Duration: time.Minute}, false, noon.Add(time.Minute)},
		"an end before its start":   {tencent.Battle{ID: "b", Start: noon, End: time.Unix(0, 0), Duration: time.Minute}, false, noon.Add(time.Minute)},
		"nothing told but the name": {tencent.Battle{ID: "b"}, false, time.Time{}},
		"an unlisted status":        {tencent.Battle{ID: "b", Status: 99}, false, time.Time{}},
	} {
		d.platform.battles = []tencent.Battle{tc.told}
		if s := d.read(t, "b"); s.Over != tc.over || !s.Ends.Equal(tc.ends) {
			t.Errorf("%s: over %v, ends %v", name, s.Over, s.Ends)
		}
	}
}

func TestRecent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("one", "a", "b"), running("two", "c", "d"))
	d.read(t, "one")
	must(t, d.book.Name(t.Context(), "one", "final", "me"))
	d.now = noon.Add(time.Second)
	d.read(t, "two")
	names := func() (names []string) {
		for _, e := range d.book.Recent() {
			names = append(names, fmt.Sprint(e.Label(), e.Rooms, len(e.Standings), e.Running))
		}
		return names
	}
	if diff := cmp.Diff([]string{"two[c d] 2 true", "final[a b] 2 true"}, names()); diff != "" {
		t.Errorf("recent (-want +got):\n%s", diff)
	}
	d.platform.battles[1].Status = 3
	d.now = noon.Add(2 * time.Second)
	d.read(t, "two")
	if diff := cmp.Diff([]string{"final[a b] 2 true", "two[c d] 2 false"}, names()); diff != "" {
		t.Errorf("after the end of one (-want +got):\n%s", diff)
	}
}

func TestStandings(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("one", "a", "b"))
	got, err := d.book.Standings(t.Context(), "one")
	must(t, err)
	if diff := cmp.Diff([]ledger.Standing{{Room: "a"}, {Room: "b", Score: 10}}, got); diff != "" {
		t.Errorf("standings (-want +got):\n%s", diff)
	}
	d.platform.err = errors.New("no network")
	if _, err := d.book.Standings(t.Context(), "one"); err == nil {
		t.Error("a failed read gave no error")
	}
}
