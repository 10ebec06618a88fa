package tencent

import (
	"sync"
	"time"
)

// Slot is the right to make one call now. It holds a share of the ceiling from the moment it is granted, so it should
// be used or released within milliseconds.
type Slot struct {
	limiter *limiter
	granted time.Time
	report  func(verdict error) // tells the breaker how the call ended, once; nil for a read

	mu    sync.Mutex
	state slotState
}

type slotState int

const (
	slotOpen     slotState = iota // granted, not used
	slotSending                   // its call is under way, nothing written yet
	slotDeparted                  // its request has left
	slotDone
)

// Release gives an unused slot back at once. It does nothing once the call has begun, and may be called always
// and more than once.
func (s *Slot) Release() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == slotOpen {
		s.state = slotDone
		s.limiter.giveBack()
		s.tell(errNoVerdict)
	}
}

// begin uses the slot up for one call of command; false if it cannot be.
func (s *Slot) begin(command Command) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != slotOpen || s.limiter.command != command {
		return false
	}
	s.state = slotSending
	return true
}

// depart says that the request has left by now.
func (s *Slot) depart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == slotSending {
		s.state = slotDeparted
		s.limiter.depart()
	}
}

// end closes the call with what it says about the platform. Unless its departure was seen before, it counts as departed
// by now, or not at all if it is proven that nothing was written. It does nothing the second time.
func (s *Slot) end(written bool, verdict error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state {
	case slotDone:
		return
	case slotSending:
		if written {
			s.limiter.depart()
		} else {
			s.limiter.giveBack()
		}
	}
	s.state = slotDone
	s.tell(verdict)
}

func (s *Slot) tell(verdict error) {
	if s.report != nil {
		s.report(verdict)
	}
}
