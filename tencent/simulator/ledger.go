package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"time"
)

// Call is one HTTP request that the simulator saw. Body and Answer are cut at 4 KiB.
type Call struct {
	Index      int       // counts all calls from 0
	At         time.Time // arrival, by the server's clock
	Method     string
	Command    string // the name of the command; the path if it names none
	Identifier string // as sent
	Random     string // as sent
	RequestID  string // the vendor's id of the call, also in its answer
	Body       string
	Fault      Fault  // what the simulator did to the call
	Status     int    // HTTP status of the answer; 0 as long as there is none
	Code       int    // ErrorCode of the answer, meaningful only if HasCode
	HasCode    bool   // the answer held an ErrorCode that is a number
	Answer     string // the body that was answered, even if only a part of it left
}

// Effect is one change of one room's score that truly happened.
type Effect struct {
	Index  int // counts all effects from 0
	Call   int // the Call it came from; -1 for another writer
	Battle string
	Room   string
	Op     Op
	Score  int64 // the number that was added, or set
	Before int64
	After  int64
	At     time.Time
	Gift   bool // another writer, by Gift, Overwrite or StartGifts
	Late   bool // it took effect after its call: a LateWrite
}

// Totals count everything since New, whatever the history keeps.
type Totals struct {
	Calls    int
	Commands map[string]int // calls of each known command
	Effects  int            // the changes of other writers included
	Gifts    int            // changes of other writers alone
}

// ledger is the record of what was asked and of what took effect.
type ledger struct {
	calls    history[Call]
	effects  history[Effect]
	commands map[string]int
	gifts    int
}

func newLedger(limit int) ledger {
	return ledger{
		calls:    history[Call]{limit: limit},
		effects:  history[Effect]{limit: limit},
		commands: make(map[string]int, 3),
	}
}

func (l *ledger) record(e Effect) {
	e.Index = l.effects.total
	if e.Gift {
		l.gifts++
	}
	l.effects.add(e)
}

// arrive gives the call a number and its fault, and notes it before anything else happens.
func (s *Simulator) arrive(r *http.Request) *exchange {
	x := &exchange{command: commandOf(r.URL.Path), method: r.Method, path: r.URL.Path, rawQuery: r.URL.RawQuery}
	query := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	x.index, x.arrived, x.fault = s.ledger.calls.total, s.opts.clock(), s.script.next(x.command)
	x.now = x.arrived
	if x.fault.kind == skewed {
		x.now = x.arrived.Add(x.fault.wait)
	}
	x.requestID = fmt.Sprintf("Id-%016x%016x-O-Seq-%d", s.random.Uint64(), s.random.Uint64(), x.index+1)
	s.ledger.calls.add(Call{
		Index: x.index, At: x.arrived, Method: cut(x.method, maxShown), Command: x.name(), Fault: x.fault,
		Identifier: cut(query.Get("identifier"), maxShown), Random: cut(query.Get("random"), maxShown),
		RequestID: x.requestID,
	})
	if x.command != "" {
		s.ledger.commands[x.command]++
	}
	return x
}

func (x *exchange) name() string {
	if x.command != "" {
		return x.command
	}
	return cut(x.path, maxShown)
}

// answer is what a call was told.
type answer struct {
	status int
	body   []byte
	code   any // ErrorCode as sent
}

// conclude notes the end of a call and shows it to the observer, before the answer leaves.
func (s *Simulator) conclude(x *exchange, told answer) {
	s.mu.Lock()
	noted := Call{Index: x.index, At: x.arrived, Command: x.name(), Fault: x.fault, RequestID: x.requestID}
	kept := s.ledger.calls.at(x.index)
	if kept != nil {
		noted = *kept
	}
	noted.Body, noted.Answer, noted.Status = cut(string(x.body), maxKept), cut(string(told.body), maxKept), told.status
	noted.Code, noted.HasCode = told.code.(int)
	if kept != nil {
		*kept = noted
	}
	s.mu.Unlock()
	s.opts.observer(noted)
}

// Calls returns the newest calls, oldest first: as many as WithHistory keeps.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger.calls.all()
}

// Effects returns the newest true changes of scores, in the order in which they happened: as many as WithHistory
// keeps.
func (s *Simulator) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger.effects.all()
}

// Totals returns the counters, which the history does not limit.
func (s *Simulator) Totals() Totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Totals{
		Calls: s.ledger.calls.total, Commands: maps.Clone(s.ledger.commands),
		Effects: s.ledger.effects.total, Gifts: s.ledger.gifts,
	}
}

// MostCallsInWindow returns the largest number of calls of a command that arrived within any half-open span of
// that length, whatever they were answered. It looks at the calls that the history keeps.
func (s *Simulator) MostCallsInWindow(command string, span time.Duration) int {
	var times []time.Time
	for _, c := range s.Calls() {
		if c.Command == command {
			times = append(times, c.At)
		}
	}
	most, first := 0, 0
	for i, at := range times {
		for at.Sub(times[first]) >= span && first < i {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
