package simulator

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// maxSig bounds a UserSig, both as sent and unpacked.
const maxSig = 8 << 10

// userSig is a decoded signature of version 2; see https://github.com/tencentyun/tls-sig-api-v2-golang.
type userSig struct {
	identifier string
	app        int64
	made       int64 // Unix seconds
	life       int64 // seconds
	mac        []byte
}

// decodeUserSig unpacks a signature without checking it. Its errors never repeat the text.
func decodeUserSig(text string) (userSig, error) {
	plain, err := inflate(text)
	if err != nil {
		return userSig{}, err
	}
	f, err := parseObject(plain)
	if err != nil {
		return userSig{}, err
	}
	return readUserSig(f)
}

func inflate(text string) ([]byte, error) {
	if text == "" || len(text) > maxSig {
		return nil, errors.New("wrong length")
	}
	if strings.ContainsAny(text, "+/=\r\n") {
		return nil, errors.New("not the base64 variant of a UserSig")
	}
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(text))
	if err != nil {
		return nil, errors.New("not base64, or cut off")
	}
	unpacker, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errors.New("not zlib")
	}
	plain, err := io.ReadAll(io.LimitReader(unpacker, maxSig+1))
	if err != nil || len(plain) > maxSig {
		return nil, errors.New("cut off, or too long")
	}
	return plain, unpacker.Close()
}

func readUserSig(f fields) (userSig, error) {
	version, err := f.text("TLS.ver")
	if err == nil && version != "2.0" {
		err = errors.New("TLS.ver must be 2.0")
	}
	identifier, err2 := f.text("TLS.identifier")
	app, err3 := f.integer("TLS.sdkappid")
	made, err4 := f.integer("TLS.time")
	life, err5 := f.integer("TLS.expire")
	mac, err6 := f.text("TLS.sig")
	if err := errors.Join(err, err2, err3, err4, err5, err6); err != nil {
		return userSig{}, errors.New("a member is missing or of the wrong kind")
	}
	raw, err := base64.StdEncoding.DecodeString(mac)
	if err != nil {
		return userSig{}, errors.New("TLS.sig is not base64")
	}
	return userSig{identifier: identifier, app: app, made: made, life: life, mac: raw}, nil
}

// check compares the signature with the call it came with. A code of 0 means that it is good.
func (u userSig) check(s Settings, identifier string, now int64) reply {
	switch {
	case u.identifier != identifier:
		return refuse(codeSigOtherUser, "the UserSig was made for another identifier")
	case u.app != s.SDKAppID:
		return refuse(codeSigOtherApp, "the UserSig was made for another app")
	case u.expired(now):
		return refuse(codeSigExpired, "the UserSig has expired")
	case !hmac.Equal(u.mac, u.sign(s.SecretKey)):
		return refuse(codeSigMismatch, "the UserSig was made with another key")
	}
	return reply{}
}

// expired follows the vendor's library: the last second still counts, and a time in the future does not matter.
func (u userSig) expired(now int64) bool {
	if u.life > 0 && u.made > math.MaxInt64-u.life {
		return true
	}
	return now > u.made+u.life
}

func (u userSig) sign(key string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = fmt.Fprintf(mac, "TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n",
		u.identifier, u.app, u.made, u.life)
	return mac.Sum(nil)
}
