package proof_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/ledger"
	"ringside/tencent/simulator"
)

// manyBattles are so many that most rooms have no open unknown, which would make every addition wait for a yes.
const manyBattles = 400

// TestKill ends the real program with SIGKILL at any moment, again and again, while people work with it and the
// platform fails now and then. PROOF_KILLS says how often.
func TestKill(t *testing.T) {
	t.Parallel()
	kills, patient := killsWanted(t, 25)
	writes := make(chan struct{}, 1)
	w := newTown(t, manyBattles, noting(writes))
	w.sim.Plan(1, 0.2, simulator.AllFaults(100*time.Millisecond, time.Second, 48*time.Hour)...)
	gifts, err := w.sim.StartGifts(t.Context(), w.battles[0], simulator.Traffic{PerSecond: 50, Seed: 1})
	must(t, err)
	people := w.crowd(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range kills {
		s := w.serve(t)
		awaitMoment(random, writes)
		s.kill()
	}
	people.leave()
	must(t, gifts.Stop())
	w.sim.Plan(0, 0)
	s := w.serve(t)
	w.settle(t, patient)
	w.sim.ApplyLate()
	must(t, s.stop())
	if swept := w.judge(t); swept == 0 {
		t.Error("no kill met an operation between its intent and its outcome")
	}
}

// killsWanted returns how often to kill, and whether there is time to wait for everybody to be told everything.
func killsWanted(t *testing.T, usual int) (kills int, patient bool) {
	t.Helper()
	text := os.Getenv("PROOF_KILLS")
	if text == "" {
		return usual, false
	}
	kills, err := strconv.Atoi(text)
	must(t, err)
	return kills, true
}

// noting tells of each write that the platform saw, as far as somebody waits for it.
func noting(writes chan<- struct{}) simulator.Option {
	return simulator.WithObserver(func(c simulator.Call) {
		if c.Command == simulator.SetBattleScore {
			select {
			case writes <- struct{}{}:
			default:
			}
		}
	})
}

// awaitMoment waits for the moment of a kill: right after some write took effect at the platform, or any time. A process
// that was just started makes no call for a second, so the first write is waited for in any case.
func awaitMoment(random *rand.Rand, writes <-chan struct{}) {
	for len(writes) > 0 {
		<-writes
	}
	limit := time.After(3 * time.Second)
	for range 1 + random.IntN(20)*random.IntN(2) {
		select {
		case <-writes:
		case <-limit:
			return
		}
	}
	if random.IntN(2) == 0 {
		<-time.After(time.Duration(random.Int64N(int64(400 * time.Millisecond))))
	}
}

// crowd is people who type and press all the time.
type crowd struct {
	town  *town
	asked atomic.Int64
	stop  context.CancelFunc
	all   sync.WaitGroup
}

func (w *town) crowd(t *testing.T) *crowd {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &crowd{town: w, stop: stop}
	for range 8 {
		c.all.Go(func() { c.typing(ctx) })
	}
	c.all.Go(func() { c.press(ctx) })
	t.Cleanup(c.leave)
	return c
}

func (c *crowd) leave() {
	c.stop()
	c.all.Wait()
}

// line is the next thing to type, and who does. Its points name it.
func (c *crowd) line() (user, text string) {
	n := c.asked.Add(1)
	return crowdUser(n), c.text(n)
}

func (c *crowd) text(n int64) string {
	at := n * 7 % manyBattles // the first gets the gifts
	battle := c.town.battles[at]
	switch n % 8 {
	case 0:
		return fmt.Sprintf("%s set pk-%d-red %d", battle, at, 1_000_000+n)
	case 1:
		return fmt.Sprintf("%s add pk-%d-red %d", battle, at, 1_000_000+n)
	case 2:
		return fmt.Sprintf("%s add pk-%d-red %d pk-%d-blue %d", battle, at, n, at, n)
	}
	return fmt.Sprintf("%s add pk-%d-blue %d", battle, at, n)
}

// typing types one line after the other. What did not reach the program, or may not have, is delivered again.
func (c *crowd) typing(ctx context.Context) {
	tick := time.NewTicker(60 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		user, text := c.line()
		receipt, err := c.town.slack.Ask(ctx, slackfake.Ask{User: user, Text: text})
		for range 100 {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if err == nil {
				break
			}
			_, err = c.town.slack.Repeat(ctx, receipt)
		}
	}
}

// press presses every Confirm that appears, twice.
func (c *crowd) press(ctx context.Context) {
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for seen := 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		messages := c.town.slack.Messages()
		for _, m := range messages[seen:] {
			if b, ok := m.Button("Confirm"); ok {
				for range 2 {
					c.all.Go(func() { _, _ = c.town.slack.Press(ctx, slackfake.Press{User: m.For, Message: m, Value: b.Value}) })
				}
			}
		}
		seen = len(messages)
	}
}

