package discordfake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"ringside/bot/discordbot/discordfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client calls the server as a bot would.
type client struct {
	t    *testing.T
	fake *discordfake.Server
	http *http.Client
	now  *atomic.Int64
}

func start(t *testing.T) client {
	t.Helper()
	var now atomic.Int64
	now.Store(time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC).UnixNano())
	fake := discordfake.Start(discordfake.Config{Clock: func() time.Time { return time.Unix(0, now.Load()) }})
	t.Cleanup(fake.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return client{t, fake, &http.Client{Transport: transport}, &now}
}

// call returns the status and Discord's code of a call, with the answer.
func (c client) call(method, path, token string, body any) (status, code int, answer map[string]any) {
	c.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(method, path, token, "application/json", raw)
}

func (c client) do(method, path, token, kind string, raw []byte) (status, code int, answer map[string]any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.fake.APIURL()+"/api/v10"+path, bytes.NewReader(raw))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+token)
	req.Header.Set("Content-Type", kind)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_ = json.NewDecoder(resp.Body).Decode(&answer) // An answer may be empty.
	return resp.StatusCode, number(answer["code"]), answer
}

func text(words string) map[string]any {
	return map[string]any{
		"flags": 1 << 15, "allowed_mentions": map[string]any{"parse": []string{}},
		"components": []any{map[string]any{"type": 17, "components": []any{map[string]any{"type": 10, "content": words}}}},
	}
}

func private(words string) map[string]any {
	m := text(words)
	m["flags"] = 1<<15 | 1<<6
	return m
}

// asked makes an interaction over a gateway, and returns its address.
func (c client) asked() (callback, hook string) {
	c.t.Helper()
	body, err := c.fake.AskBody(discordfake.Ask{})
	if err != nil {
		c.t.Fatal(err)
	}
	var i struct{ ID, Token string }
	if err := json.Unmarshal([]byte(body), &i); err != nil {
		c.t.Fatal(err)
	}
	return "/interactions/" + i.ID + "/" + i.Token + "/callback", "/webhooks/111/" + i.Token
}

func deferred(flags int) map[string]any {
	return map[string]any{"type": 5, "data": map[string]any{"flags": flags}}
}

