package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ringside/ledger"
)

// auditExportCmd is `ringside audit export`.
type auditExportCmd struct {
	configFlag
	Format string `name:"format" enum:"csv,jsonl" default:"csv" help:"csv, or jsonl: one JSON object a line."`
	Battle string `name:"battle" placeholder:"BATTLE" help:"Only this battle: its id or alias."`
	Person string `name:"person" placeholder:"ID" help:"Only what this person caused, asked for, confirmed or resolved."`
	From   string `name:"from" placeholder:"TIME" help:"Only from this moment on: 2026-11-23 (UTC) or 2026-11-23T20:00:00Z."`
	Until  string `name:"until" placeholder:"TIME" help:"Only before this moment."`
	Out    string `name:"out" type:"path" placeholder:"FILE" help:"Write to this file, which only you may read, instead of the output."`
}

// Run writes the export. A file is only there once it is complete.
func (c auditExportCmd) Run(ctx context.Context, s streams) (err error) {
	filter, err := c.filter()
	if err != nil {
		return usageError{err}
	}
	audit, path, err := c.openAudit(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, audit.Close()) }()
	if c.Out == "" {
		_, err := audit.Export(ctx, s.out, ledger.Format(c.Format), filter)
		return err
	}
	if belongsTo(path, c.Out) {
		return usageError{fmt.Errorf("--out: %s is the ledger itself", c.Out)}
	}
	var events int64
	err = replaceFile(c.Out, func(w io.Writer) (err error) {
		events, err = audit.Export(ctx, w, ledger.Format(c.Format), filter)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s written to %s\n", eventCount(events), c.Out)
	return err
}

func (c auditExportCmd) filter() (ledger.Filter, error) {
	from, err := moment("--from", c.From)
	if err != nil {
		return ledger.Filter{}, err
	}
	until, err := moment("--until", c.Until)
	if err != nil {
		return ledger.Filter{}, err
	}
	if !until.IsZero() && !from.Before(until) {
		return ledger.Filter{}, errors.New("--until must be later than --from: it is the first moment that is left out")
	}
	return ledger.Filter{Battle: c.Battle, Person: c.Person, From: from, Until: until}, nil
}

// moment reads a time, or a day in UTC for its beginning. The empty text is no time.
func moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s: %q is no time; write a day such as 2026-11-23, which begins in UTC, or 2026-11-23T20:00:00Z", flag, text)
}

// belongsTo reports whether a file is the ledger or one that stands beside it while it is used.
func belongsTo(ledgerPath, file string) bool {
	path, err := filepath.Abs(ledgerPath)
	if err != nil {
		return false
	}
	there, _ := os.Stat(file) // nil for a new one
	return slices.ContainsFunc([]string{"", "-wal", "-shm", ".lock"}, func(suffix string) bool {
		own, err := os.Stat(path + suffix)
		return path+suffix == filepath.Clean(file) || err == nil && there != nil && os.SameFile(own, there)
	})
}

// replaceFile writes a file beside path that only its owner may read, syncs it and puts it in place of path, or leaves
// path as it is.
func replaceFile(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // once it has its place it is not there any more
	if err := errors.Join(write(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a new name in a folder outlive a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the folder of the file that was asked for
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
