package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/ledger/ledgertest"
)

// auditStart is when the first operation of an audited ledger is asked for.
func auditStart() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }

// audited is a ledger with a past, and the settings that name it and nothing else.
type audited struct {
	settings, path string
	digests        []string // of its events, the first one first
}

// audits keeps the ledger, which is written once.
var audits struct {
	sync.Once
	db []byte
}

func newAudited(t *testing.T) *audited {
	t.Helper()
	audits.Do(func() { audits.db = auditedLedger(t) })
	folder := t.TempDir()
	a := &audited{settings: filepath.Join(folder, "ringside.toml"), path: filepath.Join(folder, "ringside.db")}
	must(t, os.WriteFile(a.settings, []byte("[ledger]\ndsn = \"sqlite:"+a.path+"\"\n[slack]\nbot_token = \"env:NOT_SET\"\n"), 0o600))
	must(t, os.WriteFile(a.path, audits.db, 0o600))
	a.digests = a.hashes(t)
	return a
}

// auditedLedger writes six events: two operations that were applied, and one that was cancelled between them.
func auditedLedger(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ringside.db")
	l, err := ledger.Open(t.Context(), path, "the test")
	must(t, err)
	apply(t, l, "aaaaaa", auditStart())
	o := addition("bbbbbb", auditStart().Add(10*time.Second))
	o.State, o.Expires = ledger.Pending, o.Created.Add(time.Minute)
	must(t, l.Record(t.Context(), "", o, nil))
	must(t, l.Dismiss(t.Context(), "bbbbbb", ledger.Cancelled, o.Asker, o.Created.Add(time.Second)))
	apply(t, l, "cccccc", auditStart().Add(20*time.Second))
	must(t, l.Close())
	db, err := os.ReadFile(path)
	must(t, err)
	return db
}

func addition(id string, at time.Time) ledger.Operation {
	return ledger.Operation{
		ID: id, Kind: ledger.Add, Battle: "b+/=", Alias: "final", Rooms: []ledger.Room{{Room: "pk-live1", Points: 100}},
		Asker: "slack:T1/user/U1", Channel: "slack:T1/C1", State: ledger.Intent, Created: at, Owner: "one",
		Lease: at.Add(15 * time.Second), SendBy: at.Add(5 * time.Second), Sends: 1,
	}
}

func apply(t *testing.T, l *ledger.Ledger, id string, at time.Time) {
	t.Helper()
	o := addition(id, at)
	must(t, l.Record(t.Context(), "", o, nil))
	o.Rooms[0].Outcome = ledger.Applied
	_, err := l.Settle(t.Context(), ledger.Verdict{Operation: id, Owner: "one", At: at.Add(time.Second), Rooms: o.Rooms})
	must(t, err)
}

func (a *audited) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", a.path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), statement, args...)
	must(t, err)
	must(t, db.Close())
}

// hashes computes the chain anew, as its documentation says and not as its code does, and returns the digests.
func (a *audited) hashes(t *testing.T) []string {
	t.Helper()
	db, err := sql.Open("sqlite", a.path)
	must(t, err)
	defer db.Close() //nolint:errcheck // a test
	rows, err := db.QueryContext(t.Context(), `SELECT seq, at, op, kind, actor, body FROM events ORDER BY seq`)
	must(t, err)
	defer rows.Close() //nolint:errcheck // a test
	var digests []string
	var hash [sha256.Size]byte
	for rows.Next() {
		var seq, at uint64
		var fields [4]string
		must(t, rows.Scan(&seq, &at, &fields[0], &fields[1], &fields[2], &fields[3]))
		hashed := binary.BigEndian.AppendUint64(hash[:], seq)
		hashed = binary.BigEndian.AppendUint64(hashed, at)
		for _, field := range fields {
			hashed = append(binary.BigEndian.AppendUint64(hashed, uint64(len(field))), field...)
		}
		hash = sha256.Sum256(hashed)
		digests = append(digests, fmt.Sprintf("%x", hash))
	}
	must(t, rows.Err())
	return digests
}

// rechain makes a changed chain whole in itself.
func (a *audited) rechain(t *testing.T) {
	t.Helper()
	for i, hash := range a.hashes(t) {
		a.exec(t, fmt.Sprintf(`UPDATE events SET hash = x'%s' WHERE seq = %d`, hash, i+1))
	}
}

// anchor returns what was kept of an event: its number, or that of an operation, and its digest.
func (a *audited) anchor(name string, seq int) string { return name + ":" + a.digests[seq-1][:16] }

