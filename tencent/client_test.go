package tencent_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/secret"
	"ringside/tencent"
)

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*tencent.Settings)
		want string // in the error; empty: accepted
	}{
		{"a simulator", func(*tencent.Settings) {}, ""},
		{"a region", func(s *tencent.Settings) { s.BaseURL, s.Region = "", "singapore" }, ""},
		{"a proxy with a path", func(s *tencent.Settings) { s.BaseURL = "https://proxy.local/tencent/" }, ""},
		{"no app", func(s *tencent.Settings) { s.SDKAppID = 0 }, "app id"},
		{"a negative app", func(s *tencent.Settings) { s.SDKAppID = -1 }, "app id"},
		{"no administrator", func(s *tencent.Settings) { s.Admin = "" }, "administrator"},
		{"an administrator of two lines", func(s *tencent.Settings) { s.Admin = "a\nTLS.time:1" }, "administrator"},
		{"no key", func(s *tencent.Settings) { s.SecretKey = secret.Value{} }, "secret key"},
		{"neither region nor address", func(s *tencent.Settings) { s.BaseURL = "" }, "china, singapore, usa, jakarta"},
		{"an unknown region", func(s *tencent.Settings) { s.Region = "mars" }, `"mars"`},
		{"another scheme", func(s *tencent.Settings) { s.BaseURL = "ftp://host" }, "http or https"},
		{"no host", func(s *tencent.Settings) { s.BaseURL = "http://:80" }, "http or https"},
		{"no address at all", func(s *tencent.Settings) { s.BaseURL = "http://%zz" }, "http or https"},
		{"a password", func(s *tencent.Settings) { s.BaseURL = "http://user:pass@host" }, "may not hold a user"},
		{"a query", func(s *tencent.Settings) { s.BaseURL = "http://host?x=1" }, "may not hold a user, a query"},
		{"a fragment", func(s *tencent.Settings) { s.BaseURL = "http://host#x" }, "fragment"},
		{"a negative rate", func(s *tencent.Settings) { s.CallsPerSecond = -1 }, "calls per second"},
		{"a wild rate", func(s *tencent.Settings) { s.CallsPerSecond = 20000 }, "calls per second"},
		{"as impatient as the server", func(s *tencent.Settings) { s.Timeout = 3 * time.Second }, "timeout"},
		{"a little more patient", func(s *tencent.Settings) { s.Timeout = 3*time.Second + 1 }, ""},
		{"an endless time-out", func(s *tencent.Settings) { s.Timeout = time.Hour }, "timeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := settings("http://127.0.0.1:1")
			tt.edit(&s)
			client, err := tencent.New(s)
			if err == nil {
				client.Close()
			}
			if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "pass@") {
				t.Errorf("shows a password: %v", err)
			}
			noSecrets(t, "", err, s.SecretKey)
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := tencent.New(tencent.Settings{Timeout: time.Second, CallsPerSecond: -5})
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("got %v, want six faults", err)
	}
}

// wire is a request as the server saw it.
type wire struct {
	Method, Path, Query, Body, Type string
}

// record is a server that keeps the last request and answers with reply.
func record(t *testing.T, got *wire, header *http.Header, reply string) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		path, query, _ := strings.Cut(r.RequestURI, "?")
		*got = wire{r.Method, path, query, string(body), r.Header.Get("Content-Type")}
		if header != nil {
			*header = r.Header.Clone()
		}
		_, _ = io.WriteString(w, reply)
	})
}

// call makes one of the client's calls, for tests that look at the request only.
type call func(context.Context, *testing.T, *tencent.Client)

func setScore(change tencent.ScoreChange) call {
	return func(ctx context.Context, t *testing.T, c *tencent.Client) {
		c.SetBattleScore(ctx, reserve(t, c, tencent.CommandSetBattleScore), change)
	}
}

func create(battle tencent.NewBattle) call {
	return func(ctx context.Context, t *testing.T, c *tencent.Client) {
		c.CreateBattle(ctx, reserve(t, c, tencent.CommandCreateBattle), battle)
	}
}

func info(query tencent.BattleQuery) call {
	return func(ctx context.Context, _ *testing.T, c *tencent.Client) {
		_, _ = c.BattleInfo(ctx, tencent.ClassPerson, query)
	}
}

