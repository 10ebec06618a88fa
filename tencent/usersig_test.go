package tencent_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ringside/secret"
	"ringside/tencent"
)

// fromNPM is a signature for the same inputs as the vector below, made independently of this package: npm package
// tls-sig-api-v2 1.0.2, Date.now fixed at 1700000000 s, new Api(1400000000, "test-secret").genSig("administrator", 86400).
const fromNPM = "eJxVylELgjAUBeD-cp9DpojJoIceA4UiZfS42s2u4lzbtFj03wOzh87b*c55QVUcowktcEgiBqu5k0Lt6UozS9WTJuet9INdDk510hhSwOOULfkunnoEHq--FZ*GLALPs-RHjhrgsHe6wbvIZHciEmFybT2GXA*XXR4qUd8e5Xlsi0Sy7WED7w-mODWS"

// vector is the signature's inner part for those inputs, from the reference.
const vector = "PsngeqW6akYiiWzvsjUuz8nocI8zTWUhwMbujL2a0AQ="

// open undoes the packing of a signature.
func open(t interface{ Fatalf(string, ...any) }, sig string) map[string]any {
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(sig))
	if err != nil {
		t.Fatalf("not base64: %v", err)
	}
	unpacker, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatalf("not zlib: %v", err)
	}
	text, err := io.ReadAll(unpacker)
	if err != nil {
		t.Fatalf("not whole zlib: %v", err)
	}
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	return fields
}

func TestSignLikeTheVendor(t *testing.T) {
	t.Parallel()
	sig, err := tencent.Sign(1400000000, "administrator", secret.New("test-secret"), time.Unix(1700000000, 0), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ours := open(t, sig.Reveal())
	if ours["TLS.sig"] != vector {
		t.Errorf("TLS.sig is %v, want %v", ours["TLS.sig"], vector)
	}
	if diff := cmp.Diff(open(t, fromNPM), ours); diff != "" {
		t.Errorf("differs from the vendor's npm package: %s", diff)
	}
}

func TestSignStaysInItsAlphabet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0)
		name := rapid.StringMatching(`[a-zA-Z0-9_-]{1,32}`).Draw(t, "name")
		sig, err := tencent.Sign(rapid.Int64Range(1, 1<<40).Draw(t, "app"), name, secret.New(rapid.String().Draw(t, "key")), at, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if bad := strings.Trim(sig.Reveal(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-_"); bad != "" {
			t.Fatalf("holds %q", bad)
		}
		if got := open(t, sig.Reveal())["TLS.identifier"]; got != name {
			t.Fatalf("signed for %v", got)
		}
	})
}

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestSignatureIsRenewedInGoodTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		move time.Duration
		made time.Duration // of the signature used afterwards, after the start
	}{
		{"at once", 0, 0},
		{"just before half of its life", 12*time.Hour - time.Second, 0},
		{"at half of its life", 12 * time.Hour, 12 * time.Hour},
		{"long after its end", 1000 * time.Hour, 1000 * time.Hour},
		{"the clock was set back", -time.Hour, -time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: []string{refusal(100411)}}
			hands := &clock{at: time.Unix(1700000000, 0)}
			client := newClient(t, serve(t, server.handle), tencent.WithClock(hands.now))
			add(t.Context(), t, client)
			hands.move(tt.move)
			add(t.Context(), t, client)
			want := json.Number(strconv.FormatInt(1700000000+int64(tt.made/time.Second), 10))
			if got := open(t, server.seen[1])["TLS.time"]; got != want {
				t.Errorf("signed at %v, want %v", got, want)
			}
			if got := open(t, server.seen[1])["TLS.expire"]; got != json.Number("86400") {
				t.Errorf("signed for %v s", got)
			}
		})
	}
}

func TestRefusedSignatureIsForgotten(t *testing.T) {
	t.Parallel()
	for code, renewed := range map[int]bool{70001: true, 70003: true, 70052: true, 70009: false, 70013: false, 60010: false} {
		server := &replies{bodies: []string{refusal(code)}}
		hands := &clock{at: time.Unix(1700000000, 0)}
		client := newClient(t, serve(t, server.handle), tencent.WithClock(hands.now))
		for range 2 {
			add(t.Context(), t, client)
			hands.move(time.Second)
		}
		if got := len(server.seen); got != 2 {
			t.Fatalf("%d: %d requests, a write was repeated", code, got)
		}
		if got := server.seen[0] != server.seen[1]; got != renewed {
			t.Errorf("%d: signed afresh %v, want %v", code, got, renewed)
		}
	}
}

func TestSignatureIsSharedByConcurrentCalls(t *testing.T) {
	t.Parallel()
	server := &replies{bodies: []string{refusal(100411)}}
	client := newClient(t, serve(t, server.handle))
	var all sync.WaitGroup
	for range 20 {
		slot := reserve(t, client, tencent.CommandSetBattleScore)
		all.Go(func() { client.SetBattleScore(context.WithoutCancel(t.Context()), slot, addHundred()) })
	}
	all.Wait()
	for _, sig := range server.seen {
		if sig != server.seen[0] {
			t.Error("two signatures within a moment")
		}
	}
}

func BenchmarkSign(b *testing.B) {
	key := secret.New(appKey)
	at := time.Unix(1700000000, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tencent.Sign(appID, admin, key, at, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}