// settle waits until every operation has its last word and those who asked have heard it. One that was answered right
// before a kill is told again only after a while, for which not everybody has the time.
func (w *town) settle(t *testing.T, patient bool) {
	t.Helper()
	b, err := openBooks(w.ledger)
	must(t, err)
	defer b.close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	untold := `EXISTS (SELECT 1 FROM op_rooms r WHERE r.op = o.id AND r.reason = 'lease')`
	if patient {
		untold = `TRUE`
	}
	must(t, until(ctx, func() (bool, error) {
		n, err := b.number(ctx, `SELECT count(*) FROM operations o WHERE state IN ('intent', 'pending')
			OR state = 'settled' AND told = 0 AND `+untold)
		return n == 0, err
	}))
}

// judge holds the ledger that is left against the platform and against what stands in Slack, and returns how many rooms
// lost their process between intent and outcome.
func (w *town) judge(t *testing.T) (swept int) {
	t.Helper()
	b, err := openBooks(w.ledger)
	must(t, err)
	defer b.close()
	events, err := b.verify(t.Context())
	must(t, err)
	ops, err := operationsOf(t.Context(), w.ledger)
	must(t, err)
	v := judge(w.sim, ops)
	v.once()
	v.ceiling(w.sim, townRate, always)
	told := v.heard(w.slack)
	for _, o := range ops {
		for _, r := range o.Rooms {
			if r.Reason == ledger.SweptReason {
				swept++
				v.told(w.slack, o, r)
			}
		}
	}
	for _, wrong := range v.wrong {
		t.Error(wrong)
	}
	if told == 0 {
		t.Error("nobody was told anything")
	}
	t.Logf("%d operations, %d of their rooms swept, %d events, %d effects; people were told %d outcomes",
		len(ops), swept, events, w.sim.Totals().Effects-w.sim.Totals().Gifts, told)
	if said, err := exec.CommandContext(t.Context(), program(t), "audit", "verify", "--config", w.settings).CombinedOutput(); err != nil {
		t.Errorf("ringside audit verify: %v\n%s", err, said)
	}
	return swept
}

// heard holds all that stands in Slack against the ledger: of one room of an operation nobody reads two outcomes, unless
// the first was that it is unknown. It returns how many it found.
func (v *verdict) heard(slack *slackfake.Server) (told int) {
	for _, m := range slack.Messages() {
		lines := m.Lines()
		op := footerOperation.FindStringSubmatch(lines[len(lines)-1])
		if op == nil {
			continue
		}
		for _, line := range lines {
			if row := outcomeRow.FindStringSubmatch(line); row != nil {
				told++
				v.agrees(claim{op: op[1], outcome: ledger.Outcome(row[1]), room: row[2], owed: m.Says("could not take it yet")})
			}
		}
	}
	return told
}

// outcomeRow is how Slack shows what became of one room.
var outcomeRow = regexp.MustCompile("^\\*(applied|not applied|unknown)\\*  `([^`]+)`")

// told wants a message in Slack that tells a room's outcome.
func (v *verdict) told(slack *slackfake.Server, o ledger.Operation, r ledger.Room) {
	for _, m := range slack.Messages() {
		if strings.Contains(string(m.Blocks), o.ID) && m.Says("operation "+o.ID, r.Room, string(r.Outcome)) {
			return
		}
	}
	v.complain("nobody was told that operation %s is %s for %s", o.ID, r.Outcome, r.Room)
}
