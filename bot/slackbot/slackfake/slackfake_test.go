package slackfake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"ringside/bot/slackbot/slackfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, c slackfake.Config) *slackfake.Server {
	t.Helper()
	s := slackfake.Start(c)
	t.Cleanup(s.Close)
	return s
}

// TestSignVector is the example of https://docs.slack.dev/authentication/verifying-requests-from-slack.
func TestSignVector(t *testing.T) {
	t.Parallel()
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
		"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
		"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const want = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	if got := slackfake.Sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body); got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
}

// client posts to the fake over connections of its own.
func client(t *testing.T) *http.Client {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func send(t *testing.T, c *http.Client, address, kind, body string) (status int, answer map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer = map[string]any{}
	_ = json.Unmarshal(raw, &answer) // "ok" is not JSON
	return resp.StatusCode, answer
}

// call calls a method with a form and returns Slack's word of refusal, or the empty string.
func call(t *testing.T, s *slackfake.Server, method string, form url.Values) string {
	t.Helper()
	_, answer := send(t, client(t), s.APIURL()+method, "application/x-www-form-urlencoded", form.Encode())
	if answer["ok"] == true {
		return ""
	}
	return fmt.Sprint(answer["error"])
}

func TestMethodsRefuse(t *testing.T) {
	t.Parallel()
	token := slackfake.DefaultBotToken
	message := func(change func(url.Values)) url.Values {
		form := url.Values{"token": {token}, "channel": {"C1"}, "text": {"hello"}}
		change(form)
		return form
	}
	section := func(n int) string {
		return `{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", n) + `"}}`
	}
	tests := []struct {
		name, method string
		form         url.Values
		want         string
	}{
		{"all is well", "chat.postMessage", message(func(url.Values) {}), ""},
		{"no token", "auth.test", url.Values{}, "invalid_auth"},
		{"a wrong token", "auth.test", url.Values{"token": {"xoxb-other"}}, "invalid_auth"},
		{"the bot token for a socket", "apps.connections.open", url.Values{"token": {token}}, "invalid_auth"},
		{"the app token for a socket", "apps.connections.open", url.Values{"token": {slackfake.DefaultAppToken}}, ""},
		{"no scope", "usergroups.users.list", url.Values{"token": {token}, "usergroup": {"S1"}}, "missing_scope"},
		{"a closed channel", "chat.postMessage", message(func(f url.Values) { f.Set("channel", "C9") }), "not_in_channel"},
		{"no text", "chat.postMessage", message(func(f url.Values) { f.Del("text") }), "no_text"},
		{"broken blocks", "chat.postMessage", message(func(f url.Values) { f.Set("blocks", "{") }), "invalid_blocks_format"},
		{"a section too long", "chat.postMessage", message(func(f url.Values) { f.Set("blocks", "["+section(3001)+"]") }), "invalid_blocks"},
		{"an empty section", "chat.postMessage", message(func(f url.Values) { f.Set("blocks", "["+section(0)+"]") }), "invalid_blocks"},
		{"too many blocks", "chat.postMessage", message(func(f url.Values) {
			f.Set("blocks", "["+strings.TrimSuffix(strings.Repeat(section(1)+",", 51), ",")+"]")
		}), "invalid_blocks"},
		{"too much in all", "chat.postMessage", message(func(f url.Values) {
			f.Set("blocks", "["+strings.TrimSuffix(strings.Repeat(section(2900)+",", 5), ",")+"]")
		}), "msg_blocks_too_long"},
		{"a button without a label", "chat.postMessage", message(func(f url.Values) {
			f.Set("blocks", `[{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":""}}]}]`)
		}), "invalid_blocks"},
		{"changing what is not there", "chat.update", message(func(f url.Values) { f.Set("ts", "1.1") }), "message_not_found"},
		{"a conversation with nobody", "conversations.open", url.Values{"token": {token}}, "users_list_not_supplied"},
	}
	s := start(t, slackfake.Config{Scopes: "chat:write,im:write"})
	s.CloseChannel("C9")
	for _, tt := range tests {
		if got := call(t, s, tt.method, tt.form); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestFiles shows that a file arrives in a channel, and which do not.
func TestFiles(t *testing.T) {
	t.Parallel()
	const ask, show = "files.getUploadURLExternal", "files.completeUploadExternal"
	token := slackfake.DefaultBotToken
	good := url.Values{"token": {token}, "filename": {"a.png"}, "length": {"3"}, "alt_txt": {"a"}}
	with := func(name, value string) url.Values {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(name, value)
		return form
	}
	for name, form := range map[string]url.Values{
		"no length": with("length", ""), "an empty file": with("length", "0"), "a large one": with("length", "4194305"),
		"no name": with("filename", ""), "a path": with("filename", "../a.png"), "no alt text": with("alt_txt", ""), "another type": with("filename", "a.exe"), "words for a document": with("filename", "a.csv"),
	} {
		if got := call(t, start(t, slackfake.Config{}), ask, form); got != "invalid_arguments" {
			t.Errorf("%s: %q", name, got)
		}
	}
	tests := []struct {
		name, file, bytes string // what is sent
		id, channel       string // what is shown; the id is the file's own if empty
		status            int
		want              string
	}{
		{"in order", "a.png", "abc", "", "C1", 200, ""},
		{"too short", "a.png", "ab", "", "C1", 400, "file_not_found"},
		{"too long", "a.png", "abcd", "", "C1", 400, "file_not_found"},
		{"another name", "b.png", "abc", "", "C1", 400, "file_not_found"},
		{"an unknown id", "a.png", "abc", "F999", "C1", 200, "file_not_found"},
		{"a closed channel", "a.png", "abc", "", "C9", 200, "channel_not_found"},
		{"no channel", "a.png", "abc", "", "", 200, "channel_not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, slackfake.Config{})
			s.CloseChannel("C9")
			_, ticket := send(t, client(t), s.APIURL()+ask, "application/x-www-form-urlencoded", good.Encode())
			var form bytes.Buffer
			w := multipart.NewWriter(&form)
			part, err := w.CreateFormFile("file", tt.file)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write([]byte(tt.bytes))
			_ = w.Close()
			status, _ := send(t, client(t), fmt.Sprint(ticket["upload_url"]), w.FormDataContentType(), form.String())
			if tt.id == "" {
				tt.id = fmt.Sprint(ticket["file_id"])
			}
			got := call(t, s, show, url.Values{"token": {token}, "files": {`[{"id":"` + tt.id + `","title":"a"}]`}, "channel_id": {tt.channel}})
			if status != tt.status || got != tt.want {
				t.Errorf("status %d, %q", status, got)
			}
			if n := len(s.Sees("U1", "C1")); (n == 1) != (tt.want == "") {
				t.Errorf("%d messages stand there", n)
			}
		})
	}
	if got := call(t, start(t, slackfake.Config{Scopes: "chat:write"}), ask, good); got != "missing_scope" {
		t.Errorf("without the scope: %q", got)
	}
}

// address types a command over HTTP and returns its response address.
func address(t *testing.T, s *slackfake.Server) string {
	t.Helper()
	var got atomic.Value
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got.Store(r.PostFormValue("response_url"))
	}))
	t.Cleanup(web.Close)
	s.UseHTTP(web.URL, web.URL)
	receipt, err := s.Ask(t.Context(), slackfake.Ask{})
	if err != nil || receipt.Status != http.StatusOK {
		t.Fatalf("asking: %+v, %v", receipt, err)
	}
	return fmt.Sprint(got.Load())
}

