package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/tencent/simulator"
)

func slackRefusal() slackfake.Fault { return slackfake.Fault{Error: "invalid_auth"} }

const host = "U0456" // the person the grant names

// overSlack runs a test in both of Slack's modes.
func overSlack(t *testing.T, test func(t *testing.T, w *world, s *server)) {
	for _, mode := range []string{"http", "socket"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := serve(t, w.settings(t, mode))
			if mode == "http" {
				w.slack.UseHTTP("http://"+s.addr+"/slack/commands", "http://"+s.addr+"/slack/interactions")
			} else {
				must(t, w.until(t, func() bool { now, _ := w.slack.Sockets(); return now > 0 }))
			}
			test(t, w, s)
		})
	}
}

// ask types a command as the host and waits until a message says all the words.
func (w *world) ask(t *testing.T, text string, words ...string) slackfake.Message {
	t.Helper()
	_, err := w.slack.Ask(t.Context(), slackfake.Ask{Text: text})
	must(t, err)
	return w.await(t, words...)
}

func (w *world) await(t *testing.T, words ...string) slackfake.Message {
	t.Helper()
	return w.awaitFor(t, host, words...)
}

// awaitFor waits until somebody sees a message that says all the words.
func (w *world) awaitFor(t *testing.T, user string, words ...string) slackfake.Message {
	t.Helper()
	var found slackfake.Message
	err := w.until(t, func() bool {
		for _, m := range w.slack.Sees(user, "C0AB") {
			if m.Says(words...) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		var heard []string
		for _, m := range w.slack.Messages() {
			heard = append(heard, m.Lines()...)
		}
		t.Fatalf("nobody said %q: %v; heard:\n%s", words, err, strings.Join(heard, "\n"))
	}
	return found
}

// until waits for a change of Slack's state, but not for ever.
func (w *world) until(t *testing.T, cond func() bool) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return w.slack.Wait(ctx, cond)
}

func (w *world) press(t *testing.T, m slackfake.Message, label, user string) {
	t.Helper()
	b, ok := m.Button(label)
	if !ok {
		t.Fatalf("no button %q on %v", label, m.Lines())
	}
	_, err := w.slack.Press(t.Context(), slackfake.Press{Message: m, Value: b.Value, User: user})
	must(t, err)
}

func (w *world) score(t *testing.T, room string) int64 {
	t.Helper()
	score, _ := w.sim.Score(w.battle, room)
	return score
}

func TestAddFromSlack(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, w *world, _ *server) {
		m := w.ask(t, "room:pk-live1 add pk-live1 100", "applied", "pk-live1", "+100", "now 100, leads by 100")
		if m.For != "" {
			t.Error("the result is not public")
		}
		if !regexp.MustCompile(`operation [0-9a-z]{6}`).MatchString(strings.Join(m.Lines(), "\n")) {
			t.Errorf("no operation id in %v", m.Lines())
		}
		if w.score(t, "pk-live1") != 100 {
			t.Errorf("score %d", w.score(t, "pk-live1"))
		}
	})
}

func TestSetFromSlack(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, w *world, _ *server) {
		question := w.ask(t, "room:pk-live1 set pk-live1 500", "Set pk-live1 to 500")
		if question.For != host {
			t.Error("the question is not private")
		}
		w.press(t, question, "Confirm", "U9999")
		w.awaitFor(t, "U9999", "Only mika")
		w.press(t, question, "Confirm", host)
		w.await(t, "applied", "= 500")
		confirmed := w.await(t, "Confirmed: set pk-live1 to 500")
		if len(confirmed.Buttons()) > 0 {
			t.Error("the buttons stayed")
		}
		w.press(t, question, "Confirm", host)
		w.await(t, "answered already")
		if n := w.sim.Totals().Commands[simulator.SetBattleScore]; n != 1 {
			t.Errorf("%d writes, want 1", n)
		}
	})
}

func TestRedeliveredCommandActsOnce(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, w *world, _ *server) {
		receipt, err := w.slack.Ask(t.Context(), slackfake.Ask{Text: "room:pk-live1 add pk-live1 100"})
		must(t, err)
		w.await(t, "applied")
		for range 3 {
			_, err := w.slack.Repeat(t.Context(), receipt)
			must(t, err)
		}
		w.ask(t, "room:pk-live1 add pk-live1 7", "applied", "+7")
		if w.score(t, "pk-live1") != 107 {
			t.Errorf("score %d, want 107", w.score(t, "pk-live1"))
		}
	})
}

