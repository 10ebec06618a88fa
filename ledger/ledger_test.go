package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
	"ringside/secret"
)

var start = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)

func open(t *testing.T) *ledger.Ledger {
	t.Helper()
	return openAt(t, ledger.Place(t))
}

func openAt(t *testing.T, path string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.OpenPlace(t.Context(), path, "the test")
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

// intent returns an operation that may be sent.
func intent(id string) ledger.Operation {
	return ledger.Operation{
		ID: id, Kind: ledger.Add, Battle: "b+/=", Alias: "final", State: ledger.Intent,
		Rooms: []ledger.Room{{Room: "pk-live1", Points: 100}, {Room: "pk-live2", Points: 50}},
		Asker: "slack:T1/user/U1", AskerName: "ana", Channel: "slack:T1/C1", Created: start, ConfirmOver: 1000,
		Owner: "one", Lease: start.Add(15 * time.Second), SendBy: start.Add(5 * time.Second), Sends: 1,
	}
}

// pending returns an operation that waits for a yes, and its button.
func pending(id string) (ledger.Operation, []ledger.Button) {
	o := intent(id)
	o.State, o.Owner, o.Lease, o.SendBy, o.Sends = ledger.Pending, "", time.Time{}, time.Time{}, 0
	o.Expires = start.Add(time.Minute)
	o.Shown = []ledger.Standing{{Room: "pk-live1", Score: 10}, {Room: "pk-live2", Score: 20}}
	return o, []ledger.Button{{ID: "yes-" + id, Action: "confirm", Expires: o.Expires}, {ID: "no-" + id, Action: "cancel", Expires: o.Expires}}
}

func applied(o ledger.Operation, owner string, at time.Time) ledger.Verdict {
	v := ledger.Verdict{Operation: o.ID, Owner: owner, At: at, Call: ledger.Call{Written: true, Complete: true, RequestID: "Id-1"}}
	for _, r := range o.Rooms {
		r.Outcome = ledger.Applied
		v.Rooms = append(v.Rooms, r)
	}
	return v
}

func claim(button string, at time.Time) ledger.Claim {
	return ledger.Claim{
		Button: button, By: "slack:T1/user/U1", At: at, Owner: "one",
		Lease: at.Add(15 * time.Second), SendBy: at.Add(5 * time.Second),
	}
}

// sameSecret compares secrets, which can't be looked into otherwise.
func sameSecret() cmp.Option {
	return cmp.Comparer(func(a, b secret.Value) bool { return a.Reveal() == b.Reveal() })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRecordAndReadBack(t *testing.T) {
	t.Parallel()
	path := ledger.Place(t)
	l, err := ledger.OpenPlace(t.Context(), path, "first run")
	must(t, err)
	want := intent("aaaaaa")
	want.Undoes, want.ReplyTo = "zzzzzz", secret.New("token-of-the-ask")
	must(t, l.Record(t.Context(), "slack:trigger:1", want, nil))
	must(t, l.Close())

	again := openAt(t, path)
	got, err := again.Operation(t.Context(), "aaaaaa")
	must(t, err)
	if diff := cmp.Diff(want, got, sameSecret()); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	if _, err := again.Operation(t.Context(), "zzzzzz"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("an unknown operation: %v", err)
	}
}

func TestSameAskIsRecordedOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.Record(t.Context(), "slack:trigger:1", intent("aaaaaa"), nil))
	var duplicate *ledger.DuplicateError
	if err := l.Record(t.Context(), "slack:trigger:1", intent("bbbbbb"), nil); !errors.As(err, &duplicate) || duplicate.Operation != "aaaaaa" {
		t.Fatalf("the same key again: %v", err)
	}
	if _, err := l.Operation(t.Context(), "bbbbbb"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("the duplicate left an operation: %v", err)
	}
	if err := l.Record(t.Context(), "slack:trigger:2", intent("aaaaaa"), nil); !errors.Is(err, ledger.ErrTaken) {
		t.Errorf("a used id: %v", err)
	}
	must(t, l.Record(t.Context(), "slack:trigger:2", intent("cccccc"), nil))
}

