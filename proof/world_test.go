package proof_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/auth"
	"ringside/commands"
	"ringside/operations"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

const (
	appID          = 1400000000
	admin          = "administrator"
	appKey         = "test-key"
	callsPerSecond = 20

	ana     = "slack:T1/user/UANA"
	anaToo  = "discord:1/user/2" // the same human
	ben     = "slack:T1/user/UBEN"
	cam     = "slack:T1/user/UCAM" // may only look
	channel = "slack:T1/C1"
)

// What a grant allows. Points are a multiple of a thousand and the number of the step that asked for them, so that they
// name the ask wherever they are seen again.
const (
	maxPoints    = 500_000
	confirmOver  = 100_000
	approvalOver = 300_000
)

func grants() []auth.Grant {
	return []auth.Grant{
		{
			Name: "hosts", Who: []string{ana, anaToo, ben}, May: auth.Permissions(), Battles: []string{"*"}, Rooms: []string{"pk-*"},
			MaxPoints: maxPoints, ConfirmOver: confirmOver, ApprovalOver: approvalOver,
		},
		{Name: "watchers", Who: []string{cam}, May: []auth.Permission{auth.BattleInfo}, Battles: []string{"*"}, Rooms: []string{"*"}, MaxPoints: 1},
	}
}

// setting is how the program is set up for a history.
type setting struct {
	client []tencent.Option
	engine []operations.Option
}

// world is one history as it happens: the platform, the people, and one process after the other.
type world struct {
	setting setting
	sim     *simulator.Simulator
	wires   *wires
	path    string
	battle  string
	began   time.Time
	ghosts  []*process // what ran before
	starts  []time.Time

	mu       sync.Mutex
	run      *process      // the latest
	ahead    time.Duration // how far the clocks of all are ahead of the bubble's
	fuse     int           // moments until the process dies; 0 means that it lives
	mood     mood
	hitches  []hitch   // of the network, for the next dials and writes
	symptoms []symptom // of the ledger, for the next writes
	asks     []*ask
	presses  []*press
	messages []message
	pressed  map[string]string // the operation of each button that repeats one and was pressed
	heard    []commands.Reply  // everything that got through
	diary    []string
}

// symptom is one way for a write to the ledger to fail.
type symptom int

const (
	healthy  symptom = iota
	refusing         // it is not kept
	lying            // it is kept, and an error comes back
)

// hitch returns what the network does next: to a dial, or to a request.
func (w *world) hitch(dialing bool) hitch {
	return pop(w, &w.hitches, func(h hitch) bool { return dialing == (h == noRoute) })
}

// symptom returns what the ledger does next.
func (w *world) symptom() symptom {
	return pop(w, &w.symptoms, func(symptom) bool { return true })
}

// pop takes the first of a list if it fits; else it returns the zero value.
func pop[T any](w *world, from *[]T, fits func(T) bool) T {
	w.mu.Lock()
	defer w.mu.Unlock()
	var first T
	if len(*from) > 0 && fits((*from)[0]) {
		first, *from = (*from)[0], (*from)[1:]
	}
	return first
}

// newWorld opens a battle and starts the program.
func newWorld(t *testing.T, path string, how setting) *world {
	t.Helper()
	w := &world{setting: how, path: path, began: time.Now(), pressed: map[string]string{}}
	var err error
	w.sim, err = simulator.New(simulator.Settings{SDKAppID: appID, Admin: admin, SecretKey: appKey},
		simulator.WithSeed(1), simulator.WithRoomLookup(), simulator.WithClock(w.now), simulator.WithObserver(func(simulator.Call) { w.running().tick() }))
	must(t, err)
	w.wires = newWires(w.sim)
	w.battle, err = w.sim.AddBattle(simulator.BattleSpec{From: "pk-live1", To: []string{"pk-live2", "pk-live3"}, Duration: 24 * time.Hour})
	must(t, err)
	for i, room := range []string{"pk-live1", "pk-live2", "pk-live3"} {
		must(t, w.sim.Gift(w.battle, room, int64(200_000+1000*i)))
	}
	w.alive(t)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

// sleep moves the clocks of all on, as those of a machine do that slept, while the platform went on.
func (w *world) sleep(d time.Duration) {
	w.sim.ApplyLate()
	w.leap(d)
}

// leap moves the clocks of all on in no time.
func (w *world) leap(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += d
}

// alive returns the process that runs, and starts one if the last one is dead.
func (w *world) alive(t *testing.T) *process {
	t.Helper()
	last := w.running()
	if last != nil && !last.dead.Load() {
		return last
	}
	if last != nil {
		<-last.gone
		w.ghosts = append(w.ghosts, last)
	}
	w.starts = append(w.starts, w.now())
	p, err := start(t.Context(), w, len(w.ghosts)+1)
	must(t, err)
	w.mu.Lock()
	w.run = p
	w.mu.Unlock()
	w.note("%s starts", p.name)
	return p
}

// running returns the latest process, dead or alive; nil before the first.
func (w *world) running() *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.run
}

