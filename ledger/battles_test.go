package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
)

// whole is a battle of which everything is known.
func whole(id string) ledger.Battle {
	return ledger.Battle{
		ID: id, Rooms: []string{"pk-live1", "pk-live2"}, RoomsBy: ledger.Account{Source: ledger.ToldEnded, At: start},
		Started: start, Ends: start.Add(time.Minute), Duration: time.Minute, Note: "grand final", Ended: start.Add(50 * time.Second),
		Final:   []ledger.Standing{{Room: "pk-live1", Score: 5}, {Room: "pk-live2", Score: -1}},
		FinalBy: ledger.Account{Source: ledger.ToldEnded, At: start.Add(51 * time.Second)},
		Told:    ledger.ToldCreated | ledger.ToldEnded, Seen: start.Add(time.Hour),
	}
}

func TestABattleIsKeptWhole(t *testing.T) {
	t.Parallel()
	path := ledger.Place(t)
	l, err := ledger.OpenPlace(t.Context(), path, "the test")
	must(t, err)
	must(t, l.See(t.Context(), whole("b+/=")))
	must(t, l.Close())
	got, err := openAt(t, path).Battle(t.Context(), "b+/=")
	must(t, err)
	if diff := cmp.Diff(whole("b+/="), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnEndedBattleStaysEndedAndItsAliasIsFree(t *testing.T) {
	t.Parallel()
	l := open(t)
	running := ledger.Battle{ID: "one", Rooms: []string{"a", "b"}, Seen: start}
	must(t, l.See(t.Context(), running))
	must(t, l.See(t.Context(), ledger.Battle{ID: "two", Seen: start}))
	must(t, l.Name(t.Context(), "one", "final", "me", start))
	must(t, l.See(t.Context(), ledger.Battle{ID: "one", Ended: start.Add(time.Second), Seen: start}))
	must(t, l.Name(t.Context(), "two", "final", "me", start))
	running.Seen = start.Add(time.Minute)
	must(t, l.See(t.Context(), running)) // late: were it to run again, two would have one alias
	one, err := l.Battle(t.Context(), "one")
	must(t, err)
	if one.Ended.IsZero() || one.Alias != "final" {
		t.Errorf("after a late start: %+v", one)
	}
	if err := l.Name(t.Context(), "two", "semi", "me", start); err != nil {
		t.Errorf("another alias: %v", err)
	}
	if _, err := l.Battle(t.Context(), "three"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("an unknown battle: %v", err)
	}
}

func TestRunningAndEndedBattles(t *testing.T) {
	t.Parallel()
	l := open(t)
	for n := range 5 {
		at := start.Add(time.Duration(n) * time.Minute)
		must(t, l.See(t.Context(), ledger.Battle{ID: fmt.Sprint("running", n), Seen: at}))
		must(t, l.See(t.Context(), ledger.Battle{ID: fmt.Sprint("ended", n), Seen: start, Ended: at}))
	}
	running, err := l.Running(t.Context(), 3)
	must(t, err)
	if diff := cmp.Diff([]string{"running4", "running3", "running2"}, battleIDs(running)); diff != "" {
		t.Errorf("running (-want +got):\n%s", diff)
	}
	ended, err := l.Ended(t.Context(), start.Add(time.Minute), 3)
	must(t, err)
	if diff := cmp.Diff([]string{"ended4", "ended3", "ended2"}, battleIDs(ended)); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	if ended, err = l.Ended(t.Context(), start.Add(3*time.Minute), 9); err != nil || len(ended) != 2 {
		t.Errorf("ended lately: %v (%v)", battleIDs(ended), err)
	}
}

func battleIDs(all []ledger.Battle) []string {
	var ids []string
	for _, b := range all {
		ids = append(ids, b.ID)
	}
	return ids
}
