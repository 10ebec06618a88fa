package simulator_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/tencent/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	app   = 1400000000
	admin = "administrator"
	key   = "test-secret"
	now   = 1700000000
)

// clock is a server clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Unix(now, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newSimulator(t testing.TB, opts ...simulator.Option) *simulator.Simulator {
	t.Helper()
	sim, err := simulator.New(simulator.Settings{SDKAppID: app, Admin: admin, SecretKey: key}, opts...)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(sim.Close)
	return sim
}

// stand is a simulator behind a real server, with a caller that knows the API only from the vendor's pages.
type stand struct {
	t      testing.TB
	sim    *simulator.Simulator
	clock  *clock
	url    string
	client *http.Client
}

func newStand(t *testing.T, opts ...simulator.Option) *stand {
	t.Helper()
	c := newClock()
	sim := newSimulator(t, append([]simulator.Option{simulator.WithClock(c.Now), simulator.WithSeed(1)}, opts...)...)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close) // Before the server, which would wait for stalled calls.
	return &stand{t: t, sim: sim, clock: c, url: server.URL, client: newClient(t)}
}

func newClient(t testing.TB) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// battle makes a battle of pk-1 against pk-2 that lasts a minute.
func (s *stand) battle() string {
	s.t.Helper()
	id, err := s.sim.AddBattle(simulator.BattleSpec{From: "pk-1", To: []string{"pk-2"}, Duration: time.Minute})
	if err != nil {
		s.t.Fatalf("AddBattle: %v", err)
	}
	return id
}

func (s *stand) score(battle, room string) int64 {
	s.t.Helper()
	score, found := s.sim.Score(battle, room)
	if !found {
		s.t.Fatalf("room %q has no score", room)
	}
	return score
}

// answer is what the caller got.
type answer struct {
	err    error
	status int
	raw    []byte
	whole  map[string]any // nil unless the body is a JSON object
}

func (s *stand) ask(command, body string) answer {
	s.t.Helper()
	return s.askIn(s.t.Context(), command, body)
}

func (s *stand) askIn(ctx context.Context, command, body string) answer {
	s.t.Helper()
	return s.send(ctx, http.MethodPost, pathOf(command)+"?"+goodQuery().Encode(), body)
}

func (s *stand) send(ctx context.Context, method, target, body string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, s.url+target, strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("request: %v", err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	return readAnswer(response)
}

func readAnswer(response *http.Response) answer {
	got := answer{status: response.StatusCode}
	got.raw, got.err = io.ReadAll(response.Body)
	decoder := json.NewDecoder(bytes.NewReader(got.raw))
	decoder.UseNumber()
	if decoder.Decode(&got.whole) != nil {
		got.whole = nil
	}
	return got
}

// direct asks without a network, for virtual time, properties and fuzzing.
func direct(ctx context.Context, sim *simulator.Simulator, query url.Values, command, body string) answer {
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, pathOf(command)+"?"+query.Encode(), strings.NewReader(body))
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, request)
	response := recorder.Result()
	defer func() { _ = response.Body.Close() }()
	return readAnswer(response)
}

func pathOf(command string) string { return "/v4/live_engine_http_pk/" + command }

func goodQuery() url.Values {
	return url.Values{
		"sdkappid": {fmt.Sprint(app)}, "identifier": {admin}, "random": {"4294967295"}, "contenttype": {"json"},
		"usersig": {sign(key, admin, app, now-60, 86400)},
	}
}

// sign makes a UserSig from the vendor's description, step by step.
func sign(key, identifier string, app, made, life int64) string {
	text := fmt.Sprintf("TLS.identifier:%s\nTLS.sdkappid:%d\nTLS.time:%d\nTLS.expire:%d\n", identifier, app, made, life)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return pack(map[string]any{
		"TLS.ver": "2.0", "TLS.identifier": identifier, "TLS.sdkappid": app, "TLS.time": made, "TLS.expire": life,
		"TLS.sig": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	})
}

func pack(members map[string]any) string {
	plain, _ := json.Marshal(members)
	return packBytes(plain)
}

func packBytes(plain []byte) string {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(plain)
	_ = w.Close()
	return variant(packed.Bytes())
}

func variant(raw []byte) string {
	text := base64.StdEncoding.EncodeToString(raw)
	return strings.NewReplacer("+", "*", "/", "-", "=", "_").Replace(text)
}

// told says in a few words what the answer tells a careful caller.
func (a answer) told() string {
	switch {
	case errors.Is(a.err, syscall.ECONNRESET), errors.Is(a.err, syscall.EPIPE):
		return "reset"
	case errors.Is(a.err, io.ErrUnexpectedEOF):
		return "cut off"
	case errors.Is(a.err, context.Canceled):
		return "gave up"
	case a.err != nil:
		return "error: " + a.err.Error()
	case a.status != http.StatusOK:
		return fmt.Sprintf("status %d", a.status)
	case a.whole == nil:
		return "not JSON"
	}
	code, found := a.whole["ErrorCode"]
	switch number := code.(type) {
	case json.Number:
		if number != "0" {
			return "code " + number.String()
		}
		return a.results()
	default:
		return fmt.Sprintf("ErrorCode %#v, there %t", code, found)
	}
}

// results lists the entries of Result, with a ResultCode that is no number in quotes.
func (a answer) results() string {
	data, _ := a.whole["Response"].(map[string]any)
	list, ok := data["Result"].([]any)
	if !ok {
		return fmt.Sprintf("Result is %T", data["Result"])
	}
	var words []string
	for _, item := range list {
		entry, _ := item.(map[string]any)
		if number, ok := entry["ResultCode"].(json.Number); ok {
			words = append(words, fmt.Sprintf("%v=%v", entry["RoomId"], number))
		} else {
			words = append(words, fmt.Sprintf("%v=%q", entry["RoomId"], entry["ResultCode"]))
		}
	}
	return strings.Join(words, " ")
}

func (a answer) response() map[string]any {
	data, _ := a.whole["Response"].(map[string]any)
	return data
}

// addBoth is the body of a call that adds 10 to pk-1 and 20 to pk-2.
func addBoth(battle string) string {
	return fmt.Sprintf(`{"BattleId":%q,"OpType":1,"ScoreList":[{"RoomId":"pk-1","Score":10},{"RoomId":"pk-2","Score":20}]}`, battle)
}

func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
