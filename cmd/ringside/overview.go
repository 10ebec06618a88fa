package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ringside/battles"
	"ringside/commands"
	"ringside/ledger"
	"ringside/web/dashboard"
)

const (
	shownOperations = 50
	shownUnknowns   = 200
	mostFollowed    = 100
	// unseenFor is how long nobody looked before the battles are followed no more.
	unseenFor = 10 * time.Second
)

// overview is what operators see. While somebody looks it follows what runs, so that the scores are fresh.
type overview struct {
	book   *battles.Book
	ledger *ledger.Ledger
	feed   *battles.Feed

	mu       sync.Mutex
	left     bool
	followed map[string]*battles.Follower
	unseen   *time.Timer
}

// look follows the running battles for as long as somebody goes on looking.
func (o *overview) look(entries []battles.Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.left {
		return
	}
	if o.unseen != nil {
		o.unseen.Stop()
	}
	o.unseen = time.AfterFunc(unseenFor, o.rest)
	running := map[string]bool{}
	for _, e := range entries {
		running[e.ID] = e.Running
		if _, known := o.followed[e.ID]; e.Running && !known && len(o.followed) < mostFollowed {
			o.followed[e.ID] = o.feed.Follow(e.ID)
		}
	}
	for id, f := range o.followed {
		if !running[id] {
			f.Close()
			delete(o.followed, id)
		}
	}
}

// rest follows nothing until somebody looks again.
func (o *overview) rest() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, f := range o.followed {
		f.Close()
		delete(o.followed, id)
	}
}

// leave ends the following for good.
func (o *overview) leave() {
	defer o.rest()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left = true
	if o.unseen != nil {
		o.unseen.Stop()
	}
}

// Overview returns the running battles and the latest operations.
func (o *overview) Overview(ctx context.Context) (dashboard.Overview, error) {
	latest, err := o.ledger.Log(ctx, "", shownOperations)
	if err != nil {
		return dashboard.Overview{}, fmt.Errorf("the latest operations: %w", err)
	}
	open, err := o.ledger.Unknown(ctx, "", shownUnknowns)
	if err != nil {
		return dashboard.Overview{}, fmt.Errorf("open unknowns: %w", err)
	}
	unknown := map[string]int{}
	for _, one := range open {
		unknown[one.Battle]++
	}
	var seen dashboard.Overview
	known := o.book.Recent()
	o.look(known) //nolint:contextcheck // what it follows outlives this call
	for _, e := range known {
		if e.Running {
			seen.Battles = append(seen.Battles, battleSeen(e, unknown[e.ID]))
		}
	}
	for _, one := range latest {
		seen.Operations = append(seen.Operations, operationSeen(one))
	}
	return seen, nil
}

func battleSeen(e battles.Entry, unknown int) dashboard.Battle {
	b := dashboard.Battle{ID: e.ID, Name: e.Alias, Read: e.Read, Ends: e.Ends, Unknown: unknown}
	for _, s := range e.Standings {
		b.Rooms = append(b.Rooms, dashboard.Room{Name: s.Room, Score: s.Score})
	}
	return b
}

func operationSeen(o ledger.Operation) dashboard.Operation {
	line := commands.Describe(o)
	return dashboard.Operation{ID: o.ID, At: o.Created, Who: line.Who, What: line.What, Outcome: line.Outcome, Battle: line.Battle}
}