func TestKeysAreForgottenAfterAnHour(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.Record(t.Context(), "k", intent("aaaaaa"), nil))
	_, err := l.Sweep(t.Context(), start.Add(59*time.Minute), "sweeper")
	must(t, err)
	var duplicate *ledger.DuplicateError
	if err := l.Record(t.Context(), "k", intent("bbbbbb"), nil); !errors.As(err, &duplicate) {
		t.Fatalf("within the hour: %v", err)
	}
	_, err = l.Sweep(t.Context(), start.Add(61*time.Minute), "sweeper")
	must(t, err)
	must(t, l.Record(t.Context(), "k", intent("bbbbbb"), nil))
}

func TestClaim(t *testing.T) {
	t.Parallel()
	o, _ := pending("aaaaaa")
	for name, tc := range map[string]struct {
		before func(t *testing.T, l *ledger.Ledger)
		button string
		at     time.Time
		closed ledger.State // of the error; empty for none
		lost   bool         // ErrNotFound
	}{
		"in time":           {button: "yes-aaaaaa", at: start.Add(59 * time.Second)},
		"at the deadline":   {button: "yes-aaaaaa", at: start.Add(time.Minute), closed: ledger.Expired},
		"an unknown button": {button: "nothing", at: start, lost: true},
		"claimed before": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Claim(t.Context(), claim("yes-aaaaaa", start))
			must(t, err)
		}, button: "yes-aaaaaa", at: start, closed: ledger.Intent},
		"cancelled before": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Dismiss(t.Context(), "aaaaaa", ledger.Cancelled, "me", start))
		}, button: "yes-aaaaaa", at: start, closed: ledger.Cancelled},
		"a newer preview":  {before: renew, button: "yes-aaaaaa", at: start.Add(2 * time.Second), closed: ledger.Superseded},
		"on the newer one": {before: renew, button: "yes-2", at: start.Add(2 * time.Second)},
		"swept as expired": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Sweep(t.Context(), o.Expires, "s")
			must(t, err)
		}, button: "yes-aaaaaa", at: start, closed: ledger.Expired},
		"forgotten after a day": {before: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Sweep(t.Context(), start.Add(26*time.Hour), "s")
			must(t, err)
		}, button: "yes-aaaaaa", at: start, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			o, buttons := pending("aaaaaa")
			must(t, l.Record(t.Context(), "k", o, buttons))
			if tc.before != nil {
				tc.before(t, l)
			}
			got, err := l.Claim(t.Context(), claim(tc.button, tc.at))
			var closed *ledger.ClosedError
			switch {
			case tc.lost:
				if !errors.Is(err, ledger.ErrNotFound) {
					t.Errorf("got %v, want ErrNotFound", err)
				}
			case tc.closed != "":
				if !errors.As(err, &closed) || closed.State != tc.closed {
					t.Errorf("got %v, want closed as %s", err, tc.closed)
				}
			case err != nil:
				t.Errorf("refused: %v", err)
			case got.State != ledger.Intent || got.Sends != 1 || got.ConfirmedBy == "":
				t.Errorf("claimed as %+v", got)
			}
		})
	}
}

func renew(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	_, err := l.Renew(t.Context(), "yes-aaaaaa", start.Add(time.Second), start.Add(time.Minute), nil, nil,
		[]ledger.Button{{ID: "yes-2", Action: "confirm", Expires: start.Add(time.Minute)}})
	must(t, err)
}

func TestManyPressesClaimOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	o, buttons := pending("aaaaaa")
	must(t, l.Record(t.Context(), "k", o, buttons))
	var wg sync.WaitGroup
	results := make(chan error, 64)
	for range cap(results) {
		wg.Go(func() {
			_, err := l.Claim(t.Context(), claim("yes-aaaaaa", start))
			results <- err
		})
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		var closed *ledger.ClosedError
		switch {
		case err == nil:
			won++
		case !errors.As(err, &closed):
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d claims won, want 1", won)
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	l := open(t)
	o := intent("aaaaaa")
	must(t, l.Record(t.Context(), "k", o, nil))
	if _, err := l.Settle(t.Context(), applied(o, "another", start)); !errors.Is(err, ledger.ErrNotOwner) {
		t.Errorf("another owner settled it: %v", err)
	}
	got, err := l.Settle(t.Context(), applied(o, "one", start.Add(time.Second)))
	must(t, err)
	if got.State != ledger.Settled || !got.Has(ledger.Applied) || len(got.Digest) != 16 {
		t.Errorf("settled as %+v", got)
	}
	if _, err := l.Settle(t.Context(), applied(o, "one", start.Add(2*time.Second))); !errors.Is(err, ledger.ErrNotOwner) {
		t.Errorf("settled a second time: %v", err)
	}
	read, err := l.Operation(t.Context(), "aaaaaa")
	must(t, err)
	if diff := cmp.Diff(got, read, sameSecret()); diff != "" {
		t.Errorf("read back (-settled +read):\n%s", diff)
	}
}

func TestSweepTakesOnlyExpiredLeases(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.Record(t.Context(), "", intent("aaaaaa"), nil))
	late := intent("bbbbbb")
	late.Lease = start.Add(time.Minute)
	must(t, l.Record(t.Context(), "", late, nil))

	swept, err := l.Sweep(t.Context(), start.Add(15*time.Second), "two")
	must(t, err)
	if len(swept.Unknown) != 1 || swept.Unknown[0].ID != "aaaaaa" || swept.Unknown[0].Rooms[0].Outcome != ledger.Unknown {
		t.Fatalf("swept %+v", swept)
	}
	if o, err := l.Operation(t.Context(), "bbbbbb"); err != nil || o.State != ledger.Intent {
		t.Errorf("a live intent became %s (%v)", o.State, err)
	}
	settled, err := l.Settle(t.Context(), applied(intent("aaaaaa"), "one", start.Add(16*time.Second)))
	must(t, err)
	if !settled.Has(ledger.Applied) || settled.Has(ledger.Unknown) {
		t.Errorf("a true reply that came late left %+v", settled.Rooms)
	}
}

func TestResendIsTheOwnersAndTimely(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.Record(t.Context(), "", intent("aaaaaa"), nil))
	must(t, l.Resend(t.Context(), "aaaaaa", "one", start.Add(time.Second), ledger.Call{Code: 60007}))
	for name, resend := range map[string]error{
		"another owner":   l.Resend(t.Context(), "aaaaaa", "two", start.Add(time.Second), ledger.Call{}),
		"after the lease": l.Resend(t.Context(), "aaaaaa", "one", start.Add(15*time.Second), ledger.Call{}),
	} {
		if !errors.Is(resend, ledger.ErrNotOwner) {
			t.Errorf("%s: %v", name, resend)
		}
	}
	o, err := l.Operation(t.Context(), "aaaaaa")
	must(t, err)
	if o.Sends != 2 {
		t.Errorf("%d sends, want 2", o.Sends)
	}
}

func TestUntoldUntilTold(t *testing.T) {
	t.Parallel()
	l := open(t)
	o := intent("aaaaaa")
	must(t, l.Record(t.Context(), "", o, nil))
	_, err := l.Settle(t.Context(), applied(o, "one", start))
	must(t, err)
	untold, err := l.Untold(t.Context(), start.Add(-time.Hour), start)
	must(t, err)
	if len(untold) != 1 {
		t.Fatalf("%d untold, want 1", len(untold))
	}
	must(t, l.Told(t.Context(), "aaaaaa", ever(), start.Add(time.Second)))
	if untold, err = l.Untold(t.Context(), start.Add(-time.Hour), start.Add(time.Hour)); err != nil || len(untold) != 0 {
		t.Errorf("after telling: %d untold (%v)", len(untold), err)
	}
}

