package battles_test

import (
	"testing"
	"time"

	"ringside/battles"
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
