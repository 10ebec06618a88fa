package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"ringside/battles"
	"ringside/commands/card"
	"ringside/ledger"
)

// shot is one change of a message, whatever came of it.
type shot struct {
	Reply

	at time.Time
	ok bool
}

// hall is a platform, a ledger and a clock for a watcher that is moved on step by step.
type hall struct {
	*watcher

	mu    sync.Mutex
	time  time.Time
	shots map[Message][]shot
	fault func(m Message) error // nil: none
	said  []Place
	kept  map[string]ledger.Watch
	gone  []string // by whom watches ended
	full  error    // of the ledger
}

func newHall() *hall {
	l := &hall{time: noon(), shots: map[Message][]shot{}, kept: map[string]ledger.Watch{}}
	l.watcher = newWatcher(l, l, nil, l.clock, zap.NewNop())
	l.finish = func(_ context.Context, v battles.View, samples []card.Sample) Reply {
		return Reply{Headline: fmt.Sprintf("final of %s after %d", v.ID, len(samples)), Public: true}
	}
	return l
}

func (l *hall) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.time
}

func (l *hall) Notify(_ context.Context, to Place, _ Reply) (Message, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, to)
	return "", nil
}

func (l *hall) Revise(_ context.Context, m Message, r Reply) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if l.fault != nil {
		err = l.fault(m)
	}
	l.shots[m] = append(l.shots[m], shot{Reply: r, at: l.time, ok: err == nil})
	return err
}

func (l *hall) Watch(_ context.Context, w ledger.Watch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full == nil {
		l.kept[w.Channel+" "+w.Battle] = w
	}
	return l.full
}

func (l *hall) Unwatch(_ context.Context, channel, battle, by string, _ time.Time) (ledger.Watch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, ok := l.kept[channel+" "+battle]
	switch {
	case l.full != nil:
		return ledger.Watch{}, l.full
	case !ok:
		return ledger.Watch{}, ledger.ErrNotFound
	}
	delete(l.kept, channel+" "+battle)
	l.gone = append(l.gone, by)
	return w, nil
}

func (l *hall) Watches(context.Context) ([]ledger.Watch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []ledger.Watch
	for _, w := range l.kept {
		all = append(all, w)
	}
	return all, l.full
}

// open lets a message show a battle; nobody follows the battle but the test itself.
func (l *hall) open(t interface{ Fatal(...any) }, m Message, v battles.View) {
	channel := string(m[:strings.LastIndexByte(string(m), '/')])
	if err := l.begin(context.Background(), ledger.Watch{Channel: channel, Battle: v.ID, Message: string(m), By: "slack:T1/user/U1", At: l.clock()}, v); err != nil {
		t.Fatal(err)
	}
	l.battles[v.ID].followed = true
}

// step moves the clock on and does all that is due then.
func (l *hall) step(d time.Duration) {
	l.mu.Lock()
	l.time = l.time.Add(d)
	l.mu.Unlock()
	var work sync.WaitGroup
	l.round(context.Background(), &work)
	work.Wait()
}

// score tells the followers of a battle of new scores.
func (l *hall) score(battle string, scores ...int64) {
	now := l.clock()
	v := but(fight(scores...), func(v *battles.View) {
		v.Ref, v.Read, v.Started, v.Ends = battles.Ref{ID: battle}, now, noon(), noon().Add(time.Hour)
	})
	l.see(l.battles[battle], v)
}

func (l *hall) close(battle string) { l.conclude(context.Background(), l.battles[battle]) }

func battle(id string) battles.View {
	return but(fight(0, 0), func(v *battles.View) { v.Ref, v.Started, v.Ends = battles.Ref{ID: id}, noon(), noon().Add(time.Hour) })
}

// most returns how many of the times lie at most within the span.
func most(times []time.Time, span time.Duration) int {
	slices.SortFunc(times, time.Time.Compare)
	top := 0
	for i, first := range times {
		n := 0
		for _, at := range times[i:] {
			if at.Sub(first) < span {
				n++
			}
		}
		top = max(top, n)
	}
	return top
}