func reply(t *testing.T, to, body string) int {
	t.Helper()
	status, _ := send(t, client(t), to, "application/json", body)
	return status
}

func words(s *slackfake.Server, user string) []string {
	var all []string
	for _, m := range s.Sees(user, "C0AB") {
		all = append(all, strings.Join(m.Lines(), " "))
	}
	return all
}

func TestReplyAddressIsGoodForFiveUses(t *testing.T) {
	t.Parallel()
	s := start(t, slackfake.Config{})
	to := address(t, s)
	for i := range 6 {
		want := http.StatusOK
		if i == 5 {
			want = http.StatusNotFound
		}
		if got := reply(t, to, `{"text":"hi"}`); got != want {
			t.Errorf("use %d: status %d, want %d", i+1, got, want)
		}
	}
	if diff := cmp.Diff([]int{5}, s.ReplyUses()); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
}

func TestReplyAddressIsGoodForHalfAnHour(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := start(t, slackfake.Config{Clock: func() time.Time { return now }})
	to := address(t, s)
	now = now.Add(30 * time.Minute)
	if got := reply(t, to, `{"text":"hi"}`); got != http.StatusOK {
		t.Errorf("after 30 minutes: status %d", got)
	}
	now = now.Add(time.Second)
	if got := reply(t, to, `{"text":"hi"}`); got != http.StatusNotFound {
		t.Errorf("after more than that: status %d", got)
	}
}

func TestReplyVisibilityReplacementAndDeletion(t *testing.T) {
	t.Parallel()
	s := start(t, slackfake.Config{})
	to := address(t, s)
	steps := []struct {
		body          string
		mine, theirs  []string
		andStillThere int
	}{
		{`{"text":"wait"}`, []string{"wait"}, nil, 1},
		{`{"text":"sure?","replace_original":true}`, []string{"sure?"}, nil, 1},
		{`{"text":"done","response_type":"in_channel"}`, []string{"sure?", "done"}, []string{"done"}, 2},
		{`{"delete_original":true}`, []string{"done"}, []string{"done"}, 2},
	}
	for _, step := range steps {
		if got := reply(t, to, step.body); got != http.StatusOK {
			t.Fatalf("%s: status %d", step.body, got)
		}
		if diff := cmp.Diff(step.mine, words(s, "U0456")); diff != "" {
			t.Errorf("%s: the caller sees (-want +got):\n%s", step.body, diff)
		}
		if diff := cmp.Diff(step.theirs, words(s, "U0001")); diff != "" {
			t.Errorf("%s: others see (-want +got):\n%s", step.body, diff)
		}
		if got := len(s.Messages()); got != step.andStillThere {
			t.Errorf("%s: %d messages ever", step.body, got)
		}
	}
}

