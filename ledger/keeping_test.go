package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/ledger"
	"ringside/secret"
)

const token = "interaction-token-0123456789"

func TestWhereToReplyIsForgotten(t *testing.T) {
	t.Parallel()
	created := intent("aaaaaa").Created
	for name, tc := range map[string]struct {
		step func(*testing.T, *ledger.Ledger)
		kept bool
	}{
		"just asked": {step: func(*testing.T, *ledger.Ledger) {}, kept: true},
		"settled": {step: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Settle(t.Context(), applied(intent("aaaaaa"), "one", start))
			must(t, err)
		}, kept: true},
		"told": {step: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			must(t, l.Told(t.Context(), "aaaaaa", ever(), start))
		}},
		"told, and a look is due": {step: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Settle(t.Context(), outcomes(intent("aaaaaa"), start, ledger.Unknown))
			must(t, err)
			must(t, l.Told(t.Context(), "aaaaaa", ever(), start))
		}, kept: true},
		"told of the look": {step: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Settle(t.Context(), outcomes(intent("aaaaaa"), start, ledger.Unknown))
			must(t, err)
			_, err = l.Look(t.Context(), "aaaaaa", "one", ledger.Look{At: start}, ledger.Proof{})
			must(t, err)
			must(t, l.Told(t.Context(), "aaaaaa", ever(), start))
		}},
		"after 35 minutes": {step: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Sweep(t.Context(), created.Add(35*time.Minute), "two")
			must(t, err)
		}, kept: true},
		"after more": {step: func(t *testing.T, l *ledger.Ledger) {
			t.Helper()
			_, err := l.Sweep(t.Context(), created.Add(35*time.Minute+time.Microsecond), "two")
			must(t, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			o := intent("aaaaaa")
			o.ReplyTo = secret.New(token)
			must(t, l.Record(t.Context(), "", o, nil))
			tc.step(t, l)
			got, err := l.Operation(t.Context(), "aaaaaa")
			must(t, err)
			if want := map[bool]string{true: token}[tc.kept]; got.ReplyTo.Reveal() != want {
				t.Errorf("kept %q, want %q", got.ReplyTo.Reveal(), want)
			}
		})
	}
}

// TestWhereToReplyStandsNowhereElse takes an operation through its life and looks for the secret in events and errors.
func TestWhereToReplyStandsNowhereElse(t *testing.T) {
	t.Parallel()
	var errs []string
	note := func(err error) {
		if err == nil {
			t.Error("a step that should fail did not")
			return
		}
		errs = append(errs, err.Error())
	}
	l := open(t)
	o, buttons := pending("aaaaaa")
	o.ReplyTo = secret.New(token)
	must(t, l.Record(t.Context(), "k", o, buttons))
	note(l.Record(t.Context(), "k", o, buttons))
	note(l.Record(t.Context(), "", o, buttons))
	o.ID = "bbbbbb"
	note(l.Record(t.Context(), "", o, buttons)) // the buttons are there already
	_, err := l.Renew(t.Context(), "yes-aaaaaa", start, o.Expires, nil, nil, []ledger.Button{{ID: "yes-2", Action: "confirm", Expires: o.Expires}})
	must(t, err)
	_, err = l.Claim(t.Context(), claim("yes-2", start))
	must(t, err)
	_, err = l.Claim(t.Context(), claim("yes-2", start))
	note(err)
	_, err = l.Sweep(t.Context(), start.Add(time.Minute), "two")
	must(t, err)
	_, err = l.Look(t.Context(), "aaaaaa", "two", ledger.Look{At: start}, ledger.Proof{Disproved: []string{"pk-live1"}})
	must(t, err)
	_, err = l.Resolve(t.Context(), ledger.Resolution{Operation: "aaaaaa", By: "me", At: start, Outcome: ledger.Applied})
	must(t, err)
	events, err := l.Events(t.Context(), "aaaaaa")
	must(t, err)
	for _, e := range events {
		if strings.Contains(e.Body, token) {
			t.Errorf("event %s: %s", e.Kind, e.Body)
		}
	}
	if len(events) != 6 {
		t.Errorf("%d events", len(events))
	}
	if all := strings.Join(errs, "\n"); strings.Contains(all, token) {
		t.Errorf("errors:\n%s", all)
	}
}

func TestSweepTellsWhichQuestionsItClosed(t *testing.T) {
	t.Parallel()
	l := open(t)
	o, buttons := pending("aaaaaa")
	must(t, l.Record(t.Context(), "", o, buttons))
	later, _ := pending("bbbbbb")
	later.Expires = o.Expires.Add(time.Minute)
	must(t, l.Record(t.Context(), "", later, nil))
	must(t, l.Record(t.Context(), "", intent("cccccc"), nil))
	swept, err := l.Sweep(t.Context(), o.Expires, "two")
	must(t, err)
	if ids(swept.Expired) != "aaaaaa" || ids(swept.Unknown) != "cccccc" {
		t.Fatalf("expired %q, unknown %q", ids(swept.Expired), ids(swept.Unknown))
	}
	stored(t, l, swept.Expired[0])
	stored(t, l, swept.Unknown[0])
	if swept.Expired[0].State != ledger.Expired {
		t.Errorf("closed as %s", swept.Expired[0].State)
	}
	if swept, err = l.Sweep(t.Context(), o.Expires, "two"); err != nil || len(swept.Expired)+len(swept.Unknown) != 0 {
		t.Errorf("swept twice: %+v (%v)", swept, err)
	}
}

