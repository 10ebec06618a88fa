package slackbot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ringside/secret"
)

// maxAge is how far a request's time may be from ours, either way. Inside that window the same request
// passes again: its key makes it act once.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const maxAge = 5 * time.Minute

var (
	errUnsigned   = errors.New("no signature or time")
	errBadTime    = errors.New("a time that is not a number")
	errExpired    = errors.New("a time more than five minutes off")
	errMismatched = errors.New("a signature that does not match")
	errNoSecret   = errors.New("no signing secret is set")
)

// verify checks Slack's signature over the raw body. Its errors never hold a signature.
func verify(h http.Header, body []byte, signing secret.Value, now time.Time) error {
	key := signing.Reveal()
	if key == "" {
		return errNoSecret
	}
	stamp := h.Get("X-Slack-Request-Timestamp")
	given, versioned := strings.CutPrefix(h.Get("X-Slack-Signature"), "v0=")
	if stamp == "" || given == "" || !versioned {
		return errUnsigned
	}
	if err := checkAge(stamp, now); err != nil {
		return err
	}
	sum, err := hex.DecodeString(given)
	if err != nil || !hmac.Equal(sum, sign(key, stamp, body)) {
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

func sign(key, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return mac.Sum(nil)
}
