// Package simulator is a stand-in for the battle commands of Tencent's Live server API: for tests, for
// rehearsals and for the demo, with no credentials and no network beyond this machine.
//
// It answers create_battle, set_battle_score and get_battle_info as the vendor's pages describe them, refuses
// what they say is refused, fails on demand in every way a real network and a real back end fail, and keeps a
// true ledger of what took effect, so that a test can compare what a client reported with what really happened.
//
// It deliberately shares no type with the client in package tencent: shared types would share mistakes. Where
// the vendor is silent the behaviour is a choice, which an option turns the other way if a client could mind.
//
// Vendor pages: https://trtc.io/document/68254, https://trtc.io/document/68255 and https://trtc.io/document/68256.
package simulator

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
)

// Names of the commands, as they stand at the end of the path and in Call.Command.
const (
	CreateBattle   = "create_battle"
	SetBattleScore = "set_battle_score"
	GetBattleInfo  = "get_battle_info"
)

// Settings say for which app the simulator answers. The key is plain text because this is a test double: never
// give it a real one.
type Settings struct {
	SDKAppID  int64  // greater than 0
	Admin     string // the app's administrator account, the only identifier accepted
	SecretKey string // the key that signatures must be made with
}

func (s Settings) validate() error {
	var problems []error
	if s.SDKAppID <= 0 {
		problems = append(problems, errors.New("the app id must be greater than 0"))
	}
	if s.Admin == "" {
		problems = append(problems, errors.New("the administrator is missing"))
	}
	if s.SecretKey == "" {
		problems = append(problems, errors.New("the secret key is missing"))
	}
	return errors.Join(problems...)
}

// Simulator answers the three battle commands over HTTP. Make one with New and end it with Close. All methods
// may be called at the same time from many goroutines.
type Simulator struct {
	settings Settings
	opts     options
	tasks    *tasks

	mu     sync.Mutex // guards everything below
	random *rand.Rand
	arena  arena
	ledger ledger
	script script
	rates  map[string]*window
	late   []*lateWrite
	hooks  *hooks // nil until StartWebhooks
}

// New returns a simulator for one app, with no battles and no faults. It fails if a setting is missing or an
// option makes no sense.
func New(settings Settings, opts ...Option) (*Simulator, error) {
	if err := settings.validate(); err != nil {
		return nil, fmt.Errorf("simulator settings: %w", err)
	}
	chosen := defaults()
	for _, option := range opts {
		if err := option(&chosen); err != nil {
			return nil, fmt.Errorf("simulator option: %w", err)
		}
	}
	return &Simulator{
		settings: settings,
		opts:     chosen,
		tasks:    newTasks(),
		random:   newRandom(chosen.seed),
		arena:    newArena(chosen.connected),
		ledger:   newLedger(chosen.history),
		rates:    make(map[string]*window),
	}, nil
}

// newRandom returns a generator that repeats itself for the same seed.
func newRandom(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x5bd1e995)) //nolint:gosec // G404: a test double must be able to repeat itself.
}

// Close ends every stalled answer, every late write that is still outstanding (it never takes effect), all gift
// traffic and all webhooks, and waits for them. Calls that arrive afterwards are cut off. The ledger stays readable.
//
// A plain httptest.Server waits for its open calls before it closes, so close the simulator first.
func (s *Simulator) Close() { s.tasks.close() }

// ServeHTTP answers one call of the API, or fails it as the next matching fault says.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.tasks.begin() {
		hangUp(w)
		return
	}
	defer s.tasks.end()

	x := s.arrive(r)
	if x.fault.beforeReading() {
		s.conclude(x, answer{})
		hangUp(w)
		return
	}
	x.readBody(w, r)
	said := s.decide(x)
	s.deliver(w, r, x, said)
}

// decide checks the call, lets it take effect as far as its fault allows, and returns what a healthy server
// would answer.
func (s *Simulator) decide(x *exchange) reply {
	if refusal := s.gate(x); refusal.code != 0 {
		return refusal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.admit(x) {
		return refuse(codeTooFrequent, "the call frequency is over the limit")
	}
	x.admitted = true
	return s.run(x)
}

// run carries out the command of x. The caller holds the lock.
func (s *Simulator) run(x *exchange) reply {
	switch x.command {
	case CreateBattle:
		return s.createBattle(x)
	case SetBattleScore:
		return s.setScore(x)
	default:
		return s.battleInfo(x)
	}
}