func TestPostsLastAsLongAsTheButtons(t *testing.T) {
	t.Parallel()
	l := open(t)
	o, buttons := pending("aaaaaa")
	must(t, l.Record(t.Context(), "", o, buttons))
	other, buttons := pending("bbbbbb")
	buttons[0].Expires = buttons[0].Expires.Add(time.Hour)
	must(t, l.Record(t.Context(), "", other, buttons))
	must(t, l.Posted(t.Context(), "aaaaaa", []string{"slack:C2/2", "slack:C1/1"}))
	must(t, l.Posted(t.Context(), "aaaaaa", []string{"slack:C2/2"}))
	must(t, l.Posted(t.Context(), "bbbbbb", []string{"slack:C1/9"}))
	if err := l.Posted(t.Context(), "nothing", []string{"slack:C1/1"}); err == nil {
		t.Error("posts of no operation were kept")
	}
	posts := func(op string, at time.Time) []string {
		_, err := l.Sweep(t.Context(), at, "two")
		must(t, err)
		found, err := l.Posts(t.Context(), op)
		must(t, err)
		return found
	}
	day := o.Expires.Add(24 * time.Hour)
	if diff := cmp.Diff([]string{"slack:C1/1", "slack:C2/2"}, posts("aaaaaa", day)); diff != "" {
		t.Errorf("for a day (-want +got):\n%s", diff)
	}
	if got := posts("aaaaaa", day.Add(time.Second)); got != nil {
		t.Errorf("after the day: %q", got)
	}
	if got := posts("bbbbbb", day.Add(time.Second)); len(got) != 1 {
		t.Errorf("while one of its buttons is remembered: %q", got)
	}
}

func TestOfferAtAnyTime(t *testing.T) {
	t.Parallel()
	l := open(t)
	o := settle(t, l, "aaaaaa", ledger.Unknown)
	b := ledger.Button{ID: "counted", Action: "it counted", Expires: start.Add(time.Hour)}
	must(t, l.Offer(t.Context(), o.ID, []ledger.Button{b}))
	got, op, err := l.Button(t.Context(), "counted")
	must(t, err)
	if diff := cmp.Diff(b, got); diff != "" || op.ID != o.ID || !op.Has(ledger.Unknown) {
		t.Errorf("of %s (-want +got):\n%s", op.ID, diff)
	}
	if err := l.Offer(t.Context(), "nothing", []ledger.Button{{ID: "x"}}); err == nil {
		t.Error("offered for no operation")
	}
}

func TestUntoldByTheLatestNews(t *testing.T) {
	t.Parallel()
	l := open(t)
	settle(t, l, "settld", ledger.Applied)
	settle(t, l, "looked", ledger.Unknown)
	settle(t, l, "provns", ledger.Unknown, ledger.NotApplied)
	settle(t, l, "byhand", ledger.Unknown)
	for _, id := range []string{"settld", "looked", "provns", "byhand"} {
		must(t, l.Told(t.Context(), id, ever(), start.Add(2*time.Second)))
	}
	at := start.Add(time.Hour)
	_, err := l.Look(t.Context(), "looked", "one", ledger.Look{At: at}, ledger.Proof{})
	must(t, err)
	_, err = l.Look(t.Context(), "provns", "one", ledger.Look{At: at.Add(time.Second)}, ledger.Proof{Disproved: []string{"pk-live1"}})
	must(t, err)
	_, err = l.Resolve(t.Context(), ledger.Resolution{Operation: "byhand", By: "me", At: at, Outcome: ledger.Applied})
	must(t, err)
	for name, tc := range map[string]struct {
		from, until time.Time
		want        string
	}{
		"both news":           {from: at.Add(-time.Second), until: at.Add(time.Second), want: "provns looked"},
		"until the first":     {from: at.Add(-time.Second), until: at, want: "looked"},
		"from the second":     {from: at, until: at.Add(time.Second), want: "provns"},
		"when it was settled": {from: start, until: start.Add(time.Minute)},
		"after all that":      {from: at.Add(time.Second), until: at.Add(time.Hour)},
	} {
		found, err := l.Untold(t.Context(), tc.from, tc.until)
		must(t, err)
		if got := ids(found); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	must(t, l.Told(t.Context(), "provns", ever(), at.Add(time.Minute)))
	if found, err := l.Untold(t.Context(), at, at.Add(time.Hour)); err != nil || len(found) != 0 {
		t.Errorf("told again, and still untold: %q (%v)", ids(found), err)
	}
}
