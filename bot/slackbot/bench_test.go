package slackbot_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
)

// benchBot is a bot in HTTP mode whose workers take everything and do nothing.
func benchBot(b *testing.B) (*slackbot.Bot, *slackfake.Server) {
	b.Helper()
	fake := slackfake.Start(slackfake.Config{})
	b.Cleanup(fake.Close)
	idle := crewFunc(func(func(context.Context)) bool { return true })
	bot, err := slackbot.New(settingsFor(fake, slackbot.ModeHTTP), desk{}, idle, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	return bot, fake
}

// BenchmarkAckLoopback measures from the first byte of a signed request to the whole acknowledgement,
// over loopback and a connection that stays open.
func BenchmarkAckLoopback(b *testing.B) {
	bot, fake := benchBot(b)
	web := httptest.NewServer(bot.Routes()["POST /slack/commands"])
	b.Cleanup(web.Close)
	body, err := fake.AskBody(slackfake.Ask{Text: "demo add pk-live1 100"})
	if err != nil {
		b.Fatal(err)
	}
	client := web.Client()
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for b.Loop() {
		req, err := fake.SignedRequest(b.Context(), web.URL, body)
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		took = append(took, time.Since(began))
		if resp.StatusCode != http.StatusOK {
			b.Fatalf("status %d", resp.StatusCode)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkAckHandler measures the adapter alone: reading, checking, understanding, acknowledging.
func BenchmarkAckHandler(b *testing.B) {
	bot, fake := benchBot(b)
	endpoint := bot.Routes()["POST /slack/commands"]
	body, err := fake.AskBody(slackfake.Ask{Text: "demo add pk-live1 100"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		req, err := fake.SignedRequest(b.Context(), "/slack/commands", body)
		if err != nil {
			b.Fatal(err)
		}
		w := httptest.NewRecorder()
		b.StartTimer()
		endpoint.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Fatalf("status %d", w.Code)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	for name, reply := range map[string]int{"1room": 1, "9rooms": 9} {
		r := resultOf(reply)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(slackbot.Render(r).Blocks) == 0 {
					b.Fatal("nothing was drawn")
				}
			}
		})
	}
}
