package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ringside/tencent"
)

const (
	probeEvery = 15 * time.Second
	// probeBattle is a battle that can't exist: asking for it harms nothing and proves address, key and administrator.
	probeBattle = "ringside-probe"
	// firstLiveCode is where the codes of the battles themselves begin; below are those of access.
	firstLiveCode = 100000
)

// probe asks Tencent at most every probeEvery whether it can be reached and accepts the credentials.
type probe struct {
	client *tencent.Client
	now    func() time.Time

	mu   sync.Mutex
	at   time.Time
	last error
}

func newProbe(client *tencent.Client, now func() time.Time) *probe {
	return &probe{client: client, now: now}
}

func (p *probe) ready(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() || p.now().Sub(p.at) >= probeEvery {
		p.last, p.at = tryTencent(ctx, p.client), p.now()
	}
	if p.last != nil {
		return p.last
	}
	return p.pace()
}

// pace reports a slow-down that Tencent asked for.
func (p *probe) pace() error {
	perSecond, until := p.client.Pace(tencent.CommandSetBattleScore)
	if until.After(p.now()) {
		return fmt.Errorf("slowed to %.0f calls a second until %s", perSecond, until.UTC().Format("15:04:05 UTC"))
	}
	return nil
}

// tryTencent makes one harmless call. That the battle is unknown is the answer of a platform that works.
func tryTencent(ctx context.Context, client *tencent.Client) error {
	_, err := client.BattleInfo(ctx, tencent.ClassPerson, tencent.BattleQuery{ID: probeBattle})
	var failed *tencent.CallError
	if errors.As(err, &failed) && failed.Evidence.Complete && failed.Evidence.Code >= firstLiveCode {
		return nil
	}
	return err
}
