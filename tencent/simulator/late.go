package simulator

import (
	"slices"
	"time"
)

// lateWrite is a call that was never answered and takes effect later, once.
type lateWrite struct {
	x    *exchange
	done chan struct{} // closed when ApplyLate was faster than the delay
}

// writeLate lets the call take effect when its delay has passed.
func (s *Simulator) writeLate(x *exchange) {
	if !s.tasks.begin() {
		return
	}
	again := *x
	again.fault, again.late = None(), true
	w := &lateWrite{x: &again, done: make(chan struct{})}
	s.mu.Lock()
	s.late = append(s.late, w)
	s.mu.Unlock()
	go func() {
		defer s.tasks.end()
		s.awaitLate(w, x.fault.wait)
	}()
}

func (s *Simulator) awaitLate(w *lateWrite, delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.claimLate(w) {
			s.runLate(w)
		}
	case <-w.done:
	case <-s.tasks.closing:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.claimLate(w)
	}
}

// ApplyLate lets every outstanding late write take effect now, in the order of the calls' arrival, and returns
// how many there were. A write to a battle that has ended meanwhile changes nothing, as ever.
func (s *Simulator) ApplyLate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	outstanding := s.late
	s.late = nil
	slices.SortFunc(outstanding, func(a, b *lateWrite) int { return a.x.index - b.x.index })
	for _, w := range outstanding {
		s.runLate(w)
		close(w.done)
	}
	return len(outstanding)
}

// claimLate takes the write off the list and reports whether it was still there. The caller holds the lock.
func (s *Simulator) claimLate(w *lateWrite) bool {
	i := slices.Index(s.late, w)
	if i < 0 {
		return false
	}
	s.late = slices.Delete(s.late, i, i+1)
	return true
}

func (s *Simulator) runLate(w *lateWrite) {
	w.x.now = s.opts.clock()
	s.run(w.x)
}
