package overlay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ringside/web/overlay"
)

func TestTheHeartBeats(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		begun := time.Now()
		v := s.watch("b")
		for i := range 5 { // well past the limits of a request
			e, ok := v.next()
			if want := begun.Add(time.Duration(i) * 15 * time.Second); !ok || e.data != fmt.Sprint(want.UnixMilli()) {
				t.Errorf("beat %d is %+v, want the time %d", i, e, want.UnixMilli())
			}
		}
	})
}

// names returns what the next events are called.
func (v *viewer) names(count int) (all []string) {
	v.t.Helper()
	for range count {
		e, ok := v.next()
		if !ok {
			return append(all, "end")
		}
		all = append(all, e.name)
	}
	return all
}

func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.battle("b").show(scores(1, 0))
		synctest.Wait()
		v := s.watch("b")
		if got, want := v.names(4), []string{"clock", "view", "clock", "clock"}; !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
		s.feed.battle("b").show(scores(2, 0))
		if got, want := v.names(3), []string{"view", "clock", "clock"}; !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
	})
}

func TestAHeartbeatIsNotLostToAView(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.battle("b").show(scores(1, 0))
		v := s.watch("b")
		v.first()
		time.Sleep(14 * time.Second)
		s.feed.battle("b").show(scores(2, 0)) // its write waits to be read
		time.Sleep(2 * time.Second)
		s.feed.battle("b").show(scores(3, 0))
		synctest.Wait()
		begun := time.Now()
		if got, want := v.names(3), []string{"view", "view", "clock"}; !slices.Equal(got, want) || time.Since(begun) > 0 {
			t.Errorf("events %v after %v, want %v at once", got, time.Since(begun), want)
		}
	})
}

// stubborn is a follower that heeds no context.
type stubborn struct{ release chan struct{} }

func (f stubborn) Follow(string) (overlay.Follower, error) { return f, nil }

func (f stubborn) Next(context.Context) (overlay.View, error) {
	<-f.release
	return overlay.View{}, errGone
}

func (f stubborn) Close() {}

func TestCloseWaitsForNoFollower(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := newServer(t, stubborn{release}, &gate{})
	srv, client := site(t, s)
	v := watch(t, client, srv.URL+streamPath("b"))
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	if !v.ended() {
		t.Error("the stream goes on")
	}
	close(release)
	<-closed
}

func TestARevokedKeyEndsItsStreams(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.battle("b").show(scores(1, 0))
		v := s.watch("b")
		v.first()
		begun := time.Now()
		s.gate.shut(true)
		if !v.ended() || time.Since(begun) > 15*time.Second {
			t.Errorf("the stream ended after %v", time.Since(begun))
		}
		if again := s.watch("b"); again.status != http.StatusForbidden {
			t.Errorf("it opens again: %d", again.status)
		}
		s.gate.shut(false)
		if got := s.watch("b").first(); got != 1 {
			t.Errorf("score %d", got)
		}
	})
}

func TestTheGateIsAskedOncePerKey(t *testing.T) {
	t.Parallel()
	bubble(t, func(_ *testing.T, s *studio) {
		var all []*viewer
		for range 10 {
			v := s.watch("b")
			v.next()
			all = append(all, v)
		}
		atDoor := s.gate.count()
		for _, v := range all {
			go v.ended() // reads along
		}
		time.Sleep(46 * time.Second)
		if again := s.gate.count() - atDoor; again != 3 {
			s.t.Errorf("asked %d times in 3 heartbeats, of 10 viewers", again)
		}
	})
}

func TestAnAliasThatMovesOn(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.battle("old").show(scores(1, 0))
		s.feed.battle("new").show(scores(2, 0))
		s.gate.name("final", "old")
		v := s.watch("final")
		if got := v.first(); got != 1 {
			t.Errorf("score %d", got)
		}
		s.gate.name("final", "new")
		if !v.ended() {
			t.Error("the stream goes on")
		}
		if got := s.watch("final").first(); got != 2 {
			t.Errorf("score %d, want that of the new battle", got)
		}
	})
}

func TestASlowViewerHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.battle("b").show(scores(0, 0))
		slow := s.connect("b") // reads nothing
		v := s.watch("b")
		v.first()
		for i := range int64(100) {
			s.feed.battle("b").show(scores(i+1, 0))
			if got := v.first(); got != i+1 {
				t.Fatalf("score %d, want %d", got, i+1)
			}
		}
		begun := time.Now()
		go v.ended() // reads along
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if _, err := io.ReadAll(slow); err != nil || time.Since(begun) > 10*time.Second {
			t.Errorf("the slow viewer was dropped after %v: %v", time.Since(begun), err)
		}
	})
}

func TestALateViewerSkipsToTheNewest(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.battle("b").show(scores(0, 0))
		v := s.watch("b")
		v.first()
		for i := range int64(100) {
			s.feed.battle("b").show(scores(i+1, 0))
			synctest.Wait()
		}
		if got := v.first(); got != 1 {
			t.Errorf("score %d, want 1, which was being written", got)
		}
		if got := v.first(); got != 100 {
			t.Errorf("score %d, want the newest", got)
		}
	})
}

func TestABattleThatNobodyWatchesIsGivenUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		for range 3 { // within the same 15 seconds: a connection that comes and goes
			conn := s.connect("b")
			_, _ = bufio.NewReader(conn).ReadString('\n')
			_ = conn.Close()
			synctest.Wait()
		}
		if times, open := s.feed.followed("b"); times != 1 || open != 1 {
			t.Errorf("followed %d times, %d open", times, open)
		}
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if _, open := s.feed.followed("b"); open != 0 {
			t.Errorf("%d followers are open", open)
		}
		s.watch("b").next()
		if times, _ := s.feed.followed("b"); times != 2 {
			t.Errorf("followed %d times", times)
		}
	})
}

func TestFinalScoresStayWhenNothingMoreComes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		last := scores(3, 2)
		last.Over = true
		s.feed.battle("b").show(last)
		s.feed.battle("b").fail(io.EOF)
		v := s.watch("b")
		v.first()
		for range 10 {
			if e, ok := v.next(); !ok || e.name != "clock" {
				t.Fatalf("%+v, %v, want a heartbeat", e, ok)
			}
		}
		if got := s.watch("b").first(); got != 3 {
			t.Errorf("score %d", got)
		}
	})
}

func TestAFeedThatHangs(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		s.feed.hesitate = make(chan struct{})
		begun := time.Now()
		if v := s.watch("b"); v.status != http.StatusServiceUnavailable || time.Since(begun) != 5*time.Second {
			t.Errorf("status %d after %v", v.status, time.Since(begun))
		}
		begun = time.Now()
		s.srv.Close()
		if waited := time.Since(begun); waited != 2*time.Second {
			t.Errorf("Close waited %v", waited)
		}
		close(s.feed.hesitate)
		synctest.Wait()
		if _, open := s.feed.followed("b"); open != 0 {
			t.Errorf("%d followers are open", open)
		}
	})
}

func TestBattlesAreBounded(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s *studio) {
		for i := range 500 {
			conn := s.connect(fmt.Sprint(i))
			_, _ = bufio.NewReader(conn).ReadString('\n')
			_ = conn.Close()
		}
		synctest.Wait()
		if v := s.watch("one more"); v.status != http.StatusServiceUnavailable {
			t.Errorf("status %d", v.status)
		}
		time.Sleep(16 * time.Second)
		if v := s.watch("one more"); v.status != http.StatusOK {
			t.Errorf("status %d once the others are given up", v.status)
		}
	})
}
