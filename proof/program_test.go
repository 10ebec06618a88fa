package proof_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/ledger/ledgertest"
	"ringside/tencent/simulator"
)

// townRate is the ceiling of the real program's calls, unless a test changes it.
const townRate = 200

// patience is how long a test waits for something before it says that it never came.
const patience = 30 * time.Second

// workshop is where the real program is built, once, for all tests that run it.
type workshop struct {
	once   sync.Once
	folder string
	err    error
}

var shop workshop

// build returns the path of the program.
func (s *workshop) build() (string, error) {
	s.once.Do(func() {
		if s.folder, s.err = os.MkdirTemp("", "ringside-proof"); s.err != nil {
			return
		}
		build := exec.CommandContext(context.Background(), "go", "build", "-o", s.folder, "ringside/cmd/ringside")
		if said, err := build.CombinedOutput(); err != nil {
			s.err = fmt.Errorf("build the program: %w\n%s", err, said)
		}
	})
	return filepath.Join(s.folder, "ringside"), s.err
}

// clear removes what was built.
func (s *workshop) clear() { _ = os.RemoveAll(s.folder) }

func program(t *testing.T) string {
	t.Helper()
	path, err := shop.build()
	must(t, err)
	return path
}

// town is what the real program meets: a simulated Tencent, a Slack, a battle, and a folder with its settings.
type town struct {
	sim      *simulator.Simulator
	host     *simulator.Host
	slack    *slackfake.Server
	battles  []string // each with the rooms pk-N-red and pk-N-blue
	folder   string
	ledger   string // its path, or the URL of a database
	settings string
}

func newTown(t *testing.T, battles int, opts ...simulator.Option) *town {
	t.Helper()
	folder := t.TempDir()
	return newTownAt(t, folder, filepath.Join(folder, "ringside.db"), battles, opts...)
}

func newTownAt(t *testing.T, folder, place string, battles int, opts ...simulator.Option) *town {
	t.Helper()
	w := &town{folder: folder, ledger: place}
	var err error
	w.sim, err = simulator.New(simulator.Settings{SDKAppID: appID, Admin: admin, SecretKey: appKey}, opts...)
	must(t, err)
	w.host, err = simulator.Listen(t.Context(), w.sim, "127.0.0.1:0")
	must(t, err)
	w.slack = slackfake.Start(slackfake.Config{})
	for n := range battles {
		id, err := w.sim.AddBattle(simulator.BattleSpec{From: fmt.Sprintf("pk-%d-red", n), To: []string{fmt.Sprintf("pk-%d-blue", n)}, Duration: 24 * time.Hour})
		must(t, err)
		w.battles = append(w.battles, id)
	}
	t.Cleanup(func() {
		w.slack.Close()
		_ = w.host.Close()
	})
	w.settings = w.write(t, "ringside.toml", w.text(t))
	return w
}

func (w *town) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.folder, name)
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// change writes the settings anew, with each second text in the place of the one before it.
func (w *town) change(t *testing.T, pairs ...string) {
	t.Helper()
	raw, err := os.ReadFile(w.settings)
	must(t, err)
	text := strings.NewReplacer(pairs...).Replace(string(raw))
	if text == string(raw) {
		t.Fatalf("nothing in the settings is %q", pairs)
	}
	w.write(t, filepath.Base(w.settings), text)
}

func (w *town) text(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf(`
[tencent]
sdk_app_id = %d
admin      = %q
secret_key = "file:%s"
region     = "singapore"
base_url   = %q
timeout    = %q
calls_per_second = %d
sole_overwriter  = true

[http]
listen = "127.0.0.1:0"

[slack]
enabled = true
mode    = "http"
bot_token = "file:%s"
signing_secret = "file:%s"
api_url = %q
teams   = ["T0123"]

[ledger]
dsn = %q

[confirm]
expires = "10s"

[[grant]]
name  = "hosts"
who   = ["slack:T0123/user/U0456", "console:local"%s]
may   = ["score.add", "score.set", "battle.info", "audit.read"]
battles  = ["*"]
rooms    = ["pk-*"]
max_points   = 2147483647
confirm_over = 999999
`, appID, admin, w.write(t, "key", appKey), w.host.URL(), callTimeout, townRate, w.write(t, "bot", slackfake.DefaultBotToken),
		w.write(t, "signing", slackfake.DefaultSigningSecret), w.slack.APIURL(), ledgertest.DSN(w.ledger), crowdIDs())
}

// crowdSize is how many people type at the real program: from one alone it takes no more than a few commands a second.
const crowdSize = 12

// crowdUser is the one who types a line.
func crowdUser(line int64) string { return fmt.Sprintf("U1%03d", line%crowdSize) }

func crowdIDs() (list string) {
	for n := range int64(crowdSize) {
		list += fmt.Sprintf(", %q", "slack:T0123/user/"+crowdUser(n))
	}
	return list
}

// service is one run of `ringside serve`.
type service struct {
	command *exec.Cmd
	address string
	up      chan string
	ended   chan struct{}

	mu   sync.Mutex
	said []string
}

// serve starts the program and returns once it is up, with Slack's requests going to it.
func (w *town) serve(t *testing.T) *service {
	t.Helper()
	s := w.begin(t)
	s.await(t)
	w.slack.UseHTTP("http://"+s.address+"/slack/commands", "http://"+s.address+"/slack/interactions")
	return s
}

// begin starts the program.
func (w *town) begin(t *testing.T) *service {
	t.Helper()
	s := &service{command: exec.CommandContext(t.Context(), program(t), "serve", "--config", w.settings), up: make(chan string, 1), ended: make(chan struct{})}
	out, err := s.command.StderrPipe()
	must(t, err)
	must(t, s.command.Start())
	go s.follow(out)
	return s
}

// await returns once the program is up.
func (s *service) await(t *testing.T) {
	t.Helper()
	var ok bool
	if s.address, ok = <-s.up; !ok {
		<-s.ended
		t.Fatalf("the program did not come up: %q", s.said)
	}
}

// follow reads the log until the program ends, and says where it listens.
func (s *service) follow(out io.Reader) {
	defer close(s.ended)
	defer close(s.up)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		s.note(lines.Text())
		var line struct{ Msg, Listen string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ringside is up" {
			s.up <- line.Listen
		}
	}
}

func (s *service) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, line)
}

// count returns how many lines of the log hold a text.
func (s *service) count(text string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.said {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// kill ends the program without a word.
func (s *service) kill() {
	_ = s.command.Process.Kill()
	<-s.ended
	_ = s.command.Wait()
}

// stop tells the program to end, and returns how it did.
func (s *service) stop() error {
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	<-s.ended
	return s.command.Wait()
}

// until waits for a condition that another process brings about.
func until(ctx context.Context, cond func() (bool, error)) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if done, err := cond(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