func TestFirstAnswers(t *testing.T) {
	t.Parallel()
	type step struct {
		body   any
		status int
		code   int
	}
	tests := []struct {
		name  string
		pass  time.Duration
		steps []step
	}{
		{"once", 0, []step{{deferred(64), 204, 0}}},
		{"twice", 0, []step{{deferred(64), 204, 0}, {deferred(64), 400, 40060}}},
		{"too late", 3*time.Second + 1, []step{{deferred(64), 404, 10062}}},
		{"a deferral that says too much", 0, []step{{deferred(64 | 1<<15), 400, 50035}, {deferred(64), 204, 0}}},
		{"an answer for a button", 0, []step{{map[string]any{"type": 6}, 400, 50035}}},
		{"choices for a command", 0, []step{{map[string]any{"type": 8, "data": map[string]any{"choices": []any{}}}, 400, 50035}}},
		{"a message at once", 0, []step{{map[string]any{"type": 4, "data": private("No")}, 204, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			callback, _ := c.asked()
			c.now.Add(int64(tt.pass))
			for i, s := range tt.steps {
				if status, code, _ := c.call("POST", callback, "", s.body); status != s.status || code != s.code {
					t.Errorf("step %d: status %d, code %d", i, status, code)
				}
			}
		})
	}
	c := start(t)
	if status, code, _ := c.call("POST", "/interactions/1/none/callback", "", deferred(64)); status != 404 || code != 10062 {
		t.Errorf("an unknown interaction: status %d, code %d", status, code)
	}
}

func TestTheFirstFollowUpFillsThePlaceholder(t *testing.T) {
	t.Parallel()
	c := start(t)
	callback, hook := c.asked()
	if status, code, _ := c.call("POST", hook, "", text("Early")); status != 404 || code != 10015 {
		t.Errorf("before the first answer: status %d, code %d", status, code)
	}
	c.call("POST", callback, "", deferred(64))
	if m := c.fake.Messages(); len(m) != 1 || !m[0].Thinking() || m[0].For == "" {
		t.Fatalf("there stands %+v", m)
	}
	for i, want := range []int{1 << 6, 0} {
		if _, _, answer := c.call("POST", hook, "", text("Done")); number(answer["flags"])&(1<<6) != want {
			t.Errorf("follow-up %d has flags %v", i, answer["flags"])
		}
	}
	if all := c.fake.Sees("somebody else", discordfake.DefaultChannel); len(all) != 1 {
		t.Errorf("others see %d messages", len(all))
	}
	c.now.Add(int64(15*time.Minute + 1))
	if status, code, _ := c.call("PATCH", hook+"/messages/@original", "", text("Late")); status != 401 || code != 50027 {
		t.Errorf("after 15 minutes: status %d, code %d", status, code)
	}
}

func TestADeletedPlaceholderTakesNothingMore(t *testing.T) {
	t.Parallel()
	c := start(t)
	callback, hook := c.asked()
	c.call("POST", callback, "", deferred(64))
	if status, _, _ := c.call("DELETE", hook+"/messages/@original", "", nil); status != 204 {
		t.Fatalf("status %d", status)
	}
	if status, code, _ := c.call("POST", hook, "", text("Done")); status != 404 || code != 10008 {
		t.Errorf("status %d, code %d", status, code)
	}
}

func TestMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	component := func(c map[string]any) map[string]any {
		m := text("x")
		m["components"] = []any{c}
		return m
	}
	button := func(id, label string) map[string]any {
		return map[string]any{"type": 2, "custom_id": id, "label": label, "style": 1}
	}
	row := func(buttons ...any) map[string]any { return map[string]any{"type": 1, "components": buttons} }
	loud := text("x")
	delete(loud, "allowed_mentions")
	mixed := text("x")
	mixed["content"] = "y"
	nonce := text("x")
	nonce["nonce"] = strings.Repeat("n", 26)
	tests := []struct {
		name string
		body map[string]any
		want int
	}{
		{"in order", text("x"), 200},
		{"an escaped mention", text(`\<@1> \@everyone`), 200},
		{"a mention in a code span", text("`<@1>`"), 200},
		{"one that may mention", loud, 400},
		{"a mention", text("hello <@1>"), 400},
		{"everyone", text("@everyone"), 400},
		{"a link", text("see https://evil.example"), 400},
		{"content beside components", mixed, 400},
		{"too long", text(strings.Repeat("x", 4001)), 400},
		{"empty", text(""), 400},
		{"a long nonce", nonce, 400},
		{"an unknown component", component(map[string]any{"type": 99}), 400},
		{"a row of six", component(row(button("a", "a"), button("b", "b"), button("c", "c"), button("d", "d"), button("e", "e"), button("f", "f"))), 400},
		{"two buttons of one id", component(row(button("a", "a"), button("a", "b"))), 400},
		{"a button without words", component(row(button("a", ""))), 400},
		{"a long id", component(row(button(strings.Repeat("a", 101), "a"))), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			if status, _, _ := c.call("POST", "/channels/5566/messages", discordfake.DefaultBotToken, tt.body); status != tt.want {
				t.Errorf("status %d, want %d", status, tt.want)
			}
		})
	}
}

