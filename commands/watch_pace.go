package commands

import (
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Slack takes about 50 chat.update a minute for each app and workspace (Tier 3,
// https://docs.slack.dev/apis/web-api/rate-limits), and other messages of Ringside's are changed too. Discord takes 5
// changes in 5 s for each channel and 50 calls a second over all (https://discord.com/developers/docs/topics/rate-limits).
// A terminal cannot change what it showed, so that every change fills its screen.
//
// A budget of n at once and m a minute lets n + m through in the fullest minute: 45 on Slack.
const (
	slackBurst     = 5
	slackAMinute   = 40
	discordEvery   = 2 * time.Second // in one channel
	discordBurst   = 4
	discordASecond = 16 // over all channels
	consoleEvery   = 5 * time.Second
)

// maxBudgets is how many budgets are remembered before the full ones, which are as good as new, are forgotten.
const maxBudgets = 2_000

// editPace holds changes of messages to what their platforms take. One goroutine uses it.
type editPace struct{ budgets map[string]*rate.Limiter }

func newEditPace() *editPace { return &editPace{budgets: map[string]*rate.Limiter{}} }

// take uses a change of the message if there is one left for it.
func (p *editPace) take(m Message, now time.Time) bool {
	budgets := p.of(string(m), now)
	for _, b := range budgets {
		if b.TokensAt(now) < 1 {
			return false
		}
	}
	for _, b := range budgets {
		b.AllowN(now, 1)
	}
	return true
}

// of returns the budgets that a change of the message comes out of, by the platform and the place it is named after.
func (p *editPace) of(m string, now time.Time) []*rate.Limiter {
	if len(p.budgets) > maxBudgets {
		p.forget(now)
	}
	platform, _, _ := strings.Cut(m, ":")
	switch platform {
	case "slack":
		workspace, _, _ := strings.Cut(m, "/")
		return []*rate.Limiter{p.budget(workspace, rate.Limit(slackAMinute)/60, slackBurst)}
	case "console":
		return []*rate.Limiter{p.budget(platform, rate.Every(consoleEvery), 1)}
	}
	channel := m[:max(0, strings.LastIndexByte(m, '/'))]
	return []*rate.Limiter{p.budget(platform, discordASecond, discordBurst), p.budget(channel, rate.Every(discordEvery), 1)}
}

func (p *editPace) budget(name string, pace rate.Limit, burst int) *rate.Limiter {
	b := p.budgets[name]
	if b == nil {
		b = rate.NewLimiter(pace, burst)
		p.budgets[name] = b
	}
	return b
}

// forget drops the budgets that are full.
func (p *editPace) forget(now time.Time) {
	for name, b := range p.budgets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(p.budgets, name)
		}
	}
}
