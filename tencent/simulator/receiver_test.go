package simulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// patienceWithHooks is when a test gives up waiting for what will never come.
const patienceWithHooks = 20 * time.Second

// delivery is a webhook as its receiver saw it.
type delivery struct {
	query url.Values
	kind  string // Content-Type
	body  map[string]any
}

// told says in a few words what happened.
func (d delivery) told() string {
	word := strings.TrimSuffix(strings.TrimPrefix(d.query.Get("CallbackCommand"), "Live.CallbackAfter"), "Battle")
	if how, ended := d.body["OpType"]; ended {
		word += fmt.Sprint(how)
	}
	return word
}

// receiver takes webhooks and hands them to the test one by one.
type receiver struct {
	url  string
	came chan delivery
}

func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{came: make(chan delivery, 4096)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		d := delivery{query: q.URL.Query(), kind: q.Method + " " + q.Header.Get("Content-Type")}
		raw, _ := io.ReadAll(q.Body)
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		_ = decoder.Decode(&d.body)
		r.came <- d
		answer(w, q)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func accept(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`)
}

// next waits for n deliveries and says what they told.
func (r *receiver) next(t *testing.T, n int) []delivery {
	t.Helper()
	var all []delivery
	for range n {
		select {
		case d := <-r.came:
			all = append(all, d)
		case <-time.After(patienceWithHooks):
			t.Fatalf("only %d of %d deliveries came", len(all), n)
		}
	}
	return all
}

func words(all []delivery) string {
	var told []string
	for _, d := range all {
		told = append(told, d.told())
	}
	return strings.Join(told, " ")
}

// hook starts webhooks of a stand.
func hook(t *testing.T, s *stand, w simulator.Webhooks) *receiver {
	t.Helper()
	r := newReceiver(t, accept)
	t.Cleanup(s.sim.Close)
	w.URL = r.url + "/tencent?ours=1"
	if err := s.sim.StartWebhooks(w); err != nil {
		t.Fatal(err)
	}
	return r
}

// wantBody compares a body without what is random or always there.
func wantBody(t *testing.T, d delivery, battle, want string) {
	t.Helper()
	check(t, "battle", d.body["BattleId"], any(battle))
	check(t, "command", d.body["CallbackCommand"], any(d.query.Get("CallbackCommand")))
	delete(d.body, "BattleId")
	delete(d.body, "CallbackCommand")
	delete(d.body, "Reserved")
	got, err := json.Marshal(d.body)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "body", string(got), want)
}
