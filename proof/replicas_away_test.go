package proof_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/tencent/simulator"
)

// awayRate is the ceiling of the two processes that lose their database.
const awayRate = 20

// TestDatabaseAway takes the database from two processes: nothing is sent, each reads on at its part of the ceiling and
// says on /readyz what is wrong; when the database is back, so are they.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	watched, enough := context.WithCancel(t.Context())
	defer enough()
	stalls := watchClock(watched)
	f := newFleet(t, 2, 2)
	f.change(t, fmt.Sprint("calls_per_second = ", townRate), fmt.Sprint("calls_per_second = ", awayRate))
	f.start(t)
	f.everybody(t, func(s *service) error { return s.says(t.Context(), http.StatusOK) })
	f.asks(t, f.battles[0]+" add pk-0-red 11", "applied", "+11")

	f.server.Kill()
	f.everybody(t, func(s *service) error {
		return s.says(t.Context(), http.StatusServiceUnavailable, "ledger", "replicas", "nothing is written")
	})
	writes := f.sim.Totals().Commands[simulator.SetBattleScore]
	for i, s := range f.replicas {
		f.direct(s)
		f.asks(t, fmt.Sprintf("%s add pk-0-red %d", f.battles[0], 22+i), "othing was sent")
		f.asks(t, f.battles[1], "pk-1-red", "pk-1-blue")
	}
	f.readAlone(t)
	if n := f.sim.Totals().Commands[simulator.SetBattleScore]; n != writes {
		t.Errorf("%d calls that write while the database was away", n-writes)
	}

	f.server.Run()
	f.everybody(t, func(s *service) error { return s.says(t.Context(), http.StatusOK) })
	for i, s := range f.replicas {
		f.direct(s)
		f.asks(t, fmt.Sprintf("%s add pk-0-red %d", f.battles[0], 33+i), "applied", fmt.Sprintf("+%d", 33+i))
	}
	f.stop(t)
	enough()
	v := &verdict{}
	v.ceiling(f.sim, awayRate, always, stalls()...)
	for _, wrong := range v.wrong {
		t.Error(wrong)
	}
	for points, want := range map[int]int{11: 1, 22: 0, 23: 0, 33: 1, 34: 1} {
		if n := f.effects(points); n != want {
			t.Errorf("+%d took effect %d times, want %d", points, n, want)
		}
	}
}

// everybody waits until something holds for each process.
func (f *fleet) everybody(t *testing.T, holds func(s *service) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for i, s := range f.replicas {
		var last error
		if until(ctx, func() (bool, error) { last = holds(s); return last == nil, nil }) != nil {
			t.Fatalf("process %d: %v", i, last)
		}
	}
}

// says returns an error unless /readyz has a status and words.
func (s *service) says(ctx context.Context, status int, words ...string) error {
	got, reasons, err := s.ready(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprint(reasons)
	for _, word := range words {
		if !strings.Contains(text, word) {
			return fmt.Errorf("%q is not in %s", word, text)
		}
	}
	if got != status {
		return fmt.Errorf("status %d: %s", got, text)
	}
	return nil
}

// asks types a line and waits for the words, in a new message.
func (w *town) asks(t *testing.T, line string, words ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	before := len(w.slack.Messages())
	_, err := w.slack.Ask(ctx, slackfake.Ask{Text: line})
	must(t, err)
	if w.slack.Wait(ctx, func() bool {
		for _, m := range w.slack.Messages()[before:] {
			if m.Says(words...) {
				return true
			}
		}
		return false
	}) != nil {
		var seen []string
		for _, m := range w.slack.Messages()[before:] {
			seen = append(seen, m.Lines()...)
		}
		t.Fatalf("%q was answered with %q, want %q", line, seen, words)
	}
}

// readAlone asks for more reads than the ceiling has, of one process and then of both, and holds what arrives against
// their parts.
func (f *fleet) readAlone(t *testing.T) {
	t.Helper()
	for n := 1; n <= len(f.replicas); n++ {
		began := time.Now()
		var all sync.WaitGroup
		for i := range 5 * awayRate * n {
			s := f.replicas[i%n]
			all.Go(func() { s.ask(t.Context(), f.slack, f.battles[1]) })
		}
		all.Wait()
		<-time.After(4*time.Second - time.Since(began))
		got := f.callsBetween(simulator.GetBattleInfo, began.Add(time.Second), began.Add(3*time.Second))
		t.Logf("%d of 2 processes read: %.1f reads a second of a ceiling of %d", n, float64(got)/2, awayRate)
		if most := awayRate*n + int(noted().Seconds()*awayRate); got > most {
			t.Errorf("%d processes of 2 made %d reads in 2 s, want %d at most", n, got, most)
		}
		if least := awayRate * n / 2; got < least {
			t.Errorf("%d processes of 2 made %d reads in 2 s, want %d at least", n, got, least)
		}
	}
}

// ask delivers a line to this process.
func (s *service) ask(ctx context.Context, slack *slackfake.Server, line string) {
	body, err := slack.AskBody(slackfake.Ask{Text: line})
	if err != nil {
		return
	}
	request, err := slack.SignedRequest(ctx, "http://"+s.address+"/slack/commands", body)
	if err != nil {
		return
	}
	request.Close = true
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
	}
}
