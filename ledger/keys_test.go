package ledger_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"ringside/ledger"
)

func TestThePepperIsMadeOnce(t *testing.T) {
	t.Parallel()
	path := ledger.Place(t)
	l, err := ledger.OpenPlace(t.Context(), path, "the test")
	must(t, err)
	if _, err := l.Pepper(t.Context(), iotest.ErrReader(errors.New("no randomness"))); err == nil {
		t.Error("a pepper of nothing")
	}
	if _, err := l.Pepper(t.Context(), strings.NewReader("too short")); err == nil {
		t.Error("a pepper of nine bytes")
	}
	var wg sync.WaitGroup
	found := make([]string, 20)
	for i := range found {
		wg.Go(func() {
			pepper, err := l.Pepper(t.Context(), rand.Reader)
			if err != nil {
				t.Error(err)
			}
			found[i] = pepper.Reveal()
		})
	}
	wg.Wait()
	must(t, l.Close())
	again, err := openAt(t, path).Pepper(t.Context(), iotest.ErrReader(errors.New("not needed")))
	must(t, err)
	for _, one := range append(found, again.Reveal()) {
		if len(one) != 32 || one != found[0] {
			t.Fatalf("%d bytes, or another pepper", len(one))
		}
	}
	if text := fmt.Sprintf("%v %+v %#v %x", again, again, again, again); strings.Contains(text, found[0]) || strings.Contains(text, fmt.Sprintf("%x", found[0])) {
		t.Error("it prints itself")
	}
}

func TestThePepperIsThe32BytesGiven(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte{0, 0xff, 'x', 7}, 8)
	pepper, err := open(t).Pepper(t.Context(), bytes.NewReader(want))
	must(t, err)
	if pepper.Reveal() != string(want) {
		t.Error("other bytes")
	}
}

func TestRevokingAnOverlay(t *testing.T) {
	t.Parallel()
	l := open(t)
	key := func(battle string, want int64) {
		t.Helper()
		if got, err := l.OverlayKey(t.Context(), battle); err != nil || got != want {
			t.Errorf("generation %d of %s, want %d (%v)", got, battle, want, err)
		}
	}
	key("one", 0)
	for n := int64(1); n < 3; n++ {
		if got, err := l.RevokeOverlay(t.Context(), "one", "me", start); err != nil || got != n {
			t.Errorf("generation %d, want %d (%v)", got, n, err)
		}
	}
	key("one", 2)
	key("two", 0)
	events, err := l.Events(t.Context(), "")
	must(t, err)
	if len(events) != 2 || events[1].Kind != "overlay-revoked" || events[1].Actor != "me" || events[1].Body != `{"battle":"one","generation":2}` {
		t.Errorf("events: %+v", events)
	}
}
