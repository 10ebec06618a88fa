package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/bot/discordbot/discordfake"
	"ringside/bot/slackbot/slackfake"
	"ringside/ledger/ledgertest"
	"ringside/tencent/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testKey   = "the-secret-key-of-the-test-account"
	testApp   = 1400000123
	testAdmin = "administrator"
)

// world is what the program meets: a simulated Tencent, a Slack of its own, and a settings file.
type world struct {
	sim     *simulator.Simulator
	host    *simulator.Host
	slack   *slackfake.Server
	discord *discordfake.Server
	battle  string
	folder  string
	place   string        // of the ledger
	writes  chan struct{} // one for each change of a score that reaches Tencent
}

// secrets are the texts that must never be seen.
func (w *world) secrets() map[string]string {
	return map[string]string{
		"the key": testKey, "the bot token": slackfake.DefaultBotToken, "the app token": slackfake.DefaultAppToken,
		"the signing secret": slackfake.DefaultSigningSecret, "Discord's token": discordfake.DefaultBotToken, "a signature": "usersig=", "an address with a signature": "sdkappid=",
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{folder: t.TempDir(), place: ledgertest.Place(t), writes: make(chan struct{}, 1000)}
	var err error
	w.sim, err = simulator.New(simulator.Settings{SDKAppID: testApp, Admin: testAdmin, SecretKey: testKey}, simulator.WithRoomLookup(), simulator.WithSeed(1),
		simulator.WithObserver(func(c simulator.Call) {
			if c.Command == simulator.SetBattleScore {
				w.writes <- struct{}{}
			}
		}))
	must(t, err)
	w.host, err = simulator.Listen(t.Context(), w.sim, "127.0.0.1:0")
	must(t, err)
	w.slack = slackfake.Start(slackfake.Config{})
	w.discord = discordfake.Start(discordfake.Config{})
	w.battle, err = w.sim.AddBattle(simulator.BattleSpec{From: "pk-live1", To: []string{"pk-live2"}, Duration: time.Hour})
	must(t, err)
	t.Cleanup(func() {
		w.slack.Close()
		w.discord.Close()
		_ = w.host.Close()
	})
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// secret keeps a secret in a file and returns the reference to it.
func (w *world) secret(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.folder, name)
	must(t, os.WriteFile(path, []byte(text+"\n"), 0o600))
	return "file:" + path
}

// settings writes a settings file; replace swaps parts of it, old and new in turn.
func (w *world) settings(t *testing.T, mode string, replace ...string) string {
	t.Helper()
	text := fmt.Sprintf(`
[tencent]
sdk_app_id = %d
admin      = %q
secret_key = %q
region     = "singapore"
base_url   = %q
timeout    = "3100ms"

[http]
listen = "127.0.0.1:0"
admin_listen = "localhost:0"

[slack]
enabled = true
mode    = %q
bot_token = %q
app_token = %q
signing_secret = %q
api_url = %q
teams   = ["T0123"]

[discord]
enabled = false
mode    = "gateway"
bot_token = %q
application_id = "111"
public_key = %q
guilds  = ["998877"]
api_url = %q

[ledger]
dsn = %q

[[grant]]
name  = "hosts"
who   = ["slack:T0123/user/U0456", "slack:T0123/group/S0789", "discord:998877/user/3344", "discord:998877/role/1122", "console:local"]
may   = ["score.add", "score.set", "battle.info", "battle.create", "battle.name", "battle.watch", "op.undo", "op.resolve", "op.approve", "audit.read"]
battles  = ["*"]
rooms    = ["pk-*"]
max_points    = 5000
confirm_over  = 1000
`, testApp, testAdmin, w.secret(t, "key", testKey), w.host.URL(), mode,
		w.secret(t, "bot", slackfake.DefaultBotToken), w.secret(t, "app", slackfake.DefaultAppToken),
		w.secret(t, "signing", slackfake.DefaultSigningSecret), w.slack.APIURL(),
		w.secret(t, "discord", discordfake.DefaultBotToken), w.discord.PublicKey(), w.discord.APIURL(), ledgertest.DSN(w.place))
	path := filepath.Join(w.folder, "ringside.toml")
	must(t, os.WriteFile(path, []byte(strings.NewReplacer(replace...).Replace(text)), 0o600))
	return path
}

// outcome is what a run of the program left.
type outcome struct {
	status   int
	out, err string
}

// ringside runs the program to its end, in this process.
func ringside(t *testing.T, input string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(t.Context(), args, streams{in: strings.NewReader(input), out: &out, err: &errs})
	return outcome{status: status, out: out.String(), err: errs.String()}
}

// server is a running `ringside serve`.
type server struct {
	addr, admin string
	stop        func() int // tells it to stop and returns its status
	logs        *logs
}

// logs collects what the program logs.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

// Write takes what is logged.
func (l *logs) Write(p []byte) (int, error) {
	l.add(string(p))
	return len(p), nil
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serve starts the program and returns once it says that it is up.
func serve(t *testing.T, settings string, flags ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, append([]string{"serve", "--config", settings, "--log-level", "debug"}, flags...), streams{out: io.Discard, err: writer})
		_ = writer.Close()
	}()
	s := &server{logs: &logs{}}
	up := make(chan bool, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		s.follow(reader, up)
	}()
	s.stop = sync.OnceValue(func() int {
		cancel()
		<-read
		return <-status
	})
	t.Cleanup(func() { s.stop() })
	if !<-up {
		t.Fatalf("it did not come up:\n%s", s.logs)
	}
	return s
}

// follow reads the log until its end, and says whether the program came up.
func (s *server) follow(r io.Reader, up chan<- bool) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		s.logs.add(lines.Text())
		var line struct{ Msg, Listen, Admin string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ringside is up" {
			s.addr, s.admin = line.Listen, line.Admin
			up <- true
		}
	}
	close(up)
}

func (s *server) get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	must(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	must(t, err)
	defer response.Body.Close() //nolint:errcheck // a test
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(body)
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// until waits for a change of Slack's state, but not for ever.
func (w *world) until(t *testing.T, cond func() bool) error {
	t.Helper()
	return waitUntil(t, cond, w.slack.Wait)
}

func waitUntil(t *testing.T, cond func() bool, wait func(context.Context, func() bool) error) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return wait(ctx, cond)
}

func (w *world) score(t *testing.T, room string) int64 {
	t.Helper()
	score, _ := w.sim.Score(w.battle, room)
	return score
}
