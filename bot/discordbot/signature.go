package discordbot

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// maxAge is how far a request's time may be from ours, either way. Discord states no window. Inside ours
// the same request passes again: its key makes it act once.
const maxAge = 5 * time.Minute

var (
	errUnsigned   = errors.New("no signature or time")
	errBadTime    = errors.New("a time that is not a number")
	errExpired    = errors.New("a time more than five minutes off")
	errMismatched = errors.New("a signature that does not match")
	errNoKey      = errors.New("no public key is set")
)

// verify checks Discord's signature over the time and the raw body. Discord sends wrong ones on purpose,
// and removes the endpoint if they pass. Its errors never hold a signature.
// https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint
func verify(h http.Header, body []byte, key ed25519.PublicKey, now time.Time) error {
	if len(key) != ed25519.PublicKeySize {
		return errNoKey // ed25519.Verify would panic
	}
	stamp, given := h.Get("X-Signature-Timestamp"), h.Get("X-Signature-Ed25519")
	if stamp == "" || given == "" {
		return errUnsigned
	}
	signature, err := hex.DecodeString(given)
	if err != nil || len(signature) != ed25519.SignatureSize {
		return errMismatched
	}
	if err := checkAge(stamp, now); err != nil {
		return err
	}
	signed := make([]byte, 0, len(stamp)+len(body))
	signed = append(append(signed, stamp...), body...)
	if !ed25519.Verify(key, signed, signature) {
		return errMismatched
	}
	return nil
}

func checkAge(stamp string, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errBadTime
	}
	oldest, newest := now.Add(-maxAge).Unix(), now.Add(maxAge).Unix()
	if seconds < oldest || seconds > newest {
		return errExpired
	}
	return nil
}
