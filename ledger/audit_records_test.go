package ledger

import "testing"

// forgetLast and forgetMiddle delete the records of the operations at the end of the story and of the one before them.
const (
	forgetLast = `DELETE FROM buttons WHERE op IN ('dddddd', 'eeeeee'); DELETE FROM op_rooms WHERE op IN ('dddddd', 'eeeeee');
		DELETE FROM operations WHERE id IN ('dddddd', 'eeeeee')`
	forgetMiddle = `DELETE FROM buttons WHERE op = 'cccccc'; DELETE FROM op_rooms WHERE op = 'cccccc'; DELETE FROM operations WHERE id = 'cccccc'`
)

func TestRecordsAndAnchorsTogether(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		statement string
		rechain   bool
		anchor    Anchor
		want      Finding
		operation string
		more      int
	}{
		"one operation left of three": {statement: `DELETE FROM events WHERE seq > 8`, want: CutOff, operation: "cccccc", more: 2},
		"an operation taken out and the rest made whole": {
			statement: `DELETE FROM events WHERE op = 'cccccc'; UPDATE events SET seq = seq - 2 WHERE seq > 10`, rechain: true,
			want: Rewritten, operation: "dddddd", more: 1,
		},
		"the last operation taken out": {statement: `DELETE FROM events WHERE op = 'eeeeee'`, want: CutOff, operation: "eeeeee"},
		"cut off behind a swept intent whose true reply came later": {
			statement: `DELETE FROM events WHERE seq > 12; DELETE FROM buttons WHERE op = 'eeeeee'; DELETE FROM op_rooms WHERE op = 'eeeeee'; DELETE FROM operations WHERE id = 'eeeeee'`,
			want:      CutOff, operation: "dddddd",
		},
		"only a cancellation cut off": {
			statement: `DELETE FROM events WHERE seq > 9; ` + forgetLast, want: CutOff, operation: "cccccc",
		},
		"only a resolution cut off": {
			statement: `DELETE FROM events WHERE seq > 7; ` + forgetLast + `; ` + forgetMiddle, want: CutOff, operation: "bbbbbb",
		},
		"only a look cut off": {
			statement: `DELETE FROM events WHERE seq > 6; UPDATE op_rooms SET reason = '' WHERE reason = 'resolved'; ` +
				forgetLast + `; ` + forgetMiddle, want: CutOff, operation: "bbbbbb",
		},
		"a record's digest changed": {statement: `UPDATE operations SET digest = 'ffffffffffffffff' WHERE id = 'aaaaaa'`, want: Rewritten, operation: "aaaaaa"},
		"an anchor that was never there": {
			statement: `SELECT 1`, anchor: Anchor{Seq: 99, Digest: "0123456789abcdef"}, want: CutOff,
		},
		"an operation that was never there": {
			statement: `SELECT 1`, anchor: Anchor{Op: "zzzzzz", Digest: "0123456789abcdef"}, want: CutOff,
		},
		"rewritten by the records, cut off by an anchor": {
			statement: `UPDATE events SET actor = 'x' WHERE seq = 15`, rechain: true, anchor: Anchor{Seq: 99, Digest: "0123456789abcdef"},
			want: Rewritten, operation: "eeeeee",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := story(t)
			tamper(t, path, tc.statement)
			if tc.rechain {
				rechain(t, path)
			}
			var anchors []Anchor
			if tc.anchor != (Anchor{}) {
				anchors = append(anchors, tc.anchor)
			}
			got := verify(t, path, anchors...)
			if got.Finding != tc.want || got.Witness.Operation != tc.operation || got.Witness.More != tc.more {
				t.Errorf("%s with %+v, want %s with %q and %d more", got.Finding, got.Witness, tc.want, tc.operation, tc.more)
			}
		})
	}
}

// An operation's id may be all digits, like an event's number.
func TestAnchorOfDigitsIsEither(t *testing.T) {
	t.Parallel()
	path := story(t)
	tamper(t, path, `UPDATE events SET op = '123456' WHERE op = 'eeeeee'`, forget)
	rechain(t, path)
	last := anchorsOf(t, path)[storyEvents-1]
	for text, want := range map[string]Finding{
		"123456:" + last.Digest: Sound, "15:" + last.Digest: Sound, "123456:0123456789abcdef": Rewritten, "654321:" + last.Digest: CutOff,
	} {
		anchor, err := ParseAnchor(text)
		must(t, err)
		if got := verify(t, path, anchor); got.Finding != want {
			t.Errorf("%s: %s, want %s", text, got.Finding, want)
		}
	}
}