func TestLastAndLog(t *testing.T) {
	t.Parallel()
	l := open(t)
	for i, id := range []string{"aaaaaa", "bbbbbb", "cccccc"} {
		o := intent(id)
		o.Created = start.Add(time.Duration(i) * time.Second)
		if id == "bbbbbb" {
			o.Asker, o.Battle = "slack:T1/user/U2", "other"
		}
		must(t, l.Record(t.Context(), "", o, nil))
	}
	last, err := l.Last(t.Context(), "slack:T1/user/U1", "slack:T1/C1")
	must(t, err)
	if last.ID != "cccccc" {
		t.Errorf("last is %s", last.ID)
	}
	for name, tc := range map[string]struct {
		battle string
		n      int
		want   []string
	}{
		"all":        {"", 10, []string{"cccccc", "bbbbbb", "aaaaaa"}},
		"two":        {"", 2, []string{"cccccc", "bbbbbb"}},
		"one battle": {"b+/=", 10, []string{"cccccc", "aaaaaa"}},
		"none":       {"nowhere", 10, nil},
	} {
		found, err := l.Log(t.Context(), tc.battle, tc.n)
		must(t, err)
		var got []string
		for _, o := range found {
			got = append(got, o.ID)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPutOnCountsWhatMayHaveCounted(t *testing.T) {
	t.Parallel()
	l := open(t)
	record := func(id string, settle func(*ledger.Room)) {
		o := intent(id)
		must(t, l.Record(t.Context(), "", o, nil))
		if settle == nil {
			return
		}
		v := applied(o, "one", start)
		for i := range v.Rooms {
			settle(&v.Rooms[i])
		}
		_, err := l.Settle(t.Context(), v)
		must(t, err)
	}
	record("aaaaaa", func(r *ledger.Room) { r.Outcome = ledger.Applied })
	record("bbbbbb", func(r *ledger.Room) { r.Outcome = ledger.NotApplied })
	record("cccccc", func(r *ledger.Room) { r.Outcome = ledger.Unknown })
	record("dddddd", nil)
	got, err := l.PutOn(t.Context(), "b+/=", "pk-live1", []string{"slack:T1/user/U1", "x"}, start)
	must(t, err)
	if got != 300 {
		t.Errorf("got %d points, want those of applied, unknown and under way: 300", got)
	}
	if got, err = l.PutOn(t.Context(), "b+/=", "pk-live1", []string{"slack:T1/user/U1"}, start.Add(6*time.Second)); err != nil || got != 0 {
		t.Errorf("before the time: %d (%v)", got, err)
	}
}

func TestAnOverwriteCountsByItsDistance(t *testing.T) {
	t.Parallel()
	l := open(t)
	o := intent("aaaaaa")
	o.Kind = ledger.Set
	must(t, l.Record(t.Context(), "", o, nil))
	v := applied(o, "one", start)
	before := int64(1100)
	v.Rooms[0].Before = &before
	_, err := l.Settle(t.Context(), v)
	must(t, err)
	got, err := l.PutOn(t.Context(), "b+/=", "pk-live1", []string{"slack:T1/user/U1"}, start)
	must(t, err)
	if got != 1000 {
		t.Errorf("set from 1100 to 100 counts as %d, want 1000", got)
	}
}

func TestAnOpenUnknownWantsAYes(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.Record(t.Context(), "", intent("aaaaaa"), nil))
	_, err := l.Sweep(t.Context(), start.Add(15*time.Second), "two")
	must(t, err)
	open, err := l.OpenUnknown(t.Context(), "b+/=", []ledger.Room{{Room: "elsewhere"}, {Room: "pk-live2"}})
	must(t, err)
	if open != "aaaaaa" {
		t.Errorf("open unknown %q", open)
	}
	o := intent("bbbbbb")
	o.Limit = ledger.Limit{Askers: []string{o.Asker}, Since: start, Most: 9999, Changes: []int64{100, 50}, Unasked: true}
	if err := l.Record(t.Context(), "", o, nil); !errors.Is(err, ledger.ErrOpenUnknown) {
		t.Errorf("an addition that nobody confirmed: %v", err)
	}
	o.Battle = "another"
	must(t, l.Record(t.Context(), "", o, nil))
}

func TestAQuestionDoesNotExpireEarly(t *testing.T) {
	t.Parallel()
	l := open(t)
	o, buttons := pending("aaaaaa")
	must(t, l.Record(t.Context(), "", o, buttons))
	if err := l.Dismiss(t.Context(), "aaaaaa", ledger.Expired, "me", o.Expires.Add(-time.Second)); !errors.Is(err, ledger.ErrEarly) {
		t.Errorf("expired a second early: %v", err)
	}
	must(t, l.Dismiss(t.Context(), "aaaaaa", ledger.Expired, "me", o.Expires))
}

func TestALinkToTheLedgerIsTheSameLedger(t *testing.T) {
	t.Parallel()
	ledger.OnlyFile(t)
	path := ledger.Place(t)
	openAt(t, path)
	link := filepath.Join(t.TempDir(), "link.db")
	must(t, os.Symlink(path, link))
	var locked *ledger.LockedError
	if l, err := ledger.OpenPlace(t.Context(), link, "another"); !errors.As(err, &locked) {
		t.Errorf("opened a second time through a link: %v", err)
		if err == nil {
			must(t, l.Close())
		}
	}
}

func TestALimitIsKeptAsTheIntentIsWritten(t *testing.T) {
	t.Parallel()
	l := open(t)
	limit := ledger.Limit{Askers: []string{"slack:T1/user/U1"}, Since: start.Add(-time.Minute), Most: 250, Changes: []int64{100, 50}}
	record := func(id string) error {
		o := intent(id)
		o.Limit = limit
		return l.Record(t.Context(), "", o, nil)
	}
	must(t, record("aaaaaa"))
	must(t, record("bbbbbb"))
	if err := record("cccccc"); !errors.Is(err, ledger.ErrTogether) {
		t.Errorf("300 points under a limit of 250: %v", err)
	}
	o, buttons := pending("dddddd")
	must(t, l.Record(t.Context(), "", o, buttons))
	c := claim("yes-dddddd", start)
	c.Limit = limit
	if _, err := l.Claim(t.Context(), c); !errors.Is(err, ledger.ErrTogether) {
		t.Errorf("claimed beyond the limit: %v", err)
	}
	c.Limit = ledger.Limit{}
	if _, err := l.Claim(t.Context(), c); err != nil {
		t.Errorf("the refused claim used the button up: %v", err)
	}
}

func TestBattlesAndAliases(t *testing.T) {
	t.Parallel()
	l := open(t)
	must(t, l.See(t.Context(), ledger.Battle{ID: "one", Rooms: []string{"a", "b"}, Seen: start}))
	must(t, l.See(t.Context(), ledger.Battle{ID: "two", Rooms: []string{"c", "d"}, Seen: start}))
	must(t, l.Name(t.Context(), "one", "final", "me", start))
	if err := l.Name(t.Context(), "two", "final", "me", start); !errors.Is(err, ledger.ErrTaken) {
		t.Errorf("a taken alias: %v", err)
	}
	if err := l.Name(t.Context(), "three", "semi", "me", start); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("an unknown battle: %v", err)
	}
	must(t, l.See(t.Context(), ledger.Battle{ID: "one", Rooms: []string{"a", "b"}, Seen: start, Ended: start}))
	must(t, l.Name(t.Context(), "two", "final", "me", start))
	running, err := l.Running(t.Context(), 10)
	must(t, err)
	if len(running) != 1 || running[0].ID != "two" || running[0].Alias != "final" {
		t.Errorf("running: %+v", running)
	}
}

func TestSecondProcessNamesTheHolder(t *testing.T) {
	t.Parallel()
	ledger.OnlyFile(t)
	path := ledger.Place(t)
	openAt(t, path)
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOpenForAnotherProcess$")
	command.Env = append(os.Environ(), "RINGSIDE_TEST_LEDGER="+path)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the other process: %v\n%s", err, output)
	}
	if !strings.Contains(string(output), "in use by the test") {
		t.Errorf("the other process did not name the holder:\n%s", output)
	}
}

// TestOpenForAnotherProcess is what TestSecondProcessNamesTheHolder runs in a process of its own.
func TestOpenForAnotherProcess(t *testing.T) {
	t.Parallel()
	ledger.OnlyFile(t)
	path := os.Getenv("RINGSIDE_TEST_LEDGER")
	if path == "" {
		return
	}
	_, err := ledger.OpenPlace(t.Context(), path, "another")
	var locked *ledger.LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("opened a held ledger: %v", err)
	}
	fmt.Println(err)
}

func TestOpenRefusesWhatIsNoLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	notOne := filepath.Join(dir, "notes.txt")
	must(t, os.WriteFile(notOne, []byte(strings.Repeat("these are notes, not a ledger\n", 100)), 0o600))
	for name, path := range map[string]string{
		"another kind of file": notOne,
		"a folder":             dir,
		"no such folder":       filepath.Join(dir, "nowhere", "ringside.db"),
	} {
		if l, err := ledger.OpenPlace(t.Context(), path, "the test"); err == nil {
			t.Errorf("%s was opened", name)
			must(t, l.Close())
		}
	}
}

// ever is later than all that there is to tell.
func ever() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }
