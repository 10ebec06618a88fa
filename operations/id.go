package operations

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

const (
	idAlphabet  = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's: nothing that reads like another
	idLength    = 6
	buttonBytes = 16
)

// newID returns an operation id that a person can read out and type: six letters and digits.
func newID(random io.Reader) (string, error) {
	var raw [idLength]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("make an operation id: %w", err)
	}
	var id strings.Builder
	for _, b := range raw {
		id.WriteByte(idAlphabet[int(b)%len(idAlphabet)])
	}
	return id.String(), nil
}

// newButton returns a button id that nobody can guess.
func newButton(random io.Reader) (string, error) {
	var raw [buttonBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("make a button id: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:])), nil
}
