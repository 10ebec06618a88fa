package ledger

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSoundChain(t *testing.T) {
	t.Parallel()
	path := story(t)
	anchors := anchorsOf(t, path)
	for _, a := range anchorsOf(t, path) {
		anchors = append(anchors, Anchor{Digest: a.Digest})
	}
	events := eventsOf(t, path)
	for _, e := range events {
		if e.Op != "" {
			anchors = append(anchors, Anchor{Op: e.Op, Digest: fmt.Sprintf("%x", e.Hash)})
		}
	}
	last := events[len(events)-1]
	want := Report{Finding: Sound, Events: storyEvents, First: storyAt(0), Last: last.At, Hash: last.Hash}
	if diff := cmp.Diff(want, verify(t, path, anchors...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := want.Anchor(), fmt.Sprintf("15:%x", last.Hash[:8]); got != want {
		t.Errorf("the anchor to keep is %s, want %s", got, want)
	}
}

// What is not settled yet contradicts nothing.
func TestSoundChainWithOpenOperations(t *testing.T) {
	t.Parallel()
	path := story(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	s := &teller{T: t, l: l, at: 60}
	s.ask("ffffff", "slack:T1/user/U1", Pending)
	s.ask("gggggg", "slack:T1/user/U1", Pending)
	_, err = l.Claim(t.Context(), Claim{Button: "yes-gggggg", By: "slack:T1/user/U1", At: storyAt(63), Owner: "one", Lease: storyAt(70), SendBy: storyAt(65)})
	must(t, err)
	must(t, l.Resend(t.Context(), "gggggg", "one", storyAt(64), Call{}))
	s.ask("hhhhhh", "slack:T1/user/U1", Pending)
	_, err = l.Renew(t.Context(), "yes-hhhhhh", storyAt(64), storyAt(90), nil, nil, nil)
	must(t, err)
	s.settle(s.ask("jjjjjj", "slack:T1/user/U1", Intent), Unknown, Applied)
	_, err = l.Look(t.Context(), "jjjjjj", "one", Look{At: storyAt(80)}, Proof{})
	must(t, err)
	must(t, l.Close())
	if got := verify(t, path); got.Finding != Sound || got.Events != storyEvents+9 {
		t.Errorf("%+v", got)
	}
}

func TestEmptyLedger(t *testing.T) {
	t.Parallel()
	path := Place(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	must(t, l.Close())
	if diff := cmp.Diff(Report{Finding: Sound}, verify(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	anchor := Anchor{Seq: 1, Digest: "0123456789abcdef"}
	if got := verify(t, path, anchor); got.Finding != CutOff || got.Witness.Anchor != anchor.String() {
		t.Errorf("with an anchor: %+v", got)
	}
}

func TestAlteredChain(t *testing.T) {
	t.Parallel()
	const swap = `UPDATE events SET seq = -6 WHERE seq = 6; UPDATE events SET seq = 6 WHERE seq = 7; UPDATE events SET seq = 7 WHERE seq = -6`
	for name, tc := range map[string]struct {
		statement string
		seq       int64
		flaw      Flaw
	}{
		"the body changed":          {`UPDATE events SET body = replace(body, '100', '101') WHERE seq = 6`, 6, FlawContent},
		"the actor changed":         {`UPDATE events SET actor = 'x' WHERE seq = 6`, 6, FlawContent},
		"the operation changed":     {`UPDATE events SET op = 'aaaaaa' WHERE seq = 6`, 6, FlawContent},
		"the kind changed":          {`UPDATE events SET kind = 'swept' WHERE seq = 6`, 6, FlawContent},
		"the time changed":          {`UPDATE events SET at = at + 1 WHERE seq = 6`, 6, FlawContent},
		"the hash changed":          {`UPDATE events SET hash = zeroblob(32) WHERE seq = 6`, 6, FlawContent},
		"the hash cut short":        {`UPDATE events SET hash = substr(hash, 1, 31) WHERE seq = 6`, 6, FlawHash},
		"no hash":                   {`UPDATE events SET hash = x'' WHERE seq = 6`, 6, FlawHash},
		"deleted in the middle":     {`DELETE FROM events WHERE seq IN (6, 7)`, 8, FlawNumber},
		"deleted and renumbered":    {`DELETE FROM events WHERE seq = 6; UPDATE events SET seq = seq - 1 WHERE seq > 6`, 6, FlawContent},
		"the first deleted":         {`DELETE FROM events WHERE seq = 1`, 2, FlawNumber},
		"one before the first":      {`INSERT INTO events SELECT 0, at, op, kind, actor, body, hash FROM events WHERE seq = 1`, 0, FlawNumber},
		"one too many at the end":   {`INSERT INTO events SELECT 16, at, op, kind, actor, body, hash FROM events WHERE seq = 15`, 16, FlawContent},
		"swapped":                   {swap, 6, FlawContent},
		"the last changed":          {`UPDATE events SET body = '{}' WHERE seq = 15`, 15, FlawContent},
		"a hash of another event":   {`UPDATE events SET hash = (SELECT hash FROM events WHERE seq = 5) WHERE seq = 6`, 6, FlawContent},
		"a time of the year zero":   {`UPDATE events SET at = 0 WHERE seq = 6`, 6, FlawContent},
		"a number out of all order": {`UPDATE events SET seq = 9223372036854775807 WHERE seq = 6`, 7, FlawNumber},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := story(t)
			anchors := anchorsOf(t, path)
			tamper(t, path, tc.statement)
			for _, with := range [][]Anchor{nil, anchors} {
				got := verify(t, path, with...)
				if got.Finding != Altered || got.Bad.Seq != tc.seq || got.Flaw != tc.flaw {
					t.Errorf("%s at %d for its %s, want altered at %d for its %s", got.Finding, got.Bad.Seq, got.Flaw, tc.seq, tc.flaw)
				}
				if want := min(tc.seq-1, 5); tc.seq > 2 && tc.seq < 9 && got.Events != want {
					t.Errorf("%d events hold, want %d", got.Events, want)
				}
			}
		})
	}
}

// Wherever the end is cut off, the operations' records tell of it, and without them every anchor of what is gone.
func TestCutOffAnywhere(t *testing.T) {
	t.Parallel()
	for kept := range storyEvents {
		t.Run(fmt.Sprintf("after %d", kept), func(t *testing.T) {
			t.Parallel()
			path := story(t)
			events := eventsOf(t, path)
			tamper(t, path, fmt.Sprintf(`DELETE FROM events WHERE seq > %d`, kept))
			recorded := verifier(t, path)
			if got := recorded(); got.Finding != CutOff || got.Events != int64(kept) || got.Witness.Operation == "" {
				t.Errorf("with the records: %+v", got)
			}
			for _, e := range events { // the records are surer than a digest alone
				if got := recorded(Anchor{Digest: digest(e.Hash)}); got.Finding != CutOff {
					t.Errorf("with the records, digest of event %d: %s", e.Seq, got.Finding)
				}
			}
			tamper(t, path, forget)
			bare := verifier(t, path)
			if got := bare(); got.Finding != Sound {
				t.Errorf("without anchor and records: %s", got.Finding)
			}
			for _, e := range events {
				wantCutOff(t, bare, e, kept)
				wantLastOf(t, bare, e.Op, events, kept)
			}
		})
	}
}

func wantCutOff(t *testing.T, bare func(...Anchor) Report, e Event, kept int) {
	t.Helper()
	anchor, want := Anchor{Seq: e.Seq, Digest: digest(e.Hash)}, Sound
	if e.Seq > int64(kept) {
		want = CutOff
	}
	if got := bare(anchor, anchor); got.Finding != want {
		t.Errorf("anchor %s: %s, want %s", anchor, got.Finding, want)
	}
	if got := bare(Anchor{Digest: anchor.Digest}); (got.Finding == Rewritten && got.Witness.Unsure) != (want == CutOff) {
		t.Errorf("digest of event %d: %+v", e.Seq, got)
	}
}

// wantLastOf holds that the last digest of an operation is missed when it is gone: as cut off if nothing of the
// operation is left.
func wantLastOf(t *testing.T, bare func(...Anchor) Report, op string, events []Event, kept int) {
	t.Helper()
	if op == "" {
		return
	}
	left, want := 0, Sound
	var anchor Anchor
	for _, e := range events {
		switch {
		case e.Op != op:
			continue
		case e.Seq <= int64(kept):
			left++
		case left == 0:
			want = CutOff
		default:
			want = Rewritten
		}
		anchor = Anchor{Op: op, Digest: digest(e.Hash)}
	}
	if got := bare(anchor); got.Finding != want {
		t.Errorf("anchor %s: %s, want %s", anchor, got.Finding, want)
	}
}

// Whichever event is altered and the chain made whole again behind it, the operations' records tell of it, and without
// them every anchor from there on.
func TestRewrittenAnywhere(t *testing.T) {
	t.Parallel()
	for from := int64(1); from <= storyEvents; from++ {
		t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) {
			t.Parallel()
			path := story(t)
			events := eventsOf(t, path)
			tamper(t, path, fmt.Sprintf(`UPDATE events SET actor = 'x' WHERE seq = %d`, from))
			rechain(t, path)
			if got := verify(t, path); got.Finding != Rewritten || got.Witness.Operation == "" || got.Witness.Unsure {
				t.Errorf("with the records: %+v", got)
			}
			tamper(t, path, forget)
			bare := verifier(t, path)
			if got := bare(); got.Finding != Sound {
				t.Errorf("without anchor and records: %s", got.Finding)
			}
			for _, e := range events {
				wantRewritten(t, bare, e, e.Seq >= from)
			}
		})
	}
}

func wantRewritten(t *testing.T, bare func(...Anchor) Report, e Event, rewritten bool) {
	t.Helper()
	want, seen := Sound, int64(0)
	if rewritten {
		want, seen = Rewritten, e.Seq
	}
	for _, anchor := range []Anchor{{Seq: e.Seq, Digest: digest(e.Hash)}, {Seq: e.Seq, Digest: fmt.Sprintf("%x", e.Hash)}} {
		if got := bare(anchor); got.Finding != want || got.Witness.Event.Seq != seen {
			t.Errorf("anchor %s: %+v, want %s", anchor, got, want)
		}
	}
	if got := bare(Anchor{Digest: digest(e.Hash)}); got.Finding != want || got.Witness.Unsure != rewritten {
		t.Errorf("digest of event %d: %+v, want %s", e.Seq, got, want)
	}
}

// A back-up is verified as it is, whatever the tables hold since.
func TestAuditOfTheFirstVersion(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := Place(t)
	script, err := migrations.ReadFile("migrations/sqlite/00001_start.sql")
	must(t, err)
	up, _, _ := strings.Cut(string(script), "-- +goose Down")
	tamper(t, path, up)
	if got := verify(t, path); got.Finding != Sound {
		t.Errorf("%+v", got)
	}
	if got := export(t, path, CSV, Filter{Battle: "x", Person: "x"}); strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
}

func TestVerifyATableThatHoldsAnything(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := Place(t)
	tamper(t, path, `CREATE TABLE events (seq INTEGER PRIMARY KEY, at, op, kind, actor, body, hash)`,
		`CREATE TABLE operations (id, battle, alias, asker, confirmed_by, state, created, settled, digest)`,
		`CREATE TABLE op_rooms (op, n, room, points, reason)`,
		`INSERT INTO events VALUES (1, 'yesterday', NULL, 'x', 'x', 'x', NULL)`)
	if got := verify(t, path); got.Finding != Altered || got.Bad.Seq != 1 || got.Flaw != FlawContent {
		t.Errorf("%+v", got)
	}
}

func TestVerifyNeedsADigest(t *testing.T) {
	t.Parallel()
	a, err := openAuditAt(t.Context(), story(t))
	must(t, err)
	defer a.Close() //nolint:errcheck // a test
	for _, anchor := range []Anchor{{}, {Seq: 4}, {Seq: 4, Digest: "012345"}, {Op: "aaaaaa", Digest: "0123456789abcdeg"}} {
		if _, err := a.Verify(t.Context(), []Anchor{anchor}); err == nil {
			t.Errorf("%+v was taken", anchor)
		}
	}
}
