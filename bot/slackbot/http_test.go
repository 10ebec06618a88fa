package slackbot_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
	"ringside/secret"
)

func (r *rig) commandsURL() string     { return r.web + "/slack/commands" }
func (r *rig) interactionsURL() string { return r.web + "/slack/interactions" }

// post sends a signed body and returns the status.
func (r *rig) post(t testing.TB, address, body string) int {
	t.Helper()
	req, err := r.slack.SignedRequest(r.ctx, address, body)
	if err != nil {
		t.Fatal(err)
	}
	return r.do(t, req)
}

func (r *rig) do(t testing.TB, req *http.Request) int {
	t.Helper()
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK && len(body) != 0 && strings.HasPrefix(req.URL.Path, "/slack/") {
		t.Errorf("the acknowledgement has a body: %q", body)
	}
	return resp.StatusCode
}

const goodBody = "team_id=T0123&channel_id=C1&user_id=U1&command=%2Fbattle&text=list&trigger_id=1.1"

func TestSignature(t *testing.T) {
	t.Parallel()
	const signing = "fake-signing-secret-5f2a9c"
	stamp := func(c *clock, d time.Duration) string { return strconv.FormatInt(c.Now().Add(d).Unix(), 10) }
	set := func(h http.Header, stamp, signature string) {
		h.Set("X-Slack-Request-Timestamp", stamp)
		h.Set("X-Slack-Signature", signature)
	}
	tests := []struct {
		name string
		body string // as sent
		sign func(c *clock, h http.Header)
		want int
	}{
		{"good", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 0), slackfake.Sign(signing, stamp(c, 0), goodBody))
		}, 200},
		{"almost five minutes old", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, -300*time.Second), slackfake.Sign(signing, stamp(c, -300*time.Second), goodBody))
		}, 200},
		{"old", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, -301*time.Second), slackfake.Sign(signing, stamp(c, -301*time.Second), goodBody))
		}, 401},
		{"from the future", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 301*time.Second), slackfake.Sign(signing, stamp(c, 301*time.Second), goodBody))
		}, 401},
		{"another secret", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 0), slackfake.Sign("another", stamp(c, 0), goodBody))
		}, 401},
		{"an empty secret", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 0), slackfake.Sign("", stamp(c, 0), goodBody))
		}, 401},
		{"a tampered body", strings.Replace(goodBody, "list", "lost", 1), func(c *clock, h http.Header) {
			set(h, stamp(c, 0), slackfake.Sign(signing, stamp(c, 0), goodBody))
		}, 401},
		{"a tampered time", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, time.Second), slackfake.Sign(signing, stamp(c, 0), goodBody))
		}, 401},
		{"nothing", goodBody, func(*clock, http.Header) {}, 401},
		{"no time", goodBody, func(_ *clock, h http.Header) {
			set(h, "", slackfake.Sign(signing, "", goodBody))
		}, 401},
		{"a time in words", goodBody, func(_ *clock, h http.Header) {
			set(h, "now", slackfake.Sign(signing, "now", goodBody))
		}, 401},
		{"a time beyond all numbers", goodBody, func(_ *clock, h http.Header) {
			huge := "99999999999999999999"
			set(h, huge, slackfake.Sign(signing, huge, goodBody))
		}, 401},
		{"no version", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 0), strings.TrimPrefix(slackfake.Sign(signing, stamp(c, 0), goodBody), "v0="))
		}, 401},
		{"a short signature", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 0), slackfake.Sign(signing, stamp(c, 0), goodBody)[:20])
		}, 401},
		{"a signature that is not hexadecimal", goodBody, func(c *clock, h http.Header) {
			set(h, stamp(c, 0), "v0="+strings.Repeat("z", 64))
		}, 401},
	}
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	good := 0
	for _, tt := range tests {
		req := r.request(t, http.MethodPost, r.commandsURL(), tt.body)
		tt.sign(r.clock, req.Header)
		if got := r.do(t, req); got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
		if tt.want == 200 {
			good++
			receive(t, r, asks)
		}
	}
	r.settle(t)
	if len(asks) != 0 {
		t.Errorf("%d unsigned asks reached the handler", len(asks))
	}
	if got := r.bot.Stats().BadSigned; got != uint64(len(tests)-good) {
		t.Errorf("%d refusals were counted, want %d", got, len(tests)-good)
	}
	for _, entry := range r.logs.All() {
		if strings.Contains(entry.Message+fieldsOf(entry), "v0=") {
			t.Errorf("a signature was logged: %v", entry)
		}
	}
}

