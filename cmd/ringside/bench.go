package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ringside/secret"
)

// benchCmd is `ringside bench`: it measures the program on this machine against a simulated platform and prints one table.
type benchCmd struct {
	Postgres string `name:"postgres" env:"RINGSIDE_BENCH_POSTGRES" placeholder:"URL" help:"A PostgreSQL server, as postgres://USER@HOST/DATABASE, whose user may make databases: each measurement gets one of its own, which goes afterwards."`
	Quick    bool   `name:"quick" help:"Fewer and shorter rounds, in seconds instead of minutes; the figures are rougher."`
	Only     string `name:"only" placeholder:"NAME" help:"Only the rows whose name begins so, such as add or growth."`
	JSON     bool   `name:"json" help:"Print JSON instead of a table."`
}

// Run measures row by row, and prints what it has even if a row failed. It leaves no files and no databases.
func (c benchCmd) Run(ctx context.Context, s streams) (err error) {
	chosen, err := c.chosen()
	if err != nil {
		return err
	}
	b, err := newBench(c, s.err)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.folder)) }()
	report, failed := b.run(ctx, chosen)
	if c.JSON {
		return errors.Join(report.writeJSON(s.out), failed)
	}
	return errors.Join(report.writeTable(s.out), failed)
}

// chosen returns the measurements that the flags ask for.
func (c benchCmd) chosen() ([]benchmark, error) {
	all := benchmarks()
	chosen := slices.DeleteFunc(slices.Clone(all), func(m benchmark) bool {
		return !strings.HasPrefix(m.name, c.Only) || m.long && c.Quick
	})
	if len(chosen) > 0 {
		return chosen, nil
	}
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.name
	}
	return nil, usageError{fmt.Errorf("--only: no row's name begins with %q; there are: %s", c.Only, strings.Join(names, "; "))}
}

// bench is one run of `ringside bench`.
type bench struct {
	folder   string       // for ledgers in files; removed at the end
	postgres secret.Value // a server's address; empty if there is none
	quick    bool
	rounds   int // of which the medians are printed
	asks     int // in one round
	progress io.Writer
}

func newBench(c benchCmd, progress io.Writer) (*bench, error) {
	if c.Postgres != "" && !strings.HasPrefix(c.Postgres, "postgres://") && !strings.HasPrefix(c.Postgres, "postgresql://") {
		return nil, usageError{errors.New("--postgres must be an address that begins with postgres://")}
	}
	folder, err := os.MkdirTemp("", "ringside-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the ledgers: %w", err)
	}
	b := &bench{folder: folder, postgres: secret.New(c.Postgres), quick: c.Quick, rounds: 5, asks: 200, progress: progress}
	if c.Quick {
		b.rounds, b.asks = 3, 30
	}
	return b, nil
}

// run measures all that was chosen, wherever it is to be measured. The error says which rows failed.
func (b *bench) run(ctx context.Context, chosen []benchmark) (*benchReport, error) {
	report := &benchReport{Machine: b.machine(ctx), Rounds: b.rounds}
	var failed []error
	for _, m := range chosen {
		for _, p := range m.places {
			if ctx.Err() != nil {
				return report, errors.Join(append(failed, context.Cause(ctx))...)
			}
			row, err := b.row(ctx, m, p)
			report.Rows = append(report.Rows, row)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s (%s): %w", m.name, p, err))
			}
		}
	}
	return report, errors.Join(failed...)
}

func (b *bench) row(ctx context.Context, m benchmark, p benchPlace) (benchRow, error) {
	row := benchRow{Name: m.name, Store: p.store, Replicas: p.replicas, Limits: m.limits}
	if p.store == inPostgres && b.postgres.Empty() {
		row.Problem = "not measured: no --postgres"
		return row, nil
	}
	b.say("%s, %s ...", m.name, p)
	f, err := m.measure(ctx, b, p)
	var missing notMeasuredError
	switch {
	case errors.As(err, &missing):
		row.Problem, err = missing.Error(), nil
	case err != nil:
		row.Problem = "failed"
	}
	row.take(f)
	return row, err
}

// say tells the error stream how far it is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...) //nolint:errcheck // there is nowhere left to say it
}

// pick returns what a quick run does instead of a full one.
func (b *bench) pick(quick, full int) int {
	if b.quick {
		return quick
	}
	return full
}

// notMeasuredError says why a figure can't be had here.
type notMeasuredError string

func (e notMeasuredError) Error() string { return "not measured: " + string(e) }
