package commands_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands"
	"ringside/ledger"
	"ringside/ledger/ledgertest"
	"ringside/operations"
	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ana     = "slack:T1/user/UANA"
	ben     = "slack:T1/user/UBEN"
	cam     = "slack:T1/user/UCAM"
	anaToo  = "discord:1/user/2"
	channel = "slack:T1/C1"
)

// rig is the whole product behind the words, with a fake platform that notes what it is told.
type rig struct {
	sim     *simulator.Simulator
	host    *simulator.Host
	ledger  *ledger.Ledger
	engine  *operations.Engine
	handler *commands.Handler
	battle  string
	notices *listener
	wall    commands.Notifier // in the place of notices, where messages must change
	client  *tencent.Client
	book    *battles.Book
	opts    []option
	sole    bool // nobody but Ringside overwrites scores
	grants  []auth.Grant

	mu    sync.Mutex
	asks  int
	ahead time.Duration // how far the clock is ahead
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.ahead)
}

// later moves the clock on.
func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead += d
}

func grants() []auth.Grant {
	return []auth.Grant{
		{
			Name: "hosts", Who: []string{ana, anaToo, ben}, May: auth.Permissions(), Battles: []string{"*"}, Rooms: []string{"pk-*"},
			MaxPoints: 5000, ConfirmOver: 1000, ApprovalOver: 3000,
		},
		{
			Name: "watchers", Who: []string{cam}, May: []auth.Permission{auth.BattleInfo}, Battles: []string{"final"}, Rooms: []string{"*"},
			Channels: []string{channel}, MaxPoints: 1,
		},
	}
}

type option func(*commands.Settings)

func newRig(t testing.TB, opts ...option) *rig {
	t.Helper()
	r := &rig{notices: &listener{}, grants: grants()}
	var err error
	r.sim, err = simulator.New(simulator.Settings{SDKAppID: 1400000000, Admin: "administrator", SecretKey: "test-key"}, simulator.WithRoomLookup(), simulator.WithSeed(1))
	must(t, err)
	r.host, err = simulator.Listen(t.Context(), r.sim, "127.0.0.1:0")
	must(t, err)
	client := r.connect(t, tencent.WithoutBreaker())
	r.ledger, err = ledgertest.Open(t.Context(), ledgertest.Place(t))
	must(t, err)
	r.client = client
	r.opts = opts
	r.reopen(t)
	t.Cleanup(func() {
		r.handler.Close()
		_ = r.engine.Close(context.Background())
		client.Close()
		_ = r.host.Close()
		_ = r.ledger.Close()
	})
	book := r.book
	r.battle, err = r.sim.AddBattle(simulator.BattleSpec{From: "pk-live1", To: []string{"pk-live2"}, Duration: time.Hour})
	must(t, err)
	must(t, r.sim.Gift(r.battle, "pk-live1", 1240))
	must(t, r.sim.Gift(r.battle, "pk-live2", 1250))
	_, err = book.Read(t.Context(), r.battle)
	must(t, err)
	must(t, book.Name(t.Context(), r.battle, "final", ana))
	return r
}

// connect returns a client of the simulator.
func (r *rig) connect(t testing.TB, opts ...tencent.Option) *tencent.Client {
	t.Helper()
	client, err := tencent.New(tencent.Settings{
		SDKAppID: 1400000000, Admin: "administrator", SecretKey: secret.New("test-key"), Region: "singapore",
		BaseURL: r.host.URL(), CallsPerSecond: 200, Timeout: 3100 * time.Millisecond,
	}, opts...)
	must(t, err)
	return client
}

