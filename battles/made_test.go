package battles_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

type failing struct {
	*ledger.Ledger
	err error
}

func (f *failing) See(ctx context.Context, b ledger.Battle) error {
	if f.err != nil {
		return f.err
	}
	return f.Ledger.See(ctx, b)
}

func TestWhatIsNotWrittenDownIsNotHeard(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	store := &failing{Ledger: d.ledger, err: errors.New("the disk is full")}
	book, err := battles.New(t.Context(), d.platform, store)
	must(t, err)
	e := tencent.BattleEnded{CallbackHead: tencent.CallbackHead{BattleID: "b", At: noon}}
	if err := book.Hear(t.Context(), e); !errors.Is(err, store.err) {
		t.Errorf("heard: %v", err)
	}
	if err := book.Made(t.Context(), "c", []string{"a", "b"}, noon, time.Minute, ""); !errors.Is(err, store.err) {
		t.Errorf("made: %v", err)
	}
	if known := book.Recent(); len(known) != 0 {
		t.Errorf("known: %+v", known)
	}
	if err := book.Hear(t.Context(), tencent.Other{}); err != nil {
		t.Errorf("an event about no battle: %v", err)
	}
	store.err = nil
	must(t, book.Hear(t.Context(), e))
	if _, ok := book.Known("b"); !ok {
		t.Error("not heard the second time")
	}
}

func TestAReadThatCouldNotBeWrittenDownIsWrittenWithTheNext(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("b", "a", "c"))
	store := &failing{Ledger: d.ledger, err: errors.New("the disk is full")}
	book, err := battles.New(t.Context(), d.platform, store, battles.WithClock(func() time.Time { return noon }))
	must(t, err)
	_, err = book.Read(t.Context(), "b")
	must(t, err)
	if _, err := d.ledger.Battle(t.Context(), "b"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("in the ledger: %v", err)
	}
	store.err = nil
	_, err = book.Read(t.Context(), "b")
	must(t, err)
	kept, err := d.ledger.Battle(t.Context(), "b")
	must(t, err)
	if diff := cmp.Diff([]string{"a", "c"}, kept.Rooms); diff != "" {
		t.Errorf("rooms (-want +got):\n%s", diff)
	}
}

func TestMade(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	must(t, d.book.Made(t.Context(), "b", []string{"a", "c"}, noon.Add(-time.Second), time.Minute, "grand final"))
	for _, when := range []string{"made", "after a restart"} {
		e, _ := d.book.Known("b")
		if left, ok := e.Left(noon); !ok || left != 59*time.Second || e.Note != "grand final" || len(e.Rooms) != 2 {
			t.Errorf("%s: %v left, %+v", when, left, e)
		}
		if ref, err := d.book.Resolve(t.Context(), "room:c"); err != nil || ref.ID != "b" {
			t.Errorf("%s, by its room: %+v (%v)", when, ref, err)
		}
		d.reopen(t)
	}
}

func TestALateNameIsUnderstood(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	must(t, d.book.Made(t.Context(), "one", []string{"a", "b"}, noon, time.Minute, ""))
	must(t, d.book.Made(t.Context(), "two", []string{"c", "d"}, noon, time.Minute, ""))
	must(t, d.book.Name(t.Context(), "one", "final", "me"))
	must(t, d.book.Hear(t.Context(), tencent.BattleEnded{CallbackHead: tencent.CallbackHead{BattleID: "one", At: noon}, End: noon}))
	named := func(want string) {
		t.Helper()
		for range 2 {
			if ref, err := d.book.Resolve(t.Context(), "Final"); err != nil || ref.ID != want {
				t.Errorf("final is %+v (%v)", ref, err)
			}
			d.reopen(t)
		}
	}
	named("one")
	must(t, d.book.Name(t.Context(), "two", "final", "me"))
	named("two")
}
