package proof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ringside/ledger/postgrestest"
	"ringside/tencent/simulator"
)

// fleet is several processes of the real program on one database, behind a balancer that gives each request to any of
// them.
type fleet struct {
	*town
	server *postgrestest.Server

	mu       sync.Mutex
	replicas []*service // nil where none runs
}

// newFleet makes all that the processes meet; see start.
func newFleet(t *testing.T, replicas, battles int, opts ...simulator.Option) *fleet {
	t.Helper()
	server := postgrestest.Start(t)
	f := &fleet{server: server, town: newTownAt(t, t.TempDir(), server.URL, battles, opts...), replicas: make([]*service, replicas)}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	balancer := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(f.anyone()) },
		// Whoever asks sees a connection that breaks, and delivers again.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		Transport:    transport,
	})
	t.Cleanup(func() {
		balancer.CloseClientConnections()
		balancer.Close()
		transport.CloseIdleConnections()
	})
	f.slack.UseHTTP(balancer.URL+"/slack/commands", balancer.URL+"/slack/interactions")
	return f
}

// anyone returns the address of a process that runs, if there is one.
func (f *fleet) anyone() *url.URL {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := rand.IntN(len(f.replicas))
	for i := range f.replicas {
		if s := f.replicas[(at+i)%len(f.replicas)]; s != nil {
			return &url.URL{Scheme: "http", Host: s.address}
		}
	}
	return &url.URL{Scheme: "http", Host: "127.0.0.1:1"} // nobody listens there
}

// direct lets requests go to one process alone.
func (f *fleet) direct(s *service) {
	f.slack.UseHTTP("http://"+s.address+"/slack/commands", "http://"+s.address+"/slack/interactions")
}

// start starts every process that does not run, all at once.
func (f *fleet) start(t *testing.T) {
	t.Helper()
	begun := map[int]*service{}
	for i, s := range f.replicas {
		if s == nil {
			begun[i] = f.begin(t)
		}
	}
	for i, s := range begun {
		s.await(t)
		f.put(i, s)
	}
}

func (f *fleet) put(i int, s *service) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replicas[i] = s
}

// kill ends one process without a word.
func (f *fleet) kill(i int) {
	s := f.replicas[i]
	f.put(i, nil)
	s.kill()
}

// stop tells every process to end.
func (f *fleet) stop(t *testing.T) {
	t.Helper()
	for i, s := range f.replicas {
		if s != nil {
			f.put(i, nil)
			must(t, s.stop())
		}
	}
}

// ready returns what /readyz of a process says.
func (s *service) ready(ctx context.Context) (status int, reasons map[string]string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/readyz", nil)
	if err != nil {
		return 0, nil, err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	var answer struct {
		Checks []struct{ Name, Reason string }
	}
	raw, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(raw, &answer)
	}
	reasons = map[string]string{}
	for _, c := range answer.Checks {
		if c.Reason != "" {
			reasons[c.Name] = c.Reason
		}
	}
	return response.StatusCode, reasons, err
}

// signal gives a process a signal of the system's.
func (s *service) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	must(t, s.command.Process.Signal(signal))
}

// freeze lets a process do nothing, as a machine that is suspended does.
func (s *service) freeze(t *testing.T) {
	t.Helper()
	s.signal(t, syscall.SIGSTOP)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 5000 { // the signal is on its way when it was sent
		if s.stands(t) {
			return
		}
		<-tick.C
	}
	t.Fatal("it does not stop")
}

// stands reports whether every thread of the process has stopped.
func (s *service) stands(t *testing.T) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", s.command.Process.Pid))
	must(t, err)
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if _, state, _ := strings.Cut(string(text), ") "); err == nil && !strings.HasPrefix(state, "T") {
			return false
		}
	}
	return len(threads) > 0
}

// thaw lets it go on.
func (s *service) thaw(t *testing.T) { t.Helper(); s.signal(t, syscall.SIGCONT) }
