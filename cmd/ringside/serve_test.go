package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
)

func slackRefusal() slackfake.Fault { return slackfake.Fault{Error: "invalid_auth"} }

func TestHealthReadinessAndMetrics(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"http", "socket"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := serve(t, w.settings(t, mode))
			if status, body := s.get(t, "http://"+s.addr+"/healthz"); status != http.StatusOK {
				t.Errorf("health: %d %s", status, body)
			}
			body := s.ready(t)
			contains(t, body, "ledger", "tencent", "slack")
			_, metrics := s.get(t, "http://"+s.admin+"/metrics")
			contains(t, metrics, "ringside_slack_asks_total", "ringside_tencent_calls_per_second", "ringside_tencent_writes_suspended 0",
				`ringside_callbacks_refused_total{reason="stale"} 0`, "go_goroutines")
			if got := ringside(t, "", "health", "--url", "http://"+s.addr+"/healthz"); got.status != exitDone {
				t.Errorf("ringside health: %d %s", got.status, got.err)
			}
		})
	}
}

// ready waits until the program says that it is ready, and returns how.
func (s *server) ready(t *testing.T) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		status, body := s.get(t, "http://"+s.addr+"/readyz")
		if status == http.StatusOK {
			return body
		}
		<-tick.C
	}
	t.Fatal("it did not become ready")
	return ""
}

func TestNotReadySaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.host.Shut())
	s := serve(t, w.settings(t, "http"))
	status, body := s.get(t, "http://"+s.addr+"/readyz")
	if status != http.StatusServiceUnavailable {
		t.Errorf("readiness: %d", status)
	}
	contains(t, body, `"tencent"`, "reason")
}

func TestASecondProcessNamesTheHolder(t *testing.T) {
	t.Parallel()
	onlyFile(t)
	w := newWorld(t)
	path := w.settings(t, "http")
	serve(t, path)
	got := ringside(t, "", "serve", "--config", path)
	if got.status != exitFailed {
		t.Errorf("status %d, want %d", got.status, exitFailed)
	}
	contains(t, got.err, "in use by process")
	contains(t, ringside(t, "", "check", "--config", path).out, "ok      ledger    in use by process")
}

func TestABusyPort(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	s := serve(t, w.settings(t, "http"))
	got := ringside(t, "", "serve", "--config", other.settings(t, "http"), "--listen", s.addr)
	if got.status != exitFailed {
		t.Errorf("status %d, want %d", got.status, exitFailed)
	}
	contains(t, got.err, s.addr)
}

// TestNoSecretLeavesWhenSlackFails lets every way to answer fail in turn.
func TestNoSecretLeavesWhenSlackFails(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"http", "socket"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := openSlack(t, mode)
			s.slack.Fail(slackfake.Reply, slackfake.Fault{Status: 500}, slackfake.Fault{Cut: true})
			s.slack.Fail("chat.postMessage", slackfake.Fault{Error: "channel_not_found"})
			s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 6")
			must(t, s.until(t, func() bool {
				for _, m := range s.slack.Messages() {
					if m.Says("applied", "+6") {
						return true
					}
				}
				return false
			}))
			s.stop()
			said := s.logs.String()
			for _, m := range s.slack.Messages() {
				said += m.Text + string(m.Blocks)
			}
			for name, secret := range s.secrets() {
				if strings.Contains(said, secret) {
					t.Errorf("%s leaked", name)
				}
			}
		})
	}
}