// overPace returns what platforms were asked for more often than they may be.
func (l *hall) overPace() error {
	by := map[string][]time.Time{}
	for m, shots := range l.shots {
		platform, rest, _ := strings.Cut(string(m), ":")
		workspace, _, _ := strings.Cut(rest, "/")
		for _, s := range shots {
			switch platform {
			case "slack":
				by["slack "+workspace] = append(by["slack "+workspace], s.at)
			case "discord":
				by["discord"] = append(by["discord"], s.at)
				by["channel "+string(m)] = append(by["channel "+string(m)], s.at)
			default:
				by[platform] = append(by[platform], s.at)
			}
		}
	}
	for name, times := range by {
		kind, _, _ := strings.Cut(name, " ")
		limit := map[string]struct {
			n    int
			span time.Duration
		}{"slack": {45, time.Minute}, "discord": {20, time.Second}, "channel": {1, discordEvery}, "console": {1, consoleEvery}}[kind]
		if n := most(times, limit.span); n > limit.n {
			return fmt.Errorf("%s was changed %d times in %v", name, n, limit.span)
		}
	}
	return nil
}

// TestPaceOfChanges lets battles on several platforms go as they like, with messages that fail now and then. No budget is
// ever overdrawn, what is shown is the newest, and every message has its last words in the end and none after them.
func TestPaceOfChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newHall()
		ids := []string{"b1", "b2", "b3"}
		places := []string{"slack:T1/C1", "slack:T1/C2", "slack:T1/C3", "slack:T2/C1", "discord:1/2", "discord:1/3", "console:local/s"}
		var all []Message
		for _, id := range ids {
			for _, place := range rapid.SliceOfNDistinct(rapid.SampledFrom(places), 1, len(places), rapid.ID[string]).Draw(t, "places") {
				m := Message(place + "/" + id)
				l.open(t, m, battle(id))
				all = append(all, m)
			}
		}
		broken := map[Message]bool{}
		l.fault = func(m Message) error {
			if broken[m] {
				return errors.New("try again later")
			}
			return nil
		}
		newest := map[string]int64{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if id := rapid.SampledFrom(append(ids, "", "")).Draw(t, "battle"); id != "" {
				newest[id]++
				l.score(id, newest[id], 1)
			}
			m := rapid.SampledFrom(all).Draw(t, "message")
			broken[m] = rapid.IntRange(0, 3).Draw(t, "broken") == 0
			l.step(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
			for m, shots := range l.shots {
				last := shots[len(shots)-1]
				id := string(m[len(m)-2:])
				if want := liveCard(l.battles[id].view, last.at).Headline; last.at.Equal(l.clock()) && last.Headline != want {
					t.Fatalf("%s shows %q, not %q", m, last.Headline, want)
				}
			}
		}
		clear(broken)
		for _, id := range ids {
			l.close(id)
		}
		for range 200 {
			l.step(time.Second)
		}
		if err := l.overPace(); err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			lastWords(t, l, m)
		}
		if len(l.battles) != 0 || len(l.kept) != 0 {
			t.Fatalf("%d battles, %d watches are left", len(l.battles), len(l.kept))
		}
	})
}

// lastWords fails unless a message showed its last words, and nothing after them.
func lastWords(t interface{ Fatalf(string, ...any) }, l *hall, m Message) {
	shots, said := l.shots[m], 0
	for i, s := range shots {
		if strings.HasPrefix(s.Headline, "final of") && s.ok {
			said++
			if i != len(shots)-1 {
				t.Fatalf("%s was changed after its last words", m)
			}
		}
	}
	if said != 1 {
		t.Fatalf("%s showed its last words %d times", m, said)
	}
}

