package ledger

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func export(t *testing.T, path string, as Format, f Filter) string {
	t.Helper()
	a, err := openAuditAt(t.Context(), path)
	must(t, err)
	defer a.Close() //nolint:errcheck // a test
	var out bytes.Buffer
	n, err := a.Export(t.Context(), &out, as, f)
	must(t, err)
	if as == JSONL && int64(strings.Count(out.String(), "\n")) != n {
		t.Errorf("%d lines and %d events", strings.Count(out.String(), "\n"), n)
	}
	return out.String()
}

// exportedLines returns an export as JSON Lines, decoded.
func exportedLines(t *testing.T, path string, f Filter) []exported {
	t.Helper()
	var lines []exported
	for line := range strings.Lines(export(t, path, JSONL, f)) {
		var e exported
		must(t, json.Unmarshal([]byte(line), &e))
		lines = append(lines, e)
	}
	return lines
}

func exportedRows(t *testing.T, path string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(export(t, path, CSV, Filter{}))).ReadAll()
	must(t, err)
	return rows
}

func TestExportOfAStory(t *testing.T) {
	t.Parallel()
	path := story(t)
	for _, format := range []Format{CSV, JSONL} {
		golden(t, "audit."+string(format), export(t, path, format, Filter{}))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		must(t, os.MkdirAll("testdata", 0o750))
		must(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestExportChooses(t *testing.T) {
	t.Parallel()
	path := story(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	must(t, l.See(t.Context(), Battle{ID: "other", Rooms: []string{"pk-live1"}, Seen: storyAt(60)}))
	must(t, l.Name(t.Context(), "other", "semi", "slack:T1/user/U3", storyAt(60)))
	s := &teller{T: t, l: l, at: 60}
	o := s.ask("ffffff", "slack:T1/user/U3", Intent)
	must(t, l.writer.do(t.Context(), func(t *tx) error {
		err := t.exec(`UPDATE operations SET battle = 'other', alias = '' WHERE id = 'ffffff'`)
		return err
	}))
	s.settle(o, Applied, Applied)
	must(t, l.Close())
	all := storyEvents + 3
	for name, tc := range map[string]struct {
		filter Filter
		want   []int
	}{
		"everything":                   {Filter{}, upTo(1, all)},
		"a battle by its id":           {Filter{Battle: "b+/="}, upTo(1, storyEvents)},
		"a battle by its alias":        {Filter{Battle: "final"}, upTo(1, storyEvents)},
		"a battle that was named late": {Filter{Battle: "semi"}, upTo(16, all)},
		"no such battle":               {Filter{Battle: "fin"}, nil},
		"who asked":                    {Filter{Person: "slack:T1/user/U1"}, slices.Concat(upTo(1, 8), upTo(11, 13))},
		"who confirmed, and asked":     {Filter{Person: "slack:T1/user/U2"}, slices.Concat(upTo(4, 8), upTo(14, 15))},
		"who resolved, and cancelled":  {Filter{Person: "discord:1/user/3"}, slices.Concat(upTo(4, 10))},
		"a run of the program":         {Filter{Person: "two"}, []int{12}},
		"from":                         {Filter{From: storyAt(51)}, upTo(13, all)},
		"until":                        {Filter{Until: storyAt(20)}, upTo(1, 8)},
		"from and until":               {Filter{From: storyAt(21), Until: storyAt(22)}, []int{9}},
		"a moment":                     {Filter{From: storyAt(1), Until: storyAt(1).Add(time.Microsecond)}, []int{2}},
		"all together":                 {Filter{Battle: "final", Person: "slack:T1/user/U2", From: storyAt(10)}, upTo(14, 15)},
		"nothing":                      {Filter{From: storyAt(1000)}, nil},
		"quotes in it":                 {Filter{Battle: "' OR 1=1 --", Person: "' OR 1=1 --"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []int
			for _, e := range exportedLines(t, path, tc.filter) {
				got = append(got, int(e.Seq))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func upTo(first, last int) []int {
	var all []int
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

// What a spreadsheet would take for a formula is only text, in whichever cell it stands.
func TestExportHarmsNoSpreadsheet(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{`=cmd|' /C calc'!A0`, "+1", "-1", "@SUM(A1)", "\tx", "\rx"} {
		t.Run(hostile, func(t *testing.T) {
			t.Parallel()
			path := story(t)
			text := "'" + strings.ReplaceAll(hostile, "'", "''") + "'"
			tamper(t, path, `PRAGMA foreign_keys = 0; UPDATE events SET op = `+text+`, kind = `+text+`, actor = `+text+`, body = `+text+` WHERE seq = 2`,
				`UPDATE operations SET id = `+text+`, battle = `+text+`, alias = `+text+` WHERE id = 'aaaaaa'`,
				`UPDATE op_rooms SET op = `+text+`, room = `+text+` WHERE op = 'aaaaaa'`)
			row := exportedRows(t, path)[2]
			for i, cell := range row[2:8] {
				want := "'" + hostile
				if i == 5 {
					want += ":100; " + hostile + ":50"
				}
				if cell != want {
					t.Errorf("cell %d is %q, want %q", i+2, cell, want)
				}
			}
			if row[9] != "'"+hostile {
				t.Errorf("the body is %q", row[9])
			}
		})
	}
	for _, harmless := range []string{"a=1", "", "'", "ä", "1", "{}"} {
		if row := exportedRowWithActor(t, harmless); row[4] != harmless {
			t.Errorf("%q became %q", harmless, row[4])
		}
	}
}

func exportedRowWithActor(t *testing.T, actor string) []string {
	t.Helper()
	path := story(t)
	tamper(t, path, `UPDATE events SET actor = '`+strings.ReplaceAll(actor, "'", "''")+`' WHERE seq = 2`)
	return exportedRows(t, path)[2]
}

// Whoever has an export can compute the chain anew.
func TestExportHoldsAllThatIsHashed(t *testing.T) {
	t.Parallel()
	path := story(t)
	tamper(t, path, `UPDATE events SET body = '{"a":"<&>\u003c ä"}' WHERE seq = 10`)
	events := eventsOf(t, path)
	for i, e := range exportedLines(t, path, Filter{}) {
		want := events[i]
		if string(e.Body) != want.Body || e.Hash != fmt.Sprintf("%x", want.Hash) || e.Time != want.At.Format(exportTime) {
			t.Errorf("event %d is %+v, want %+v", i+1, e, want)
		}
	}
}

func TestExportOfWhatWasAltered(t *testing.T) {
	t.Parallel()
	path := story(t)
	tamper(t, path, `UPDATE events SET body = '{"rooms": 7, no JSON', hash = x'00ff', op = 'no such' WHERE seq = 2`)
	line := exportedLines(t, path, Filter{})[1]
	if string(line.Body) != `"{\"rooms\": 7, no JSON"` || line.Hash != "00ff" || len(line.Rooms) != 0 {
		t.Errorf("%+v", line)
	}
	row := exportedRows(t, path)[2]
	if row[9] != `{"rooms": 7, no JSON` || row[10] != "00ff" || row[7] != "" {
		t.Errorf("%q", row)
	}
	if got := exportedLines(t, path, Filter{Battle: "final"}); len(got) != storyEvents-1 {
		t.Errorf("%d events of the battle", len(got))
	}
}

func TestExportHoldsNoReplyAddress(t *testing.T) {
	t.Parallel()
	OnlyFile(t)
	path := story(t)
	l, err := OpenPlace(t.Context(), path, "the test")
	must(t, err)
	(&teller{T: t, l: l, at: 60}).ask("ffffff", "slack:T1/user/U3", Pending)
	must(t, l.Close())
	db, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Contains(db, []byte(replyTo)) {
		t.Fatal("the ledger holds no reply address that could leak")
	}
	for _, format := range []Format{CSV, JSONL} {
		if got := export(t, path, format, Filter{}); strings.Contains(got, "reply") || strings.Contains(got, "hooks.example") {
			t.Errorf("a reply address is in the export as %s", format)
		}
	}
}

// broken takes some bytes and then none.
type broken struct{ room int }

func (w *broken) Write(p []byte) (int, error) {
	if w.room -= len(p); w.room < 0 {
		return 0, errors.New("no room")
	}
	return len(p), nil
}

func TestExportThatFails(t *testing.T) {
	t.Parallel()
	path := story(t)
	a, err := openAuditAt(t.Context(), path)
	must(t, err)
	defer a.Close() //nolint:errcheck // a test
	for _, format := range []Format{CSV, JSONL} {
		for _, room := range []int{0, 4096} {
			if _, err := a.Export(t.Context(), &broken{room: room}, format, Filter{}); err == nil || !strings.Contains(err.Error(), "no room") {
				t.Errorf("%s with room for %d bytes: %v", format, room, err)
			}
		}
	}
	if _, err := a.Export(t.Context(), new(bytes.Buffer), "xml", Filter{}); err == nil || !strings.Contains(err.Error(), strconv.Quote("xml")) {
		t.Errorf("as XML: %v", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := a.Export(left, new(bytes.Buffer), CSV, Filter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after its caller left: %v", err)
	}
	if _, err := a.Verify(left, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a verification after its caller left: %v", err)
	}
}
