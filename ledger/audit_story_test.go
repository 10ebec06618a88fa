package ledger

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"ringside/secret"

	"ringside/ledger/postgrestest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// replyTo is where somebody is answered, which nobody else may learn.
const replyTo = "https://hooks.example/a-reply-address"

// storyAt is the time so many seconds into the story.
func storyAt(seconds float64) time.Time {
	return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC).Add(time.Duration(seconds * float64(time.Second)))
}

// teller writes a story with one clock.
type teller struct {
	*testing.T
	l  *Ledger
	at float64
}

func (s *teller) ask(id, asker string, state State) Operation {
	s.Helper()
	s.at++
	o := Operation{
		ID: id, Kind: Add, Battle: "b+/=", Alias: "final", State: state, Asker: asker, Channel: "slack:T1/C1", ConfirmOver: 1000,
		Rooms: []Room{{Room: "pk-live1", Points: 100}, {Room: "pk-live2", Points: 50}}, Created: storyAt(s.at), ReplyTo: secret.New(replyTo),
	}
	if state == Intent {
		o.Owner, o.Lease, o.SendBy, o.Sends = "one", storyAt(s.at+15), storyAt(s.at+5), 1
	} else {
		o.Expires = storyAt(s.at + 60)
	}
	must(s, s.l.Record(s.Context(), "", o, []Button{{ID: "yes-" + id, Action: "confirm", Expires: storyAt(s.at + 60)}}))
	return o
}

func (s *teller) settle(o Operation, outcomes ...Outcome) {
	s.Helper()
	s.at += 0.5
	v := Verdict{Operation: o.ID, Owner: "one", At: storyAt(s.at), Rooms: o.Rooms, Call: Call{Written: true, Complete: true, RequestID: "Id-1"}}
	for i, outcome := range outcomes {
		v.Rooms[i].Outcome = outcome
	}
	_, err := s.l.Settle(s.Context(), v)
	must(s, err)
}

// storyEvents is how many events the story has.
const storyEvents = 15

// told keeps the story, which is written once.
var told struct {
	sync.Once
	db []byte
}

// story returns a ledger in which every kind of event has happened. Nobody has it open.
func story(t *testing.T) string {
	t.Helper()
	if postgrestest.Chosen() {
		return tell(t)
	}
	told.Do(func() {
		first := tell(t)
		var err error
		told.db, err = os.ReadFile(first)
		must(t, err)
	})
	path := Place(t)
	must(t, os.WriteFile(path, told.db, 0o600))
	return path
}

func tell(t *testing.T) string {
	t.Helper()
	path := Place(t)
	l, err := OpenPlace(t.Context(), path, "the story")
	must(t, err)
	s := &teller{T: t, l: l}
	must(t, l.See(t.Context(), Battle{ID: "b+/=", Rooms: []string{"pk-live1", "pk-live2"}, Seen: storyAt(0)}))
	must(t, l.Name(t.Context(), "b+/=", "final", "slack:T1/user/U1", storyAt(0)))

	s.settle(s.ask("aaaaaa", "slack:T1/user/U1", Intent), Applied, NotApplied)

	b := s.ask("bbbbbb", "slack:T1/user/U1", Pending)
	_, err = l.Claim(t.Context(), Claim{
		Button: "yes-bbbbbb", By: "slack:T1/user/U2", At: storyAt(s.at + 1), Owner: "one", Lease: storyAt(s.at + 15), SendBy: storyAt(s.at + 5),
	})
	must(t, err)
	s.at++
	s.settle(b, Unknown, Unknown)
	_, err = l.Look(t.Context(), "bbbbbb", "one", Look{At: storyAt(s.at + 4)}, Proof{Disproved: []string{"pk-live2"}})
	must(t, err)
	_, err = l.Resolve(t.Context(), Resolution{Operation: "bbbbbb", By: "discord:1/user/3", At: storyAt(s.at + 5), Outcome: Applied})
	must(t, err)

	s.at = 20
	s.ask("cccccc", "discord:1/user/3", Pending)
	must(t, l.Dismiss(t.Context(), "cccccc", Cancelled, "discord:1/user/3", storyAt(22)))

	s.at = 30
	d := s.ask("dddddd", "slack:T1/user/U1", Intent)
	_, err = l.Sweep(t.Context(), storyAt(50), "two")
	must(t, err)
	s.at = 50.5
	s.settle(d, Applied, Applied)
	s.settle(s.ask("eeeeee", "slack:T1/user/U2", Intent), Applied, Applied)
	must(t, l.Close())
	return path
}

// tamper changes a ledger as nobody should, statement by statement, and hides what would give that away too easily.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	if isDatabase(path) {
		statements = append(statements, `UPDATE chain SET seq = 0, hash = decode(repeat('00', 32), 'hex')`,
			`UPDATE chain SET (seq, hash) = (SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1) WHERE EXISTS (SELECT 1 FROM events)`)
	}
	db := rawAt(t, path)
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), inWordsOf(path, statement)); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	must(t, db.Close())
}

// forget deletes all that could contradict a chain from within the ledger.
const forget = `DELETE FROM posts; DELETE FROM buttons; DELETE FROM op_rooms; DELETE FROM operations`

// rechain computes every hash anew, so that the chain is whole in itself.
func rechain(t *testing.T, path string) {
	t.Helper()
	var statements []string
	var prev [sha256.Size]byte
	for _, e := range eventsOf(t, path) {
		prev = link(prev, e)
		statements = append(statements, fmt.Sprintf(`UPDATE events SET hash = x'%x' WHERE seq = %d`, prev, e.Seq))
	}
	tamper(t, path, statements...)
}

func eventsOf(t *testing.T, path string) []Event {
	t.Helper()
	db := rawAt(t, path)
	events, err := scanAllContext(t.Context(), db, scanEvent, `SELECT seq, at, op, kind, actor, body, hash FROM events ORDER BY seq`)
	must(t, err)
	must(t, db.Close())
	return events
}

// anchors returns each event as an anchor, the first one first.
func anchorsOf(t *testing.T, path string) []Anchor {
	t.Helper()
	var all []Anchor
	for _, e := range eventsOf(t, path) {
		all = append(all, Anchor{Seq: e.Seq, Digest: digest(e.Hash)})
	}
	return all
}

// verifier returns what verifies a ledger as long as nobody changes it.
func verifier(t *testing.T, path string) func(...Anchor) Report {
	t.Helper()
	a, err := openAuditAt(t.Context(), path)
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	return func(anchors ...Anchor) Report {
		t.Helper()
		r, err := a.Verify(t.Context(), anchors)
		must(t, err)
		return r
	}
}

func verify(t *testing.T, path string, anchors ...Anchor) Report {
	t.Helper()
	return verifier(t, path)(anchors...)
}