func TestCommandsMayNeverReplace(t *testing.T) {
	t.Parallel()
	s := start(t, slackfake.Config{CommandsNeverReplace: true})
	to := address(t, s)
	reply(t, to, `{"text":"wait"}`)
	reply(t, to, `{"text":"done","replace_original":true}`)
	if got := reply(t, to, `{"delete_original":true}`); got != http.StatusNotFound {
		t.Errorf("deleting: status %d", got)
	}
	if diff := cmp.Diff([]string{"wait", "done"}, words(s, "U0456")); diff != "" {
		t.Errorf("the caller sees (-want +got):\n%s", diff)
	}
}

func TestMessageReads(t *testing.T) {
	t.Parallel()
	m := slackfake.Message{Text: "fallback", Blocks: json.RawMessage(`[
		{"type":"section","text":{"type":"mrkdwn","text":"*a &lt;b&gt;*\n&amp;amp;"}},
		{"type":"actions","block_id":"x","elements":[{"type":"button","action_id":"y","value":"v","style":"danger","text":{"type":"plain_text","text":"Undo"}}]},
		{"type":"context","elements":[{"type":"mrkdwn","text":"small"}]}]`)}
	if diff := cmp.Diff([]string{"*a <b>*", "&amp;", "small"}, m.Lines()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	want := slackfake.Button{ActionID: "y", BlockID: "x", Label: "Undo", Value: "v", Style: "danger"}
	if got, ok := m.Button("Undo"); !ok || got != want {
		t.Errorf("the button is %+v", got)
	}
	if _, ok := m.Button("Redo"); ok || m.Says("a", "large") || !m.Says("small", "<b>") {
		t.Error("the message says what it does not, or has a button that it has not")
	}
	if got := (slackfake.Message{Text: "fallback"}).Lines(); got[0] != "fallback" {
		t.Errorf("without blocks it reads %q", got)
	}
}

func TestSocketSpeaks(t *testing.T) {
	t.Parallel()
	s := start(t, slackfake.Config{})
	_, answer := send(t, client(t), s.APIURL()+"apps.connections.open", "application/x-www-form-urlencoded", "token="+slackfake.DefaultAppToken)
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), fmt.Sprint(answer["url"]), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	defer func() { _ = conn.Close() }()
	if _, hello, err := conn.ReadMessage(); err != nil || !bytes.Contains(hello, []byte(`"hello"`)) {
		t.Fatalf("greeted with %s, %v", hello, err)
	}
	if err := s.WaitSockets(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	result := make(chan slackfake.Receipt, 1)
	go func() {
		receipt, err := s.Ask(t.Context(), slackfake.Ask{Text: "demo"})
		if err != nil {
			t.Error(err)
		}
		result <- receipt
	}()
	var envelope struct {
		Type    string         `json:"type"`
		ID      string         `json:"envelope_id"`
		Payload map[string]any `json:"payload"`
	}
	if err := conn.ReadJSON(&envelope); err != nil {
		t.Fatal(err)
	}
	if envelope.Type != "slash_commands" || envelope.Payload["text"] != "demo" {
		t.Errorf("the envelope is %+v", envelope)
	}
	if err := conn.WriteJSON(map[string]any{"envelope_id": envelope.ID, "payload": map[string]any{"text": "hm"}}); err != nil {
		t.Fatal(err)
	}
	receipt := <-result
	if receipt.Envelope != envelope.ID || receipt.Body != `{"text":"hm"}` || len(s.Acks()) != 1 {
		t.Errorf("the receipt is %+v", receipt)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t, slackfake.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.WaitFor(ctx, "U1", "C1", "never said"); err == nil || !strings.Contains(err.Error(), "never said") {
		t.Errorf("waiting returned %v", err)
	}
	if _, err := s.Ask(ctx, slackfake.Ask{}); err == nil {
		t.Error("somebody acknowledged where nobody is")
	}
	if _, err := s.Press(ctx, slackfake.Press{}); err == nil {
		t.Error("a message that is not there was pressed")
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := start(t, slackfake.Config{})
	s.Fail("auth.test",
		slackfake.Fault{Error: "fatal_error"}, slackfake.Fault{Status: 503}, slackfake.Fault{RetryAfter: "3"},
		slackfake.Fault{Cut: true}, slackfake.Fault{Lost: true})
	c := client(t)
	post := func() (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+"auth.test", strings.NewReader("token="+slackfake.DefaultBotToken))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return c.Do(req)
	}
	for i, want := range []int{200, 503, 429, 0, 0, 200} {
		resp, err := post()
		got := 0
		if err == nil {
			got = resp.StatusCode
			_ = resp.Body.Close()
		}
		if got != want {
			t.Errorf("call %d: status %d (%v), want %d", i, got, err, want)
		}
	}
	if got := s.Calls("auth.test"); got != 6 {
		t.Errorf("%d calls were counted", got)
	}
}
