package tencent

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ward is a client in virtual time whose connections and answers a test chooses.
type ward struct {
	*Client
	far sync.WaitGroup

	mu    sync.Mutex
	reply string // a code, or "dial", "reset", "stall"
	calls int    // requests that arrived
}

func newWard(t *testing.T, opts ...Option) *ward {
	t.Helper()
	w := &ward{reply: "0"}
	client, err := New(pipeSettings(100), append([]Option{WithDial(w.dial)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	w.Client = client
	t.Cleanup(func() {
		client.Close()
		w.far.Wait()
	})
	return w
}

// will sets what becomes of the next calls.
func (w *ward) will(reply string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reply = reply
	w.transport.CloseIdleConnections()
}

func (w *ward) next() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	return w.reply
}

func (w *ward) dial(context.Context, string, string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reply == "dial" {
		return nil, errors.New("no route")
	}
	near, far := net.Pipe()
	w.far.Go(func() { w.serve(far) })
	return near, nil
}

func (w *ward) serve(far net.Conn) {
	defer func() { _ = far.Close() }()
	for takeRequest(far) == nil {
		switch reply := w.next(); reply {
		case "reset":
			return
		case "stall":
			_, _ = io.Copy(io.Discard, far)
			return
		default:
			body := `{"ErrorCode":` + reply + `}`
			_, _ = io.WriteString(far, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+body)
			return
		}
	}
}

// write makes one writing call and returns why it got no slot.
func (w *ward) write(ctx context.Context, command Command) *SuspendedError {
	slot, err := w.Reserve(ctx, command, ClassPerson)
	var suspended *SuspendedError
	if errors.As(err, &suspended) {
		return suspended
	}
	defer slot.Release()
	if command == CommandCreateBattle {
		w.CreateBattle(ctx, slot, NewBattle{From: "a", To: []string{"b"}, Duration: time.Minute})
	} else {
		w.SetBattleScore(ctx, slot, ScoreChange{BattleID: "b", Op: OpAdd, Scores: []RoomScore{{"r", 1}}})
	}
	return nil
}

func (w *ward) times(t *testing.T, n int, reply string) {
	t.Helper()
	w.will(reply)
	for range n {
		if suspended := w.write(t.Context(), CommandSetBattleScore); suspended != nil {
			t.Fatalf("%s: %v", reply, suspended)
		}
	}
}

// takeRequest reads one whole request.
func takeRequest(far net.Conn) error {
	request, err := http.ReadRequest(bufio.NewReader(far))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, request.Body)
	return err
}

// wantSuspended looks without making a call.
func (w *ward) wantSuspended(t *testing.T, want *SuspendedError) {
	t.Helper()
	if diff := cmp.Diff(want, w.Suspended()); diff != "" {
		t.Errorf("Suspended (-want +got):\n%s", diff)
	}
	if open, _ := w.Breaker(); open != (want != nil) {
		t.Errorf("Breaker says open = %v", open)
	}
	if want == nil {
		return
	}
	for _, command := range []Command{CommandSetBattleScore, CommandCreateBattle} {
		if diff := cmp.Diff(want, w.write(t.Context(), command)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", command, diff)
		}
	}
}
