package simulator_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"ringside/tencent/simulator"
)

// rawCall speaks HTTP by hand: it promises a body of some length, sends less, and closes its half.
func rawCall(t *testing.T, s *stand, body string, promised int) answer {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST %s?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s",
		pathOf(simulator.SetBattleScore), goodQuery().Encode(), promised, body)
	if err != nil {
		t.Fatal(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	return readAnswer(response)
}

func TestHalfABodyTakesNoEffect(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	body := addBoth(s.battle())
	// A whole JSON object arrives, but the caller promised more: the request is not complete.
	got := rawCall(t, s, body, len(body)+10)
	if told := got.told(); told != "code 60003" && !strings.HasPrefix(told, "error") {
		t.Errorf("told %s", told)
	}
	check(t, "effects", s.sim.Totals().Effects, 0)
	check(t, "whole", rawCall(t, s, body, len(body)).told(), "pk-1=0 pk-2=0")
}

func TestBrokenBody(t *testing.T) {
	t.Parallel()
	sim := newSimulator(t, simulator.WithClock(newClock().Now))
	reader := io.MultiReader(strings.NewReader(addBoth(addBattle(t, sim))), iotest.ErrReader(io.ErrUnexpectedEOF))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, pathOf(simulator.SetBattleScore)+"?"+goodQuery().Encode(), reader)
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, request)
	response := recorder.Result()
	defer func() { _ = response.Body.Close() }()
	check(t, "told", readAnswer(response).told(), "code 60003")
	check(t, "effects", sim.Totals().Effects, 0)
}

func TestTextsOfACallerAreOnlyQuoted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	user := "<script>" + strings.Repeat("x", 500)
	query := goodQuery()
	query.Set("identifier", user)
	query.Set("usersig", sign(key, user, app, now, 60))
	got := s.send(t.Context(), http.MethodPost, pathOf(simulator.GetBattleInfo)+"?"+query.Encode(), "{}")
	check(t, "told", got.told(), "code 60010")
	if raw := string(got.raw); strings.Contains(raw, "<script>") || len(raw) > 600 {
		t.Errorf("the answer repeats the caller's text as it is, or all of it: %s", raw)
	}
}

func TestSnapshotsAreCopies(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	s.ask(simulator.SetBattleScore, addBoth(battle))
	seen, _ := s.sim.Battle(battle)
	seen.Rooms[0].Score = 99
	s.sim.Effects()[0].After = 99
	s.sim.Calls()[0].Index = 99
	s.sim.Totals().Commands[simulator.SetBattleScore] = 99
	check(t, "score", s.score(battle, "pk-1"), 10)
	check(t, "effect", s.sim.Effects()[0].After, 10)
	check(t, "call", s.sim.Calls()[0].Index, 0)
	check(t, "total", s.sim.Totals().Commands[simulator.SetBattleScore], 1)
}

func TestWords(t *testing.T) {
	t.Parallel()
	for got, want := range map[fmt.Stringer]string{
		simulator.Waiting: "waiting", simulator.Running: "running", simulator.Ended: "ended",
		simulator.Add: "add", simulator.Set: "set", simulator.Op(5): "op 5",
		simulator.Applied: "applied", simulator.NotApplied: "not applied",
	} {
		check(t, "word", got.String(), want)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	dials := 0
	transport := &http.Transport{}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	t.Cleanup(transport.CloseIdleConnections)
	s.client = &http.Client{Transport: transport, Timeout: time.Minute}
	for range 5 {
		check(t, "told", s.ask(simulator.SetBattleScore, addBoth(battle)).told(), "pk-1=0 pk-2=0")
	}
	check(t, "connections", dials, 1)
}