// reopen builds all that stands on the ledger anew, as a restart does.
func (r *rig) reopen(t testing.TB) {
	t.Helper()
	var err error
	r.book, err = battles.New(t.Context(), r.client, r.ledger)
	must(t, err)
	choices := []operations.Option{operations.WithClock(r.now)}
	if r.sole {
		choices = append(choices, operations.WithSoleOverwriter())
	}
	r.engine, err = operations.New(r.ledger, r.client, r.book, "one", 3100*time.Millisecond, choices...)
	must(t, err)
	policy, err := auth.New(r.grants, []auth.Person{{IDs: []string{ana, anaToo}}}, nil)
	must(t, err)
	settings := commands.Settings{ConfirmExpires: time.Minute, ApprovalExpires: 5 * time.Minute}
	for _, opt := range r.opts {
		opt(&settings)
	}
	notifier := r.wall
	if notifier == nil {
		notifier = r.notices
	}
	r.handler, err = commands.New(commands.Parts{
		Policy: policy, Engine: r.engine, Book: r.book, History: r.ledger, Notifier: notifier, Log: zap.NewNop(),
	}, settings, commands.WithClock(r.now))
	must(t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listener is a fake platform's memory of one conversation.
type listener struct {
	mu       sync.Mutex
	answers  []commands.Reply
	amends   []commands.Reply
	progress []commands.Reply
	places   []commands.Place
	revised  []commands.Message
	broken   bool
	heard    chan struct{} // one for each amend, where somebody waits for it
}

func (l *listener) note(to *[]commands.Reply, r commands.Reply) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return fmt.Errorf("nobody is listening")
	}
	*to = append(*to, r)
	return nil
}

func (l *listener) Progress(_ context.Context, r commands.Reply) error { return l.note(&l.progress, r) }
func (l *listener) Answer(_ context.Context, r commands.Reply) error   { return l.note(&l.answers, r) }

func (l *listener) Amend(_ context.Context, r commands.Reply) error {
	if l.heard != nil {
		defer func() { l.heard <- struct{}{} }()
	}
	return l.note(&l.amends, r)
}

func (l *listener) Notify(_ context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	l.mu.Lock()
	l.places = append(l.places, to)
	n := len(l.places)
	l.mu.Unlock()
	return commands.Message(fmt.Sprint("slack:T1/C1/", n)), l.note(&l.answers, r)
}

func (l *listener) Revise(_ context.Context, m commands.Message, r commands.Reply) error {
	l.mu.Lock()
	l.revised = append(l.revised, m)
	l.mu.Unlock()
	return l.note(&l.amends, r)
}

func (l *listener) last(t *testing.T) commands.Reply {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.answers) == 0 {
		t.Fatal("nothing was answered")
	}
	return l.answers[len(l.answers)-1]
}

func (l *listener) amended(t *testing.T) commands.Reply {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.amends) == 0 {
		t.Fatal("the question stands as it was")
	}
	return l.amends[len(l.amends)-1]
}

func (r *rig) ask(who, line string) commands.Invocation {
	r.mu.Lock()
	r.asks++
	key := fmt.Sprint("slack:trigger:", r.asks)
	r.mu.Unlock()
	command, text, _ := strings.Cut(line, " ")
	return commands.Invocation{
		Key: key, Command: command, Text: text, Caller: commands.Caller{ID: who, Name: "somebody"},
		Place: commands.Place{Channel: channel, User: who, ReplyTo: secret.New("the address")},
	}
}

// say types a line as somebody and returns what was answered.
func (r *rig) say(t *testing.T, who, line string) commands.Reply {
	t.Helper()
	l := &listener{}
	r.handler.Handle(t.Context(), r.ask(who, line), l)
	return l.last(t)
}

// press presses the button with the label under a reply.
func (r *rig) press(t *testing.T, who string, on commands.Reply, label string) *listener {
	t.Helper()
	for _, b := range on.Buttons {
		if b.Label == label {
			l := &listener{}
			r.handler.Press(t.Context(), commands.Press{
				Key: "press:" + b.ID, Button: b.ID, Caller: commands.Caller{ID: who}, Place: commands.Place{Channel: channel, User: who},
			}, l)
			return l
		}
	}
	t.Fatalf("no button %q under %q", label, on.Headline)
	return nil
}

func (r *rig) score(t *testing.T, room string) int64 {
	t.Helper()
	score, ok := r.sim.Score(r.battle, room)
	if !ok {
		t.Fatalf("no room %s", room)
	}
	return score
}

// words is all that a person reads of a reply, in one text.
func words(r commands.Reply) string {
	parts := []string{r.Headline}
	for _, row := range r.Rows {
		parts = append(parts, strings.Join([]string{row.Label, row.Subject, row.Change, row.Detail}, "  "))
	}
	parts = append(parts, r.Notes...)
	parts = append(parts, r.Examples...)
	return strings.Join(append(parts, r.Footer), "\n")
}

func contains(t *testing.T, r commands.Reply, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(words(r), part) {
			t.Errorf("%q is missing in:\n%s", part, words(r))
		}
	}
}

// waitFor waits for something that another goroutine does within a tick or two of its own.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("it never came")
		}
	}
}