// light lets the process that runs die after so many moments.
func (w *world) light(moments int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fuse = moments
}

// burnt lets one moment pass and reports whether it was the last.
func (w *world) burnt() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := w.fuse == 1
	w.fuse = max(0, w.fuse-1)
	return last
}

func (w *world) feel(m mood) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mood = m
}

// note writes a line into the diary that a failure shows.
func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.write(fmt.Sprintf(format, args...))
}

// write is note for those who hold the lock.
func (w *world) write(line string) {
	w.diary = append(w.diary, fmt.Sprintf("%9.3fs  %s", (time.Since(w.began)+w.ahead).Seconds(), line))
}

// say types a line as somebody.
func (w *world) say(t *testing.T, n int, who, line string) {
	t.Helper()
	command, text, _ := strings.Cut(line, " ")
	a := &ask{n: n, at: w.now(), Invocation: commands.Invocation{
		Key: fmt.Sprint("slack:trigger:", n), Command: command, Text: text, Caller: commands.Caller{ID: who, Name: "somebody"},
		Place: commands.Place{Channel: channel, User: who},
	}}
	w.asks = append(w.asks, a)
	w.deliver(t, a)
}

// deliver hands an ask to the process that runs.
func (w *world) deliver(t *testing.T, a *ask) {
	t.Helper()
	p := w.alive(t)
	w.mu.Lock()
	a.deliveries++
	w.mu.Unlock()
	p.work(func(ctx context.Context) { p.handler.Handle(ctx, a.Invocation, &ear{process: p, ask: a}) })
}

// push presses a button as somebody.
func (w *world) push(t *testing.T, who, op string, b commands.Button) {
	t.Helper()
	if b.Label == "Again" || strings.HasPrefix(b.Label, "Send again") {
		w.pressed[b.ID] = op
	}
	pr := &press{commands.Press{
		Key: fmt.Sprint("press:", len(w.presses)), Button: b.ID, Caller: commands.Caller{ID: who},
		Place: commands.Place{Channel: channel, User: who},
	}}
	w.presses = append(w.presses, pr)
	w.deliverPress(t, pr)
}

func (w *world) deliverPress(t *testing.T, pr *press) {
	t.Helper()
	p := w.alive(t)
	p.work(func(ctx context.Context) { p.handler.Press(ctx, pr.Press, &ear{process: p}) })
}

// end brings everything to its last word: the platform and the chat are well again, and time passes.
func (w *world) end(t *testing.T) {
	t.Helper()
	w.sim.Plan(0, 0)
	w.light(0)
	w.feel(listening)
	w.mu.Lock()
	w.hitches, w.symptoms = nil, nil
	w.mu.Unlock()
	w.alive(t)
	time.Sleep(drainLimit)
	w.sim.ApplyLate()
	for _, pause := range []time.Duration{20 * time.Second, time.Minute, 6 * time.Minute, 40 * time.Minute} {
		w.leap(pause)
		time.Sleep(3 * time.Second)
	}
	p := w.alive(t)
	p.stop()
	for _, p := range append(w.ghosts, p) {
		p.bury()
	}
	w.wires.end()
	w.sim.Close()
}
