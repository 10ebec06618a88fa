package tencent

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// passenger returns a flight with a slot of its own.
func passenger(t *testing.T) *flight {
	t.Helper()
	l := newLimiter(CommandSetBattleScore, 100)
	t.Cleanup(l.close)
	slot, err := l.reserve(t.Context(), ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	slot.begin(CommandSetBattleScore)
	return &flight{slot: slot}
}

// pipe returns a connection and its far end.
func pipe(t *testing.T) (*conn, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return &conn{Conn: near, wire: near}, far
}

func TestSealBeforeTheFirstWrite(t *testing.T) {
	t.Parallel()
	c, _ := pipe(t)
	f := passenger(t)
	c.board(f)
	if c.seal(f) {
		t.Error("written, although nothing was")
	}
	if n, err := c.Write([]byte("late")); n != 0 || !errors.Is(err, errSealed) {
		t.Errorf("a late write: %d bytes, %v", n, err)
	}
	if f.tried || f.slot.state != slotSending {
		t.Error("the refused write counts as one")
	}
}

func TestSealAfterAWrite(t *testing.T) {
	t.Parallel()
	c, far := pipe(t)
	f := passenger(t)
	c.board(f)
	go func() { _, _ = io.Copy(io.Discard, far) }()
	if _, err := c.Write([]byte("request")); err != nil {
		t.Fatal(err)
	}
	if f.slot.state != slotDeparted {
		t.Error("the departure was not noted")
	}
	if !c.seal(f) {
		t.Error("not written, although it was")
	}
}

// TestSealDuringAWrite seals while the far end does not read: the write ends, and it counts.
func TestSealDuringAWrite(t *testing.T) {
	t.Parallel()
	c, _ := pipe(t)
	f := passenger(t)
	c.board(f)
	entered := make(chan struct{})
	c.Conn = &hooked{Conn: c.Conn, before: func() { close(entered) }}
	var writer sync.WaitGroup
	writer.Go(func() {
		if _, err := c.Write([]byte("request")); err == nil {
			t.Error("the write went through")
		}
	})
	<-entered
	if !c.seal(f) {
		t.Error("a write was under way and does not count")
	}
	writer.Wait()
}

// hooked is a connection that runs before ahead of every write.
type hooked struct {
	net.Conn
	before func()
}

func (h *hooked) Write(p []byte) (int, error) {
	h.before()
	return h.Conn.Write(p)
}

// TestSealRace lets a write and a seal meet at random: "not written" must mean that the far end got nothing.
func TestSealRace(t *testing.T) {
	t.Parallel()
	var proven, unproven int
	for range 2000 {
		near, far := net.Pipe()
		c := &conn{Conn: near, wire: near}
		f := passenger(t)
		c.board(f)
		var got atomic.Int64
		var all sync.WaitGroup
		all.Go(func() {
			n, _ := io.Copy(io.Discard, far)
			got.Store(n)
		})
		all.Go(func() { _, _ = c.Write([]byte("request")) })
		written := c.seal(f)
		all.Wait()
		_ = far.Close()
		if !written && got.Load() != 0 {
			t.Fatalf("proven unwritten, and %d bytes arrived", got.Load())
		}
		if written {
			unproven++
		} else {
			proven++
		}
	}
	t.Logf("%d times before the write, %d times after", proven, unproven)
}

func TestSealLeavesTheNextRequestAlone(t *testing.T) {
	t.Parallel()
	c, far := pipe(t)
	go func() { _, _ = io.Copy(io.Discard, far) }()
	first, second := passenger(t), passenger(t)
	c.board(first)
	if _, err := c.Write([]byte("first")); err != nil {
		t.Fatal(err)
	}
	if !c.release(first) {
		t.Error("the first was not written")
	}
	c.board(second)
	if !c.seal(first) {
		t.Error("the first was not written")
	}
	if _, err := c.Write([]byte("second")); err != nil || !second.tried {
		t.Errorf("the second cannot be written: %v", err)
	}
}

// TestAnswerBeforeTheRequest is a server that answers what was not asked.
func TestAnswerBeforeTheRequest(t *testing.T) {
	t.Parallel()
	c, _ := pipe(t)
	f := passenger(t)
	c.board(f)
	journey := &trip{flight: f, conn: c}
	if journey.completed() {
		t.Error("answered without having been sent")
	}
	if journey.abandon() {
		t.Error("and it counts as written")
	}
}

func TestUnknownConnectionProvesNothing(t *testing.T) {
	t.Parallel()
	journey := &trip{flight: passenger(t), lost: true}
	if !journey.abandon() || !journey.completed() {
		t.Error("a connection that cannot be watched proves that nothing was written")
	}
}

// lingering records how a connection is closed.
type lingering struct {
	net.Conn
	calls []string
}

func (l *lingering) SetLinger(sec int) error {
	if sec == 0 {
		l.calls = append(l.calls, "cut")
	}
	return nil
}

func (l *lingering) Close() error {
	l.calls = append(l.calls, "close")
	return l.Conn.Close()
}

func TestCloseCutsOffARequestInProgress(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		busy bool
		want int
	}{"idle": {false, 1}, "in progress": {true, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := pipe(t)
			wire := &lingering{Conn: c.wire}
			c.Conn, c.wire = wire, wire
			if tt.busy {
				c.board(passenger(t))
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			if len(wire.calls) != tt.want || wire.calls[len(wire.calls)-1] != "close" {
				t.Errorf("did %q", wire.calls)
			}
		})
	}
}

// TestEveryRequestFitsOneWrite sends the largest body that is allowed.
func TestEveryRequestFitsOneWrite(t *testing.T) {
	t.Parallel()
	var writes atomic.Int32
	client, far := piped(t, func() { writes.Add(1) })
	go serveOnce(far, `{"ErrorCode":0,"Response":{"BattleId":"b"}}`)
	slot, err := client.Reserve(t.Context(), CommandCreateBattle, ClassPerson)
	if err != nil {
		t.Fatal(err)
	}
	defer slot.Release()
	overhead := len(`{"FromRoomId":"a","ToRoomIdList":["b"],"Duration":60000,"ExtensionInfo":""}` + "\n")
	battle := NewBattle{From: "a", To: []string{"b"}, Duration: time.Minute, Extension: strings.Repeat("x", maxBody-overhead)}
	if _, evidence := client.CreateBattle(t.Context(), slot, battle); !evidence.Complete {
		t.Fatalf("got %+v", evidence)
	}
	if writes.Load() != 1 {
		t.Errorf("%d writes", writes.Load())
	}
	battle.Extension += "x"
	if _, evidence := client.CreateBattle(t.Context(), slot, battle); evidence.Written || evidence.Err == nil {
		t.Errorf("a body over the bound: %+v", evidence)
	}
}