// TestFiles shows which files a message may bring, and that a change takes away those that it does not name.
func TestFiles(t *testing.T) {
	t.Parallel()
	const path = "/channels/5566/messages"
	gallery := map[string]any{"type": 12, "items": []any{map[string]any{"media": map[string]any{"url": "attachment://a.png"}, "description": "a"}}}
	message := func(change func(map[string]any)) map[string]any {
		m := text("x")
		m["components"] = []any{gallery}
		m["attachments"] = []any{map[string]any{"id": 0, "filename": "a.png", "description": "a"}}
		change(m)
		return m
	}
	document := func(name, alt string) map[string]any {
		return message(func(m map[string]any) {
			m["components"] = []any{map[string]any{"type": 13, "file": map[string]any{"url": "attachment://" + name}}}
			m["attachments"] = []any{map[string]any{"id": 0, "filename": name, "description": alt}}
		})
	}
	same := func(map[string]any) {}
	tests := []struct {
		name        string
		body        map[string]any
		part, bytes string // beside it; no part where bytes is empty
		file        string
		want        int
	}{
		{"in order", message(same), "files[0]", "abc", "a.png", 200},
		{"a file that nobody told of", message(func(m map[string]any) { delete(m, "attachments") }), "files[0]", "abc", "a.png", 400},
		{"a told file that did not come", message(same), "", "", "", 400},
		{"under another number", message(same), "files[1]", "abc", "a.png", 400},
		{"of another name", message(same), "files[0]", "abc", "b.png", 400},
		{"too large", message(same), "files[0]", strings.Repeat("x", 4<<20+1), "a.png", 400},
		{"without words", message(func(m map[string]any) {
			m["attachments"] = []any{map[string]any{"id": 0, "filename": "a.png"}}
		}), "files[0]", "abc", "a.png", 400},
		{"a document", document("a.csv", ""), "files[0]", "abc", "a.csv", 200},
		{"a document with words", document("a.csv", "a"), "files[0]", "abc", "a.csv", 400},
		{"another type", document("a.exe", ""), "files[0]", "abc", "a.exe", 400},
		{"a picture that nobody sees", document("a.png", "a"), "files[0]", "abc", "a.png", 400},
		{"one that is not shown", message(func(m map[string]any) { m["components"] = text("x")["components"] }), "files[0]", "abc", "a.png", 400},
		{"one that is shown and not there", message(func(m map[string]any) { delete(m, "attachments") }), "", "", "", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			status, _, answer := c.upload("POST", path, tt.body, tt.part, tt.file, tt.bytes)
			if status != tt.want {
				t.Fatalf("status %d, want %d: %v", status, tt.want, answer)
			}
			if tt.want != 200 {
				return
			}
			at := path + "/" + fmt.Sprint(answer["id"])
			for i, step := range []struct {
				body map[string]any
				want int
			}{{text("y"), 1}, {func() map[string]any { m := text("z"); m["attachments"] = []any{}; return m }(), 0}} {
				if status, _, _ := c.call("PATCH", at, discordfake.DefaultBotToken, step.body); status != 200 {
					t.Errorf("change %d: status %d", i, status)
				}
				if got := len(c.fake.Messages()[0].Files); got != step.want {
					t.Errorf("after change %d there are %d files, want %d", i, got, step.want)
				}
			}
		})
	}
	c := start(t)
	c.fake.DenyFiles("5566")
	if status, code, _ := c.upload("POST", path, message(same), "files[0]", "a.png", "abc"); status != 403 || code != 50013 {
		t.Errorf("without the permission: status %d, code %d", status, code)
	}
}

// upload calls with a body and a file beside it.
func (c client) upload(method, path string, body any, part, file, content string) (status, code int, answer map[string]any) {
	c.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	raw, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = w.WriteField("payload_json", string(raw))
	if content != "" {
		p, err := w.CreateFormFile(part, file)
		if err != nil {
			c.t.Fatal(err)
		}
		_, _ = p.Write([]byte(content))
	}
	_ = w.Close()
	return c.do(method, path, discordfake.DefaultBotToken, w.FormDataContentType(), form.Bytes())
}

func TestANonceKeepsAMessageSingle(t *testing.T) {
	t.Parallel()
	c := start(t)
	m := text("Restarted")
	m["nonce"], m["enforce_nonce"] = "n1", true
	_, _, first := c.call("POST", "/channels/5566/messages", discordfake.DefaultBotToken, m)
	_, _, second := c.call("POST", "/channels/5566/messages", discordfake.DefaultBotToken, m)
	if first["id"] != second["id"] || len(c.fake.Messages()) != 1 {
		t.Errorf("%v and %v", first["id"], second["id"])
	}
	if status, _, _ := c.call("POST", "/channels/5566/messages", "wrong", m); status != 401 {
		t.Errorf("a wrong token: status %d", status)
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	t.Parallel()
	command := func(change map[string]any) []any {
		c := map[string]any{"name": "battle", "description": "x"}
		for k, v := range change {
			c[k] = v
		}
		return []any{c}
	}
	many := make([]any, 26)
	for i := range many {
		many[i] = map[string]any{"name": fmt.Sprint("o", i), "description": "x"}
	}
	opt := func(name string, required bool) any {
		return map[string]any{"name": name, "description": "x", "required": required}
	}
	tests := []struct {
		name string
		body []any
		want int
	}{
		{"in order", command(nil), 200},
		{"an upper-case name", command(map[string]any{"name": "Battle"}), 400},
		{"no description", command(map[string]any{"description": ""}), 400},
		{"a long description", command(map[string]any{"description": strings.Repeat("x", 101)}), 400},
		{"too many options", command(map[string]any{"options": many}), 400},
		{"a required option too late", command(map[string]any{"options": []any{opt("a", false), opt("b", true)}}), 400},
		{"an option twice", command(map[string]any{"options": []any{opt("a", false), opt("a", false)}}), 400},
		{"choices and autocomplete", command(map[string]any{"options": []any{map[string]any{"name": "a", "description": "x", "autocomplete": true, "choices": []any{1}}}}), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			if status, _, _ := c.call("PUT", "/applications/111/guilds/998877/commands", discordfake.DefaultBotToken, tt.body); status != tt.want {
				t.Errorf("status %d, want %d", status, tt.want)
			}
		})
	}
}