func (a *audited) verify(t *testing.T, anchors ...string) outcome {
	t.Helper()
	args := []string{"audit", "verify", "--config", a.settings}
	for _, anchor := range anchors {
		args = append(args, "--anchor", anchor)
	}
	got := ringside(t, "", args...)
	if got.err != "" {
		t.Errorf("on the error stream: %s", got.err)
	}
	return got
}

const (
	wipe      = `DELETE FROM buttons; DELETE FROM op_rooms; DELETE FROM operations`
	nextSteps = "compare the results in the chat with `ringside audit export`, keep a copy of the file as it is, " +
		"restore a back-up that `ringside audit verify` finds sound, and tell whoever answers for this machine."
)

func TestAuditVerifyFindsWhatWasDone(t *testing.T) {
	t.Parallel()
	first := func(a *audited) string { return a.anchor("1", 1) }
	last := func(a *audited) string { return a.anchor("6", 6) }
	footer := func(a *audited) string {
		return "operation cccccc · final · asked by ana · audit " + a.digests[5][:16]
	}
	digest := func(a *audited) string { return a.digests[5][:16] }
	for name, tc := range map[string]struct {
		statement string
		rechain   bool
		anchor    func(*audited) string
		status    int
		want      []string
	}{
		"nothing":             {"SELECT 1", false, nil, exitDone, []string{"sound", "6 events from 2026-11-23 20:00:00 UTC to 2026-11-23 20:00:21 UTC", "\nKeep this as an anchor: 6:"}},
		"nothing, anchored":   {"SELECT 1", false, last, exitDone, []string{"sound", "each as it was written, and the anchor is among them."}},
		"nothing, by footer":  {"SELECT 1", false, footer, exitDone, []string{"sound"}},
		"the records wiped":   {wipe, false, last, exitDone, []string{"sound"}},
		"a body":              {`UPDATE events SET body = replace(body, '100', '900') WHERE seq = 5`, false, nil, exitAltered, []string{"altered", "event 5 (2026-11-23 20:00:20 UTC, operation cccccc)", "its hash does not follow from what it says"}},
		"a body, anchored":    {`UPDATE events SET body = '{}' WHERE seq = 5`, false, first, exitAltered, []string{"event 5"}},
		"an actor":            {`UPDATE events SET actor = 'slack:T1/user/U2' WHERE seq = 2`, false, last, exitAltered, []string{"event 2 (2026-11-23 20:00:01 UTC, operation aaaaaa)"}},
		"a time":              {`UPDATE events SET at = at + 3600000000 WHERE seq = 2`, false, nil, exitAltered, []string{"event 2 (2026-11-23 21:00:01 UTC, operation aaaaaa)"}},
		"a hash":              {`UPDATE events SET hash = zeroblob(32) WHERE seq = 2`, false, nil, exitAltered, []string{"event 2", "compare operation aaaaaa with its result in the chat"}},
		"half a hash":         {`UPDATE events SET hash = zeroblob(16) WHERE seq = 2`, false, nil, exitAltered, []string{"event 2", "no hash that could be one"}},
		"one taken out":       {`DELETE FROM events WHERE seq = 3`, false, nil, exitAltered, []string{"event 4 (2026-11-23 20:00:11 UTC, operation bbbbbb) does not follow event 2; 1 event is missing between them"}},
		"two taken out":       {`DELETE FROM events WHERE seq IN (3, 4)`, false, last, exitAltered, []string{"event 5", "does not follow event 2; 2 events are missing"}},
		"the first taken out": {`DELETE FROM events WHERE seq = 1`, false, nil, exitAltered, []string{"event 2", "is the first one; 1 event is missing before it", "nothing is proven"}},
		"one put before":      {`INSERT INTO events SELECT -1, at, op, kind, actor, body, hash FROM events WHERE seq = 1`, false, nil, exitAltered, []string{"event -1", "stands where event 1 should"}},
		"two swapped": {
			`UPDATE events SET seq = -2 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = -2`,
			false, nil, exitAltered, []string{"event 2 (2026-11-23 20:00:10 UTC, operation bbbbbb)"},
		},
		"hostile texts": {
			"UPDATE events SET op = 'x\x1b[2Jy', at = 0 WHERE seq = 2", false, nil, exitAltered, []string{`event 2 (operation "x\x1b[2Jy")`},
		},

		"the end gone":                     {`DELETE FROM events WHERE seq > 4`, false, nil, exitCutOff, []string{"cut off", "it ends with event 4 of 2026-11-23 20:00:11 UTC", "the record of operation cccccc (2026-11-23 20:00:21 UTC) tells of more. Either"}},
		"the end gone, anchored":           {`DELETE FROM events WHERE seq > 4`, false, last, exitCutOff, []string{"the event that the anchor 6:", "First make sure that the anchor is copied right"}},
		"the end gone, by its digest":      {`DELETE FROM events WHERE seq > 4`, false, digest, exitCutOff, []string{"record of operation cccccc"}},
		"most of it gone":                  {`DELETE FROM events WHERE seq > 1`, false, nil, exitCutOff, []string{"event 1", "operation aaaaaa", "and so with 2 more operations"}},
		"all of it gone":                   {`DELETE FROM events`, false, nil, exitCutOff, []string{"it holds no event", "operation aaaaaa"}},
		"the end gone with its records":    {`DELETE FROM events WHERE seq > 4; ` + wipe, false, nil, exitDone, []string{"sound", "4 events"}},
		"the same, an earlier anchor":      {`DELETE FROM events WHERE seq > 4; ` + wipe, false, first, exitDone, []string{"sound"}},
		"the same, anchored":               {`DELETE FROM events WHERE seq > 4; ` + wipe, false, last, exitCutOff, []string{"it ends with event 4", "the anchor 6:"}},
		"the same, by the chat":            {`DELETE FROM events WHERE seq > 4; ` + wipe, false, footer, exitCutOff, []string{"the anchor cccccc:"}},
		"the same, by its digest":          {`DELETE FROM events WHERE seq > 4; ` + wipe, false, digest, exitRewritten, []string{"none has the digest", "It may have been cut off instead", "OPERATION:DIGEST"}},
		"all of it gone with its records":  {`DELETE FROM events; ` + wipe, false, nil, exitDone, []string{"it holds no event yet"}},
		"the same, an anchor of the first": {`DELETE FROM events; ` + wipe, false, first, exitCutOff, []string{"it holds no event, and the event that the anchor 1:"}},

		"made anew":                {`UPDATE events SET actor = 'x' WHERE seq = 2`, true, nil, exitRewritten, []string{"rewritten", "operation aaaaaa (2026-11-23 20:00:01 UTC) was shown with a digest that none of its events has, and so with one more operation"}},
		"made anew, anchored":      {`UPDATE events SET actor = 'x' WHERE seq = 2`, true, last, exitRewritten, []string{"event 6 (2026-11-23 20:00:21 UTC, operation cccccc) has the digest ", ", and not that of the anchor 6:"}},
		"made anew, an old anchor": {`UPDATE events SET actor = 'x' WHERE seq = 2; ` + wipe, true, first, exitDone, []string{"sound"}},
		"made anew, by the chat":   {`UPDATE events SET actor = 'x' WHERE seq = 2; ` + wipe, true, footer, exitRewritten, []string{"not that of the anchor cccccc:"}},
		"made anew, no witness":    {`UPDATE events SET actor = 'x' WHERE seq = 2; ` + wipe, true, nil, exitDone, []string{"sound"}},
		"one taken out, made anew": {`DELETE FROM events WHERE seq = 3; UPDATE events SET seq = seq - 1 WHERE seq > 3`, true, nil, exitRewritten, []string{"operation cccccc"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAudited(t)
			a.exec(t, tc.statement)
			if tc.rechain {
				a.rechain(t)
			}
			var anchors []string
			if tc.anchor != nil {
				anchors = append(anchors, tc.anchor(a))
			}
			got := a.verify(t, anchors...)
			if got.status != tc.status {
				t.Errorf("status %d, want %d", got.status, tc.status)
			}
			contains(t, got.out, tc.want...)
			if tc.status > exitUsage {
				contains(t, got.out, "compare ", "restore a back-up", "tell whoever answers for this machine.\n")
			}
			if strings.ContainsRune(got.out, '\x1b') {
				t.Errorf("a control character in %q", got.out)
			}
		})
	}
}

