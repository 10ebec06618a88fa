package rehearsal_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/commands"
	"ringside/web/rehearsal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handler answers as a test tells it, and notes what it was asked.
type handler struct {
	handle func(ctx context.Context, ask commands.Invocation, to commands.Responder)
	press  func(ctx context.Context, press commands.Press, to commands.Responder)

	mu      sync.Mutex
	asks    []commands.Invocation
	presses []commands.Press
}

func (h *handler) Handle(ctx context.Context, ask commands.Invocation, to commands.Responder) {
	h.mu.Lock()
	h.asks = append(h.asks, ask)
	h.mu.Unlock()
	if h.handle != nil {
		h.handle(ctx, ask, to)
		return
	}
	_ = to.Answer(ctx, commands.Reply{Headline: "Did " + ask.Text + "."})
}

func (h *handler) Press(ctx context.Context, press commands.Press, to commands.Responder) {
	h.mu.Lock()
	h.presses = append(h.presses, press)
	h.mu.Unlock()
	if h.press != nil {
		h.press(ctx, press, to)
		return
	}
	_ = to.Amend(ctx, commands.Reply{Headline: "Pressed " + press.Button + "."})
}

func (h *handler) asked() []commands.Invocation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]commands.Invocation(nil), h.asks...)
}

func (h *handler) pressed() []commands.Press {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]commands.Press(nil), h.presses...)
}

// hall is a rehearsal room on a socket of this machine.
type hall struct {
	*rehearsal.Server
	handler *handler
	web     *httptest.Server
}

func newHall(t testing.TB, h *handler, opts ...rehearsal.Option) *hall {
	t.Helper()
	room, err := rehearsal.New(h, opts...)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(room.Handler())
	t.Cleanup(func() {
		room.Close(context.Background())
		web.Close()
	})
	return &hall{Server: room, handler: h, web: web}
}

// reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

func (a *hall) do(t testing.TB, method, path, body string, with ...func(*http.Request)) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, a.web.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, change := range with {
		change(r)
	}
	res, err := a.web.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: res.StatusCode, header: res.Header, body: string(text)}
}

// post sends one field as JSON and wants it taken.
func (a *hall) post(t testing.TB, path, field, value string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{field: value})
	if err != nil {
		t.Fatal(err)
	}
	if got := a.do(t, http.MethodPost, path, string(body)); got.status != http.StatusNoContent {
		t.Fatalf("%s with %s: %d %s", path, body, got.status, got.body)
	}
}

func (a *hall) say(t testing.TB, line string) { t.Helper(); a.post(t, "/rehearsal/say", "text", line) }

func (a *hall) press(t testing.TB, button string) {
	t.Helper()
	a.post(t, "/rehearsal/press", "button", button)
}

// message is one of the conversation, as far as tests look at it.
type message struct {
	ID      int
	Seq     uint64
	Said    string
	Passing string
	Busy    bool
	Alive   bool
	Private bool
	Reply   *struct {
		Tone, Headline, Footer string
		Rows                   [][4]string
		Notes, Examples        []string
		Buttons                []struct{ ID, Label string }
		Picture                *struct{ Address, Alt string }
	}
}

func (m message) words() string {
	if m.Reply == nil {
		return m.Said + m.Passing
	}
	return m.Reply.Headline
}

// page is one open stream.
type page struct {
	t       testing.TB
	events  chan event
	session string
	all     map[int]message
}

type event struct{ name, data string }

// open follows the conversation until the test ends.
func (a *hall) open(t testing.TB) *page {
	t.Helper()
	ctx, quit := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.web.URL+"/rehearsal/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.web.Client().Do(r) //nolint:bodyclose // the end of the test closes it
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, events: make(chan event, 1000), all: map[int]message{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(p.events)
		p.read(res.Body)
	}()
	t.Cleanup(func() {
		quit()
		_ = res.Body.Close()
		<-ended
	})
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the stream was answered with %d", res.StatusCode)
	}
	return p
}

func (p *page) read(body io.Reader) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 10<<20)
	var name string
	for lines.Scan() {
		if word, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = word
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			p.events <- event{name, data}
		}
	}
}

// until reads on until the conversation is as a test wants it.
func (p *page) until(what string, is func(all map[int]message) bool) map[int]message {
	p.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for !is(p.all) {
		select {
		case e, open := <-p.events:
			if !open {
				p.t.Fatalf("the stream ended before %s: %+v", what, p.all)
			}
			p.take(e)
		case <-limit.C:
			p.t.Fatalf("waited in vain for %s: %+v", what, p.all)
		}
	}
	return p.all
}

func (p *page) take(e event) {
	p.t.Helper()
	switch e.name {
	case "begin":
		if err := json.Unmarshal([]byte(e.data), &p.session); err != nil {
			p.t.Fatal(err)
		}
	case "messages":
		var news []message
		if err := json.Unmarshal([]byte(e.data), &news); err != nil {
			p.t.Fatal(err)
		}
		for _, m := range news {
			p.all[m.ID] = m
		}
	}
}

// says waits until the message with the id says exactly these words, and is not busy.
func (p *page) says(id int, words string) message {
	p.t.Helper()
	return p.until("message "+string(rune('0'+id))+" says "+words, func(all map[int]message) bool {
		m, ok := all[id]
		return ok && m.words() == words && !m.Busy
	})[id]
}
