package rehearsal_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ringside/bot/edge"
	"ringside/commands"
	"ringside/web/rehearsal"
)

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	tests := map[string]struct{ path, body, kind string }{
		"no JSON":              {"/rehearsal/say", "text=/battle list", ""},
		"a form":               {"/rehearsal/say", `{"text":"/battle list"}`, "application/x-www-form-urlencoded"},
		"plain text":           {"/rehearsal/say", `{"text":"/battle list"}`, "text/plain"},
		"no kind":              {"/rehearsal/say", `{"text":"/battle list"}`, "-"},
		"another field":        {"/rehearsal/say", `{"text":"/battle list","who":"admin"}`, ""},
		"two values":           {"/rehearsal/say", `{"text":"/battle list"}{}`, ""},
		"a number":             {"/rehearsal/say", `{"text":1}`, ""},
		"nothing":              {"/rehearsal/say", `{}`, ""},
		"spaces":               {"/rehearsal/say", `{"text":"  \n "}`, ""},
		"a long line":          {"/rehearsal/say", `{"text":"` + strings.Repeat("x", 5001) + `"}`, ""},
		"a large body":         {"/rehearsal/say", `{"text":"x` + strings.Repeat(" ", 20000) + `"}`, ""},
		"not UTF-8":            {"/rehearsal/say", "{\"text\":\"/battle \xff\"}", ""},
		"no button":            {"/rehearsal/press", `{"button":""}`, ""},
		"a strange button":     {"/rehearsal/press", `{"button":"A-1"}`, ""},
		"a long button":        {"/rehearsal/press", `{"button":"` + strings.Repeat("a", 65) + `"}`, ""},
		"a line for a press":   {"/rehearsal/press", `{"text":"x"}`, ""},
		"a strange suggestion": {"/rehearsal/suggest", `[]`, ""},
	}
	for name, tt := range tests {
		got := a.do(t, http.MethodPost, tt.path, tt.body, func(r *http.Request) {
			switch tt.kind {
			case "":
			case "-":
				r.Header.Del("Content-Type")
			default:
				r.Header.Set("Content-Type", tt.kind)
			}
		})
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	if len(a.handler.asked())+len(a.handler.pressed()) > 0 {
		t.Error("something reached the handler")
	}
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	h := asking()
	h.handle = func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
		<-hold
		_ = answer("done")(ctx, to)
	}
	a := newHall(t, h)
	p := a.open(t)
	if _, err := a.Notify(t.Context(), commands.Place{Channel: "web:rehearsal"}, commands.Reply{Headline: "Sure?", Buttons: []commands.Button{{ID: "yes"}}}); err != nil {
		t.Fatal(err)
	}
	for range 9 {
		a.say(t, "/battle slow")
	}
	p.until("a refusal", func(all map[int]message) bool { return len(all) == 11 && all[11].words() == edge.Busy().Headline })
	a.press(t, "yes")
	p.until("another", func(all map[int]message) bool { return all[12].words() == edge.Busy().Headline && !all[1].Busy })
	release()
	p.until("all answers", func(all map[int]message) bool { return len(all) == 20 })
	if n := len(a.handler.asked()); n != 8 {
		t.Errorf("%d reached the handler", n)
	}
}

func TestAPanicIsContained(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{
		handle: func(context.Context, commands.Invocation, commands.Responder) { panic("a fault") },
		press:  func(context.Context, commands.Press, commands.Responder) { panic("a fault") },
	})
	p := a.open(t)
	a.say(t, "/battle list")
	p.says(2, edge.Broken().Headline)
	a.press(t, "yes")
	p.says(3, edge.Broken().Headline)
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	for range 20 {
		a.open(t).sessionOf()
	}
	if got := a.do(t, http.MethodGet, "/rehearsal/events", ""); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("the 21st stream: %d", got.status)
	}
}

func TestCloseWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan struct{}), false
	a := newHall(t, &handler{handle: func(ctx context.Context, _ commands.Invocation, _ commands.Responder) {
		close(begun)
		<-ctx.Done()
		ended = true
	}})
	p := a.open(t)
	a.say(t, "/battle slow")
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a.Close(ctx)
	if !ended {
		t.Error("Close returned before the command")
	}
	for range p.events { // the stream has ended, or this never does
		continue
	}
	a.say(t, "/battle list")
	if len(a.handler.asked()) != 1 {
		t.Error("a command was taken after Close")
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	var asked []commands.Query
	a := newHall(t, &handler{}, rehearsal.WithSuggestions(func(_ context.Context, q commands.Query) []commands.Choice {
		asked = append(asked, q)
		return []commands.Choice{{Label: q.Option + " " + q.Battle, Value: "v"}}
	}))
	for text, want := range map[string]string{
		"/b":                                   `[{"label":"/battle-score","value":"/battle-score"},{"label":"/battle","value":"/battle"}]`,
		"":                                     `[{"label":"/battle-score","value":"/battle-score"},{"label":"/battle","value":"/battle"}]`,
		"/battle-score ":                       `[{"label":"battle ","value":"v"}]`,
		"/battle-score de":                     `[{"label":"battle ","value":"v"}]`,
		"/battle-score demo a":                 `[{"label":"add","value":"add"}]`,
		"/battle-score demo add ":              `[{"label":"room demo","value":"v"}]`,
		"/battle-score demo add pk-live1 1":    `[]`,
		"/battle-score demo add pk-live1 1 pk": `[{"label":"room demo","value":"v"}]`,
		"/battle u":                            `[{"label":"unwatch","value":"unwatch"},{"label":"undo","value":"undo"}]`,
		"/battle watch ":                       `[{"label":"battle ","value":"v"}]`,
		"/battle help x":                       `[]`,
		"hello there":                          `[]`,
	} {
		body, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.do(t, http.MethodPost, "/rehearsal/suggest", string(body)); strings.TrimSpace(got.body) != want {
			t.Errorf("%q: %s, want %s", text, got.body, want)
		}
	}
	for _, q := range asked {
		if q.Caller.ID != "web:visitor" || q.Place.Channel != "web:rehearsal" {
			t.Errorf("asked as %+v", q)
		}
	}
}

func FuzzBodies(f *testing.F) {
	for _, seed := range []string{`{"text":"/battle list"}`, `{"button":"abc1"}`, `{}`, `null`, `"x"`, `{"text":"\u202e"}`, `{"text":"battle\n\n\tlist"}`, "\xff", `{"text":"/battle-score \ud800"}`} {
		f.Add(seed)
	}
	h := &handler{}
	room, err := rehearsal.New(h)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { room.Close(context.Background()) })
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"say", "press", "suggest"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/rehearsal/"+path, strings.NewReader(body))
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			room.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusOK && w.Code != http.StatusNoContent && w.Code != http.StatusBadRequest {
				t.Errorf("%s with %q: %d", path, body, w.Code)
			}
		}
	})
}