func TestAStrangerAndAGroup(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, w *world, _ *server) {
		w.slack.SetGroup("S0789", "U0777")
		_, err := w.slack.Ask(t.Context(), slackfake.Ask{Text: "room:pk-live1 add pk-live1 100", User: "U0777"})
		must(t, err)
		w.await(t, "applied", "+100")
		_, err = w.slack.Ask(t.Context(), slackfake.Ask{Text: "room:pk-live1 add pk-live1 100", User: "U0778"})
		must(t, err)
		w.awaitFor(t, "U0778", "rule: who", "slack:T0123/user/U0778")
	})
}

func TestGracefulStop(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, w *world, s *server) {
		w.sim.Script(simulator.Slow(time.Second).On(simulator.SetBattleScore))
		_, err := w.slack.Ask(t.Context(), slackfake.Ask{Text: "room:pk-live1 add pk-live1 100"})
		must(t, err)
		must(t, w.until(t, func() bool {
			return len(w.slack.Messages()) >= 0 && w.sim.Totals().Commands[simulator.GetBattleInfo] > 0
		}))
		if status := s.stop(); status != exitDone {
			t.Errorf("status %d:\n%s", status, s.logs)
		}
		if w.score(t, "pk-live1") == 100 {
			w.await(t, "applied", "+100")
		}
	})
}

func TestHealthReadinessAndMetrics(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, _ *world, s *server) {
		if status, body := s.get(t, "http://"+s.addr+"/healthz"); status != http.StatusOK {
			t.Errorf("health: %d %s", status, body)
		}
		body := s.ready(t)
		contains(t, body, "ledger", "tencent", "slack")
		_, metrics := s.get(t, "http://"+s.admin+"/metrics")
		contains(t, metrics, "ringside_slack_asks_total", "ringside_tencent_calls_per_second", "go_goroutines")
		if got := ringside(t, "", "health", "--url", "http://"+s.addr+"/healthz"); got.status != exitDone {
			t.Errorf("ringside health: %d %s", got.status, got.err)
		}
	})
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

// TestNoSecretLeaves lets everything go wrong at the most talkative log level, and looks for each secret in all
// that was written and said.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	overSlack(t, func(t *testing.T, w *world, s *server) {
		w.ask(t, "room:pk-live1 add pk-live1 77", "applied")
		w.sim.Script(
			simulator.BadGateway(simulator.NotApplied), simulator.Reset(simulator.NotApplied), simulator.Redirect(),
			simulator.Truncate(simulator.NotApplied), simulator.WrongRegion(), simulator.ExpiredSig(),
		)
		for points := range 4 {
			w.ask(t, fmt.Sprint("room:pk-live1 add pk-live1 ", points+1), fmt.Sprint("+", points+1))
		}
		must(t, w.host.Shut())
		w.ask(t, "b2 add pk-live1 5", "not applied", "+5")
		_, ready := s.get(t, "http://"+s.addr+"/readyz")
		w.slack.Fail(slackfake.Reply, slackfake.Fault{Status: 500}, slackfake.Fault{Cut: true})
		w.slack.Fail("chat.postMessage", slackfake.Fault{Error: "channel_not_found"})
		_, err := w.slack.Ask(t.Context(), slackfake.Ask{Text: "b2 add pk-live1 6"})
		must(t, err)
		must(t, w.until(t, func() bool {
			messages := w.slack.Messages()
			return messages[len(messages)-1].Says("not applied", "+6")
		}))
		s.stop()
		said := ready + s.logs.String()
		for _, m := range w.slack.Messages() {
			said += m.Text + string(m.Blocks)
		}
		for name, secret := range map[string]string{
			"key": testKey, "bot token": slackfake.DefaultBotToken, "app token": slackfake.DefaultAppToken,
			"signing secret": slackfake.DefaultSigningSecret, "a signature": "usersig=", "an address with a signature": "sdkappid=",
		} {
			if strings.Contains(said, secret) {
				t.Errorf("%s leaked", name)
			}
		}
	})
}
