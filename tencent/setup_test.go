package tencent_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/secret"
	"ringside/tencent"
)

const (
	appID  = 1400000000
	admin  = "administrator"
	appKey = "the-key-of-the-app-that-nobody-may-see"
)

// settings returns what most tests start from.
func settings(base string) tencent.Settings {
	return tencent.Settings{
		SDKAppID: appID, Admin: admin, SecretKey: secret.New(appKey), BaseURL: base, CallsPerSecond: 1000,
	}
}

// newClient returns a client for a server at base, closed at the end of the test.
func newClient(t testing.TB, base string, opts ...tencent.Option) *tencent.Client {
	t.Helper()
	client, err := tencent.New(settings(base), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// serve starts a server that is closed at the end of the test.
func serve(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// reserve takes a slot for one call; it is released at the end of the test.
func reserve(t testing.TB, client *tencent.Client, command tencent.Command) *tencent.Slot {
	t.Helper()
	slot, err := client.Reserve(t.Context(), command, tencent.ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(slot.Release)
	return slot
}

// addHundred is the change that most tests send.
func addHundred() tencent.ScoreChange {
	return tencent.ScoreChange{
		BattleID: "battle+/=", Op: tencent.OpAdd, Scores: []tencent.RoomScore{{Room: "pk-live1", Score: 100}},
	}
}

// add sends addHundred.
func add(ctx context.Context, t testing.TB, client *tencent.Client) ([]tencent.RoomResult, tencent.Evidence) {
	t.Helper()
	return client.SetBattleScore(ctx, reserve(t, client, tencent.CommandSetBattleScore), addHundred())
}

// replies is a server that gives one reply after another, the last one again and again.
type replies struct {
	mu     sync.Mutex
	bodies []string // "502" is that status with a page of HTML
	seen   []string // the signatures of the requests
}

func (r *replies) handle(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = io.Copy(io.Discard, request.Body)
	body := r.bodies[min(len(r.seen), len(r.bodies)-1)]
	r.seen = append(r.seen, request.URL.Query().Get("usersig"))
	if body == "502" {
		w.WriteHeader(http.StatusBadGateway)
		body = "<html>Bad Gateway</html>"
	}
	_, _ = io.WriteString(w, body)
}

func (r *replies) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}

// refusal is an envelope that carries only a code.
func refusal(code int) string {
	return fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorCode":%d,"ErrorInfo":"refused","RequestId":"Id-1"}`, code)
}

// success is an envelope around a Response.
func success(response string) string {
	return `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"Id-1","Response":` + response + `}`
}

// noSecrets checks that none of the values shows the key, an address or a piece of the signature, however it is printed.
func noSecrets(t *testing.T, signature string, values ...any) {
	t.Helper()
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, value)
			for _, bad := range []string{appKey, "usersig", "://", fmt.Sprintf("%x", appKey)} {
				if strings.Contains(text, bad) {
					t.Errorf("%s of %T shows %q: %s", verb, value, bad, text)
				}
			}
			for i := 0; i+12 <= len(signature); i++ {
				if strings.Contains(text, signature[i:i+12]) {
					t.Errorf("%s of %T shows a piece of the signature: %s", verb, value, text)
					break
				}
			}
		}
	}
}

// fixed returns a clock that stands still, and the signature that is made at that instant.
func fixed(t *testing.T) (clock tencent.Option, signature string) {
	t.Helper()
	at := time.Unix(1700000000, 0)
	sig, err := tencent.Sign(appID, admin, secret.New(appKey), at, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return tencent.WithClock(func() time.Time { return at }), sig.Reveal()
}

// quiet swallows what a test server says about clients that misbehave on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// watched is a connection that tells of every write, after it.
type watched struct {
	net.Conn
	wrote func()
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.wrote()
	return n, err
}
