package tencent

import (
	"time"

	"golang.org/x/time/rate"
)

// What a frequency refusal of the platform does: the quota is shared with the customer's own back end, so Ringside
// steps aside first and comes back slowly.
const (
	slowFor     = 10 * time.Second
	recoverStep = 5 * time.Second
	stepShare   = 0.25 // of the ceiling
)

// pace is the rate at which slots are granted.
type pace struct {
	ceiling float64
	current rate.Limit
	slowed  time.Time // when the rate was last cut
	next    time.Time // of the next step back up; zero at full rate
}

func newPace(ceiling int) pace {
	p := pace{ceiling: float64(ceiling)}
	p.current = p.full()
	return p
}

// full is 97 % of the ceiling.
func (p *pace) full() rate.Limit { return rate.Limit(0.97 * p.ceiling) }

// burst is 3 % of the ceiling at full rate, and always at least one call.
func (p *pace) burst() int {
	if !p.next.IsZero() {
		return 1
	}
	return max(1, int(0.03*p.ceiling))
}

// cut halves the rate, down to one call a second, and starts the wait anew. Refusals of calls granted before the
// last cut only prolong the wait: they are its echo.
func (p *pace) cut(now, granted time.Time) {
	p.next = now.Add(slowFor)
	if !granted.After(p.slowed) {
		return
	}
	p.slowed = now
	p.current = max(p.current/2, min(1, p.full()))
}

// recover takes the steps that are due and reports whether there was one.
func (p *pace) recover(now time.Time) (changed bool) {
	for !p.next.IsZero() && !now.Before(p.next) {
		changed = true
		p.next = p.next.Add(recoverStep)
		p.current = min(p.current+rate.Limit(stepShare*p.ceiling), p.full())
		if p.current == p.full() {
			p.next = time.Time{}
		}
	}
	return changed
}

// recovered tells when the full rate will be back; zero if it is.
func (p *pace) recovered() time.Time {
	later := *p
	var at time.Time
	for !later.next.IsZero() {
		at = later.next
		later.recover(at)
	}
	return at
}
