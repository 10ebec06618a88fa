package tencent

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"ringside/secret"
)

// sigLife is how long a signature of ours is valid. The vendor advises at least a day
// (https://trtc.io/document/34348, code 70001); it is renewed at half of that.
const sigLife = 24 * time.Hour

// userSig is the inner part of a signature, https://trtc.io/document/34385.
type userSig struct {
	Version    string `json:"TLS.ver"`
	Identifier string `json:"TLS.identifier"`
	AppID      int64  `json:"TLS.sdkappid"`
	Expire     int64  `json:"TLS.expire"`
	Time       int64  `json:"TLS.time"`
	Sig        string `json:"TLS.sig"`
}

// Sign returns a UserSig for identifier in the app appID, valid from at for life, both counted in whole seconds.
// It is a credential, hence a secret.Value.
func Sign(appID int64, identifier string, key secret.Value, at time.Time, life time.Duration) (secret.Value, error) {
	sig := userSig{
		Version: "2.0", Identifier: identifier, AppID: appID,
		Expire: int64(life / time.Second), Time: at.Unix(),
	}
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	_, _ = fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n",
		sig.Identifier, sig.AppID, sig.Time, sig.Expire)
	sig.Sig = base64.StdEncoding.EncodeToString(mac.Sum(nil))

	text, err := json.Marshal(sig)
	if err != nil {
		return secret.Value{}, fmt.Errorf("encode a signature: %w", err)
	}
	packed, err := pack(text)
	if err != nil {
		return secret.Value{}, fmt.Errorf("pack a signature: %w", err)
	}
	return secret.New(packed), nil
}

// pack turns text into zlib format without compression, as the vendor's own Go library does, and that into
// base64 in the vendor's alphabet.
func pack(text []byte) (string, error) {
	var out bytes.Buffer
	w, err := zlib.NewWriterLevel(&out, zlib.NoCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(base64.StdEncoding.EncodeToString(out.Bytes())), nil
}

// signer keeps one signature and makes the next in good time.
type signer struct {
	appID      int64
	identifier string
	key        secret.Value
	now        func() time.Time

	mu   sync.Mutex
	sig  secret.Value
	made time.Time
}

// signature returns a signature with at least half of its life ahead.
func (s *signer) signature() (secret.Value, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.sig.Empty() && !now.Before(s.made) && now.Sub(s.made) < sigLife/2 {
		return s.sig, nil
	}
	sig, err := Sign(s.appID, s.identifier, s.key, now, sigLife)
	if err != nil {
		return secret.Value{}, err
	}
	s.sig, s.made = sig, now
	return sig, nil
}

// forget drops the signature refused by the platform, so that the next call signs afresh. A newer one stays.
func (s *signer) forget(refused secret.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sig.Reveal() == refused.Reveal() {
		s.sig = secret.Value{}
	}
}
