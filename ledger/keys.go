package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ringside/secret"
)

// pepperName is the row of the one secret that there is so far.
const (
	pepperName = "pepper"
	pepperSize = 32
)

// Pepper returns 32 bytes that nobody else knows. They are read from random and written down the first time, and are the
// same ever after.
func (l *Ledger) Pepper(ctx context.Context, random io.Reader) (secret.Value, error) {
	known, err := scanOneContext(ctx, l.readers, scanBytes, pepperQuery, pepperName)
	if errors.Is(err, ErrNotFound) {
		known, err = l.makePepper(ctx, random)
	}
	if err == nil && len(known) != pepperSize {
		err = fmt.Errorf("the pepper has %d bytes", len(known))
	}
	if err != nil {
		return secret.Value{}, err
	}
	return secret.New(string(known)), nil
}

// makePepper keeps the first of all that are made at the same time.
func (l *Ledger) makePepper(ctx context.Context, random io.Reader) ([]byte, error) {
	fresh := make([]byte, pepperSize)
	if _, err := io.ReadFull(random, fresh); err != nil {
		return nil, fmt.Errorf("make the pepper: %w", err)
	}
	return write(ctx, l, func(t *tx) ([]byte, error) {
		if err := t.exec(`INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, pepperName, fresh); err != nil {
			return nil, err
		}
		return scanOne(t, scanBytes, pepperQuery, pepperName)
	})
}

const pepperQuery = `SELECT value FROM secrets WHERE name = ?`

func scanBytes(scan scanner) (raw []byte, err error) {
	err = scan(&raw)
	return raw, err
}

// OverlayKey returns how often the key of a battle's overlay was made anew.
func (l *Ledger) OverlayKey(ctx context.Context, battle string) (generation int64, err error) {
	return overlayKey(ctx, l.readers, battle)
}

func overlayKey(ctx context.Context, q querier, battle string) (int64, error) {
	return scanOneContext(ctx, q, func(scan scanner) (n int64, err error) {
		err = scan(&n)
		return n, err
	}, `SELECT COALESCE(MAX(generation), 0) FROM overlay_keys WHERE battle = ?`, battle)
}

// RevokeOverlay makes the key of a battle's overlay anew, so that none that was given out opens it any more. It returns
// the new generation.
func (l *Ledger) RevokeOverlay(ctx context.Context, battle, by string, at time.Time) (generation int64, err error) {
	return write(ctx, l, func(t *tx) (int64, error) {
		if err := t.exec(`INSERT INTO overlay_keys (battle, generation, at, by) VALUES (?, 1, ?, ?)
			ON CONFLICT (battle) DO UPDATE SET generation = overlay_keys.generation + 1, at = excluded.at, by = excluded.by`,
			battle, micro(at), by); err != nil {
			return 0, err
		}
		n, err := overlayKey(context.Background(), t, battle)
		if err != nil {
			return 0, err
		}
		_, err = t.append(at, "", "overlay-revoked", by, struct {
			Battle     string `json:"battle"`
			Generation int64  `json:"generation"`
		}{battle, n})
		return n, err
	})
}
