package battles_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"ringside/battles"
	"ringside/ledger"
	"ringside/tencent"
)

// other returns the book of another process on the same ledger.
func (d *desk) other(t *testing.T) *battles.Book {
	t.Helper()
	book, err := battles.New(t.Context(), d.platform, d.ledger, battles.WithClock(time.Now), battles.WithOthers(d.ledger))
	must(t, err)
	return book
}

func TestWhatAnotherProcessLearnsIsKnown(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("b1", "pk-live1", "pk-live2"), running("b2", "pk-a", "pk-b"))
	other := d.other(t)
	d.read(t, "b1")
	d.read(t, "b2")
	must(t, d.book.Name(t.Context(), "b1", "final", "me"))
	means(t, other, "final", "b1")
	means(t, other, "room:pk-a", "b2")

	must(t, d.book.Name(t.Context(), "b1", "semi", "me"))
	must(t, d.book.Name(t.Context(), "b2", "final", "me"))
	means(t, other, "final", "b2")
	means(t, other, "semi", "b1")

	must(t, d.book.Hear(t.Context(), tencent.BattleEnded{CallbackHead: tencent.CallbackHead{BattleID: "b1", At: noon}, End: noon}))
	must(t, other.Refresh(t.Context()))
	if e, known := other.Known("b1"); !known || e.Running {
		t.Errorf("of the end another process heard of: %+v", e)
	}
}

// means fails unless a book resolves a reference to the battle.
func means(t *testing.T, b *battles.Book, text, id string) {
	t.Helper()
	if ref, err := b.Resolve(t.Context(), text); err != nil || ref.ID != id {
		t.Errorf("%s is %+v (%v), want %s", text, ref, err, id)
	}
}

// TestNothingNewStirsNobody lets a follower of the book sleep while the ledger tells what is known.
func TestNothingNewStirsNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("b1", "pk-live1", "pk-live2"))
	other := d.other(t)
	d.read(t, "b1")
	must(t, other.Refresh(t.Context()))
	before := other.Recent()
	must(t, other.Refresh(t.Context()))
	if after := other.Recent(); len(before) != 1 || &before[0] != &after[0] {
		t.Errorf("the list was made anew: %v, %v", before, after)
	}
}

// mute is a ledger that neither answers nor refuses.
type mute struct{}

func (mute) Changed(ctx context.Context, _ time.Time, _ int) ([]ledger.Battle, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestASilentLedgerHoldsNobodyUp has many ask at once while the ledger is silent: each is answered soon, and told where a
// name may be another battle's by now.
func TestASilentLedgerHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("b1", "pk-live1", "pk-live2"))
	d.read(t, "b1")
	must(t, d.book.Name(t.Context(), "b1", "final", "me"))
	book, err := battles.New(t.Context(), d.platform, d.ledger, battles.WithOthers(mute{}))
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var asking sync.WaitGroup
	for range 10 {
		asking.Go(func() {
			if ref, err := book.Resolve(ctx, "final"); err != nil || ref.ID != "b1" || !ref.Unsure {
				t.Errorf("by name: %+v, %v", ref, err)
			}
			if ref, err := book.Resolve(ctx, "b1"); err != nil || ref.Unsure {
				t.Errorf("by id: %+v, %v", ref, err)
			}
		})
	}
	asking.Wait()
	if ctx.Err() != nil {
		t.Error("it took longer than anybody waits")
	}
}
