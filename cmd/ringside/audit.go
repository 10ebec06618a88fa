package main

import (
	"context"
	"errors"
	"fmt"

	"ringside/config"
	"ringside/ledger"
)

// The exit statuses of `ringside audit verify`, beside the program's own.
const (
	exitAltered   = 3
	exitCutOff    = 4
	exitRewritten = 5
)

// auditCmd is `ringside audit`. It reads the ledger alone, whether a bot holds it or not, and needs no secret.
type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Prove that the audit chain is as it was written. Exit status: 0 sound, 3 altered, 4 cut off, 5 rewritten."`
	Export auditExportCmd `cmd:"" help:"Write the audit chain as CSV or JSON Lines."`
}

// auditVerifyCmd is `ringside audit verify`.
type auditVerifyCmd struct {
	configFlag
	Anchors []string `name:"anchor" sep:"none" placeholder:"ANCHOR" help:"What an earlier run, or the small print under a result, has shown: SEQ:DIGEST, OPERATION:DIGEST or DIGEST. May be given again."`
}

// Run says what it found, and ends with the status of the finding.
func (c auditVerifyCmd) Run(ctx context.Context, s streams) (err error) {
	anchors := make([]ledger.Anchor, len(c.Anchors))
	for i, text := range c.Anchors {
		if anchors[i], err = ledger.ParseAnchor(text); err != nil {
			return usageError{fmt.Errorf("--anchor: %w", err)}
		}
	}
	audit, _, err := c.openAudit(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, audit.Close()) }()
	report, err := audit.Verify(ctx, anchors)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(s.out, auditWords(report, len(anchors))); err != nil {
		return err
	}
	switch report.Finding {
	case ledger.Altered:
		return statusError(exitAltered)
	case ledger.CutOff:
		return statusError(exitCutOff)
	case ledger.Rewritten:
		return statusError(exitRewritten)
	}
	return nil
}

// openAudit opens the ledger that the settings name, and returns its path too if it is a file.
func (f configFlag) openAudit(ctx context.Context) (*ledger.Audit, string, error) {
	settings, err := config.LoadLedger(f.Config)
	if err != nil {
		return nil, "", usageError{err}
	}
	audit, err := storeOf(settings).openAudit(ctx)
	return audit, settings.Path(), err
}