// TestSignatureOfSlacksOwnExample is the request of
// https://docs.slack.dev/authentication/verifying-requests-from-slack.
func TestSignatureOfSlacksOwnExample(t *testing.T) {
	t.Parallel()
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
		"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
		"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	d, asks, _ := heard()
	r := start(t, setup{desk: d, change: func(s *slackbot.Settings) {
		s.SigningSecret = secret.New("8f742231b10e8888abcd99yyyzzz85a5")
		s.Teams = append(s.Teams, "T1DC2JH3J")
	}})
	r.clock.now.Store(time.Unix(1531420618, 0).UnixNano())
	req := r.request(t, http.MethodPost, r.commandsURL(), body)
	req.Header.Set("X-Slack-Request-Timestamp", "1531420618")
	req.Header.Set("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")
	if got := r.do(t, req); got != 200 {
		t.Fatalf("status %d", got)
	}
	if got := receive(t, r, asks); got.Command != "/webhook-collect" || got.Caller.ID != "slack:T1DC2JH3J/user/U2CERLKJA" {
		t.Errorf("heard %+v", got)
	}
}

// request returns an unsigned form.
func (r *rig) request(t testing.TB, method, address, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(r.ctx, method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func TestAnEmptySecretVerifiesNothing(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	stamp := strconv.FormatInt(now.Unix(), 10)
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", slackfake.Sign("", stamp, goodBody))
	if err := slackbot.Verify(h, []byte(goodBody), secret.Value{}, now); err == nil {
		t.Error("a signature made with an empty secret passed")
	}
}

// TestALengthIsNotBelieved claims a body that would not fit into memory.
func TestALengthIsNotBelieved(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	req := r.request(t, http.MethodPost, "/slack/commands", goodBody)
	req.ContentLength = 1 << 50
	w := httptest.NewRecorder()
	r.bot.Routes()["POST /slack/commands"].ServeHTTP(w, req)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

func TestEndpointsRefuseWhatIsNotSlack(t *testing.T) {
	t.Parallel()
	huge := "text=" + strings.Repeat("x", 1<<20)
	tests := []struct {
		name   string
		body   string
		change func(*http.Request)
		want   int
	}{
		{"another method", goodBody, func(r *http.Request) { r.Method = http.MethodPut }, 405},
		{"no content type", goodBody, func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		{"JSON", goodBody, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, 415},
		{"a content type with a parameter is fine", goodBody, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		}, 200},
		{"a body too long by its own word", huge, func(*http.Request) {}, 413},
		{"a body too long without a word", huge, func(r *http.Request) { r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(huge)) }, 413},
		{"a body without a length", goodBody, func(r *http.Request) { r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(goodBody)) }, 200},
		{"a body that is no form", "a=%zz", func(*http.Request) {}, 400},
		{"no workspace", "channel_id=C1&user_id=U1&command=%2Fb", func(*http.Request) {}, 400},
		{"a workspace that is no id", "team_id=T1%2Fuser&channel_id=C1&user_id=U1&command=%2Fb", func(*http.Request) {}, 400},
		{"no command", "team_id=T0123&channel_id=C1&user_id=U1", func(*http.Request) {}, 400},
	}
	d, _, _ := heard()
	r := start(t, setup{desk: d})
	for _, tt := range tests {
		req, err := r.slack.SignedRequest(r.ctx, r.commandsURL(), tt.body)
		if err != nil {
			t.Fatal(err)
		}
		tt.change(req)
		if got := r.do(t, req); got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	for name, body := range map[string]string{"no payload": "a=b", "broken": "payload={", "no person": `payload={"type":"block_actions","actions":[{"type":"button","block_id":"ringside","value":"x"}]}`} {
		want := 400
		if got := r.post(t, r.interactionsURL(), body); got != want {
			t.Errorf("%s: status %d, want %d", name, got, want)
		}
	}
}

func TestSSLCheckIsAnswered(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	if got := r.post(t, r.commandsURL(), "ssl_check=1&token=x"); got != 200 {
		t.Errorf("signed: status %d", got)
	}
	for _, address := range []string{r.commandsURL(), r.interactionsURL()} {
		if got := r.do(t, r.request(t, http.MethodPost, address, "ssl_check=1&token=x")); got != 200 {
			t.Errorf("unsigned: status %d", got)
		}
	}
	if got := r.do(t, r.request(t, http.MethodPost, r.commandsURL(), "ssl_check=0&"+goodBody)); got != 401 {
		t.Errorf("unsigned and not a check: status %d", got)
	}
	smuggled := "ssl_check=1&" + goodBody
	if got := r.do(t, r.request(t, http.MethodPost, r.commandsURL(), smuggled)); got != 200 {
		t.Errorf("a command dressed as a check: status %d", got)
	}
	r.settle(t)
	if len(asks) != 0 {
		t.Error("a check reached the handler")
	}
}

func TestRoutesAreForHTTPModeOnly(t *testing.T) {
	t.Parallel()
	s := slackbot.Settings{Mode: slackbot.ModeSocket, BotToken: secret.New("x"), AppToken: secret.New("y"), Teams: []string{"T1"}}
	b, err := slackbot.New(s, desk{}, newCrew(1), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if routes := b.Routes(); len(routes) != 0 {
		t.Errorf("a socket needs no endpoint, and there are %d", len(routes))
	}
	if b.Name() != "slack" {
		t.Errorf("the name is %q", b.Name())
	}
}

// TestAcknowledgedBeforeWork sends the answer through a writer that sees when the workers are called.
func TestAcknowledgedBeforeWork(t *testing.T) {
	t.Parallel()
	fake := slackfake.Start(slackfake.Config{})
	t.Cleanup(fake.Close)
	w := &flushed{ResponseRecorder: httptest.NewRecorder()}
	started := make(chan bool, 1)
	crew := crewFunc(func(func(context.Context)) bool {
		started <- w.done
		return true
	})
	b, err := slackbot.New(settingsFor(fake, slackbot.ModeHTTP), desk{}, crew, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	req, err := fake.SignedRequest(t.Context(), "/slack/commands", goodBody)
	if err != nil {
		t.Fatal(err)
	}
	b.Routes()["POST /slack/commands"].ServeHTTP(w, req)
	if !<-started {
		t.Error("the work began before the acknowledgement was on its way")
	}
	if w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("the acknowledgement is %d %q", w.Code, w.Body)
	}
}

type flushed struct {
	*httptest.ResponseRecorder
	done bool
}

func (f *flushed) FlushError() error { f.done = true; return nil }

type crewFunc func(task func(ctx context.Context)) bool

func (f crewFunc) Go(task func(ctx context.Context)) bool { return f(task) }

// FuzzInteraction feeds signed payloads of any kind. None may end the program or be lost without an answer. Forms have
// FuzzForm.
func FuzzInteraction(f *testing.F) {
	fake := slackfake.Start(slackfake.Config{})
	f.Cleanup(fake.Close)
	var got []commands.Press
	crew := crewFunc(func(task func(context.Context)) bool {
		ended, cancel := context.WithCancel(context.Background())
		cancel() // A form would wait for its acknowledgement.
		task(ended)
		return true
	})
	d := desk{press: func(_ context.Context, p commands.Press, _ commands.Responder) { got = append(got, p) }}
	b, err := slackbot.New(settingsFor(fake, slackbot.ModeHTTP), d, crew, zap.NewNop())
	if err != nil {
		f.Fatal(err)
	}
	endpoint := b.Routes()["POST /slack/interactions"]
	f.Add(`{"type":"block_actions","trigger_id":"1","team":{"id":"T0123"},"user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"type":"button","block_id":"ringside","value":"b"}]}`)
	f.Add(`{"type":"block_actions","actions":null,"team":null,"user":null}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, payload string) {
		got = got[:0]
		req, err := fake.SignedRequest(t.Context(), "/slack/interactions", url.Values{"payload": {payload}}.Encode())
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		endpoint.ServeHTTP(w, req)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest && w.Code != http.StatusRequestEntityTooLarge {
			t.Fatalf("status %d", w.Code)
		}
		for _, p := range got {
			if w.Code != http.StatusOK || p.Key == "" || p.Button == "" || strings.Count(p.Caller.ID, "/") != 2 || strings.Count(p.Place.Channel, "/") != 1 {
				t.Fatalf("status %d, press %+v", w.Code, p)
			}
		}
	})
}