// TestRequestsToTheLetter pins address, query and body of every call.
func TestRequestsToTheLetter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		call call
		path string
		body string
	}{
		{
			"add", setScore(addHundred()), "set_battle_score",
			`{"BattleId":"battle+/=","OpType":1,"ScoreList":[{"RoomId":"pk-live1","Score":100}]}`,
		},
		{
			"overwrite two rooms, in order",
			setScore(tencent.ScoreChange{BattleID: "<&>", Op: tencent.OpOverwrite, Scores: []tencent.RoomScore{{"b", 0}, {"a", math.MaxInt32}}}),
			"set_battle_score",
			`{"BattleId":"<&>","OpType":2,"ScoreList":[{"RoomId":"b","Score":0},{"RoomId":"a","Score":2147483647}]}`,
		},
		{
			"create", create(tencent.NewBattle{From: "r1", To: []string{"r2", "r3"}, Duration: 90 * time.Second, Extension: "final \"A\""}),
			"create_battle",
			`{"FromRoomId":"r1","ToRoomIdList":["r2","r3"],"Duration":90000,"ExtensionInfo":"final \"A\""}`,
		},
		{
			"create without a note", create(tencent.NewBattle{From: "r1", To: []string{"r2"}, Duration: time.Minute}),
			"create_battle", `{"FromRoomId":"r1","ToRoomIdList":["r2"],"Duration":60000}`,
		},
		{"info", info(tencent.BattleQuery{ID: "battle+/="}), "get_battle_info", `{"BattleId":"battle+/="}`},
		{"info by room", info(tencent.BattleQuery{Room: "r1"}), "get_battle_info", `{"BattleId":"","RoomId":"r1"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got wire
			base := record(t, &got, nil, refusal(100001))
			at, signature := fixed(t)
			client := newClient(t, base, at, tencent.WithRandom(func() uint32 { return math.MaxUint32 }))
			tt.call(t.Context(), t, client)
			escaped := strings.ReplaceAll(signature, "*", "%2A")
			want := wire{
				Method: http.MethodPost, Path: "/v4/live_engine_http_pk/" + tt.path, Body: tt.body, Type: "application/json",
				Query: "sdkappid=1400000000&identifier=administrator&usersig=" + escaped + "&random=4294967295&contenttype=json",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAddressPrefixAndIdentifier(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/", "/proxy", "/proxy/", "/a/b%2Fc/"} {
		t.Run("base"+prefix, func(t *testing.T) {
			t.Parallel()
			var got wire
			s := settings(record(t, &got, nil, refusal(100001)) + prefix)
			s.Admin = "me & you=1"
			client, err := tencent.New(s)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			info(tencent.BattleQuery{ID: "x"})(t.Context(), t, client)
			if want := strings.TrimRight(prefix, "/") + "/v4/live_engine_http_pk/get_battle_info"; got.Path != want {
				t.Errorf("called %q, want %q", got.Path, want)
			}
			if !strings.Contains(got.Query, "&identifier=me+%26+you%3D1&") {
				t.Errorf("query %q", got.Query)
			}
		})
	}
}

func TestHeaderNeverInvitesRepetition(t *testing.T) {
	t.Parallel()
	var got wire
	var header http.Header
	client := newClient(t, record(t, &got, &header, refusal(100001)))
	add(t.Context(), t, client)
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Accept-Encoding", "Authorization"} {
		if header.Get(name) != "" {
			t.Errorf("sends %s: %q", name, header.Get(name))
		}
	}
	if header.Get("User-Agent") != "ringside" {
		t.Errorf("calls itself %q", header.Get("User-Agent"))
	}
}

func TestRandomIsNewForEachCall(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	base := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen[r.URL.Query().Get("random")] = true })
	client := newClient(t, base, tencent.WithoutBreaker())
	for range 20 {
		add(t.Context(), t, client)
	}
	if len(seen) != 20 {
		t.Errorf("20 calls had %d random numbers", len(seen))
	}
}

func TestEnvironmentProxyIsIgnored(t *testing.T) {
	var hits atomic.Int32
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("HTTPS_PROXY", proxy)
	t.Setenv("NO_PROXY", "")
	client := newClient(t, "http://tencent.invalid", tencent.WithDial(refuseDial))
	_, evidence := add(t.Context(), t, client)
	if hits.Load() != 0 || evidence.Written {
		t.Errorf("the proxy was called %d times, %+v", hits.Load(), evidence)
	}
}

func TestUnknownCommand(t *testing.T) {
	t.Parallel()
	client := newClient(t, "http://127.0.0.1:1")
	if _, err := client.Reserve(t.Context(), "destroy_room", tencent.ClassPerson); err == nil {
		t.Error("a slot for a command that is not ours")
	}
	if rate, until := client.Pace("destroy_room"); rate != 0 || !until.IsZero() {
		t.Errorf("pace %v until %v", rate, until)
	}
}

func TestClosedClientSendsNothing(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	client := newClient(t, serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	slot := reserve(t, client, tencent.CommandSetBattleScore)
	client.Close()
	_, evidence := client.SetBattleScore(t.Context(), slot, addHundred())
	if evidence.Written || !errors.Is(evidence.Err, tencent.ErrClosed) {
		t.Errorf("got %+v", evidence)
	}
	if _, err := client.Reserve(t.Context(), tencent.CommandSetBattleScore, tencent.ClassPerson); !errors.Is(err, tencent.ErrClosed) {
		t.Errorf("reserve: got %v", err)
	}
	if _, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{ID: "x"}); !errors.Is(err, tencent.ErrClosed) {
		t.Errorf("info: got %v", err)
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests after the close", hits.Load())
	}
}

// TestFrequencyRefusalSlowsItsOwnCommand shows that only these codes do, and only where they came.
func TestFrequencyRefusalSlowsItsOwnCommand(t *testing.T) {
	t.Parallel()
	for code, slow := range map[int]bool{60007: true, 60011: true, 60018: true, 60019: true, 60008: false, 100012: false, 100413: false} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: []string{refusal(code)}}
			client := newClient(t, serve(t, server.handle))
			_, evidence := add(t.Context(), t, client)
			if !evidence.Complete || evidence.Code != code {
				t.Fatalf("got %+v", evidence)
			}
			rate, until := client.Pace(tencent.CommandSetBattleScore)
			if got := rate == 485 && time.Until(until) > 10*time.Second; got != slow {
				t.Errorf("pace %v until %v", rate, until)
			}
			if rate, until := client.Pace(tencent.CommandGetBattleInfo); rate != 970 || !until.IsZero() {
				t.Errorf("reads slowed too: %v until %v", rate, until)
			}
			if server.count() != 1 {
				t.Errorf("%d requests", server.count())
			}
		})
	}
}

// TestPrintedClient prints a client as a careless log line would.
func TestPrintedClient(t *testing.T) {
	t.Parallel()
	client := newClient(t, "http://tencent.invalid")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if text := fmt.Sprintf(verb, client); text != "tencent client of app 1400000000" {
			t.Errorf("%s shows %q", verb, text)
		}
	}
}