func TestAuditVerifySaysIt(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	d := a.digests[5][:16]
	want := "The audit chain is sound: 6 events from 2026-11-23 20:00:00 UTC to 2026-11-23 20:00:21 UTC, each as it was written.\n" +
		"Keep this as an anchor: 6:" + d + "\nKept outside this machine it proves, when given to a later run with --anchor, that nothing " +
		"up to here was cut off or rewritten.\n"
	if got := a.verify(t); got.out != want {
		t.Errorf("sound:\n%s\nwant\n%s", got.out, want)
	}
	if got := a.verify(t, strings.Split(want, "\n")[1], a.anchor("4", 4), "AUDIT "+strings.ToUpper(d)); got.status != exitDone ||
		!strings.Contains(got.out, "and the 3 anchors are among them") {
		t.Errorf("with its own anchors: %d %s", got.status, got.out)
	}
	a.exec(t, `DELETE FROM events WHERE seq > 4; `+wipe)
	want = "The audit chain was cut off: what is left is whole, but it ends with event 4 of 2026-11-23 20:00:11 UTC, and the event that the " +
		"anchor 6:" + d + " names is not in it. First make sure that the anchor is copied right and belongs to this ledger. Either an older " +
		"back-up was put in its place, or something other than Ringside wrote to the ledger's file: " + nextSteps + "\n"
	if got := a.verify(t, "6:"+d); got.out != want {
		t.Errorf("cut off:\n%s\nwant\n%s", got.out, want)
	}
	a.exec(t, `UPDATE events SET actor = 'x' WHERE seq = 4`)
	want = "The audit chain was altered: event 4 (2026-11-23 20:00:11 UTC, operation bbbbbb) is not as Ringside wrote it: its hash does not " +
		"follow from what it says and from the event before it. What stands before it is as it was written; what stands from there on is not " +
		"proven. Ringside never changes an event, so something else wrote to the ledger's file: compare operation bbbbbb with its result in " +
		"the chat, " + strings.SplitN(nextSteps, ", ", 2)[1] + "\n"
	if got := a.verify(t); got.out != want {
		t.Errorf("altered:\n%s\nwant\n%s", got.out, want)
	}
	a.rechain(t)
	now := a.hashes(t)[3][:16]
	want = "The audit chain was rewritten: each event follows from the one before it, but event 4 (2026-11-23 20:00:11 UTC, operation bbbbbb) " +
		"has the digest " + now + ", and not that of the anchor " + a.anchor("4", 4) + ". First make sure that the anchor is copied right and " +
		"belongs to this ledger. Ringside never writes an event anew, so something else did: " + nextSteps + "\n"
	if got := a.verify(t, a.anchor("4", 4)); got.out != want {
		t.Errorf("rewritten:\n%s\nwant\n%s", got.out, want)
	}
}

