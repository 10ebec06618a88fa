package discordbot_test

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

// send sends a request to the endpoint and returns the status and the answer.
func (r *rig) send(t testing.TB, change func(*http.Request), body string) (int, string) {
	t.Helper()
	req, err := r.discord.SignedRequest(r.ctx, r.web, body)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestPing(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	status, answer := r.send(t, nil, `{"id":"1","type":1,"version":1,"token":"x"}`)
	if status != http.StatusOK || answer != `{"type":1}` {
		t.Errorf("status %d, answer %q", status, answer)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	stamped := func(d time.Duration) func(*rig, *http.Request, string) {
		return func(r *rig, q *http.Request, body string) {
			stamp := strconv.FormatInt(r.clock.Now().Add(d).Unix(), 10)
			q.Header.Set("X-Signature-Timestamp", stamp)
			q.Header.Set("X-Signature-Ed25519", r.discord.Sign(stamp, body))
		}
	}
	header := func(name, value string) func(*rig, *http.Request, string) {
		return func(_ *rig, q *http.Request, _ string) { q.Header.Set(name, value) }
	}
	tests := []struct {
		name   string
		change func(*rig, *http.Request, string)
		body   string // default: a command
		want   int
	}{
		{"a command", nil, "", 200},
		{"a little old", stamped(-5 * time.Minute), "", 200},
		{"a little early", stamped(5 * time.Minute), "", 200},
		{"too old", stamped(-5*time.Minute - time.Second), "", 401},
		{"too early", stamped(5*time.Minute + time.Second), "", 401},
		{"no signature", header("X-Signature-Ed25519", ""), "", 401},
		{"no time", header("X-Signature-Timestamp", ""), "", 401},
		{"a time that is none", func(r *rig, q *http.Request, body string) {
			q.Header.Set("X-Signature-Timestamp", "now")
			q.Header.Set("X-Signature-Ed25519", r.discord.Sign("now", body))
		}, "", 401},
		{"a signature of another body", func(r *rig, q *http.Request, body string) {
			q.Header.Set("X-Signature-Ed25519", r.discord.Sign(q.Header.Get("X-Signature-Timestamp"), body+" "))
		}, "", 401},
		{"a signature that is too short", header("X-Signature-Ed25519", "abcd"), "", 401},
		{"a signature that is no hex", header("X-Signature-Ed25519", strings.Repeat("zz", 64)), "", 401},
		{"a signature of zeros", header("X-Signature-Ed25519", strings.Repeat("00", 64)), "", 401},
		{"another type", header("Content-Type", "text/plain"), "", 415},
		{"a type with its alphabet", header("Content-Type", "application/json; charset=utf-8"), "", 200},
		{"another method", func(_ *rig, q *http.Request, _ string) { q.Method = http.MethodGet }, "", 405},
		{"a body of 10 MB", nil, strings.Repeat(" ", 10<<20), 413},
		{"a body of 10 MB that does not say so", func(_ *rig, q *http.Request, body string) {
			q.ContentLength, q.Body = -1, io.NopCloser(bytes.NewReader([]byte(body)))
		}, strings.Repeat(" ", 10<<20), 413},
		{"no JSON", nil, "{", 400},
		{"JSON of no interaction", nil, "[]", 400},
		{"an interaction of a kind to come", nil, `{"type":99,"id":"1","token":"t","guild_id":"998877","channel_id":"1","member":{"user":{"id":"1"}}}`, 400},
		{"a token that leads elsewhere", nil, `{"type":2,"id":"1","token":"../x","guild_id":"998877","channel_id":"1","member":{"user":{"id":"1"}}}`, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{desk: d})
			body := tt.body
			if body == "" {
				var err error
				if body, err = r.discord.AskBody(add(100)); err != nil {
					t.Fatal(err)
				}
			}
			status, _ := r.send(t, func(q *http.Request) {
				if tt.change != nil {
					tt.change(r, q, body)
				}
			}, body)
			if status != tt.want {
				t.Errorf("status %d, want %d", status, tt.want)
			}
			r.settle(t)
			if heard := len(asks) == 1; heard != (tt.want == 200) {
				t.Errorf("heard: %v", heard)
			}
			if refused := r.bot.Stats().BadSigned == 1; refused != (tt.want == 401) {
				t.Errorf("stats %+v", r.bot.Stats())
			}
		})
	}
}

