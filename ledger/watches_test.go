package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
)

func watch(channel, battle, message string, at time.Time) ledger.Watch {
	return ledger.Watch{Channel: channel, Battle: battle, Message: message, By: "slack:T1/user/U1", At: at}
}

func TestWatches(t *testing.T) {
	t.Parallel()
	path := ledger.Place(t)
	l, err := ledger.OpenPlace(t.Context(), path, "the test")
	must(t, err)
	ctx := t.Context()
	must(t, l.Watch(ctx, watch("C1", "one", "m1", start)))
	must(t, l.Watch(ctx, watch("C2", "one", "m2", start.Add(-time.Second))))
	must(t, l.Watch(ctx, watch("C1", "two", "m3", start)))
	must(t, l.Watch(ctx, watch("C1", "two", "m4", start.Add(time.Second)))) // instead of m3
	must(t, l.Rewatch(ctx, "C1", "one", "m5"))
	must(t, l.Close())

	l = openAt(t, path)
	want := []ledger.Watch{
		watch("C2", "one", "m2", start.Add(-time.Second)), watch("C1", "one", "m5", start), watch("C1", "two", "m4", start.Add(time.Second)),
	}
	got, err := l.Watches(ctx)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	ended, err := l.Unwatch(ctx, "C1", "one", "slack:T1/user/U2", start.Add(time.Minute))
	must(t, err)
	if diff := cmp.Diff(want[1], ended); diff != "" {
		t.Errorf("the one that ended (-want +got):\n%s", diff)
	}
	if _, err := l.Unwatch(ctx, "C1", "one", "me", start); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("ended twice: %v", err)
	}
	if err := l.Rewatch(ctx, "C1", "one", "m6"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("went on after its end: %v", err)
	}
	if got, err = l.Watches(ctx); err != nil || len(got) != 2 {
		t.Errorf("left: %+v (%v)", got, err)
	}
	events, err := l.Events(ctx, "")
	must(t, err)
	var said []string
	for _, e := range events {
		said = append(said, e.Kind+" "+e.Actor+" "+e.Body)
	}
	if diff := cmp.Diff([]string{
		`watched slack:T1/user/U1 {"battle":"one","channel":"C1"}`,
		`watched slack:T1/user/U1 {"battle":"one","channel":"C2"}`,
		`watched slack:T1/user/U1 {"battle":"two","channel":"C1"}`,
		`watched slack:T1/user/U1 {"battle":"two","channel":"C1"}`,
		`unwatched slack:T1/user/U2 {"battle":"one","channel":"C1"}`,
	}, said); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
