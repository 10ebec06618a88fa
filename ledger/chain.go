package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// head is the end of the audit chain: the last event's number and hash.
type head struct {
	seq  int64
	hash [sha256.Size]byte
}

// put takes over a hash as it is kept.
func (h *head) put(hash []byte) error {
	if len(hash) != len(h.hash) {
		return fmt.Errorf("event %d of the audit chain has a hash of %d bytes", h.seq, len(hash))
	}
	copy(h.hash[:], hash)
	return nil
}

// link returns the hash of e in the chain that ends at prev: SHA-256 over the previous hash and each field
// of e with its length before it, so that no two different events can be written as the same bytes.
func link(prev [sha256.Size]byte, e Event) [sha256.Size]byte {
	h := sha256.New()
	h.Write(prev[:])
	var n [8]byte
	number := func(v int64) {
		binary.BigEndian.PutUint64(n[:], uint64(v)) //nolint:gosec // the bits are hashed, not counted with
		h.Write(n[:])
	}
	number(e.Seq)
	number(e.At.UnixMicro())
	for _, field := range []string{e.Op, e.Kind, e.Actor, e.Body} {
		number(int64(len(field)))
		h.Write([]byte(field))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// digest returns what a person is shown of an event's hash: its first 16 hexadecimal digits.
func digest(hash [sha256.Size]byte) string { return hex.EncodeToString(hash[:8]) }

// append writes the next event of the chain and returns its digest.
func (t *tx) append(at time.Time, op, kind, actor string, body any) (string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encode event %s: %w", kind, err)
	}
	e := Event{Seq: t.head.seq + 1, At: at, Op: tidyText(op), Kind: kind, Actor: tidyText(actor), Body: string(text)}
	e.Hash = link(t.head.hash, e)
	if err := t.exec(`INSERT INTO events (seq, at, op, kind, actor, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, micro(e.At), e.Op, e.Kind, e.Actor, e.Body, e.Hash[:]); err != nil {
		return "", fmt.Errorf("append event %s: %w", kind, err)
	}
	t.head = head{seq: e.Seq, hash: e.Hash}
	return digest(e.Hash), nil
}