// TestAReplayHasTheSameKey shows what makes a recorded request harmless: the ledger takes a key once.
func TestAReplayHasTheSameKey(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	receipt := r.ask(t, add(100))
	if _, err := r.discord.Repeat(r.ctx, receipt); err != nil {
		t.Fatal(err)
	}
	if first, second := receive(t, r, asks), receive(t, r, asks); first.Key != second.Key || first.Key == "" {
		t.Errorf("the keys differ: %q and %q", first.Key, second.Key)
	}
}

func TestNoRoutesOverTheGateway(t *testing.T) {
	t.Parallel()
	r := start(t, setup{mode: discordbot.ModeGateway})
	if got := r.bot.Routes(); len(got) != 0 {
		t.Errorf("routes %v", got)
	}
}

func FuzzVerify(f *testing.F) {
	fake := discordfake.Start(discordfake.Config{})
	f.Cleanup(fake.Close)
	now := time.Unix(1_700_000_000, 0)
	f.Add("1700000000", fake.Sign("1700000000", "{}"), "{}", 32)
	f.Add("1700000000", "", "{}", 0)
	f.Add("", "zz", "", 31)
	f.Fuzz(func(t *testing.T, stamp, signature, body string, size int) {
		if size < 0 || size > 64 {
			return
		}
		h := http.Header{}
		h.Set("X-Signature-Timestamp", stamp)
		h.Set("X-Signature-Ed25519", signature)
		key := make(ed25519.PublicKey, size)
		key = append(key[:0:0], key...)
		if size > 0 {
			key[0] = 3
		}
		if err := discordbot.Verify(h, []byte(body), key, now); err == nil {
			t.Errorf("a signature passed with a key of %d bytes that signed nothing", size)
		}
	})
}

// FuzzRead reads whatever a server might send.
func FuzzRead(f *testing.F) {
	fake := discordfake.Start(discordfake.Config{})
	f.Cleanup(fake.Close)
	body, err := fake.AskBody(add(100))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(body))
	f.Add([]byte(`{"type":3,"id":"1","token":"t","guild_id":"9","channel_id":"1","member":{"user":{"id":"1"},"roles":["2"]},"message":{"id":"4","flags":64},"data":{"custom_id":"x","component_type":2}}`))
	f.Add([]byte(`{"type":4,"id":"1","token":"t","guild_id":"9","channel_id":"1","member":{"user":{"id":"1"}},"data":{"name":"battle","options":[{"type":1,"name":"info","options":[{"name":"battle","type":3,"value":"a","focused":true}]}]}}`))
	f.Add([]byte(`{"type":5,"id":"1","token":"t","guild_id":"9","channel_id":"1","member":{"user":{"id":"1"}},"data":{"custom_id":"ringside_form:/battle bulk","components":[{"type":1,"components":[{"type":4,"custom_id":"rows","value":"a,add,b,1"}]}]}}`))
	f.Add([]byte(`{"type":5,"id":"1","token":"t","guild_id":"9","channel_id":"1","member":{"user":{"id":"1"}},"data":{"custom_id":"ringside_form:/x list","components":[{"type":18,"component":{}}]}}`))
	f.Add([]byte(`{"type":2,"id":"1","token":"t","guild_id":"9","channel_id":"1","member":{"user":{"id":"1"}},"data":{"name":"battle","options":[{"type":1,"name":"bulk","options":[{"name":"file","type":11,"value":"7"}]}],"resolved":{"attachments":{"7":{"filename":"a.csv","size":3,"url":"https://x"}}}}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		ask, press, query, refused, err := discordbot.Read(payload)
		n := 0
		for _, there := range []bool{ask != nil, press != nil, query != nil} {
			if there {
				n++
			}
		}
		if n > 1 || (err != nil && n > 0) {
			t.Errorf("%d things were asked: %v", n, err)
		}
		if ask != nil && (!strings.HasPrefix(ask.Key, "discord:interaction:") || len(ask.Caller.Name) > 400 || strings.ContainsAny(ask.Place.Channel, " \n.")) {
			t.Errorf("asked %+v", ask)
		}
		if ask != nil && !refused && ask.Sheet != nil {
			if _, needed := commands.FormFor(commands.Invocation{Command: ask.Command, Text: ask.Text}); !needed {
				t.Errorf("rows for a command that takes none: %+v", ask)
			}
		}
		if form, file := discordbot.ReadMore(payload); form != nil && file != nil {
			t.Error("both a form and a file")
		}
	})
}
