package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ringside/commands"
	"ringside/ledger"
)

const (
	benchCeiling  = 100 // calls a second
	waitingPeople = 256 // people who wait at the same time: each waits for its turn and, afterwards, for the scores
	ceilingWarm   = 2 * time.Second
	bulkLookFor   = 50 * time.Millisecond
	bulkLongest   = 3 * time.Minute
)

// atCeiling measures how much of the ceiling the additions of people fill, as Tencent counts them, while there are always
// more people than turns.
func atCeiling(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	return b.during(ctx, p, benchSetup{ceiling: benchCeiling}, func(s *benchShow) (figure, error) {
		crowded, stop := context.WithCancel(ctx)
		defer stop()
		var crowd sync.WaitGroup
		defer crowd.Wait()
		failed := make(chan error, waitingPeople)
		for range waitingPeople {
			crowd.Go(func() {
				for crowded.Err() == nil {
					if _, err := s.add(context.WithoutCancel(crowded)); err != nil {
						failed <- err
						return
					}
				}
			})
		}
		f, err := s.shares(ctx, b)
		stop()
		crowd.Wait()
		close(failed)
		return f, errors.Join(err, <-failed)
	})
}

// shares watches the door for some rounds.
func (s *benchShow) shares(ctx context.Context, b *bench) (figure, error) {
	if err := rest(ctx, ceilingWarm); err != nil {
		return figure{}, err
	}
	var rounds []figure
	for range b.rounds {
		s.door.forget()
		began := time.Now()
		if err := rest(ctx, time.Duration(b.pick(1, 2))*time.Second); err != nil {
			return figure{}, err
		}
		_, changes := s.door.seen()
		rounds = append(rounds, share(float64(len(changes))/time.Since(began).Seconds()))
	}
	return medians(rounds), nil
}

func share(perSecond float64) figure {
	return figure{value: 100 * perSecond / benchCeiling, unit: "% of the ceiling"}
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// bulkAtCeiling measures how much of the ceiling a bulk fills from its first call to its last: one call for the four rooms
// of each battle. It is sent once.
func bulkAtCeiling(ctx context.Context, b *bench, p benchPlace) (figure, error) {
	setup := benchSetup{ceiling: benchCeiling, battles: b.pick(250, 2500), rooms: 4}
	return b.during(ctx, p, setup, func(s *benchShow) (figure, error) {
		rows, err := s.sheet()
		if err != nil {
			return figure{}, err
		}
		op, err := s.startBulk(ctx, rows)
		if err != nil {
			return figure{}, err
		}
		if err := s.awaitBulk(ctx, op, 4*setup.battles); err != nil {
			return figure{}, err
		}
		_, changes := s.door.seen()
		if len(changes) != setup.battles {
			return figure{}, fmt.Errorf("%d calls for %d battles", len(changes), setup.battles)
		}
		return share(float64(len(changes)-1) / changes[len(changes)-1].Sub(changes[0]).Seconds()), nil
	})
}

// sheet is a CSV file with one row for each room of each battle.
func (s *benchShow) sheet() ([]byte, error) {
	var text strings.Builder
	out := csv.NewWriter(&text)
	for n, battle := range s.shows {
		for room := range s.rooms {
			if err := out.Write([]string{battle, "add", benchRoom(n, room), "1"}); err != nil {
				return nil, err
			}
		}
	}
	out.Flush()
	return []byte(text.String()), out.Error()
}

// startBulk hands the rows in and confirms them, and returns the operation.
func (s *benchShow) startBulk(ctx context.Context, rows []byte) (op string, err error) {
	who, a, to := benchPerson(0), s.apps[0], &listener{}
	where := commands.Place{Channel: benchPlaces, User: who}
	a.handler.Handle(ctx, commands.Invocation{
		Key: "slack:bulk", Command: commands.BattleCommand, Text: "bulk", Caller: commands.Caller{ID: who}, Place: where, Sheet: &commands.Sheet{Text: rows},
	}, to)
	asked, _ := to.heard()
	if len(asked.Buttons) == 0 {
		return "", fmt.Errorf("a bulk was answered: %s %v", asked.Headline, asked.Notes)
	}
	_, o, err := a.engine.Asked(ctx, asked.Buttons[0].ID)
	if err != nil {
		return "", err
	}
	a.handler.Press(ctx, commands.Press{Key: "slack:yes", Button: asked.Buttons[0].ID, Caller: commands.Caller{ID: who}, Place: where}, to)
	if o, err = a.ledger.Operation(ctx, o.ID); err == nil && o.State == ledger.Pending {
		answered, _ := to.heard()
		err = fmt.Errorf("the yes to a bulk was answered: %s %v", answered.Headline, answered.Notes)
	}
	return o.ID, err
}

// awaitBulk waits until a bulk is over; all of its rows must have been applied.
func (s *benchShow) awaitBulk(ctx context.Context, op string, rows int) error {
	ctx, cancel := context.WithTimeout(ctx, bulkLongest)
	defer cancel()
	l := s.apps[0].ledger
	for {
		o, err := l.Operation(ctx, op)
		if err := cmp.Or(err, rest(ctx, bulkLookFor)); err != nil {
			return fmt.Errorf("wait for the bulk: %w", err)
		}
		if o.State == ledger.Settled {
			break
		}
	}
	outcomes, err := l.BulkRows(ctx, op)
	if err != nil {
		return err
	}
	applied := 0
	for _, r := range outcomes {
		if r.Outcome == ledger.Applied {
			applied++
		}
	}
	if applied != rows {
		return fmt.Errorf("%d of %d rows were applied", applied, rows)
	}
	return nil
}
