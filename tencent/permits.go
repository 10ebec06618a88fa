package tencent

import "time"

// window is how long after its departure a call keeps its permit: a second, and a little more so that two
// calls sharing a permit can never fall into one closed window of a second.
const window = time.Second + time.Millisecond

// permits makes the ceiling provable. Every call holds one of size permits from before it can leave until a window
// after it has left; so of any size+1 calls two share a permit, and those two left more than a second apart.
type permits struct {
	held  int         // by calls that have not left
	back  []time.Time // a ring: when the permits of calls that have left come back
	first int         // the oldest in the ring
	used  int         // how many are in the ring
}

func newPermits(size int) permits { return permits{back: make([]time.Time, size)} }

// free counts the permits that can be taken at now.
func (p *permits) free(now time.Time) int {
	for p.used > 0 && !p.back[p.first].After(now) {
		p.first = (p.first + 1) % len(p.back)
		p.used--
	}
	return len(p.back) - p.held - p.used
}

// exhaust makes as if as many calls as can be had just left.
func (p *permits) exhaust(now time.Time) {
	for range len(p.back) - p.held - p.used {
		p.take()
		p.depart(now)
	}
}

// take takes a free permit.
func (p *permits) take() { p.held++ }

// giveBack returns the permit of a call that never left.
func (p *permits) giveBack() { p.held-- }

// depart starts the window of a call that has left by now. Departures are told in the order of time.
func (p *permits) depart(now time.Time) {
	p.held--
	p.back[(p.first+p.used)%len(p.back)] = now.Add(window)
	p.used++
}

// freeAfter tells how long until the n-th permit (from 1) that is not free at now comes back; a whole window if
// that call has not even left.
func (p *permits) freeAfter(now time.Time, n int) time.Duration {
	if n > p.used {
		return window
	}
	return p.back[(p.first+n-1)%len(p.back)].Sub(now)
}
