package discordbot

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Discord resets the bot's token after 1,000 identifies in a day. Every attempt to connect may be one, so
// that attempts are rationed: a hundred at once, and one more every two minutes, are at most 820 in any
// day, however the connection behaves. What Discord itself says is left is obeyed as well, since other
// processes and earlier runs count too.
// https://discord.com/developers/docs/events/gateway#session-start-limit-object
const (
	budgetBurst = 100
	budgetEvery = 2 * time.Minute
	// budgetReserve of Discord's thousand are left for a person who has to look what is wrong.
	budgetReserve = 50
	// maxStartWait bounds the wait until Discord is asked again what is left.
	maxStartWait = 10 * time.Minute
)

// budget rations attempts to connect. One goroutine uses it.
type budget struct {
	left int
	from time.Time // when left was true
}

func newBudget(now time.Time) *budget { return &budget{left: budgetBurst, from: now} }

// take uses one attempt and returns 0, or returns how long to wait before asking again.
func (g *budget) take(now time.Time) time.Duration {
	if gained := int(now.Sub(g.from) / budgetEvery); gained > 0 {
		g.left = min(g.left+gained, budgetBurst)
		g.from = g.from.Add(time.Duration(gained) * budgetEvery)
	}
	if g.left == 0 {
		return g.from.Add(budgetEvery).Sub(now)
	}
	g.left--
	return 0
}

// SpentError says that too few attempts to connect are left for today.
type SpentError struct {
	Left       int
	RetryAfter time.Duration
}

// Error says how long it takes until there are more.
func (e *SpentError) Error() string {
	return fmt.Sprintf("Discord allows only %d more sessions today; connecting again in %v", e.Left, e.RetryAfter.Round(time.Second))
}

// askLimit asks Discord how many sessions may still be started. It returns a *SpentError when too few.
func (b *Bot) askLimit(ctx context.Context) error {
	var gateway struct {
		Limit struct {
			Total      int   `json:"total"`
			Remaining  int   `json:"remaining"`
			ResetAfter int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	r := request{method: http.MethodGet, path: "gateway/bot", limit: "gateway/bot", repeatable: true}
	if err := b.call(ctx, "asking for the gateway", r, &gateway); err != nil {
		return err
	}
	if l := gateway.Limit; l.Total > 0 && l.Remaining <= min(budgetReserve, l.Total/2) {
		wait := time.Duration(l.ResetAfter) * time.Millisecond
		return &SpentError{Left: max(l.Remaining, 0), RetryAfter: min(max(wait, time.Minute), maxStartWait)}
	}
	return nil
}
