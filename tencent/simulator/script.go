package simulator

import (
	"math/rand/v2"
	"slices"
)

// script decides which fault a call meets: the first in the queue that matches it, or else one by chance.
type script struct {
	queue  []Fault
	random *rand.Rand
	chance float64
	faults []Fault
	burst  Fault // the one drawn last, if it happens more than once
}

// Script queues faults. Each call meets the first queued fault that matches its command, which is then used up.
func (s *Simulator) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script.queue = append(s.script.queue, faults...)
}

// Pending returns the queued faults that no call has met yet.
func (s *Simulator) Pending() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.script.queue)
}

// Plan lets each call that no queued fault matches meet one of the faults with that chance, from 0 (never) to 1
// (always). A fault given twice is twice as likely; one with Times is met by as many calls in a row. The same seed and
// the same order of calls lead to the same faults. A new plan replaces the last; one without faults ends it.
func (s *Simulator) Plan(seed uint64, chance float64, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script.random, s.script.chance, s.script.faults, s.script.burst = newRandom(seed), chance, slices.Clone(faults), None()
}

// next returns the fault of one call and uses it up.
func (c *script) next(command string) Fault {
	i := slices.IndexFunc(c.queue, func(f Fault) bool { return f.matches(command) })
	if i >= 0 {
		return c.take(i)
	}
	return c.draw(command)
}

func (c *script) take(i int) Fault {
	f := c.queue[i]
	if f.more > 0 {
		c.queue[i].more--
	} else {
		c.queue = slices.Delete(c.queue, i, i+1)
	}
	f.more = 0
	return f
}

// draw uses two numbers for every call, so that which fault one call meets does not depend on the others' luck.
func (c *script) draw(command string) Fault {
	if len(c.faults) == 0 {
		return None()
	}
	hit, which := c.random.Float64() < c.chance, c.random.Uint64()
	if c.burst.more > 0 && c.burst.matches(command) {
		return c.again()
	}
	fitting := slices.DeleteFunc(slices.Clone(c.faults), func(f Fault) bool { return !f.matches(command) })
	if !hit || len(fitting) == 0 {
		return None()
	}
	c.burst = fitting[which%uint64(len(fitting))]
	c.burst.more++
	return c.again()
}

// again returns the fault of the burst once more.
func (c *script) again() Fault {
	c.burst.more--
	f := c.burst
	f.more = 0
	return f
}

// refusesNext reports whether the next new connection is to be closed, and uses that fault up.
func (s *Simulator) refusesNext() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script.queue) == 0 || s.script.queue[0].kind != refused {
		return false
	}
	s.script.take(0)
	return true
}
