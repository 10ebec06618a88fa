package discordbot_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

type crewFunc func(task func(ctx context.Context)) bool

func (f crewFunc) Go(task func(ctx context.Context)) bool { return f(task) }

// benchBot is a bot in HTTP mode whose workers take everything and do nothing.
func benchBot(b *testing.B) (*discordbot.Bot, *discordfake.Server) {
	b.Helper()
	fake := discordfake.Start(discordfake.Config{})
	b.Cleanup(fake.Close)
	idle := crewFunc(func(func(context.Context)) bool { return true })
	bot, err := discordbot.New(settingsFor(fake, discordbot.ModeHTTP), desk{}, idle, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	return bot, fake
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkAckHTTP measures from the first byte of a signed request to the whole acknowledgement, over
// loopback and a connection that stays open.
func BenchmarkAckHTTP(b *testing.B) {
	bot, fake := benchBot(b)
	web := httptest.NewServer(bot.Routes()["POST /discord/interactions"])
	b.Cleanup(web.Close)
	body, err := fake.AskBody(add(100))
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
	report(b, took)
}

// BenchmarkAckGateway measures from the event on the socket to the callback at Discord, over loopback.
func BenchmarkAckGateway(b *testing.B) {
	r := start(b, setup{mode: discordbot.ModeGateway})
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for b.Loop() {
		took = append(took, r.ask(b, add(100)).Took)
		r.discord.Forget()
	}
	report(b, took)
}

// BenchmarkAckHandler measures the adapter alone: reading, checking, understanding, acknowledging.
func BenchmarkAckHandler(b *testing.B) {
	bot, fake := benchBot(b)
	endpoint := bot.Routes()["POST /discord/interactions"]
	body, err := fake.AskBody(add(100))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		req, err := fake.SignedRequest(b.Context(), "/discord/interactions", body)
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
	for name, rooms := range map[string]int{"1room": 1, "9rooms": 9} {
		r := resultOf(rooms)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(discordbot.Render(r).Components) == 0 {
					b.Fatal("nothing was drawn")
				}
			}
		})
	}
}

// TestMemoryStaysFlat answers many interactions, each with a token of its own, in both modes.
func TestMemoryStaysFlat(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		const warm, many = 100, 500
		answered := make(chan error, 1)
		run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) }
		r := start(t, setup{mode: mode, desk: playing(run, nil, answered)})
		round := func(n int) uint64 {
			for range n {
				r.ask(t, add(100))
				if err := receive(t, r, answered); err != nil {
					t.Fatal(err)
				}
				r.discord.Forget()
			}
			r.logs.TakeAll()
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before := round(warm)
		after := round(many)
		// Other tests run at the same time, so that the bound is wide: a bucket for each would be the least of it.
		if buckets := discordbot.Buckets(r.bot); buckets > 4 {
			t.Errorf("the library remembers %d buckets", buckets)
		}
		t.Logf("%s: heap %d KB, then %d KB after %d more", mode, before>>10, after>>10, many)
	})
}
