package tencent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/tencent"
)

// arrivals is a server that remembers which battles it was asked about.
type arrivals struct {
	mu   sync.Mutex
	seen map[string]int
}

func (a *arrivals) handle(w http.ResponseWriter, r *http.Request) {
	var body struct {
		BattleID string `json:"BattleId"`
	}
	text, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(text, &body)
	a.mu.Lock()
	a.seen[body.BattleID]++
	a.mu.Unlock()
	_, _ = io.WriteString(w, refusal(100411))
}

// TestCancelledAnywhere gives calls up at random moments. "Nothing written" must be true at the server, an answer
// must have been asked for, and nothing may arrive twice.
func TestCancelledAnywhere(t *testing.T) {
	t.Parallel()
	server := &arrivals{seen: make(map[string]int)}
	client := newClient(t, serve(t, server.handle))
	var mu sync.Mutex
	outcomes := make(map[string]tencent.Evidence)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			moment := rand.New(rand.NewPCG(uint64(worker), 1))
			for i := range 60 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(moment.IntN(4000))*time.Microsecond)
				id := fmt.Sprintf("%d/%d", worker, i)
				change := addHundred()
				change.BattleID = id
				_, evidence := client.SetBattleScore(ctx, reserve(t, client, tencent.CommandSetBattleScore), change)
				cancel()
				mu.Lock()
				outcomes[id] = evidence
				mu.Unlock()
			}
		})
	}
	all.Wait()
	client.Close()
	server.mu.Lock()
	defer server.mu.Unlock()
	count := make(map[string]int)
	for id, evidence := range outcomes {
		switch {
		case evidence.Complete:
			count["answered"]++
		case evidence.Written:
			count["perhaps written"]++
		default:
			count["not written"]++
		}
		if seen := server.seen[id]; seen > 1 || (!evidence.Written && seen != 0) || (evidence.Complete && seen != 1) {
			t.Errorf("%s arrived %d times: %+v", id, seen, evidence)
		}
	}
	t.Logf("%v", count)
}

func TestCancelledBeforeTheCall(t *testing.T) {
	t.Parallel()
	server := &arrivals{seen: make(map[string]int)}
	client := newClient(t, serve(t, server.handle))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, evidence := add(ctx, t, client)
	if evidence.Written || evidence.Complete || evidence.Err == nil || len(server.seen) != 0 {
		t.Errorf("got %+v", evidence)
	}
}

// TestCancelledAfterTheWrite gives the call up as soon as the request has left.
func TestCancelledAfterTheWrite(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		wire, err := new(net.Dialer).DialContext(ctx, network, addr)
		return &watched{Conn: wire, wrote: cancel}, err
	}
	hung := script(t, func(c *net.TCPConn) { gone(c) })
	_, evidence := add(ctx, t, newClient(t, hung, tencent.WithDial(dial)))
	if !evidence.Written || evidence.Complete || evidence.LastByte.IsZero() {
		t.Errorf("got %+v", evidence)
	}
}

// TestGivenUpConnectionIsCutOff looks at the hang-up from the other side: a reset, so that the system retransmits
// nothing later on.
func TestGivenUpConnectionIsCutOff(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	base := script(t, func(c *net.TCPConn) {
		_ = readRequest(c)
		_, err := c.Read(make([]byte, 1))
		ended <- err
	})
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	add(ctx, t, newClient(t, base))
	if err := <-ended; err == nil || err.Error() == io.EOF.Error() {
		t.Errorf("the other side saw %v, want a reset", err)
	}
}

// TestConnectionsAreKept counts the connections that calls one after another need.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reply string
		want  int
	}{
		"answers": {refusal(100411), 1}, "pages": {"<html>", 1}, "gateway faults": {"502", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dials := 0
			dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
				dials++
				return new(net.Dialer).DialContext(ctx, network, addr)
			}
			server := &replies{bodies: []string{tt.reply}}
			client := newClient(t, serve(t, server.handle), tencent.WithDial(dial))
			for range 5 {
				add(t.Context(), t, client)
			}
			if dials != tt.want {
				t.Errorf("%d connections, want %d", dials, tt.want)
			}
		})
	}
}

// TestStaleConnection lets the server hang up between two calls.
func TestStaleConnection(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	base := script(t, func(c *net.TCPConn) {
		if readRequest(c) == nil {
			hits.Add(1)
			_, _ = io.WriteString(c, page(200, refusal(100411)))
		}
	})
	client := newClient(t, base, tencent.WithoutBreaker())
	served := 0
	for range 50 {
		if _, evidence := add(t.Context(), t, client); evidence.Complete {
			served++
		}
	}
	if int(hits.Load()) != served {
		t.Errorf("%d requests were served and %d calls say so: one was repeated or lost", hits.Load(), served)
	}
}

// mute is a connection whose second write fails without having sent a byte, as on one that was reset meanwhile.
type mute struct {
	net.Conn
	writes atomic.Int32
}

func (m *mute) Write(p []byte) (int, error) {
	if m.writes.Add(1) > 1 {
		return 0, net.ErrClosed
	}
	return m.Conn.Write(p)
}

// TestTransportNeverReplays fails a write on a kept connection, where net/http would send again on a new one.
func TestTransportNeverReplays(t *testing.T) {
	t.Parallel()
	var dials atomic.Int32
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials.Add(1)
		wire, err := new(net.Dialer).DialContext(ctx, network, addr)
		return &mute{Conn: wire}, err
	}
	server := &replies{bodies: []string{refusal(100411)}}
	client := newClient(t, serve(t, server.handle), tencent.WithDial(dial))
	add(t.Context(), t, client)
	_, evidence := add(t.Context(), t, client)
	if evidence.Complete || evidence.Err == nil || server.count() != 1 || dials.Load() != 1 {
		t.Errorf("%d requests over %d connections: %+v", server.count(), dials.Load(), evidence)
	}
}
