package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// openView serves with an operators' page, and Slack to talk through.
func openView(t *testing.T) (*stageOf, string) {
	t.Helper()
	w := newWorld(t)
	s := serve(t, w.settings(t, "http", `admin_listen = "localhost:0"`,
		`admin_listen = "localhost:0"`+"\noperator_key = \""+w.secret(t, "operator", "a long operator key")+`"`))
	w.slack.UseHTTP("http://"+s.addr+"/slack/commands", "http://"+s.addr+"/slack/interactions")
	return &stageOf{chat: &slackChat{world: w}, world: w, stop: s.stop, logs: s.logs}, s.addr
}

func TestTheOverlaysAddressOpensUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	s, addr := openView(t)
	s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 987")
	s.await(t, mika, "applied", "+987")
	s.ask(t, mika, "/battle overlay room:pk-live1")
	path := regexp.MustCompile(`/overlay/[^\s?]+\?key=[A-Za-z0-9_-]+`)
	address := path.FindString(s.await(t, mika, "The stream overlay of", "?key=").text)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	if status, _ := fetch(t, client, "http://"+addr+address); status != http.StatusOK {
		t.Errorf("the page: %d", status)
	}
	events := strings.Replace(address, "?", "/events?", 1)
	if told := firstEvent(t, client, "http://"+addr+events); !strings.Contains(told, "987") {
		t.Errorf("the first event is %q", told)
	}
	if status, _ := fetch(t, client, "http://"+addr+address+"x"); status != http.StatusForbidden {
		t.Errorf("with another key: %d", status)
	}
	s.ask(t, mika, "/battle overlay room:pk-live1 revoke")
	s.await(t, mika, "no longer works")
	if status, _ := fetch(t, client, "http://"+addr+address); status != http.StatusForbidden {
		t.Errorf("revoked: %d", status)
	}
}

func fetch(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	must(t, err)
	res, err := client.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(body)
}

// firstEvent reads a stream of events until the first one that tells of rooms.
func firstEvent(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	must(t, err)
	res, err := client.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "pk-live1") {
			return lines.Text()
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return ""
}

func TestWebhooksMakeABattleKnown(t *testing.T) {
	t.Parallel()
	s, addr := openView(t)
	must(t, s.sim.StartWebhooks(simulator.Webhooks{URL: "http://" + addr + "/tencent/callback"}))
	battle, err := s.sim.AddBattle(simulator.BattleSpec{From: "pk-east", To: []string{"pk-west"}, Duration: time.Hour})
	must(t, err)
	must(t, s.until(t, func() bool {
		s.ask(t, mika, "/battle list")
		return strings.Contains(s.await(t, mika, "running").text, "pk-west")
	}))
	s.ask(t, mika, "/battle name "+battle+" east")
	s.await(t, mika, "now called east")
	if !s.sim.EndBattle(battle) {
		t.Fatal("it did not end")
	}
	must(t, s.until(t, func() bool {
		s.ask(t, mika, "/battle list")
		return strings.Contains(s.await(t, mika, "running").text, "No battle is running")
	}))
}

func TestOperatorsSeeWhatRuns(t *testing.T) {
	t.Parallel()
	s, addr := openView(t)
	s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
	s.await(t, mika, "applied", "+100")
	jar, err := cookiejar.New(nil)
	must(t, err)
	client := &http.Client{Transport: &http.Transport{}, Jar: jar}
	t.Cleanup(client.CloseIdleConnections)
	if _, page := fetch(t, client, "http://"+addr+"/"); strings.Contains(page, "pk-live1") {
		t.Error("a stranger sees the battles")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+addr+"/dashboard/enter",
		strings.NewReader(url.Values{"key": {"a long operator key"}}.Encode()))
	must(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	_, page := fetch(t, client, "http://"+addr+"/")
	contains(t, page, "pk-live1", "add 100 to pk-live1", "applied", "mika")
}
