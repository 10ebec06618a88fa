package discordbot

import (
	"hash/fnv"
	"net/http"
	"strings"
	"sync"
	"time"
)

// slotCount bounds what is remembered of Discord's limits, however many interactions there are.
const slotCount = 64

// limits knows until when Discord takes no more calls. Calls share a slot by chance; the worst that comes
// of it is a short wait.
type limits struct {
	mu     sync.Mutex
	global time.Time
	slots  [slotCount]time.Time
}

// wait returns how long a call must wait. An empty name is never held back: an acknowledgement would
// rather be refused than late.
func (l *limits) wait(name string, now time.Time) time.Duration {
	if name == "" {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	until := l.slots[slotOf(name)]
	if !isWebhook(name) && l.global.After(until) {
		until = l.global
	}
	return until.Sub(now)
}

// note remembers what a reply says about the next call.
// https://discord.com/developers/docs/topics/rate-limits
func (l *limits) note(name string, seen *answer, now time.Time) {
	after, told := seconds(seen.header.Get("X-RateLimit-Reset-After"))
	if seen.status == http.StatusTooManyRequests {
		if d, ok := seconds(seen.header.Get("Retry-After")); ok && (!told || d > after) {
			after, told = d, true
		}
	} else if seen.header.Get("X-RateLimit-Remaining") != "0" {
		return
	}
	if !told || name == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if seen.header.Get("X-RateLimit-Global") != "" {
		l.global = now.Add(after)
		return
	}
	l.slots[slotOf(name)] = now.Add(after)
}

// isWebhook reports whether Discord counts a call by its interaction, apart from the bot's own limit.
func isWebhook(name string) bool { return strings.HasPrefix(name, "webhook/") }

func slotOf(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // It cannot fail.
	return h.Sum32() % slotCount
}
