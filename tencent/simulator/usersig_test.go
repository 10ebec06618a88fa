package simulator_test

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// vector returns the signature of the reference's test vector, whose TLS.sig was computed by others.
func vector() map[string]any {
	return map[string]any{
		"TLS.ver": "2.0", "TLS.identifier": "administrator", "TLS.sdkappid": 1400000000,
		"TLS.expire": 86400, "TLS.time": 1700000000, "TLS.sig": "PsngeqW6akYiiWzvsjUuz8nocI8zTWUhwMbujL2a0AQ=",
	}
}

func with(name string, value any) string {
	members := vector()
	members[name] = value
	return pack(members)
}

func without(name string) string {
	members := vector()
	delete(members, name)
	return pack(members)
}

func TestUserSig(t *testing.T) {
	t.Parallel()
	good := pack(vector())
	plain, err := json.Marshal(vector())
	if err != nil {
		t.Fatal(err)
	}
	const passed = "code 100411" // The signature was good; there is no such battle.
	tests := []struct {
		name string
		sig  string
		want string
	}{
		{"the vector", good, passed},
		{"stored, not compressed", stored(plain), passed},
		{"other key", sign("another", admin, app, now, 60), "code 70009"},
		{"changed life", with("TLS.expire", 86401), "code 70009"},
		{"changed signature", with("TLS.sig", "QsngeqW6akYiiWzvsjUuz8nocI8zTWUhwMbujL2a0AQ="), "code 70009"},
		{"short signature", with("TLS.sig", "Psng"), "code 70009"},
		{"other user", sign(key, "bob", app, now, 60), "code 70013"},
		{"other app", sign(key, admin, app+1, now, 60), "code 70014"},
		{"expired", sign(key, admin, app, now-61, 60), "code 70001"},
		{"last second", sign(key, admin, app, now-60, 60), passed},
		{"negative life", sign(key, admin, app, now, -1), "code 70001"},
		{"endless life", sign(key, admin, app, now, 1<<63-1), "code 70001"},
		{"from the future", sign(key, admin, app, now+3600, 60), passed},
		{"empty", "", "code 70003"},
		{"cut off", good[:len(good)-8], "code 70003"},
		{"cut to one", good[:1], "code 70003"},
		{"plain base64 of zlib", strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(good), "code 70003"},
		{"no zlib", variant(plain), "code 70003"},
		{"no JSON", packBytes([]byte("hello")), "code 70003"},
		{"a bomb", packBytes(bytes.Repeat([]byte(" "), 1<<20)), "code 70003"},
		{"a bomb behind the vector", packBytes(append(plain[:len(plain):len(plain)], bytes.Repeat([]byte(" "), 1<<20)...)), "code 70003"},
		{"too long", strings.Repeat("A", 9000), "code 70003"},
		{"version 1", with("TLS.ver", "1.0"), "code 70003"},
		{"version missing", without("TLS.ver"), "code 70003"},
		{"app as text", with("TLS.sdkappid", "1400000000"), "code 70003"},
		{"time as a fraction", with("TLS.time", 1.5), "code 70003"},
		{"life missing", without("TLS.expire"), "code 70003"},
		{"signature missing", without("TLS.sig"), "code 70003"},
		{"signature no base64", with("TLS.sig", "***"), "code 70003"},
		{"identifier as a number", with("TLS.identifier", 7), "code 70003"},
	}
	s := newStand(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			query := goodQuery()
			query.Set("usersig", test.sig)
			target := pathOf(simulator.GetBattleInfo) + "?" + query.Encode()
			got := s.send(t.Context(), http.MethodPost, target, `{"BattleId":"none"}`)
			check(t, "told", got.told(), test.want)
			if info := fmt.Sprint(got.whole["ErrorInfo"]); len(test.sig) > 8 && strings.Contains(info, test.sig) {
				t.Errorf("ErrorInfo repeats the signature: %s", info)
			}
		})
	}
}

// stored packs without compression, as the vendor's Go library does.
func stored(plain []byte) string {
	var packed bytes.Buffer
	w, _ := zlib.NewWriterLevel(&packed, zlib.NoCompression)
	_, _ = w.Write(plain)
	_ = w.Close()
	return variant(packed.Bytes())
}

func TestUserSigExpiresWithTheServersClock(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	query := goodQuery()
	query.Set("usersig", pack(vector()))
	target := pathOf(simulator.GetBattleInfo) + "?" + query.Encode()
	for _, step := range []struct {
		advance time.Duration
		want    string
	}{
		{0, "code 100411"}, {86400 * time.Second, "code 100411"}, {time.Second, "code 70001"},
	} {
		s.clock.advance(step.advance)
		check(t, "told", s.send(t.Context(), http.MethodPost, target, `{"BattleId":"none"}`).told(), step.want)
	}
}

// verify is the test's own reading of a signature.
func verify(sig string) bool {
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(sig))
	if err != nil {
		return false
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return false
	}
	plain, _ := io.ReadAll(io.LimitReader(r, 1<<20))
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	if decoder.Decode(&members) != nil {
		return false
	}
	text := fmt.Sprintf("TLS.identifier:%v\nTLS.sdkappid:%v\nTLS.time:%v\nTLS.expire:%v\n",
		members["TLS.identifier"], members["TLS.sdkappid"], members["TLS.time"], members["TLS.expire"])
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return members["TLS.sig"] == base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func FuzzUserSig(f *testing.F) {
	plain, err := json.Marshal(vector())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pack(vector()), plain)
	f.Add(sign("other", admin, app, now, 60), []byte(`{"TLS.ver":"2.0"}`))
	f.Add("", []byte("null"))
	f.Add("eJw_", []byte(`[]`))
	sim := newSimulator(f, simulator.WithClock(newClock().Now), simulator.WithHistory(0))
	f.Fuzz(func(t *testing.T, text string, inner []byte) {
		for _, sig := range []string{text, packBytes(inner)} {
			query := goodQuery()
			query.Set("usersig", sig)
			switch told := direct(t.Context(), sim, query, simulator.GetBattleInfo, `{"BattleId":"none"}`).told(); told {
			case "code 70001", "code 70003", "code 70009", "code 70013", "code 70014":
			case "code 100411":
				if !verify(sig) {
					t.Errorf("a wrong signature passed: %q", sig)
				}
			default:
				t.Errorf("%q was answered %q", sig, told)
			}
		}
	})
}
