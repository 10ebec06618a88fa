package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/config"
	"ringside/tencent/simulator"
)

// benchBattles is how many battles the commands go round, so that none has a longer past of the last ten minutes than
// a busy show.
const benchBattles = 40

func mustB(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// micros returns a percentile in microseconds.
func micros(took []time.Duration, percent int) float64 {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return float64(sorted[(len(sorted)-1)*percent/100].Nanoseconds()) / 1e3
}

// doorway is Tencent's door: a listener that notes when the first bytes of a call arrive, before anything reads
// them as a request.
type doorway struct {
	net.Listener
	writes, reads chan time.Time

	mu   sync.Mutex
	size int // bytes of the latest change of scores
}

// Accept returns the next connection.
func (d *doorway) Accept() (net.Conn, error) {
	conn, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &passage{Conn: conn, door: d}, nil
}

type passage struct {
	net.Conn
	door *doorway
}

// Read passes bytes on and notes what they begin.
func (p *passage) Read(into []byte) (int, error) {
	n, err := p.Conn.Read(into)
	at := time.Now()
	switch {
	case bytes.Contains(into[:n], []byte("/set_battle_score?")):
		p.door.mu.Lock()
		p.door.size = n
		p.door.mu.Unlock()
		noteArrival(p.door.writes, at)
	case bytes.Contains(into[:n], []byte("/get_battle_info?")):
		noteArrival(p.door.reads, at)
	}
	return n, err
}

func (d *doorway) requestSize() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.size
}

// noteArrival never waits: a benchmark that does not look at arrivals leaves them.
func noteArrival(arrivals chan<- time.Time, at time.Time) {
	select {
	case arrivals <- at:
	default:
	}
}

func drainArrivals(arrivals <-chan time.Time) {
	for len(arrivals) > 0 {
		<-arrivals
	}
}

// benchWorld is what the program meets in a benchmark: Tencent behind its door, a Slack of its own, battles.
type benchWorld struct {
	door    *doorway
	slack   *slackfake.Server
	sim     *simulator.Simulator
	battles []string // known as show0, show1, …
	folder  string
	asked   atomic.Int64
}

func newBenchWorld(b *testing.B) *benchWorld {
	b.Helper()
	sim, err := simulator.New(simulator.Settings{SDKAppID: testApp, Admin: testAdmin, SecretKey: testKey},
		simulator.WithRoomLookup(), simulator.WithHistory(100))
	mustB(b, err)
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	mustB(b, err)
	w := &benchWorld{
		door:  &doorway{Listener: listener, writes: make(chan time.Time, 64), reads: make(chan time.Time, 64)},
		slack: slackfake.Start(slackfake.Config{}), sim: sim, folder: b.TempDir(),
	}
	for n := range benchBattles {
		battle, err := sim.AddBattle(simulator.BattleSpec{From: fmt.Sprintf("pk-%d-red", n), To: []string{fmt.Sprintf("pk-%d-blue", n)}, Duration: time.Hour})
		mustB(b, err)
		w.battles = append(w.battles, battle)
	}
	server := &http.Server{Handler: sim, ReadHeaderTimeout: time.Second}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(w.door) })
	b.Cleanup(func() {
		w.slack.Close()
		sim.Close()
		_ = server.Close()
		served.Wait()
	})
	return w
}

// settings writes a settings file whose one grant lets the host add what he likes.
func (w *benchWorld) settings(b *testing.B, mode string) string {
	b.Helper()
	for name, text := range map[string]string{
		"key": testKey, "bot": slackfake.DefaultBotToken, "app": slackfake.DefaultAppToken, "signing": slackfake.DefaultSigningSecret,
	} {
		mustB(b, os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600))
	}
	text := fmt.Sprintf(`
[tencent]
sdk_app_id = %d
admin      = %q
secret_key = "file:FOLDER/key"
region     = "singapore"
base_url   = "http://%s"

[http]
listen = "127.0.0.1:0"

[slack]
enabled   = true
mode      = %q
bot_token = "file:FOLDER/bot"
app_token = "file:FOLDER/app"
signing_secret = "file:FOLDER/signing"
api_url   = %q
teams     = ["T0123"]

[ledger]
dsn = "sqlite:FOLDER/ringside.db"

[[grant]]
name = "hosts"
who  = ["slack:T0123/user/U0456"]
may  = ["score.add", "score.set", "battle.info"]
battles = ["*"]
rooms   = ["pk-*"]
max_points = 2147483647
`, testApp, testAdmin, w.door.Addr(), mode, w.slack.APIURL())
	path := filepath.Join(w.folder, "ringside.toml")
	mustB(b, os.WriteFile(path, []byte(strings.ReplaceAll(text, "FOLDER", w.folder)), 0o600))
	return path
}

