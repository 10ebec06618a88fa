package proof_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ringside/bot/discordbot/discordfake"
	"ringside/tencent/simulator"
)

// takeOverLimit is how long Discord may be without anybody at its gateway after a process was killed: a term lasts five
// seconds and is asked for every second, and then somebody has to connect.
const takeOverLimit = 10 * time.Second

// gateway is a fleet that listens at Discord's gateway alone.
type gateway struct {
	*fleet
	discord *discordfake.Server
}

func newGateway(t *testing.T, replicas int) *gateway {
	t.Helper()
	g := &gateway{fleet: newFleet(t, replicas, 1), discord: discordfake.Start(discordfake.Config{})}
	t.Cleanup(g.discord.Close)
	g.change(t, "[slack]\nenabled = true", fmt.Sprintf(`[discord]
enabled = true
mode    = "gateway"
bot_token = "file:%s"
application_id = "111"
guilds  = ["998877"]
api_url = %q

[slack]
enabled = false`, g.write(t, "discord", discordfake.DefaultBotToken), g.discord.APIURL()),
		`"console:local"`, `"discord:998877/user/3344"`)
	g.start(t)
	g.await(t, func() bool { now, _, _ := g.discord.Sessions(); return now == 1 })
	return g
}

// await waits for what Discord sees.
func (g *gateway) await(t *testing.T, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, g.discord.Wait(ctx, cond))
}

// holder returns the process that connected last.
func (g *gateway) holder(t *testing.T, before []int) int {
	t.Helper()
	holder := -1
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, until(ctx, func() (bool, error) {
		for i, n := range g.connected() {
			if n > before[i] {
				holder = i
			}
		}
		return holder >= 0, nil
	}))
	return holder
}

// connected returns how often each process said that it is connected.
func (g *gateway) connected() []int {
	said := make([]int, len(g.replicas))
	for i, s := range g.replicas {
		if s != nil {
			said[i] = s.count("connected to Discord")
		}
	}
	return said
}

// add asks for an addition of so many points in Discord.
func (g *gateway) add(ctx context.Context, points int) error {
	_, err := g.discord.Ask(ctx, discordfake.Ask{Options: []discordfake.Option{
		{Name: "battle", Value: g.battles[0]}, {Name: "action", Value: "add"}, {Name: "room", Value: "pk-0-red"}, {Name: "score", Value: points},
	}})
	return err
}

// answered wants an addition to be answered, and to be done, once.
func (g *gateway) answered(t *testing.T, points int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, g.add(ctx, points))
	change := fmt.Sprintf("+%d", points)
	_, err := g.discord.WaitFor(ctx, discordfake.DefaultUser, discordfake.DefaultChannel, "applied", change)
	must(t, err)
	if n := g.effects(points); n != 1 {
		t.Errorf("%s took effect %d times", change, n)
	}
	told := 0
	for _, m := range g.discord.Messages() {
		if m.Says("applied", change) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%s was answered %d times", change, told)
	}
}

func (w *town) effects(points int) (n int) {
	for _, e := range w.sim.Effects() {
		if e.Score == int64(points) && e.Op == simulator.Add {
			n++
		}
	}
	return n
}

// TestGatewayTakeOver kills who listens at Discord's gateway, again and again: another one does soon, never two at a time,
// and what is asked then is done once.
func TestGatewayTakeOver(t *testing.T) {
	t.Parallel()
	kills, _ := killsWanted(t, 3)
	g := newGateway(t, 3)
	holder := g.holder(t, make([]int, 3))
	watched, most := g.watch(t)
	took := make([]time.Duration, kills)
	for n := range kills {
		_, identified, _ := g.discord.Sessions()
		said := g.connected()
		said[holder] = 0
		g.kill(holder)
		began := time.Now()
		g.await(t, func() bool { now, ever, _ := g.discord.Sessions(); return now == 1 && ever == identified+1 })
		took[n] = time.Since(began)
		holder = g.holder(t, said)
		g.start(t)
		g.answered(t, 101+n)
	}
	watched()
	slices.Sort(took)
	t.Logf("another one listens after %v (median), %v at most", took[kills/2].Round(time.Millisecond), took[kills-1].Round(time.Millisecond))
	if took[kills-1] > takeOverLimit {
		t.Errorf("it took %v, want %v at most", took[kills-1], takeOverLimit)
	}
	if n := most(); n > 1 {
		t.Errorf("%d listened at a time", n)
	}
	g.stop(t)
}

// watch counts connections until the function that it returns first is called; the second tells the most at a time.
func (g *gateway) watch(t *testing.T) (end func(), most func() int) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	seen := 0
	go func() {
		defer close(done)
		_ = g.discord.Wait(ctx, func() bool {
			now, _, _ := g.discord.Sessions()
			seen = max(seen, now)
			return false
		})
	}()
	return func() { stop(); <-done }, func() int { return seen }
}

// TestGatewaySleeper freezes who listens at Discord's gateway until another one does. What it finds when it wakes up is not
// its own to answer any more.
func TestGatewaySleeper(t *testing.T) {
	t.Parallel()
	g := newGateway(t, 2)
	holder := g.holder(t, make([]int, 2))
	g.answered(t, 100)
	messages := len(g.discord.Messages())
	said := g.connected()
	_, identified, _ := g.discord.Sessions()
	sleeper := g.replicas[holder]
	sleeper.freeze(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := g.add(ctx, 666); err == nil {
		t.Fatal("somebody answered what only the frozen one was told")
	}
	g.await(t, func() bool { _, ever, _ := g.discord.Sessions(); return ever == identified+1 })
	if g.holder(t, said) == holder {
		t.Fatal("the frozen one took over")
	}
	answers := g.discord.Calls(discordfake.Callback)
	sleeper.thaw(t)
	g.await(t, func() bool { now, _, _ := g.discord.Sessions(); return now == 1 })
	g.answered(t, 101)
	if n := g.effects(666); n != 0 {
		t.Errorf("the sleeper did what was asked before it slept, %d times", n)
	}
	if n := g.discord.Calls(discordfake.Callback); n != answers+1 {
		t.Errorf("%d answers after it woke up, want 1", n-answers)
	}
	if n := len(g.discord.Messages()); n != 2*messages {
		t.Errorf("%d messages after it woke up, want %d", n-messages, messages)
	}
	g.kill(1 - holder)
	g.await(t, func() bool { now, ever, _ := g.discord.Sessions(); return now == 1 && ever == identified+2 })
	g.answered(t, 102)
	g.stop(t)
}
