package slackbot_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

const goodCarried = `{"command":"/battle","text":"bulk","team":"T0123","channel":"C0AB","user":"U0456","name":"mika"}`

// formBody is the signed body of a form that carries something and was filled in with rows.
func formBody(carried, rows string) string {
	payload, _ := json.Marshal(map[string]any{ // It cannot fail.
		"type": "view_submission", "team": map[string]string{"id": "T0123"}, "user": map[string]string{"id": "U0456", "team_id": "T0123"},
		"view": map[string]any{
			"id": "V1", "callback_id": "ringside_form", "private_metadata": carried,
			"state": map[string]any{"values": map[string]any{"rows": map[string]any{"ringside_input": map[string]any{"type": "plain_text_input", "value": rows}}}},
		},
	})
	return url.Values{"payload": {string(payload)}}.Encode()
}

// FuzzForm sends signed forms of any kind: first what a form of ours carries, and then any other payload. Whatever is
// handed on is an ask of the person who sent it, for a command that has a form.
func FuzzForm(f *testing.F) {
	fake := slackfake.Start(slackfake.Config{})
	f.Cleanup(fake.Close)
	got := make(chan commands.Invocation, 1)
	crew := crewFunc(func(task func(context.Context)) bool { go task(context.Background()); return true })
	d := desk{handle: func(_ context.Context, ask commands.Invocation, _ commands.Responder) { got <- ask }}
	b, err := slackbot.New(settingsFor(fake, slackbot.ModeHTTP), d, crew, zap.NewNop())
	if err != nil {
		f.Fatal(err)
	}
	endpoint := b.Routes()["POST /slack/interactions"]
	f.Add(goodCarried, "final, add, pk-live1, 100", "")
	f.Add(`{"command":"/battle-score","text":"bulk","team":"T0123","channel":"../C","user":"U0456"}`, "x", "")
	f.Add("", "", `{"type":"view_submission","view":{"callback_id":"ringside_form","state":{"values":{"file":{"ringside_input":{"files":[{"name":"a.csv"}]}}}}}}`)
	f.Add("", "", `{"type":"view_submission","view":null,"team":null,"user":null}`)
	f.Fuzz(func(t *testing.T, carried, rows, payload string) {
		body := formBody(carried, rows)
		if payload != "" {
			body = url.Values{"payload": {payload}}.Encode()
		}
		req, err := fake.SignedRequest(t.Context(), "/slack/interactions", body)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		endpoint.ServeHTTP(w, req)
		if w.Code != 200 && w.Code != 400 && w.Code != 413 {
			t.Fatalf("status %d", w.Code)
		}
		if payload != "" || !strings.Contains(w.Body.String(), "clear") {
			return
		}
		ask := <-got
		if _, needed := commands.FormFor(commands.Invocation{Command: ask.Command, Text: ask.Text}); !needed || ask.Sheet == nil ||
			ask.Caller.ID != "slack:T0123/user/U0456" || strings.Count(ask.Place.Channel, "/") != 1 || len(ask.Caller.Name) > 400 {
			t.Fatalf("handed on: %+v", ask)
		}
	})
}
