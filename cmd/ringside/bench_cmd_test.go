package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringside/ledger/postgrestest"
)

// TestBenchPrintsEveryRow runs all of it with one short round, and asserts no time: only that each row is there with a
// figure, or says why it has none, and that nothing is left.
func TestBenchPrintsEveryRow(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	address := ""
	if postgrestest.Chosen() {
		address = os.Getenv(postgrestest.Address)
	}
	command := benchCmd{Quick: true, Postgres: address}
	chosen, err := command.chosen()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range chosen {
		chosen[i].places = slices.DeleteFunc(slices.Clone(m.places), func(p benchPlace) bool {
			return postgrestest.Chosen() && p.store != inPostgres // those are in the other run
		})
	}
	b, err := newBench(command, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	b.rounds, b.asks = 1, 10
	report, err := b.run(t.Context(), chosen)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.writeTable(&out); err != nil {
		t.Fatal(err)
	}
	for _, m := range chosen {
		for _, p := range m.places {
			checkRow(t, rowIn(out.String(), m.name, p), p)
		}
	}
	contains(t, out.String(), "processors", "a sync in", "Medians of 1 rounds", "what limits it")
	if left, err := os.ReadDir(b.folder); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// rowIn finds a row of the table and returns its cells.
func rowIn(table, name string, p benchPlace) []string {
	for line := range strings.Lines(table) {
		rest, found := strings.CutPrefix(line, name+" ")
		if cells := strings.Fields(rest); found && (p.store == "" || cells[0] == p.store && cells[1] == string(rune('0'+p.replicas))) {
			return cells
		}
	}
	return nil
}

func checkRow(t *testing.T, cells []string, p benchPlace) {
	t.Helper()
	text := strings.Join(cells, " ")
	none := p.store == inPostgres && !postgrestest.Chosen()
	switch {
	case len(cells) < 5:
		t.Errorf("no row for %s", p)
	case strings.Contains(text, "failed"), strings.Contains(text, "not measured: no --postgres") != none:
		t.Errorf("%s: %s", p, text)
	case !none && !strings.ContainsAny(strings.Join(cells[2:], " "), "0123456789"):
		t.Errorf("no figure: %s", text)
	}
}

func TestBenchAsJSON(t *testing.T) {
	t.Setenv("RINGSIDE_BENCH_POSTGRES", "")
	got := ringside(t, "", "bench", "--quick", "--only", "sync", "--json")
	var report benchReport
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.status != exitDone {
		t.Fatalf("status %d, %v: %s", got.status, err, got.err)
	}
	if len(report.Rows) != 1 || report.Rows[0].P50 <= 0 || report.Rows[0].P99 < report.Rows[0].P50 || report.Machine.Processors < 1 || report.Rounds != 3 {
		t.Errorf("got %+v", report)
	}
}

func TestBenchRefusesWhatItCannotMeasure(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no such row":         {[]string{"--only", "addition"}, exitUsage, "add, end to end"},
		"no address":          {[]string{"--only", "sync", "--postgres", "host=localhost"}, exitUsage, "postgres://"},
		"a server that isn't": {[]string{"--only", "ledger write, alone", "--quick", "--postgres", "postgres://ana:hidden@127.0.0.1:1/postgres"}, exitFailed, "ledger write, alone (PostgreSQL, one replica)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ringside(t, "", append([]string{"bench"}, tc.args...)...)
			if got.status != tc.status {
				t.Errorf("status %d", got.status)
			}
			contains(t, got.err, tc.want)
			if strings.Contains(got.out+got.err, "hidden") {
				t.Errorf("the password shows: %s%s", got.out, got.err)
			}
		})
	}
}

// TestBenchStops ends it in the middle: it says what it has, and leaves no folder.
func TestBenchStops(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, progress strings.Builder
	if status := run(ctx, []string{"bench", "--quick"}, streams{in: strings.NewReader(""), out: &out, err: &progress}); status != exitFailed {
		t.Errorf("status %d", status)
	}
	contains(t, out.String(), "what limits it")
	contains(t, progress.String(), "canceled")
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestMediansOfRounds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rounds []figure
		want   figure
	}{
		"none": {nil, figure{}},
		"one":  {[]figure{{p50: 2, p99: 3, value: 4, unit: "MB"}}, figure{p50: 2, p99: 3, value: 4, unit: "MB"}},
		"each part by itself": {
			[]figure{{p50: 1, p99: 9, value: 5, unit: "%"}, {p50: 3, p99: 7, value: 4, unit: "%"}, {p50: 2, p99: 8, value: 6, unit: "%"}},
			figure{p50: 2, p99: 8, value: 5, unit: "%"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := medians(tc.rounds); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}
