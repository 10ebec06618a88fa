package dashboard

import (
	"sync"
	"time"
)

const (
	maxTries  = 5
	triesLast = time.Minute
)

// tries bounds how often the key is tried, by everybody together: a bound for each address would be none for somebody
// who has many.
type tries struct {
	mu   sync.Mutex
	last [maxTries]time.Time // a ring
	next int
}

// take allows one try, or returns how long to wait.
func (t *tries) take(now time.Time) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	oldest := t.last[t.next]
	if free := oldest.Add(triesLast); !oldest.IsZero() && now.Before(free) {
		return free.Sub(now), false
	}
	t.last[t.next] = now
	t.next = (t.next + 1) % maxTries
	return 0, true
}
