package battles

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"

	"ringside/secret"
)

// keySize is the length of a key in bytes.
const keySize = 16

// KeyStore keeps what the keys of overlays are made of; package ledger has it.
type KeyStore interface {
	Pepper(ctx context.Context, random io.Reader) (secret.Value, error)
	OverlayKey(ctx context.Context, battle string) (generation int64, err error)
	RevokeOverlay(ctx context.Context, battle, by string, at time.Time) (generation int64, err error)
}

// Keys makes the keys that open the overlays of battles. A key opens one battle, for reading alone, until it is
// revoked. Its methods may be called at the same time.
type Keys struct {
	store  KeyStore
	random io.Reader
	now    func() time.Time

	mu     sync.Mutex
	pepper secret.Value // empty until it is needed
}

// KeysOption changes how Keys work.
type KeysOption func(*Keys)

// WithKeysClock sets the clock; without it, it is the system's.
func WithKeysClock(now func() time.Time) KeysOption { return func(k *Keys) { k.now = now } }

// NewKeys returns the Keys of a store; random is where its secret comes from if it has none yet.
func NewKeys(store KeyStore, random io.Reader, opts ...KeysOption) *Keys {
	k := &Keys{store: store, random: random, now: time.Now}
	for _, opt := range opts {
		opt(k)
	}
	return k
}

// Key returns the key that opens the overlay of the battle with the id: 22 letters, digits, - and _.
func (k *Keys) Key(ctx context.Context, battle string) (string, error) {
	generation, err := k.store.OverlayKey(ctx, battle)
	if err != nil {
		return "", fmt.Errorf("make the key of an overlay: %w", err)
	}
	return k.make(ctx, battle, generation)
}

// Revoke makes a new key for the battle; no other opens it any more. by is who does.
func (k *Keys) Revoke(ctx context.Context, battle, by string) (key string, err error) {
	generation, err := k.store.RevokeOverlay(ctx, battle, by, k.now())
	if err != nil {
		return "", fmt.Errorf("revoke the key of an overlay: %w", err)
	}
	return k.make(ctx, battle, generation)
}

// Opens reports whether the key opens the overlay of the battle with the id. How long that takes tells nothing about the
// key.
func (k *Keys) Opens(ctx context.Context, battle, key string) bool {
	want, err := k.Key(ctx, battle)
	return err == nil && hmac.Equal([]byte(want), []byte(key))
}

func (k *Keys) make(ctx context.Context, battle string, generation int64) (string, error) {
	pepper, err := k.secret(ctx)
	if err != nil {
		return "", fmt.Errorf("make the key of an overlay: %w", err)
	}
	mac := hmac.New(sha256.New, []byte(pepper.Reveal()))
	mac.Write([]byte("overlay\x00"))
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(generation)) //nolint:gosec // the bits are hashed, not counted with
	mac.Write(n[:])
	mac.Write([]byte(battle))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:keySize]), nil
}

// secret reads the pepper once.
func (k *Keys) secret(ctx context.Context) (secret.Value, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.pepper.Empty() {
		return k.pepper, nil
	}
	pepper, err := k.store.Pepper(ctx, k.random)
	if err == nil {
		k.pepper = pepper
	}
	return pepper, err
}
