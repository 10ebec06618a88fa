package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ringside/commands"
)

// listener hears what one ask is answered, in place of a chat.
type listener struct {
	mu       sync.Mutex
	answer   commands.Reply
	answered time.Time // zero: not yet
}

// Answer implements commands.Responder.
func (l *listener) Answer(_ context.Context, r commands.Reply) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer, l.answered = r, time.Now()
	return nil
}

// Amend implements commands.Responder.
func (l *listener) Amend(ctx context.Context, r commands.Reply) error { return l.Answer(ctx, r) }

// Progress implements commands.Responder.
func (*listener) Progress(context.Context, commands.Reply) error { return nil }

func (l *listener) heard() (commands.Reply, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answer, l.answered
}

// silentChat takes the messages that nobody waits for.
type silentChat struct{}

// Notify implements commands.Notifier.
func (silentChat) Notify(context.Context, commands.Place, commands.Reply) (commands.Message, error) {
	return "bench/1", nil
}

// Revise implements commands.Notifier.
func (silentChat) Revise(context.Context, commands.Message, commands.Reply) error { return nil }

// add lets the next person add a point in the next battle through the next replica, and returns how long it took from
// the typed line to the answer in words. What a busy machine made too late to be sent is asked once more, which counts.
// Any other answer that is no success is an error.
func (s *benchShow) add(ctx context.Context) (time.Duration, error) {
	n := s.asked.Add(1)
	began := time.Now()
	r, answered := s.ask(ctx, n, "")
	if r.Tone != commands.ToneGood {
		r, answered = s.ask(ctx, n, "again")
	}
	if r.Tone != commands.ToneGood {
		return 0, fmt.Errorf("an addition was answered: %s %v %v", r.Headline, r.Rows, r.Notes)
	}
	return answered.Sub(began), nil
}

func (s *benchShow) ask(ctx context.Context, n int64, again string) (commands.Reply, time.Time) {
	to := &listener{}
	s.apps[n%int64(len(s.apps))].handler.Handle(ctx, commands.Invocation{
		Key: fmt.Sprintf("slack:trigger:%d%s", n, again), Command: commands.ScoreCommand, Text: s.line(n),
		Caller: commands.Caller{ID: benchPerson(n), Name: "mika"}, Place: commands.Place{Channel: benchPlaces, User: benchPerson(n)},
	}, to)
	return to.heard()
}

// line is what the n-th person types after the command.
func (s *benchShow) line(n int64) string {
	battle := int(n) % len(s.shows)
	return fmt.Sprintf("%s add %s 1", s.shows[battle], benchRoom(battle, 0))
}

// during opens a show for as long as measure takes.
func (b *bench) during(ctx context.Context, p benchPlace, setup benchSetup, measure func(*benchShow) (figure, error)) (f figure, err error) {
	s, err := b.openShow(ctx, p, setup)
	if err != nil {
		return figure{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return measure(s)
}
