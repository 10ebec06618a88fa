package browser_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// place is a server at one address, also after a restart.
type place struct {
	t     *testing.T
	build func() (pages http.Handler, end func())

	mu      sync.Mutex
	address string
	server  *httptest.Server
	end     func()
}

// newPlace serves what build returns, until the test ends.
func newPlace(t *testing.T, build func() (http.Handler, func())) *place {
	t.Helper()
	p := &place{t: t, build: build, address: "127.0.0.1:0"}
	p.start()
	t.Cleanup(p.stop)
	return p
}

// start serves, at the address of the first time.
func (p *place) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", p.address)
	if err != nil {
		p.t.Error(err)
		return
	}
	pages, end := p.build()
	server := httptest.NewUnstartedServer(pages)
	_ = server.Listener.Close() // it has its own, at another address each time
	server.Listener = l
	server.Start()
	p.server, p.end, p.address = server, end, l.Addr().String()
}

func (p *place) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server == nil {
		return
	}
	p.end()
	p.server.Close()
	p.server = nil
}

func (p *place) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server.CloseClientConnections()
}

func (p *place) url() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "http://" + p.address
}

// controlled takes orders from a page's test, at an address of its own: to restart the place, and what orders adds.
func controlled(t *testing.T, p *place, orders map[string]func(*json.Decoder) error) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	for what, do := range map[string]func(){"drop": p.drop, "stop": p.stop, "start": p.start} {
		mux.HandleFunc("POST /"+what, func(http.ResponseWriter, *http.Request) { do() })
	}
	for what, do := range orders {
		mux.HandleFunc("POST /"+what, func(w http.ResponseWriter, r *http.Request) {
			if err := do(json.NewDecoder(r.Body)); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
		})
	}
	control := httptest.NewServer(mux)
	t.Cleanup(control.Close)
	return control.URL
}