// TestNoMessageStarves lets more messages change in one workspace than it takes changes. Each gets its share, and battles
// that end go first.
func TestNoMessageStarves(t *testing.T) {
	t.Parallel()
	l := newHall()
	const n = 60
	for i := range n {
		l.open(t, Message(fmt.Sprintf("slack:T1/C%d/1.%d", i, i)), battle(fmt.Sprint("b", i)))
	}
	for second := range 600 {
		for i := range n {
			l.score(fmt.Sprint("b", i), int64(second), 1)
		}
		l.step(time.Second)
	}
	fair := n * time.Minute / slackAMinute
	for m, shots := range l.shots {
		before := noon()
		for _, s := range shots {
			if wait := s.at.Sub(before); wait > fair+5*time.Second {
				t.Errorf("%s waited %v", m, wait)
			}
			before = s.at
		}
		if len(shots) < int(10*time.Minute/fair)-1 {
			t.Errorf("%s was changed %d times", m, len(shots))
		}
	}
	if err := l.overPace(); err != nil || len(l.shots) != n {
		t.Error(err, len(l.shots))
	}
	l.close("b30")
	l.step(2 * time.Second)
	if s := l.shots["slack:T1/C30/1.30"]; !strings.HasPrefix(s[len(s)-1].Headline, "final") {
		t.Error("an end does not go before the others")
	}
}

// TestOnlyWhatIsVisibleIsShown counts the changes of a battle in which nothing happens.
func TestOnlyWhatIsVisibleIsShown(t *testing.T) {
	t.Parallel()
	l := newHall()
	m := Message("discord:1/2/3")
	l.open(t, m, battle("b"))
	for range 60 {
		l.score("b", 0, 0) // a read that shows the same
		l.step(time.Second)
	}
	if n := len(l.shots[m]); n != 4 {
		t.Errorf("the countdown of a minute was refreshed %d times, want every %v", n, refreshEvery)
	}
	l.step(58*time.Minute - l.clock().Sub(noon().Add(time.Minute)))
	before := len(l.shots[m])
	for range 55 {
		l.score("b", 0, 0)
		l.step(time.Second)
	}
	if n := len(l.shots[m]) - before; n != 11 && n != 10 {
		t.Errorf("in the last minute it was refreshed %d times, want every %v", n, refreshLate)
	}
	before = len(l.shots[m])
	l.score("b", 5, 0)
	l.step(2 * time.Second)
	if n := len(l.shots[m]) - before; n != 1 {
		t.Errorf("new scores were shown %d times", n)
	}
}

// TestManyChannelsOfDiscord lets battles in many channels change at the same moments.
func TestManyChannelsOfDiscord(t *testing.T) {
	t.Parallel()
	l := newHall()
	l.open(t, "discord:1/0/1", battle("b"))
	for i := range 99 {
		l.open(t, Message(fmt.Sprintf("discord:%d/%d/1", i%3, i+1)), battle("b"))
	}
	for i := range 200 {
		l.score("b", int64(i), 1)
		l.step(100 * time.Millisecond)
	}
	if err := l.overPace(); err != nil || len(l.shots) != 100 {
		t.Error(err, len(l.shots))
	}
}

// TestLastWordsThatComeWhileAChangeIsUnderWay holds a change up until the battle has ended.
func TestLastWordsThatComeWhileAChangeIsUnderWay(t *testing.T) {
	t.Parallel()
	l := newHall()
	const m = Message("discord:1/2/3")
	l.open(t, m, battle("b"))
	l.score("b", 5, 1)
	slow := &slowNotifier{Notifier: l, asked: make(chan struct{}), answer: make(chan struct{})}
	l.notifier = slow
	var work sync.WaitGroup
	l.round(t.Context(), &work)
	<-slow.asked
	l.close("b")
	close(slow.answer)
	work.Wait()
	l.notifier = l
	for range 3 {
		l.step(2 * time.Second)
	}
	if n := len(l.shots[m]); n != 2 {
		t.Errorf("it was changed %d times", n)
	}
	lastWords(t, l, m)
}

// slowNotifier holds changes up.
type slowNotifier struct {
	Notifier

	asked, answer chan struct{}
}

func (s *slowNotifier) Revise(ctx context.Context, m Message, r Reply) error {
	close(s.asked)
	<-s.answer
	return s.Notifier.Revise(ctx, m, r)
}
