package proof_test

import (
	"context"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/tencent/simulator"
)

// TestOrphan kills a process that waits for the platform's answer. Another one finds what it left, and tells the asker that
// it is unknown, and what the scores show, each once.
func TestOrphan(t *testing.T) {
	t.Parallel()
	writes := make(chan struct{}, 1)
	f := newFleet(t, 2, 1, noting(writes))
	f.start(t)
	f.sim.Script(simulator.Stall(simulator.Applied).On(simulator.SetBattleScore))
	f.direct(f.replicas[0])
	asked := make(chan error, 1)
	go func() {
		_, err := f.slack.Ask(t.Context(), slackfake.Ask{Text: f.battles[0] + " add pk-0-red 77"})
		asked <- err
	}()
	<-writes
	must(t, <-asked)
	f.kill(0)
	began := time.Now()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := f.slack.WaitFor(ctx, "U0456", "C0AB", "what became of your change", "unknown", "pk-0-red")
	must(t, err)
	took := time.Since(began)
	_, err = f.slack.WaitFor(ctx, "U0456", "C0AB", "what became of your change", "now 77")
	must(t, err)
	t.Logf("told after %v", took.Round(time.Millisecond))
	b, err := openBooks(f.ledger)
	must(t, err)
	defer b.close()
	for what, query := range map[string]string{
		"an operation that is told":    `SELECT count(*) FROM operations WHERE state = 'settled' AND told <> 0`,
		"a room that is unknown":       `SELECT count(*) FROM op_rooms WHERE outcome = 'unknown' AND reason = 'lease'`,
		"an event that says so":        `SELECT count(*) FROM events WHERE kind = 'swept'`,
		"an operation, and no other":   `SELECT count(*) FROM operations`,
		"a look at what became of it":  `SELECT count(*) FROM events WHERE kind = 'looked'`,
		"an event that it was planned": `SELECT count(*) FROM events WHERE kind = 'intent'`,
	} {
		if until(ctx, func() (bool, error) { n, err := b.number(ctx, query); return n == 1, err }) != nil {
			n, err := b.number(t.Context(), query)
			t.Errorf("%d times %s, want once: %v", n, what, err)
		}
	}
	f.start(t)
	f.direct(f.replicas[1])
	f.asks(t, f.battles[0]+" add pk-0-blue 78", "applied", "+78")
	for words, want := range map[string]int{
		"pk-0-red": 2, // first that it is unknown, then what the scores show
		"Ringside reads the scores once all that was sent must have arrived": 1,
		"now 77": 1,
	} {
		told := 0
		for _, m := range f.slack.Messages() {
			if m.Says("what became of your change", words) {
				told++
			}
		}
		if told != want {
			t.Errorf("%q was told %d times, want %d", words, told, want)
		}
	}
	if n := f.effects(77); n != 1 {
		t.Errorf("it took effect %d times", n)
	}
	f.stop(t)
}
