package slackfake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
)

func plainText(words string) map[string]any {
	return map[string]any{"type": "plain_text", "text": words}
}

func input(name string, element map[string]any) map[string]any {
	return map[string]any{"type": "input", "block_id": name, "label": plainText("Rows"), "element": element}
}

// form is one that Slack takes, changed.
func form(change func(view map[string]any)) map[string]any {
	view := map[string]any{
		"type": "modal", "callback_id": "form", "private_metadata": "kept", "title": plainText("Title"), "submit": plainText("Send"), "close": plainText("Cancel"),
		"blocks": []any{
			input("rows", map[string]any{"type": "plain_text_input", "action_id": "a", "placeholder": plainText("x"), "max_length": 3000}),
			input("file", map[string]any{"type": "file_input", "action_id": "a", "filetypes": []string{"csv"}, "max_files": 1}),
		},
	}
	change(view)
	return view
}

// open opens a form with a trigger, and returns the word of the refusal.
func open(t *testing.T, s *slackfake.Server, trigger string, view map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"trigger_id": trigger, "view": view})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+"views.open", strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+slackfake.DefaultBotToken)
	resp, err := client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var said struct{ Error string }
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	return said.Error
}

// typed types a command, whose trigger is then good.
func typed(t *testing.T, s *slackfake.Server, trigger string) {
	t.Helper()
	if _, err := s.AskBody(slackfake.Ask{Trigger: trigger}); err != nil {
		t.Fatal(err)
	}
}

// serve returns the address of an endpoint.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	web := httptest.NewServer(answer)
	t.Cleanup(web.Close)
	return web.URL
}

func TestForms(t *testing.T) {
	t.Parallel()
	long := func(n int) map[string]any { return plainText(strings.Repeat("x", n)) }
	blocks := func(all ...any) func(map[string]any) {
		return func(view map[string]any) { view["blocks"] = all }
	}
	tests := []struct {
		name   string
		view   map[string]any
		scopes string
		want   string
	}{
		{"in order", form(func(map[string]any) {}), "", ""},
		{"a long title", form(func(v map[string]any) { v["title"] = long(25) }), "", "invalid_arguments"},
		{"no word on the button", form(func(v map[string]any) { delete(v, "submit") }), "", "invalid_arguments"},
		{"it carries too much", form(func(v map[string]any) { v["private_metadata"] = strings.Repeat("x", 3001) }), "", "invalid_arguments"},
		{"no field", form(blocks()), "", "invalid_arguments"},
		{"a field twice", form(blocks(input("a", map[string]any{"type": "file_input", "max_files": 1}), input("a", map[string]any{"type": "file_input", "max_files": 1}))), "", "invalid_arguments"},
		{"too many files", form(blocks(input("a", map[string]any{"type": "file_input", "max_files": 11}))), "", "invalid_arguments"},
		{"too long a field", form(blocks(input("a", map[string]any{"type": "plain_text_input", "placeholder": plainText("x"), "max_length": 3001}))), "", "invalid_arguments"},
		{"an unknown field", form(blocks(input("a", map[string]any{"type": "colour_input"}))), "", "invalid_arguments"},
		{"a file without the scope", form(func(map[string]any) {}), "commands,chat:write", "missing_scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, slackfake.Config{Scopes: tt.scopes})
			typed(t, s, "1.1")
			if got := open(t, s, "1.1", tt.view); got != tt.want {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
			if n := len(s.Views()); (n == 1) != (tt.want == "") {
				t.Errorf("%d forms stand there", n)
			}
		})
	}
}

func TestATriggerOpensOneFormSoon(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	s := start(t, slackfake.Config{Clock: func() time.Time { return time.Unix(0, now.Load()) }})
	same := form(func(map[string]any) {})
	typed(t, s, "1.1")
	typed(t, s, "1.2")
	for i, step := range []struct {
		trigger string
		pass    time.Duration
		want    string
	}{{"1.1", 0, ""}, {"1.1", 0, "exchanged_trigger_id"}, {"9.9", 0, "invalid_arguments"}, {"1.2", 3*time.Second + 1, "expired_trigger_id"}} {
		now.Add(int64(step.pass))
		if got := open(t, s, step.trigger, same); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

// TestWhatAFormIsTold sends a form to an endpoint that answers as it is told to.
func TestWhatAFormIsTold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer   string
		closed, failed bool
	}{
		{"nothing", "", true, false},
		{"to go", `{"response_action":"clear"}`, true, false},
		{"what is wrong", `{"response_action":"errors","errors":{"rows":"No"}}`, false, false},
		{"what is wrong in a field that it has not", `{"response_action":"errors","errors":{"row":"No"}}`, false, true},
		{"that something is wrong", `{"response_action":"errors","errors":{}}`, false, true},
		{"something else", `{"response_action":"dance"}`, false, true},
		{"no JSON", `ok`, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, slackfake.Config{})
			web := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, tt.answer) })
			s.UseHTTP(web, web)
			typed(t, s, "1.1")
			if got := open(t, s, "1.1", form(func(map[string]any) {})); got != "" {
				t.Fatal(got)
			}
			v, err := s.WaitView(t.Context(), "U0456")
			if err != nil || len(v.Fields) != 2 || v.Carried != "kept" || v.Title != "Title" || v.Submit != "Send" {
				t.Fatalf("%+v, %v", v, err)
			}
			_, err = s.Submit(t.Context(), slackfake.Submit{View: v, Rows: "a"})
			if got := s.Views()[0]; got.Closed != tt.closed || (err != nil) != tt.failed {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
