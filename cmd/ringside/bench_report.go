package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// benchReport is what `ringside bench` prints.
type benchReport struct {
	Machine benchMachine `json:"machine"`
	Rounds  int          `json:"rounds"` // of which the figures are medians
	Rows    []benchRow   `json:"rows"`
}

// benchRow is one line of the table.
type benchRow struct {
	Name     string  `json:"row"`
	Store    string  `json:"store,omitempty"`
	Replicas int     `json:"replicas,omitempty"`
	P50      float64 `json:"p50_ms,omitempty"`
	P99      float64 `json:"p99_ms,omitempty"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit,omitempty"`
	Problem  string  `json:"problem,omitempty"` // why there is no figure
	Limits   string  `json:"limits"`
}

func (r *benchRow) take(f figure) {
	r.P50, r.P99 = inMilliseconds(f.p50), inMilliseconds(f.p99)
	r.Value, r.Unit = f.value, f.unit
}

func inMilliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (r *benchReport) writeJSON(to io.Writer) error {
	out := json.NewEncoder(to)
	out.SetIndent("", "  ")
	return out.Encode(r)
}

// writeTable writes the header line and the table.
func (r *benchReport) writeTable(to io.Writer) error {
	if _, err := fmt.Fprintf(to, "%s\nMedians of %d rounds; Tencent is simulated on this machine and answers at once.\n\n", r.Machine, r.Rounds); err != nil {
		return err
	}
	columns := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(cells ...string) {
		fmt.Fprintln(columns, strings.Join(cells, "\t")) //nolint:errcheck // Flush tells
	}
	line("row", "store", "replicas", "p50", "p99", "figure", "what limits it")
	for _, row := range r.Rows {
		line(row.cells()...)
	}
	return columns.Flush()
}

func (r benchRow) cells() []string {
	store, replicas := "-", "-"
	if r.Store != "" {
		store, replicas = r.Store, fmt.Sprint(r.Replicas)
	}
	if r.Problem != "" {
		return []string{r.Name, store, replicas, "-", "-", r.Problem, r.Limits}
	}
	return []string{r.Name, store, replicas, shown(r.P50), shown(r.P99), r.figure(), r.Limits}
}

// figure writes the value with as many digits as it deserves.
func (r benchRow) figure() string {
	if r.Unit == "" {
		return "-"
	}
	digits := 2
	switch {
	case r.Value >= 100:
		digits = 0
	case r.Value >= 10:
		digits = 1
	}
	return fmt.Sprintf("%.*f %s", digits, r.Value, r.Unit)
}

// shown writes milliseconds.
func shown(ms float64) string {
	if ms == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f ms", ms)
}
