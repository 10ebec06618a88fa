package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/bot/discordbot/discordfake"
	"ringside/bot/slackbot/slackfake"
	"ringside/config"
)

// benchCrowd is how many interactions are under way at once while memory is watched.
const benchCrowd = 16

// BenchmarkMemoryOfInteractions lets b.N people ask who they are, and reports the heap and the goroutines that are left
// after a tenth of them and after all. Both platforms answer into a void, so that only Ringside remembers anything.
// Run it with -benchtime 100000x.
func BenchmarkMemoryOfInteractions(b *testing.B) {
	b.Run("slack", func(b *testing.B) { memoryOf(b, slackBench()) })
	b.Run("discord", func(b *testing.B) { memoryOf(b, discordBench(b)) })
}

// BenchmarkAcknowledgementByPlatform measures both platforms in both modes in one run, 200 interactions a second: from
// the bytes of the ask to those of its acknowledgement. ns/op is the pace.
func BenchmarkAcknowledgementByPlatform(b *testing.B) {
	overHTTP := func(of interactions) func(b *testing.B) func() (time.Duration, error) {
		return func(b *testing.B) func() (time.Duration, error) {
			b.Helper()
			send := of.open(b)
			return func() (time.Duration, error) {
				began := time.Now()
				send()
				return time.Since(began), nil
			}
		}
	}
	for _, of := range []struct {
		name string
		open func(b *testing.B) func() (time.Duration, error)
	}{
		{"slack http", overHTTP(slackBench())},
		{"slack socket", socketBench},
		{"discord http", overHTTP(discordBench(b))},
		{"discord gateway", gatewayBench},
	} {
		b.Run(of.name, func(b *testing.B) { paced(b, of.open(b)) })
	}
}

// socketBench asks over Slack's Socket Mode.
func socketBench(b *testing.B) func() (time.Duration, error) {
	b.Helper()
	fake := slackfake.Start(slackfake.Config{})
	b.Cleanup(fake.Close)
	interactions{settings: `
[slack]
enabled = true
mode = "socket"
bot_token = "file:FOLDER/bot"
app_token = "file:FOLDER/app"
api_url = "` + fake.APIURL() + `"
teams = ["T0123"]
`}.open(b)
	mustB(b, fake.Wait(b.Context(), func() bool { now, _ := fake.Sockets(); return now > 0 }))
	return func() (time.Duration, error) {
		receipt, err := fake.Ask(b.Context(), slackfake.Ask{Command: "/battle", Text: "whoami"})
		return receipt.Took, err
	}
}

// gatewayBench asks over Discord's gateway.
func gatewayBench(b *testing.B) func() (time.Duration, error) {
	b.Helper()
	fake := discordfake.Start(discordfake.Config{BotToken: slackfake.DefaultBotToken})
	b.Cleanup(fake.Close)
	interactions{settings: `
[discord]
enabled = true
bot_token = "file:FOLDER/bot"
application_id = "111"
guilds = ["998877"]
api_url = "` + fake.APIURL() + `"
`}.open(b)
	mustB(b, fake.Wait(b.Context(), func() bool { now, _, _ := fake.Sessions(); return now > 0 }))
	return func() (time.Duration, error) {
		receipt, err := fake.Ask(b.Context(), discordfake.Ask{Command: "battle", Options: []discordfake.Option{{Name: "whoami"}}})
		return receipt.Took, err
	}
}

// interactions makes one platform's signed requests.
type interactions struct {
	settings string // of the platform, with the void's address
	path     string
	sign     func(n int64) (body string, header http.Header)
}

// open starts the program against a void and returns what sends one interaction.
func (i interactions) open(b *testing.B) func() {
	b.Helper()
	void := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answerOfTheVoid(r))
	}))
	b.Cleanup(void.Close)
	folder := b.TempDir()
	for name, text := range map[string]string{"key": testKey, "bot": slackfake.DefaultBotToken, "app": slackfake.DefaultAppToken,
		"signing": slackfake.DefaultSigningSecret} {
		mustB(b, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	path := filepath.Join(folder, "ringside.toml")
	mustB(b, os.WriteFile(path, []byte(strings.NewReplacer("VOID", void.URL, "FOLDER", folder).Replace(`
[tencent]
sdk_app_id = 1400000123
secret_key = "file:FOLDER/key"
base_url = "VOID"
[http]
listen = "127.0.0.1:0"
`+i.settings+`
[ledger]
dsn = "sqlite:FOLDER/ringside.db"
[[grant]]
name = "all"
who = ["console:local"]
may = ["battle.info"]
battles = ["*"]
max_points = 1
`)), 0o600))
	settings, err := config.Load(path)
	mustB(b, err)
	svc, err := newService(b.Context(), settings, zap.NewNop())
	mustB(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- svc.run(ctx) }()
	b.Cleanup(func() {
		cancel()
		mustB(b, <-ended)
		mustB(b, svc.close(context.Background()))
	})
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * benchCrowd}
	b.Cleanup(transport.CloseIdleConnections)
	var sent atomic.Int64
	return func() {
		body, header := i.sign(sent.Add(1))
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+svc.web.Addr()+i.path, bytes.NewReader([]byte(body)))
		mustB(b, err)
		request.Header = header
		response, err := transport.RoundTrip(request)
		mustB(b, err)
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusAccepted {
			b.Errorf("status %d", response.StatusCode)
		}
	}
}