// TestResumeReplays shows that events are numbered, kept while nobody is connected and given once.
func TestResumeReplays(t *testing.T) {
	t.Parallel()
	c := start(t)
	ws := c.connect()
	c.send(ws, `{"op":2,"d":{"token":"Bot `+discordfake.DefaultBotToken+`","intents":0}}`)
	ready := c.read(ws)
	data, _ := ready["d"].(map[string]any)
	session, _ := data["session_id"].(string)
	c.send(ws, `{"op":1,"d":1}`)
	if ack := c.read(ws); number(ack["op"]) != 11 {
		t.Errorf("a heartbeat was answered by %v", ack)
	}
	_ = ws.Close()
	if err := c.fake.Wait(t.Context(), func() bool { now, _, _ := c.fake.Sessions(); return now == 0 }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() { _, err := c.fake.Ask(ctx, discordfake.Ask{}); asked <- err }()
	defer func() {
		cancel()
		if err := <-asked; err != nil {
			t.Logf("nobody answered, as was planned: %v", err)
		}
	}()
	again := c.connect()
	c.send(again, fmt.Sprintf(`{"op":6,"d":{"token":"Bot %s","session_id":%q,"seq":1}}`, discordfake.DefaultBotToken, session))
	seen := map[any]int{}
	for range 2 {
		seen[c.read(again)["t"]]++
	}
	if seen["RESUMED"] != 1 || seen["INTERACTION_CREATE"] != 1 {
		t.Errorf("saw %v", seen)
	}
	c.send(again, `{"op":6,"d":{"token":"x","session_id":"none","seq":1}}`)
	if f := c.read(again); number(f["op"]) != 9 {
		t.Errorf("a resume of nothing was answered by %v", f)
	}
}

func (c client) connect() *websocket.Conn {
	c.t.Helper()
	ws, resp, err := websocket.DefaultDialer.DialContext(c.t.Context(), "ws"+strings.TrimPrefix(c.fake.APIURL(), "http")+"/link/?v=9&encoding=json", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
	c.t.Cleanup(func() { _ = ws.Close() })
	if hello := c.read(ws); number(hello["op"]) != 10 {
		c.t.Fatalf("greeted by %v", hello)
	}
	return ws
}

func (c client) send(ws *websocket.Conn, text string) {
	c.t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func number(v any) int {
	n, _ := v.(float64)
	return int(n)
}

func (c client) read(ws *websocket.Conn) map[string]any {
	c.t.Helper()
	var f map[string]any
	if err := ws.ReadJSON(&f); err != nil {
		c.t.Fatal(err)
	}
	return f
}

func TestAWrongTokenIsClosedWithItsCode(t *testing.T) {
	t.Parallel()
	c := start(t)
	ws := c.connect()
	c.send(ws, `{"op":2,"d":{"token":"Bot wrong","intents":0}}`)
	if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, 4004) {
		t.Errorf("the error is %v", err)
	}
}

func TestTheAnswerToARequestIsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	c := start(t)
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"type":8,"data":{}}`))
	}))
	t.Cleanup(bot.Close)
	c.fake.UseHTTP(bot.URL)
	if _, err := c.fake.Suggest(t.Context(), discordfake.Ask{}); err == nil || !strings.Contains(err.Error(), "no list of choices") {
		t.Errorf("a missing list passed: %v", err)
	}
	if _, err := c.fake.Ask(t.Context(), discordfake.Ask{}); err == nil {
		t.Error("choices passed as the answer to a command")
	}
}
