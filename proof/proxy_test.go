package proof_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"ringside/battles"
	"ringside/ledger"
	"ringside/operations"
	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

// toxic is one way for a proxy to harm a connection, as https://github.com/Shopify/toxiproxy#toxics describes it.
type toxic struct{ kind, stream, attributes string }

// TestProxy carries operations out over real sockets, through a proxy that harms the connections.
func TestProxy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]toxic{
		"slow answers":                      {"latency", "downstream", `{"latency": 200, "jitter": 100}`},
		"slow requests":                     {"latency", "upstream", `{"latency": 200, "jitter": 100}`},
		"answers slower than patience":      {"latency", "downstream", `{"latency": 3500}`},
		"requests slower than patience":     {"latency", "upstream", `{"latency": 3500}`},
		"a reset at the first request byte": {"reset_peer", "upstream", `{"timeout": 0}`},
		"a reset at the first answer byte":  {"reset_peer", "downstream", `{"timeout": 0}`},
		"a reset a little later":            {"reset_peer", "downstream", `{"timeout": 100}`},
		"requests vanish":                   {"timeout", "upstream", `{"timeout": 0}`},
		"requests vanish, then the end":     {"timeout", "upstream", `{"timeout": 300}`},
		"answers vanish":                    {"timeout", "downstream", `{"timeout": 0}`},
		"answers vanish, then the end":      {"timeout", "downstream", `{"timeout": 300}`},
		"the end comes late":                {"slow_close", "downstream", `{"delay": 500}`},
		"cut in the address":                {"limit_data", "upstream", `{"bytes": 40}`},
		"cut in the request's body":         {"limit_data", "upstream", `{"bytes": 700}`},
		"cut after a few requests":          {"limit_data", "upstream", `{"bytes": 2000}`},
		"cut in the answer's header":        {"limit_data", "downstream", `{"bytes": 20}`},
		"cut in the answer's body":          {"limit_data", "downstream", `{"bytes": 250}`},
		"narrow requests":                   {"bandwidth", "upstream", `{"rate": 2}`},
		"narrow answers":                    {"bandwidth", "downstream", `{"rate": 1}`},
		"requests in slices":                {"slicer", "upstream", `{"average_size": 20, "size_variation": 10, "delay": 1000}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStreet(t, tc)
			s.carryOut(t, 8)
			s.judge(t)
		})
	}
}

// TestProxyWeather lets every connection meet another harm, and the proxies end in the midst of it.
func TestProxyWeather(t *testing.T) {
	t.Parallel()
	s := newStreet(t,
		toxic{"noop", "upstream", `{}`}, toxic{"limit_data", "downstream", `{"bytes": 400}`}, toxic{"reset_peer", "downstream", `{"timeout": 20}`},
		toxic{"noop", "upstream", `{}`}, toxic{"limit_data", "upstream", `{"bytes": 900}`}, toxic{"latency", "downstream", `{"latency": 100}`},
	)
	time.AfterFunc(150*time.Millisecond, s.shut)
	s.carryOut(t, 60)
	s.judge(t)
}

// street is a client and a simulator with harmful proxies between them.
type street struct {
	sim     *simulator.Simulator
	server  *http.Server
	open    atomic.Int64 // connections at the simulator
	proxies []*toxiproxy.Proxy
	dials   atomic.Int64
	client  *tencent.Client
	engine  *operations.Engine
	ledger  *ledger.Ledger
	path    string
	battle  string
	all     sync.WaitGroup
}

func newStreet(t *testing.T, harms ...toxic) *street {
	t.Helper()
	s := &street{path: filepath.Join(t.TempDir(), "ringside.db")}
	var err error
	s.sim, err = simulator.New(simulator.Settings{SDKAppID: appID, Admin: admin, SecretKey: appKey})
	must(t, err)
	s.battle, err = s.sim.AddBattle(simulator.BattleSpec{From: "pk-live1", To: []string{"pk-live2"}, Duration: time.Hour})
	must(t, err)
	address := s.listen(t)
	houses := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for i, harm := range harms {
		p := toxiproxy.NewProxy(houses, fmt.Sprint(i), "127.0.0.1:0", address)
		must(t, p.Start())
		_, err := p.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(
			`{"type": %q, "stream": %q, "attributes": %s}`, harm.kind, harm.stream, harm.attributes)))
		must(t, err)
		s.proxies = append(s.proxies, p)
	}
	s.client, err = tencent.New(tencent.Settings{
		SDKAppID: appID, Admin: admin, SecretKey: secret.New(appKey), Region: "singapore", BaseURL: "http://" + address,
		CallsPerSecond: 200, Timeout: callTimeout,
	}, tencent.WithDial(s.dial), tencent.WithoutBreaker())
	must(t, err)
	s.ledger, err = ledger.Open(t.Context(), s.path, "the test")
	must(t, err)
	book, err := battles.New(t.Context(), s.client, s.ledger)
	must(t, err)
	s.engine, err = operations.New(s.ledger, s.client, book, "one", callTimeout)
	must(t, err)
	return s
}

// listen serves the simulator and counts its open connections.
func (s *street) listen(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	s.server = &http.Server{Handler: s.sim, ReadHeaderTimeout: 10 * time.Second, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			s.open.Add(-1)
		case http.StateActive, http.StateIdle:
		}
	}}
	s.all.Go(func() { _ = s.server.Serve(listener) })
	return listener.Addr().String()
}

// dial goes through one proxy after the other.
func (s *street) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	p := s.proxies[int(s.dials.Add(1))%len(s.proxies)]
	return new(net.Dialer).DialContext(ctx, network, p.Listen)
}

// shut ends the proxies, with whatever is on its way through them.
func (s *street) shut() {
	for _, p := range s.proxies {
		p.Stop()
	}
}

// carryOut submits so many additions at the same time.
func (s *street) carryOut(t *testing.T, n int) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			rooms := []ledger.Room{{Room: "pk-live1", Points: int64(1000 + i)}}
			if i%3 == 0 {
				rooms = append(rooms, ledger.Room{Room: "pk-live2", Points: int64(1000 + i)})
			}
			_, err := s.engine.Submit(t.Context(), operations.Ask{
				Key: fmt.Sprint("k", i), Kind: ledger.Add, Battle: s.battle, Rooms: rooms,
				By: operations.Person{ID: "console:local"}, Channel: "console:local",
			})
			if err != nil {
				t.Log(err) // refused before it was written down; the judge sees whether that is true
			}
		})
	}
	all.Wait()
}

// judge lets everything that is on its way arrive, ends the street, and holds the ledger against the platform.
func (s *street) judge(t *testing.T) {
	t.Helper()
	must(t, s.engine.Close(context.Background()))
	s.client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, until(ctx, func() (bool, error) { return s.open.Load() == 0, nil }))
	s.shut()
	must(t, s.server.Close())
	s.sim.Close()
	s.all.Wait()
	must(t, s.ledger.Close())
	ops, err := operationsOf(t.Context(), s.path)
	must(t, err)
	v := judge(s.sim, ops)
	for _, wrong := range v.wrong {
		t.Error(wrong)
	}
	seen := map[ledger.Outcome]int{}
	for _, o := range ops {
		for _, r := range o.Rooms {
			seen[r.Outcome]++
		}
	}
	t.Logf("%d operations: %v; %d effects", len(ops), seen, s.sim.Totals().Effects)
}