func memoryOf(b *testing.B, of interactions) {
	b.Helper()
	send := of.open(b)
	b.ResetTimer()
	crowd := func(n int) {
		var all sync.WaitGroup
		for c := range benchCrowd {
			all.Go(func() {
				for range (n + c) / benchCrowd {
					send()
				}
			})
		}
		all.Wait()
	}
	crowd(b.N / 10)
	early, goroutines := heapNow()
	crowd(b.N - b.N/10)
	late, more := heapNow()
	b.StopTimer()
	b.ReportMetric(early, "heap-early-MB")
	b.ReportMetric(late, "heap-late-MB")
	b.ReportMetric(float64(goroutines), "goroutines-early")
	b.ReportMetric(float64(more), "goroutines-late")
}

// heapNow returns the living heap, and how many goroutines there are, once what was under way has had its time.
func heapNow() (megabytes float64, goroutines int) {
	settle := time.NewTimer(500 * time.Millisecond)
	<-settle.C
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20), runtime.NumGoroutine()
}

// answerOfTheVoid is enough for either platform to believe that all is well.
func answerOfTheVoid(r *http.Request) string {
	switch {
	case strings.HasSuffix(r.URL.Path, "/commands"):
		return "[]"
	case strings.HasSuffix(r.URL.Path, "/auth.test"):
		return `{"ok":true,"team_id":"T0123","user_id":"U0001","bot_id":"B0001"}`
	}
	return `{"ok":true,"id":"1","ts":"1.1","channel":"C0AB","channel_id":"5566"}`
}

func slackBench() interactions {
	return interactions{
		path: "/slack/commands",
		settings: `
[slack]
enabled = true
mode = "http"
bot_token = "file:FOLDER/bot"
signing_secret = "file:FOLDER/signing"
api_url = "VOID/api/"
teams = ["T0123"]
`,
		sign: func(n int64) (string, http.Header) {
			body := url.Values{
				"team_id": {"T0123"}, "channel_id": {"C0AB"}, "user_id": {fmt.Sprint("U", n)}, "user_name": {"mika"}, "command": {"/battle"},
				"text": {"whoami"}, "trigger_id": {fmt.Sprint(n)}, "response_url": {"http://127.0.0.1:9/reply/" + fmt.Sprint(n)},
			}.Encode()
			at := strconv.FormatInt(time.Now().Unix(), 10)
			return body, http.Header{
				"Content-Type": {"application/x-www-form-urlencoded"}, "X-Slack-Request-Timestamp": {at},
				"X-Slack-Signature": {slackfake.Sign(slackfake.DefaultSigningSecret, at, body)},
			}
		},
	}
}

func discordBench(b *testing.B) interactions {
	b.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	mustB(b, err)
	return interactions{
		path: "/discord/interactions",
		settings: `
[discord]
enabled = true
mode = "http"
bot_token = "file:FOLDER/bot"
application_id = "111"
public_key = "` + hex.EncodeToString(public) + `"
guilds = ["998877"]
api_url = "VOID"
`,
		sign: func(n int64) (string, http.Header) {
			body := fmt.Sprintf(`{"id":"%d","application_id":"111","type":2,"token":"token-%d","guild_id":"998877","channel_id":"5566",`+
				`"channel":{"id":"5566","type":0},"locale":"en-US","member":{"user":{"id":"%d","username":"mika"},"roles":[]},`+
				`"data":{"id":"1","name":"battle","type":1,"options":[{"type":1,"name":"whoami"}]}}`, n, n, n)
			at := strconv.FormatInt(time.Now().Unix(), 10)
			return body, http.Header{
				"Content-Type": {"application/json"}, "X-Signature-Timestamp": {at},
				"X-Signature-Ed25519": {hex.EncodeToString(ed25519.Sign(private, []byte(at+body)))},
			}
		},
	}
}
