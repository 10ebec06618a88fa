package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"ringside/battles"
	"ringside/bot"
	"ringside/config"
	"ringside/replica"
	"ringside/tencent"
)

// attendEvery is how often a process says that it shares the ceiling; it is counted as silent after some times as long.
const attendEvery = 500 * time.Millisecond

// calling returns how the client keeps to a ceiling that others share, or that another process had until just now.
func (a *app) calling() []tencent.Option {
	switch {
	case a.ledger.Shared():
		return []tencent.Option{tencent.WithTurns(a.ledger)}
	case a.ledger.Reused():
		return []tencent.Option{tencent.WithQuietStart()}
	}
	return nil
}

// knowing returns how the book learns what other processes know of battles.
func (a *app) knowing() []battles.Option {
	if a.ledger.Shared() {
		return []battles.Option{battles.WithOthers(a.ledger)}
	}
	return nil
}

// ifShared returns what tells whether something is this process's to do; nil if it is the only one.
func (a *app) ifShared(is func() bool) func() bool {
	if a.ledger.Shared() {
		return is
	}
	return nil
}

// speaks returns what tells whether this process tells somebody what nobody waits for; nil if it is the only one. A
// terminal tells those who are at it, and of those that are connected to chats one tells all others.
func (a *app) speaks(terminal bool) func(id string) bool {
	if !a.ledger.Shared() {
		return nil
	}
	return func(id string) bool {
		if strings.HasPrefix(id, "console:") || terminal {
			return terminal && strings.HasPrefix(id, "console:")
		}
		return a.voice.Held()
	}
}

// speak waits for the turn to tell people for all, as long as ctx.
func (a *app) speak(ctx context.Context) error {
	return a.voice.Hold(ctx, func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
}

// gateway is Discord's, to which one replica at a time may be connected: it tells every connection everything.
type gateway struct{ office *replica.Office } // nil: there is one process, or no gateway

func (svc *service) gateway(c *config.Config) gateway {
	if !svc.ledger.Shared() || !c.Discord.Enabled || c.Discord.Mode != config.ModeGateway {
		return gateway{}
	}
	return gateway{replica.New(svc.ledger, "discord gateway", svc.owner)}
}

func (g gateway) may() bool { return g.office == nil || g.office.Held() }

// alone lets Discord run only where the gateway is this process's.
func (g gateway) alone(platforms []bot.Platform) {
	for i, p := range platforms {
		if g.office != nil && p.Name() == "discord" {
			platforms[i] = bot.Alone(p, g.office)
		}
	}
}

// attend says until ctx ends that this process shares the ceiling, and tells the client with how many others.
func (a *app) attend(ctx context.Context) error {
	if !a.ledger.Shared() {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(attendEvery)
	defer tick.Stop()
	for {
		a.attendOnce(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *app) attendOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, attendEvery)
	defer cancel()
	if sharers, err := a.ledger.Attend(ctx, a.owner); err == nil {
		a.client.Shared(sharers)
	}
}

// depart leaves the ceiling to the others.
func (a *app) depart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attendEvery)
	defer cancel()
	return a.ledger.Depart(ctx, a.owner)
}

// together reports whether the processes that share the ceiling are within reach.
func (a *app) together(context.Context) error {
	if a.client.Apart() {
		return errors.New("the database through which replicas share the call rate is out of reach: nothing is written, and this replica reads at its own part of the rate")
	}
	return nil
}
