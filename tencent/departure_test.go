package tencent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringside/secret"
)

// piped returns a client whose one connection is a pipe, and its far end; wrote runs at each write.
func piped(t *testing.T, wrote func()) (*Client, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	dial := func(context.Context, string, string) (net.Conn, error) {
		return &hooked{Conn: near, before: wrote}, nil
	}
	client, err := New(pipeSettings(100), WithDial(dial))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		_, _ = near.Close(), far.Close()
	})
	return client, far
}

func pipeSettings(ceiling int) Settings {
	return Settings{
		SDKAppID: 1, Admin: "administrator", SecretKey: secret.New("key"), BaseURL: "http://tencent.invalid", CallsPerSecond: ceiling,
	}
}

// serveOnce answers requests on one connection until it ends.
func serveOnce(far net.Conn, body string) {
	reader := bufio.NewReader(far)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		_, _ = fmt.Fprintf(far, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
}

// platform is the far end of a whole client in virtual time: it logs when requests leave, and answers slowly.
type platform struct {
	log   departures
	all   sync.WaitGroup
	delay time.Duration // of a connection, and of an answer
}

func (p *platform) dial(context.Context, string, string) (net.Conn, error) {
	time.Sleep(p.delay)
	near, far := net.Pipe()
	p.all.Go(func() {
		defer func() { _ = far.Close() }()
		reader := bufio.NewReader(far)
		for {
			request, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			time.Sleep(p.delay)
			_, _ = io.WriteString(far, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"ErrorCode\":0}")
		}
	})
	return &hooked{Conn: near, before: p.log.add}, nil
}

// TestDeparturesOfAWholeClient counts the writes themselves, through limiter, transport and connection.
func TestDeparturesOfAWholeClient(t *testing.T) {
	t.Parallel()
	for _, ceiling := range []int{1, 10, 100, 200} {
		t.Run(fmt.Sprint(ceiling), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const seconds = 10
				p := &platform{delay: 150 * time.Millisecond}
				client, err := New(pipeSettings(ceiling), WithDial(p.dial))
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), seconds*time.Second)
				defer cancel()
				var callers sync.WaitGroup
				for i := range 100 {
					callers.Go(func() { keepAdding(ctx, client, Class(i%2)) })
				}
				callers.Wait()
				client.Close()
				p.all.Wait()
				if most := p.log.most(); most > ceiling {
					t.Errorf("%d requests left within one second", most)
				}
				if got, want := float64(len(p.log.at)), 0.97*float64(ceiling*(seconds-1)); got < want {
					t.Errorf("%v requests left in %d s, want at least %v", got, seconds, want)
				}
			})
		})
	}
}

func keepAdding(ctx context.Context, client *Client, class Class) {
	for {
		slot, err := client.Reserve(ctx, CommandSetBattleScore, class)
		if err != nil {
			return
		}
		client.SetBattleScore(context.WithoutCancel(ctx), slot, ScoreChange{BattleID: "b", Op: OpAdd, Scores: []RoomScore{{"r", 1}}})
		slot.Release()
	}
}

// TestOwnTimeout waits, in virtual time, for the client's own limit on one call.
func TestOwnTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer func() { _ = far.Close() }()
		dial := func(context.Context, string, string) (net.Conn, error) { return near, nil }
		client, err := New(pipeSettings(1), WithDial(dial))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		go func() { _, _ = io.Copy(io.Discard, far) }()
		slot, err := client.Reserve(t.Context(), CommandSetBattleScore, ClassPerson)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, evidence := client.SetBattleScore(t.Context(), slot, ScoreChange{BattleID: "b", Op: OpAdd, Scores: []RoomScore{{"r", 1}}})
		var failure *Failure
		if !errors.As(evidence.Err, &failure) || failure.Reason != ReasonTimeout || !errors.Is(evidence.Err, context.DeadlineExceeded) {
			t.Errorf("got %v", evidence.Err)
		}
		if !evidence.Written || evidence.Took != DefaultTimeout || evidence.LastByte.Sub(start) != DefaultTimeout {
			t.Errorf("got %+v", evidence)
		}
	})
}

// TestStalledCallsDoNotBlockOthers shows that a permit comes back a second after its departure, not at the end of
// a call that the platform never answers.
func TestStalledCallsDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &platform{}
		dial := func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			p.all.Go(func() { _, _ = io.Copy(io.Discard, far) })
			return &hooked{Conn: near, before: p.log.add}, nil
		}
		client, err := New(pipeSettings(2), WithDial(dial))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() { keepAdding(ctx, client, ClassPerson) })
		}
		callers.Wait()
		client.Close()
		p.all.Wait()
		if got := len(p.log.at); got < 7 {
			t.Errorf("%d requests left in 4 s, want about 8", got)
		}
	})
}