// serve runs the service as `ringside serve` does, until the benchmark ends, and gives the battles their aliases.
func (w *benchWorld) serve(b *testing.B, mode string, callsPerSecond int) *service {
	b.Helper()
	settings, err := config.Load(w.settings(b, mode))
	mustB(b, err)
	settings.Tencent.CallsPerSecond = callsPerSecond
	log, err := logFlags{LogLevel: "info", LogFormat: "json"}.logger(io.Discard)
	mustB(b, err)
	ctx, stop := context.WithCancel(context.Background())
	svc, err := newService(ctx, settings, log)
	if err != nil {
		stop()
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- svc.run(ctx) }()
	b.Cleanup(func() {
		stop()
		mustB(b, <-ended)
		mustB(b, svc.close(context.Background()))
	})
	if mode == "socket" {
		mustB(b, w.slack.WaitSockets(b.Context(), 1))
	}
	for n, battle := range w.battles {
		_, err = svc.book.Read(b.Context(), battle)
		mustB(b, err)
		mustB(b, svc.book.Name(b.Context(), battle, fmt.Sprintf("show%d", n), "console:local"))
	}
	return svc
}

// text is the next command; one battle after the other is its turn.
func (w *benchWorld) text() string {
	n := w.asked.Add(1) % benchBattles
	return fmt.Sprintf("show%d add pk-%d-red 1", n, n)
}

// ask returns the bytes of a signed slash command, as Slack sends them.
func (w *benchWorld) ask(ctx context.Context, address string) ([]byte, error) {
	body, err := w.slack.AskBody(slackfake.Ask{Text: w.text()})
	if err != nil {
		return nil, err
	}
	request, err := w.slack.SignedRequest(ctx, "http://"+address+"/slack/commands", body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	var raw bytes.Buffer
	err = request.Write(&raw)
	return raw.Bytes(), err
}

// slackLine is a connection that stays open, with nothing of net/http between the benchmark and the socket.
type slackLine struct {
	net.Conn
	in *bufio.Reader
}

func dialSlackLine(b *testing.B, address string) *slackLine {
	b.Helper()
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", address)
	mustB(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	return &slackLine{Conn: conn, in: bufio.NewReader(conn)}
}

// send writes a request and waits for its answer, which must be 200.
func (l *slackLine) send(request []byte) (sent, answered time.Time, err error) {
	sent = time.Now()
	if _, err := l.Write(request); err != nil {
		return sent, answered, err
	}
	response, err := http.ReadResponse(l.in, nil)
	answered = time.Now()
	if err != nil {
		return sent, answered, err
	}
	if response.StatusCode != http.StatusOK {
		return sent, answered, fmt.Errorf("status %d", response.StatusCode)
	}
	return sent, answered, response.Body.Close()
}

// newBare returns a measure of the network alone: a request of so many bytes one way and a reply of so many the other, with
// nothing but a copy at the far end.
func newBare(b *testing.B, there, back int) func() time.Duration {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	mustB(b, err)
	var served sync.WaitGroup
	served.Go(func() { answerBare(listener, there, back) })
	l := dialSlackLine(b, listener.Addr().String())
	b.Cleanup(func() {
		_, _ = l.Close(), listener.Close()
		served.Wait()
	})
	request, reply := make([]byte, there), make([]byte, back)
	return func() time.Duration {
		began := time.Now()
		_, err := l.Write(request)
		mustB(b, err)
		_, err = io.ReadFull(l, reply)
		mustB(b, err)
		return time.Since(began)
	}
}

func answerBare(listener net.Listener, there, back int) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close() //nolint:errcheck // the caller has what it wanted
	request, reply := make([]byte, there), make([]byte, back)
	for {
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}