func TestAuditUsage(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	other := filepath.Join(t.TempDir(), "other.toml")
	must(t, os.WriteFile(other, []byte("[ledger]\ndsn = \"sqlite:/nowhere/ringside.db\"\n"), 0o600))
	for name, tc := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no subcommand":        {[]string{}, exitUsage, "verify"},
		"no settings":          {[]string{"verify"}, exitUsage, "--config"},
		"no such settings":     {[]string{"verify", "--config", "/nowhere/r.toml"}, exitUsage, "/nowhere/r.toml"},
		"no ledger":            {[]string{"verify", "--config", other}, exitFailed, "/nowhere/ringside.db"},
		"no ledger to export":  {[]string{"export", "--config", other}, exitFailed, "/nowhere/ringside.db"},
		"an anchor, no digest": {[]string{"verify", "--config", a.settings, "--anchor", "41"}, exitUsage, "SEQ:DIGEST"},
		"a wrong format":       {[]string{"export", "--config", a.settings, "--format", "xml"}, exitUsage, "xml"},
		"a wrong time":         {[]string{"export", "--config", a.settings, "--from", "yesterday"}, exitUsage, "2026-11-23T20:00:00Z"},
		"a wrong end":          {[]string{"export", "--config", a.settings, "--until", "2026-13-01"}, exitUsage, "--until"},
		"times the wrong way":  {[]string{"export", "--config", a.settings, "--from", "2026-11-24", "--until", "2026-11-24"}, exitUsage, "later than --from"},
		"out onto the ledger":  {[]string{"export", "--config", a.settings, "--out", a.path}, exitUsage, "the ledger itself"},
		"out beside it":        {[]string{"export", "--config", a.settings, "--out", a.path + "-wal"}, exitUsage, "the ledger itself"},
		"out to nowhere":       {[]string{"export", "--config", a.settings, "--out", "/nowhere/audit.csv"}, exitFailed, "/nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ringside(t, "", append([]string{"audit"}, tc.args...)...)
			if got.status != tc.status {
				t.Errorf("status %d, want %d", got.status, tc.status)
			}
			contains(t, got.out+got.err, tc.want)
		})
	}
	if got := a.verify(t); got.status != exitDone {
		t.Errorf("afterwards: %s", got.out)
	}
}

func TestAuditWhileServing(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		text := s.await(t, mika, "applied", "+100").text
		settings := filepath.Join(t.TempDir(), "ledger.toml")
		must(t, os.WriteFile(settings, fmt.Appendf(nil, "[ledger]\ndsn = %q\n", ledgertest.DSN(s.place)), 0o600))
		at := strings.LastIndex(text, "operation ")
		got := ringside(t, "", "audit", "verify", "--config", settings, "--anchor", text[at:])
		if got.status != exitDone {
			t.Errorf("status %d: %s%s", got.status, got.out, got.err)
		}
		contains(t, got.out, "sound: 2 events", "the anchor is among them")
		contains(t, ringside(t, "", "audit", "export", "--config", settings).out, "pk-live1:applied")
	})
}
